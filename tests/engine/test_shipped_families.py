"""The table that is shipped says what the vendor's documentation does, row by row."""

from dataclasses import fields

import pytest

from proxy_core.gemini.families import Family
from tests.fakes.families import SHIPPED_FAMILIES, family

LOW_UP = ("low", "medium", "high")
MINIMAL_UP = ("minimal", *LOW_UP)
TWO = ("minimal", "high")


@pytest.mark.parametrize(
    ("model", "levels", "sampling"),
    [
        ("gemini-4-hydrogen", (*LOW_UP, "xhigh"), False),
        ("gemini-4-argon", LOW_UP, False),
        ("gemini-4-carbon", LOW_UP, False),
        ("gemini-3.8-flash", LOW_UP, False),
        ("gemini-3.7-flash", LOW_UP, False),
        ("gemini-3.6-flash", MINIMAL_UP, False),
        ("gemini-3.5-flash", MINIMAL_UP, True),
        ("gemini-3.5-flash-lite", MINIMAL_UP, False),
        ("gemini-3.1-flash-lite", MINIMAL_UP, True),
        ("gemini-3.1-pro-preview", LOW_UP, True),
        ("gemini-3.1-pro-preview-customtools", LOW_UP, True),
        ("gemini-3-flash-preview", MINIMAL_UP, True),
        ("gemini-3.1-flash-image", TWO, True),
        ("gemini-3.1-flash-lite-image", TWO, True),
        ("gemini-2.5-flash-image", (), True),
        ("gemma-4-31b-it", (), True),
    ],
)
def test_levels_and_sampling_are_those_of_the_thinking_guide(
    model: str, levels: tuple[str, ...], sampling: bool
) -> None:
    assert family(model).levels == levels
    assert family(model).budget is None
    assert family(model).sampling is sampling


@pytest.mark.parametrize(
    ("model", "lowest", "highest", "can_be_zero"),
    [
        ("gemini-2.5-pro", 128, 32_768, False),
        ("gemini-2.5-flash", 1, 24_576, True),
        ("gemini-2.5-flash-lite", 512, 24_576, True),
    ],
)
def test_budgets_are_those_of_the_thinking_guide(
    model: str, lowest: int, highest: int, can_be_zero: bool
) -> None:
    budget = family(model).budget
    assert budget is not None
    assert (budget.lowest, budget.highest, budget.can_be_zero) == (lowest, highest, can_be_zero)


TEXT = (
    "gemini-4-carbon",
    "gemini-4-argon",
    "gemini-4-hydrogen",
    "gemini-3.8-flash",
    "gemini-3.7-flash",
    "gemini-3.6-flash",
    "gemini-3.5-flash",
    "gemini-3.5-flash-lite",
    "gemini-3.1-flash-lite",
    "gemini-3.1-pro-preview",
    "gemini-3.1-pro-preview-customtools",
    "gemini-3-flash-preview",
    "gemini-2.5-pro",
    "gemini-2.5-flash",
    "gemini-2.5-flash-lite",
    "gemini-flash-latest",
    "gemini-flash-lite-latest",
    "gemini-pro-latest",
)
IMAGES = (
    "gemini-nano-banana-2.1",
    "gemini-3-pro-image",
    "gemini-3.1-flash-image",
    "gemini-3.1-flash-lite-image",
    "gemini-2.5-flash-image",
)
SPEECH = ("gemini-3.8-flash-tts", "gemini-3.8-flash-lite-tts", "gemini-3.1-flash-tts-preview")
EMBEDDINGS = ("gemini-embedding-2", "gemini-embedding-001")
GEMMA = ("gemma-4-31b-it", "gemma-4-26b-a4b-it")


@pytest.mark.parametrize("model", [*TEXT, *IMAGES, *SPEECH, *EMBEDDINGS, *GEMMA])
def test_every_model_that_is_not_only_live_or_interactive_has_a_row(model: str) -> None:
    start = model
    while start and start not in SHIPPED_FAMILIES.rows:
        start = start.rpartition("-")[0]
    assert start.count("-") >= 1
    assert family(model) is SHIPPED_FAMILIES.rows[start]


@pytest.mark.parametrize("model", TEXT)
def test_text_models_write_up_to_their_limit_and_call_functions(model: str) -> None:
    limit = 1_048_576 if model.startswith("gemini-4") else 65_536
    assert family(model).max_output_tokens == limit
    assert family(model).functions
    assert family(model).system_instruction


def kinds(model: str) -> tuple[bool, bool, bool]:
    return family(model).images, family(model).speech, family(model).embeds


def test_what_a_model_answers_with() -> None:
    assert {kinds(model) for model in (*TEXT, *GEMMA)} == {(False, False, False)}
    assert {kinds(model) for model in IMAGES} == {(True, False, False)}
    assert {kinds(model) for model in SPEECH} == {(False, True, False)}
    assert {kinds(model) for model in EMBEDDINGS} == {(False, False, True)}


def test_signatures_are_enforced_from_the_third_generation_on_and_not_for_images() -> None:
    enforcing = {model for model in (*TEXT, *IMAGES) if family(model).enforces_signatures}
    assert enforcing == {model for model in TEXT if not model.startswith("gemini-2.5")}


def test_no_request_may_end_in_a_model_turn_from_3_6_on() -> None:
    strict = {model for model in TEXT if not family(model).prefill and "latest" not in model}
    assert strict == {model for model in TEXT if model.startswith(("gemini-4", "gemini-3.6"))} | {
        "gemini-3.7-flash",
        "gemini-3.8-flash",
    }


def test_only_2_5_takes_several_candidates_and_refuses_penalties() -> None:
    for model in TEXT:
        old = model.startswith("gemini-2.5")
        assert family(model).single_candidate is not old
        assert family(model).penalties is not old
        assert family(model).json_with_tools is not old
        assert family(model).response_parts is not old


def test_shortened_vectors_of_the_first_embedding_model_are_not_normalised() -> None:
    assert not family("gemini-embedding-001").unit_vectors
    assert family("gemini-embedding-2").unit_vectors


@pytest.mark.parametrize("model", GEMMA)
def test_gemma_has_no_system_instruction_and_functions_since_the_fourth(model: str) -> None:
    assert not family(model).system_instruction
    assert family(model).functions
    assert not family("gemma-3-27b-it").functions


def test_aliases_of_google_are_held_to_the_strictest_of_what_they_may_mean() -> None:
    for model in ("gemini-flash-latest", "gemini-flash-lite-latest", "gemini-pro-latest"):
        assert not family(model).prefill


def test_every_field_is_used_by_some_row() -> None:
    for field in fields(Family):
        values = {getattr(one, field.name) for one in SHIPPED_FAMILIES.rows.values()}
        assert len(values) > 1, field.name
