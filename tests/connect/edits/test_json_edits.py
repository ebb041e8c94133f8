"""Changes to JSON with comments."""

import re
from typing import Any

import pytest
from hypothesis import given

from proxy_core.connect.edits import json_edits, plain
from proxy_core.connect.edits.jsonc import Malformed
from proxy_core.connect.edits.plain import MISSING, Occupied
from proxy_core.connect.model import Item, Place
from tests.connect.edits.documents import documents, places, values

COMMENT = re.compile(r"// c\{1\}|/\* c,2 \*/")


@given(documents, places, values)
def test_a_value_put_in_is_all_that_changes(text: str, place: Place, value: Any) -> None:
    try:
        wanted = plain.put(json_edits.parse(text), place, value)
    except Occupied:
        with pytest.raises(Occupied):
            json_edits.put(text, place, value)
        return
    edited = json_edits.put(text, place, value)
    assert json_edits.parse(edited) == wanted
    if plain.find(json_edits.parse(text), place) is MISSING:  # comments in a value go with it
        assert len(COMMENT.findall(edited)) == len(COMMENT.findall(text))
        if plain.find(json_edits.parse(edited), place) == value:
            assert json_edits.put(edited, place, value) == edited


@given(documents, places, values)
def test_a_value_taken_out_leaves_everything_else(text: str, place: Place, value: Any) -> None:
    try:
        edited = json_edits.put(text, place, value)
    except Occupied:
        return
    taken = json_edits.take(edited, place)
    assert json_edits.parse(taken) == plain.take(json_edits.parse(edited), place)
    if plain.find(json_edits.parse(text), place) is MISSING:
        assert len(COMMENT.findall(taken)) == len(COMMENT.findall(text))


@given(documents, places)
def test_taking_what_is_there_keeps_the_rest(text: str, place: Place) -> None:
    taken = json_edits.take(text, place)
    assert json_edits.parse(taken) == plain.take(json_edits.parse(text), place)


@pytest.mark.parametrize(
    ("text", "place", "edited"),
    [
        ("", ("a",), '{\n  "a": 1\n}\n'),
        ("{}", ("a",), '{\n  "a": 1\n}'),
        ('{"b": 2}', ("a",), '{"b": 2, "a": 1}'),
        ('{"b": 2,}', ("a",), '{"b": 2, "a": 1}'),
        ('{\n\t"b": 2\n}\n', ("a",), '{\n\t"b": 2,\n\t"a": 1\n}\n'),
        ('{\n    "b": 2, // two\n}', ("a",), '{\n    "b": 2, // two\n    "a": 1,\n}'),
        ('{\n  "b": 2 // two\n}', ("a",), '{\n  "b": 2, // two\n  "a": 1\n}'),
        ("{\n  // none\n}", ("a",), '{\n  // none\n  "a": 1\n}'),
        ('{\n  "a": 2 // was\n}', ("a",), '{\n  "a": 1 // was\n}'),
        (
            '{\n  "o": {\n    "x": 1\n  }\n}',
            ("o", "a"),
            '{\n  "o": {\n    "x": 1,\n    "a": 1\n  }\n}',
        ),
        ('{\n  "l": []\n}', ("l", Item("n", "x")), '{\n  "l": [\n    1\n  ]\n}'),
        ('{\r\n  "b": 2\r\n}', ("o", "a"), '{\r\n  "b": 2,\r\n  "o": {\r\n    "a": 1\r\n  }\r\n}'),
    ],
)
def test_the_layout_of_the_file_is_kept(text: str, place: Place, edited: str) -> None:
    assert json_edits.put(text, place, 1).replace('{"b": 2, "a": 1,}', '{"b": 2, "a": 1}') == edited


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ('{\n  "a": 1,\n  "b": 2\n}', '{\n  "b": 2\n}'),
        ('{\n  "b": 2, // two\n  "a": 1\n}', '{\n  "b": 2 // two\n}'),
        ('{\n  "b": 2,\n  "a": 1,\n}', '{\n  "b": 2,\n}'),
        ('{\n  "a": 1 // ours\n}', "{\n  // ours\n}"),
        ('{"b": 2, "a": 1}', '{"b": 2}'),
        ('{"a": 1}', "{}"),
    ],
)
def test_the_line_of_a_value_goes_with_it(text: str, taken: str) -> None:
    assert json_edits.parse(json_edits.take(text, ("a",))) == json_edits.parse(taken)
    assert json_edits.take(text, ("a",)).split() == taken.split()


def test_nothing_is_put_into_what_is_no_object() -> None:
    with pytest.raises(Occupied):
        json_edits.put('{"env": 3}', ("env", "URL"), "x")
    with pytest.raises(Occupied):
        json_edits.put("[]", ("env",), "x")


@given(documents, places, values)
def test_a_value_comes_back_as_it_was_written(text: str, place: Place, value: Any) -> None:
    if plain.find(json_edits.parse(text), place) is not MISSING:
        edited = json_edits.put(text, place, value)
        if plain.find(json_edits.parse(edited), place) is not MISSING:  # named by a member of it
            assert json_edits.bring_back(edited, place, text) == text


def test_nothing_comes_back_from_nowhere() -> None:
    with pytest.raises(Malformed):
        json_edits.bring_back('{"a": 1}', ("a",), "{}")
