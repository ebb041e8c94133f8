import pytest

from proxy_core.dialects.contract import ParseContext
from proxy_core.dialects.model_names import bare_name, models_of, resolve_model
from proxy_core.errors import BadRequest, ProblemKind
from proxy_core.gemini.signatures import SignatureMemory
from tests.fakes.families import SHIPPED_FAMILIES

ALIASES = {"house": ("models/gemini-4-argon", "gemini-3.8-flash"), "openai/gpt": ("house",)}


def context(step: int = 0) -> ParseContext:
    return ParseContext(SignatureMemory(), SHIPPED_FAMILIES, aliases=ALIASES, step=step)


@pytest.mark.parametrize("name", ["gemini-x", "models/gemini-x", "google/gemini-x"])
def test_a_prefix_changes_nothing(name: str) -> None:
    assert resolve_model(name, context()) == bare_name(name) == "gemini-x"
    assert models_of(name, context()) == ("gemini-x",)


@pytest.mark.parametrize(
    ("step", "model"), [(0, "gemini-4-argon"), (1, "gemini-3.8-flash"), (9, "gemini-3.8-flash")]
)
def test_the_step_chooses_among_the_models_of_an_alias(step: int, model: str) -> None:
    assert resolve_model("house", context(step)) == model
    assert resolve_model("models/house", context(step)) == model


def test_the_models_of_an_alias_are_bare() -> None:
    assert models_of("house", context()) == ("gemini-4-argon", "gemini-3.8-flash")


def test_a_name_that_is_no_alias_is_the_same_at_every_step() -> None:
    assert resolve_model("gemini-x", context(3)) == "gemini-x"


def test_an_alias_names_models_and_no_other_alias() -> None:
    assert resolve_model("openai/gpt", context()) == "house"


@pytest.mark.parametrize("name", ["", "a b", "../secret", "unknown/model", "x" * 200])
def test_odd_names_are_no_models(name: str) -> None:
    with pytest.raises(BadRequest) as raised:
        resolve_model(name, context())
    assert raised.value.problem.kind is ProblemKind.MODEL_NOT_FOUND
