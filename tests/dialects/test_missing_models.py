import pytest

from proxy_core.dialects.contract import ParseContext
from proxy_core.dialects.missing_models import advice
from proxy_core.dialects.openai_stand_ins import ROUTES, STAND_INS
from proxy_core.gemini.signatures import SignatureMemory
from tests.fakes.families import SHIPPED_FAMILIES

ALIASES = {"house": ("gemini-gone",), "both": ("gemini-gone", "models/gemini-away")}
CONTEXT = ParseContext(SignatureMemory(), SHIPPED_FAMILIES, aliases=ALIASES)
GENERIC = "MODEL_ALIASES can let the name stand for another."


@pytest.mark.parametrize(
    ("name", "route"),
    [
        ("claude-sonnet-4-5", "/v1/messages"),
        ("models/claude-sonnet-4-5", "/v1/messages"),
        ("gpt-image-1", "/v1/images/generations"),
        ("text-embedding-3-small", "/v1/embeddings"),
        ("tts-1", "/v1/audio/speech"),
        ("whisper-1", "/v1/audio/transcriptions"),
    ],
)
def test_a_name_of_another_vendor_is_told_with_the_route_that_knows_it(
    name: str, route: str
) -> None:
    assert f" {route};" in advice(name, CONTEXT, name.removeprefix("models/"))


def test_a_stand_in_that_is_missing_on_its_own_route_is_not_sent_there() -> None:
    assert advice("claude-opus-4", CONTEXT, "gemini-4-hydrogen") == GENERIC


@pytest.mark.parametrize("name", ["gpt-5", "gemini-gone", ""])
def test_any_other_name_may_become_an_alias(name: str) -> None:
    assert advice(name, CONTEXT, name) == GENERIC


def test_an_alias_is_told_with_what_it_stands_for() -> None:
    told = advice("house", CONTEXT, "gemini-gone")
    assert told == "Your alias house stands for gemini-gone: correct MODEL_ALIASES."
    told = advice("both", CONTEXT, "gemini-away")
    assert "gemini-gone, then gemini-away" in told


def test_all_stand_ins_have_a_route() -> None:
    assert set(ROUTES) == set(STAND_INS.values())
