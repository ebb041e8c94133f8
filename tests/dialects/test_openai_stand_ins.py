from dataclasses import replace

import pytest

from proxy_core.dialects.contract import ParseContext
from proxy_core.dialects.openai_stand_ins import STAND_INS, models_of, resolve
from proxy_core.gemini.signatures import SignatureMemory
from proxy_core.simulator.catalogue import CATALOGUE
from tests.fakes.families import SHIPPED_FAMILIES

CONTEXT = ParseContext(SignatureMemory(), SHIPPED_FAMILIES)


@pytest.mark.parametrize("model", sorted({one for each in STAND_INS.values() for one in each}))
def test_every_stand_in_is_a_model_that_google_has(model: str) -> None:
    assert model in CATALOGUE


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("text-embedding-3-small", "gemini-embedding-2"),
        ("text-embedding-ada-002", "gemini-embedding-2"),
        ("text-embedding-005", "text-embedding-005"),
        ("dall-e-3", "gemini-nano-banana-2.1"),
        ("gpt-image-2-2026-04-21", "gemini-nano-banana-2.1"),
        ("tts-1-hd", "gemini-3.8-flash-tts"),
        ("whisper-1", "gemini-3.8-flash"),
        ("models/gemini-embedding-001", "gemini-embedding-001"),
        ("models/tts-1", "gemini-3.8-flash-tts"),
    ],
)
def test_openais_names_have_a_stand_in_and_all_others_are_geminis(name: str, model: str) -> None:
    assert resolve(name, CONTEXT) == model


def test_an_alias_of_the_owner_goes_first() -> None:
    aliases = {"whisper-1": ("gemini-3.5-flash", "gemini-3.8-flash")}
    context = ParseContext(SignatureMemory(), SHIPPED_FAMILIES, aliases=aliases)
    assert resolve("whisper-1", context) == "gemini-3.5-flash"
    assert resolve("models/whisper-1", context) == "gemini-3.5-flash"
    assert models_of("whisper-1", context) == ()


def test_every_stand_in_ends_with_a_model_of_the_free_tier() -> None:
    assert all(CATALOGUE[models[-1]].free for models in STAND_INS.values())


def test_the_next_stand_in_is_taken_at_the_next_step() -> None:
    assert models_of("dall-e-3", CONTEXT) == ("gemini-nano-banana-2.1", "gemini-3.1-flash-image")
    steps = [replace(CONTEXT, step=step) for step in range(3)]
    assert [resolve("dall-e-3", at) for at in steps] == [
        "gemini-nano-banana-2.1",
        "gemini-3.1-flash-image",
        "gemini-3.1-flash-image",
    ]


def test_vectors_of_one_name_are_always_of_one_model() -> None:
    assert len(models_of("text-embedding-3-large", CONTEXT)) == 1
