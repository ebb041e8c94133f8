from hypothesis import given
from hypothesis import strategies as st

from proxy_core.dialects.anthropic.stops import Stops


def heard(sequences: tuple[str, ...], *pieces: str) -> tuple[str, str | None]:
    """What goes out of a text that comes in pieces, and the sequence that ended it."""
    stops = Stops(sequences)
    said = "".join(map(stops.take, pieces))
    return said + stops.rest(), stops.found


def test_a_text_ends_before_the_sequence() -> None:
    assert heard(("END",), "a END b") == ("a ", "END")


def test_a_sequence_is_found_across_pieces() -> None:
    assert heard(("END",), "a E", "N", "D b") == ("a ", "END")


def test_the_one_that_is_complete_first_counts() -> None:
    assert heard(("b", "a"), "xab") == ("x", "a")
    assert heard(("long", "on"), "a long way") == ("a l", "on")
    assert heard(("ng", "long"), "a long way") == ("a ", "long")


def test_only_what_may_become_a_sequence_waits() -> None:
    stops = Stops(("END",))
    assert stops.take("sentence E") == "sentence "
    assert stops.take("xactly EN") == "Exactly "
    assert stops.rest() == "EN"
    assert stops.rest() == ""


def test_nothing_comes_behind_it() -> None:
    stops = Stops(("END",))
    stops.take("END")
    assert stops.take("more") == ""
    assert stops.rest() == ""


@given(st.text("ab", max_size=12), st.lists(st.text("ab", min_size=1, max_size=3)), st.data())
def test_it_is_all_the_same_how_a_text_comes(
    text: str, sequences: list[str], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(text)))
    said, found = heard(tuple(sequences), text[:cut], text[cut:])
    assert (said, found) == heard(tuple(sequences), text)
    assert all(sequence not in said for sequence in sequences)
