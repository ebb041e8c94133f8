"""What an edit must come to."""

import pytest

from proxy_core.connect.edits.plain import MISSING, Occupied, find, put, take, wrapped
from proxy_core.connect.model import Item

POLLUX = Item("name", "pollux")


def test_what_is_missing_on_the_way_is_made() -> None:
    assert put({}, ("a", POLLUX, "b"), 1) == {"a": [{"b": 1}]}
    assert wrapped(("a", POLLUX), 1) == {"a": [1]}


def test_an_element_is_found_by_its_member() -> None:
    root = {"a": [3, {"name": "x"}, {"name": "pollux", "b": 1}]}
    assert find(root, ("a", POLLUX, "b")) == 1
    assert put(root, ("a", POLLUX, "b"), 2)["a"][2]["b"] == 2
    assert take(root, ("a", POLLUX)) == {"a": [3, {"name": "x"}]}
    assert find(root, ("a", Item("name", "y"))) is MISSING
    assert root["a"][2] == {"name": "pollux", "b": 1}


def test_null_is_a_value() -> None:
    assert find({"a": None}, ("a",)) is None
    assert repr(find({}, ("a",))) == "MISSING"


def test_taking_what_is_not_there_changes_nothing() -> None:
    assert take({"a": 1}, ("b",)) == {"a": 1}
    assert take("all of it", ()) is MISSING


@pytest.mark.parametrize("root", [{"a": 1}, {"a": []}, {"a": None}])
def test_what_holds_no_such_value_is_occupied(root: object) -> None:
    with pytest.raises(Occupied):
        put(root, ("a", "b"), 1)
