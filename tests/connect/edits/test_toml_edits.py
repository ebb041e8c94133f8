"""Changes to TOML."""

import tomllib

import pytest
from hypothesis import given

from proxy_core.connect.edits import plain, toml_edits
from proxy_core.connect.edits.jsonc import Malformed
from proxy_core.connect.edits.plain import Occupied
from proxy_core.connect.model import Place
from tests.connect.edits.documents import toml_documents

PROVIDER = {"name": "Pollux", "base_url": "http://127.0.0.1:7860/v1"}
PLACES: tuple[Place, ...] = (("model",), ("model_provider",), ("model_providers", "pollux"))


@given(toml_documents)
def test_three_settings_go_in_and_out_again(text: str) -> None:
    edited = text
    for place, value in zip(PLACES, ("new", "pollux", PROVIDER), strict=True):
        wanted = plain.put(toml_edits.parse(edited), place, value)
        edited = toml_edits.put(edited, place, value)
        assert toml_edits.parse(edited) == wanted
    for comment in ("# one", "# alone", "# inside", "# top", "# why"):
        assert (comment in text) == (comment in edited)
    for place in PLACES:
        edited = toml_edits.take(edited, place)
    before, after = tomllib.loads(text), tomllib.loads(edited)
    before.pop("model", None)
    assert after == before


def test_a_table_of_tables_gets_no_header_of_its_own() -> None:
    text = toml_edits.put("", PLACES[2], PROVIDER)
    assert (
        text == '[model_providers.pollux]\nname = "Pollux"\nbase_url = "http://127.0.0.1:7860/v1"\n'
    )


def test_a_key_comes_before_the_tables() -> None:
    text = toml_edits.put("[a]\nx = 1\n", ("model",), "m")
    assert tomllib.loads(text) == {"model": "m", "a": {"x": 1}}


@pytest.mark.parametrize("text", ["a = ", "[a]\n[a]\n", "a = 1\na = 2\n", "x" * 10])
def test_what_is_no_toml_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        toml_edits.parse(text)
    with pytest.raises(Malformed):
        toml_edits.put(text, ("m",), 1)
    with pytest.raises(Malformed):
        toml_edits.take(text, ("m",))


def test_nothing_is_put_into_what_is_no_table() -> None:
    with pytest.raises(Occupied):
        toml_edits.put("model_providers = 3\n", PLACES[2], PROVIDER)


def test_taking_what_is_not_there_changes_nothing() -> None:
    for text in ("", "model_providers = 3\n", "# x\n[model_providers]\n"):
        assert toml_edits.take(text, PLACES[2]) == text


@pytest.mark.parametrize(
    "before",
    [
        "[model_providers.pollux] # top\n# old\nname = 'p' # short\n",
        "model_providers = { pollux = {name='p'} } # inline\n",
    ],
)
def test_a_table_comes_back_as_it_was_written(before: str) -> None:
    edited = toml_edits.put(before, PLACES[2], PROVIDER)
    assert edited != before
    assert toml_edits.bring_back(edited, PLACES[2], before) == before


def test_nothing_comes_back_from_nowhere() -> None:
    with pytest.raises(Malformed):
        toml_edits.bring_back("model = 1\n", ("model",), "")
