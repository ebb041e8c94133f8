import pytest

from proxy_core.dialects.anthropic.stand_ins import STAND_INS, USUAL, gemini_model
from proxy_core.errors import BadRequest
from proxy_core.simulator.catalogue import CATALOGUE
from tests.dialects.anthropic.asking import context


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("claude-opus-4-6", "gemini-4-hydrogen"),
        ("claude-3-opus-20240229", "gemini-4-hydrogen"),
        ("claude-sonnet-4-5-20250929", "gemini-3.8-flash"),
        ("claude-haiku-4-5", "gemini-3.5-flash-lite"),
        ("claude-something-new", "gemini-3.8-flash"),
        ("claude-sonnet-5[1m]", "gemini-3.8-flash"),
        ("gemini-3.6-flash", "gemini-3.6-flash"),
        ("models/gemini-3.6-flash", "gemini-3.6-flash"),
        ("my-opus", "my-opus"),
    ],
)
def test_a_name_of_anthropics_has_a_stand_in(name: str, model: str) -> None:
    assert gemini_model(name, context()) == model


def test_an_alias_of_the_owners_goes_first() -> None:
    aliases = {"claude-opus-4-6": ("gemini-3.6-flash",)}
    assert gemini_model("claude-opus-4-6", context(aliases=aliases)) == "gemini-3.6-flash"


def test_an_odd_name_is_refused() -> None:
    with pytest.raises(BadRequest):
        gemini_model("a b", context())


def test_every_stand_in_is_there_in_the_free_tier() -> None:
    assert all(CATALOGUE[model].free for model in {*STAND_INS.values(), USUAL})
