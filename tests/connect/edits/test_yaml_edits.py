"""Changes to the outermost keys of YAML, held against a real YAML parser."""

import pytest
import yaml  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from proxy_core.connect.edits import yaml_edits
from proxy_core.connect.edits.jsonc import Malformed

URL = "http://127.0.0.1:7860/v1"
pieces = st.sampled_from(
    [
        "# a comment: here\n",
        "\n",
        "auto-commits: false  # never\n",
        "read:\n  - one\n  - two\n",
        "lint-cmd:\n- a: b\n",
        "text:\n  model: not this\n  # nor that\n  set: ['a', b]\n",
        'quoted: "a # b"\n',
        "set: [1, 'b, ]', c d]\n",
        "'model': old # was\n",
    ]
)
documents = st.lists(pieces, unique=True).map("".join)


@given(documents)
def test_a_key_goes_in_and_out_again(text: str) -> None:
    edited = yaml_edits.put(text, ("model",), "openai/x")
    edited = yaml_edits.put(edited, ("openai-api-base",), URL)
    before = yaml.safe_load(text) or {}
    wanted = before | {"model": "openai/x", "openai-api-base": URL}
    assert yaml.safe_load(edited) == wanted
    assert edited.count("#") == text.count("#")
    assert yaml_edits.parse(edited)["model"] == "openai/x"
    taken = yaml_edits.take(yaml_edits.take(edited, ("model",)), ("openai-api-base",))
    before.pop("model", None)
    assert (yaml.safe_load(taken) or {}) == before


@given(st.text(alphabet="abc:#\"' |-\n{}[]?&*!", max_size=30))
def test_what_is_accepted_keeps_its_meaning(text: str) -> None:
    try:
        edited = yaml_edits.put(text, ("model",), "openai/x")
    except Malformed:
        return
    before = yaml.safe_load(text) or {}
    assert isinstance(before, dict), text
    assert yaml.safe_load(edited) == before | {"model": "openai/x"}


@pytest.mark.parametrize("value", ["a b", "a: b", "true", "", "#", "'", '"', "ä", "1"])
def test_a_text_stays_a_text(value: str) -> None:
    assert yaml.safe_load(yaml_edits.put("", ("k",), value)) == {"k": value}
    assert yaml_edits.parse(yaml_edits.put("", ("k",), value)) == {"k": value}


@pytest.mark.parametrize(
    "text", ["{a: 1}\n", "- a\n", "a\n", "? a\n: b\n", "a: 1\n---\nb: 2\n", "---\n---\na: 1\n"]
)
def test_what_it_cannot_be_sure_of_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        yaml_edits.put(text, ("model",), "x")


@pytest.mark.parametrize(
    "text",
    [
        *("a: [1\n", "a: {b\n", "a: 'x\n", 'a: "x\n', 'a: "\\q"\n', "a: b: c\n", "a: @x\n"),
        *("a: 'x' y\n", "a: [1] x\n", "a: ]x\n", "a: - x\n", "a: *n\n", "a:\tb\n", "a: \x00\n"),
        *("a:\n  - [1\n", "a:\n\tb: 1\n", "a: x\n  b: c\n", "a:\n  - b\n - c\n"),
        *("a:\n  b: 1\n  - c\n", "a:\n  - b: 1\n      c: 2\n"),
    ],
)
def test_a_file_that_is_broken_is_refused(text: str) -> None:
    with pytest.raises(yaml.YAMLError):
        yaml.safe_load(text)
    with pytest.raises(Malformed):
        yaml_edits.put(text, ("model",), "x")


@pytest.mark.parametrize("text", ["model:\n  - a\n", "model:\n\n# c\n- a\n"])
def test_a_value_of_several_lines_is_not_replaced(text: str) -> None:
    with pytest.raises(Malformed, match="several lines"):
        yaml_edits.put(text, ("model",), "x")


@pytest.mark.parametrize(
    "value", ["&a x", "*a", "!!str x", "{a: 1}", "[a]", "!x", "|", ">-", "{}  # none"]
)
def test_a_value_that_is_more_than_a_text_is_not_replaced(value: str) -> None:
    for text in (f"model: {value}\n", f"'model':   {value}"):
        with pytest.raises(Malformed):
            yaml_edits.put(text, ("model",), "x")
        with pytest.raises(Malformed):
            yaml_edits.take(text, ("model",))


@pytest.mark.parametrize("line", ["model: yes", "model: '1'", '"model" : 1.5', "model:"])
def test_a_line_comes_back_as_it_was_written(line: str) -> None:
    before = f"a: 1\n{line}  # mine\n"
    edited = yaml_edits.put(before, ("model",), "openai/x") + "b: 2\n"
    assert yaml_edits.bring_back(edited, ("model",), before) == before + "b: 2\n"


def test_windows_line_ends_stay() -> None:
    assert yaml_edits.put("a: 1\r\n", ("b",), "x/y") == "a: 1\r\nb: x/y\r\n"
