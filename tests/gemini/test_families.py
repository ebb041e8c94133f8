import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_core.gemini.families import (
    EFFORTS,
    LEVELS,
    Budget,
    Families,
    Family,
    clamp_budget,
    clamp_level,
    output_limit,
    thinking_config,
)
from tests.fakes.families import SHIPPED_FAMILIES, family

ROWS = SHIPPED_FAMILIES.rows


@pytest.mark.parametrize(
    ("model", "row"),
    [
        ("gemini-3.8-flash", "gemini-3.8-flash"),
        ("gemini-3.5-flash-lite", "gemini-3.5-flash-lite"),
        ("gemini-3.1-pro-preview-customtools", "gemini-3.1-pro"),
        ("gemini-3-flash-preview", "gemini-3-flash"),
        ("gemini-2.5-flash-lite-preview-09-2025", "gemini-2.5-flash-lite"),
        ("gemini-2.5-flash-image", "gemini-2.5-flash-image"),
        ("gemini-nano-banana-2.1", "gemini-nano-banana"),
        ("gemini-3.8-flash-lite-tts", "gemini-3.8-flash-lite-tts"),
        ("gemma-4-31b-it", "gemma-4"),
        ("gemma-3-27b-it", "gemma"),
        ("gemini-pro-latest", "gemini-pro-latest"),
    ],
)
def test_the_longest_start_of_the_id_names_the_family(model: str, row: str) -> None:
    assert family(model) is ROWS[row]


def test_a_start_is_cut_at_dashes_only() -> None:
    assert family("gemini-3.10-pro") is not ROWS["gemini-3.1-pro"]
    assert family("gemini-3.10-pro").prefill is False


def test_an_image_or_speech_model_is_not_taken_for_the_text_model_of_its_name() -> None:
    assert family("gemini-2.5-flash-preview-tts").speech
    assert not family("gemini-2.5-flash-preview-tts").functions
    assert family("gemini-3.8-flash-image").images
    assert not family("gemini-3.8-flash-image").enforces_signatures


@pytest.mark.parametrize("model", ["gemini-5-neon", "gemini-4.5-flash", "something-else", ""])
def test_an_unknown_model_is_held_to_the_rules_of_the_newest(model: str) -> None:
    unknown = family(model)
    assert unknown.single_candidate
    assert unknown.enforces_signatures
    assert not unknown.prefill
    assert not unknown.sampling
    assert unknown.max_output_tokens is None


@pytest.mark.parametrize("kind", ["flash", "flash-lite", "pro"])
def test_an_alias_that_google_moves_on_is_held_to_the_strictest(kind: str) -> None:
    latest = family(f"gemini-{kind}-latest")
    assert not latest.sampling
    assert not latest.prefill
    assert latest.enforces_signatures


def test_a_table_without_rows_takes_every_model_for_the_newest() -> None:
    assert Families().of("gemini-2.5-pro") == Family()


def test_the_name_of_a_row_is_its_family_whatever_the_name_says() -> None:
    rows = {"house-tts": Family(functions=False)}
    assert Families(rows).of("house-tts") is rows["house-tts"]
    assert Families(rows).of("house-tts-2") == Family()


def test_an_unknown_embedding_model_answers_with_vectors() -> None:
    assert family("text-embedding-9").embeds
    assert not family("text-embedding-9").unit_vectors


def test_an_unknown_model_of_an_old_generation_is_not_asked_to_think() -> None:
    old = family("gemini-2.0-flash")
    assert not old.thinks
    assert not old.enforces_signatures
    assert thinking_config(old, "high") is None


def test_an_unknown_early_third_generation_model_keeps_its_sampling() -> None:
    early = family("gemini-3.2-ultra")
    assert early.sampling
    assert early.enforces_signatures


@pytest.mark.parametrize(
    ("model", "effort", "config"),
    [
        ("gemini-3.8-flash", "none", {"thinkingLevel": "LOW"}),
        ("gemini-3.8-flash", "minimal", {"thinkingLevel": "LOW"}),
        ("gemini-3.5-flash", "minimal", {"thinkingLevel": "MINIMAL"}),
        ("gemini-3.8-flash", "xhigh", {"thinkingLevel": "HIGH"}),
        ("gemini-4-hydrogen", "max", {"thinkingLevel": "XHIGH"}),
        ("gemini-4-hydrogen", "none", {"thinkingLevel": "LOW"}),
        ("gemini-3.1-flash-image", "low", {"thinkingLevel": "MINIMAL"}),
        ("gemini-3.1-flash-image", "medium", {"thinkingLevel": "HIGH"}),
        ("gemini-2.5-pro", "none", {"thinkingBudget": 128}),
        ("gemini-2.5-flash", "none", {"thinkingBudget": 0}),
        ("gemini-2.5-flash-lite", "minimal", {"thinkingBudget": 1024}),
        ("gemini-2.5-flash", "medium", {"thinkingBudget": 8192}),
        ("gemini-2.5-flash", "max", {"thinkingBudget": 24_576}),
        ("gemma-4-31b-it", "high", None),
        ("gemini-2.5-flash-image", "high", None),
        ("gemini-3.8-flash", "very much", None),
    ],
)
def test_an_effort_becomes_what_the_family_takes(
    model: str, effort: str, config: dict[str, object] | None
) -> None:
    assert thinking_config(family(model), effort) == config


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("effort", sorted(EFFORTS))
def test_no_family_is_asked_for_what_it_does_not_offer(row: str, effort: str) -> None:
    chosen = ROWS[row]
    config = thinking_config(chosen, effort)
    if config is None:
        assert not chosen.thinks
    elif "thinkingLevel" in config:
        assert config["thinkingLevel"].lower() in chosen.levels
    else:
        budget = chosen.budget
        assert budget is not None
        tokens = config["thinkingBudget"]
        assert budget.lowest <= tokens <= budget.highest or (tokens == 0 and budget.can_be_zero)


@pytest.mark.parametrize("row", ROWS)
def test_every_row_is_sound(row: str) -> None:
    chosen = ROWS[row]
    assert list(chosen.levels) == [level for level in LEVELS if level in chosen.levels]
    assert not (chosen.levels and chosen.budget)
    assert chosen.functions or not chosen.enforces_signatures


def test_a_level_is_clamped_in_any_case_of_letters() -> None:
    assert clamp_level(family("gemini-3.8-flash"), "MINIMAL") == "low"
    assert clamp_level(family("gemini-3.8-flash"), "nonsense") is None
    assert clamp_level(family("gemini-2.5-pro"), "low") is None


def test_a_budget_is_clamped_but_for_off_and_dynamic() -> None:
    budget = Budget(512, 24_576, can_be_zero=True)
    asked = (-1, 0, 1, 1000, 99_999)
    assert [clamp_budget(budget, n) for n in asked] == [-1, 0, 512, 1000, 24_576]
    assert clamp_budget(Budget(128, 32_768, can_be_zero=False), 0) == 128


def test_a_small_limit_leaves_room_for_thoughts_that_cannot_be_stopped() -> None:
    assert output_limit(family("gemini-3.8-flash"), 16) == 1040
    assert output_limit(family("gemini-3.8-flash"), 2000) == 2000
    assert output_limit(family("gemini-2.5-flash"), 16) == 16
    assert output_limit(family("gemini-2.5-pro"), 16) == 1040
    assert output_limit(family("gemma-4-31b-it"), 16) == 16


def test_a_limit_beyond_what_the_model_accepts_is_lowered() -> None:
    assert output_limit(family("gemini-3.8-flash"), 200_000) == 65_536
    assert output_limit(family("gemini-4-argon"), 200_000) == 200_000
    assert output_limit(family("gemini-9"), 200_000) == 200_000


@given(st.text() | st.from_regex(r"gemini-[0-9.]{0,6}(-[a-z]+)*", fullmatch=True))
def test_every_model_id_has_a_family(model: str) -> None:
    assert isinstance(family(model), Family)


def test_a_model_is_known_where_a_row_names_it_or_the_start_of_its_id() -> None:
    families = Families({"gemini-3.8-flash": Family(), "gemini-2.5": Family()})
    assert families.knows("gemini-3.8-flash")
    assert families.knows("gemini-2.5-pro-preview")
    assert not families.knows("gemini-3.8-flashy")
    assert not families.knows("gemini")
    assert not families.knows("chirp-2")
