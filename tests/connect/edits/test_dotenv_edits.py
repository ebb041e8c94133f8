"""Changes to `.env` files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_core.connect.edits import dotenv_edits
from proxy_core.connect.edits.jsonc import Malformed

pieces = st.sampled_from(
    ["# note\n", "\n", "A=1\n", "export B='x # y'\n", 'C="p"  # c\n', "KEY=old # was\n", "D = 4\n"]
)
documents = st.lists(pieces, unique=True).map("".join)


@given(documents)
def test_a_variable_goes_in_and_out_again(text: str) -> None:
    before = dotenv_edits.parse(text)
    edited = dotenv_edits.put(text, ("KEY",), "new")
    assert dotenv_edits.parse(edited) == before | {"KEY": "new"}
    assert edited.count("#") == text.count("#")
    before.pop("KEY", None)
    assert dotenv_edits.parse(dotenv_edits.take(edited, ("KEY",))) == before


def test_the_last_of_two_counts() -> None:
    assert dotenv_edits.put("K=1\nK=2\n", ("K",), "3") == "K=1\nK=3\n"


def test_a_line_without_an_end_gets_one() -> None:
    assert dotenv_edits.put("A=1", ("K",), "2") == "A=1\nK=2\n"


@given(st.text(alphabet="ab '\"`#$=\\", min_size=1, max_size=8))
def test_any_value_on_one_line_comes_back(value: str) -> None:
    try:
        text = dotenv_edits.put("A=1\n", ("K",), value)
    except Malformed:
        assert {"'", "`"} <= set(value)
        return
    assert dotenv_edits.parse(text) == {"A": "1", "K": value}
    assert dotenv_edits.take(text, ("K",)) == "A=1\n"


def test_a_value_of_two_lines_is_refused() -> None:
    with pytest.raises(Malformed):
        dotenv_edits.put("", ("K",), "a\nb")


def test_a_value_of_several_lines_is_not_touched() -> None:
    with pytest.raises(Malformed, match="several lines"):
        dotenv_edits.put('K="a\nb"\n', ("K",), "c")
    with pytest.raises(Malformed, match="several lines"):
        dotenv_edits.take('K="a\nb"\n', ("K",))


def test_a_line_comes_back_as_it_was_written() -> None:
    before = "export K='1 2' # mine\r\nA=1\r\n"
    edited = dotenv_edits.put(before, ("K",), "3") + "B=2\r\n"
    assert edited.startswith("K=3 # mine")
    assert dotenv_edits.bring_back(edited, ("K",), before) == before + "B=2\r\n"
