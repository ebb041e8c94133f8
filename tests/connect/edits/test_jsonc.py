"""Reading JSON that people edit."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_core.connect.edits.jsonc import DEEPEST, Malformed, parse

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(JSON, st.sampled_from([None, 1, "\t"]))
def test_every_json_text_means_what_it_meant(value: Any, indent: int | str | None) -> None:
    assert parse(json.dumps(value, indent=indent)).value == value


@given(st.text())
def test_any_other_text_is_malformed_and_nothing_else(text: str) -> None:
    try:
        parse(text)
    except Malformed:
        return
    parse(text.strip())


def test_comments_and_trailing_commas_mean_nothing() -> None:
    text = '// a\n{ /* b\n*/ "a": [1, 2,], // c {\n "b": "// no", }\n// d'
    assert parse(text).value == {"a": [1, 2], "b": "// no"}


def test_nodes_know_where_they_stand() -> None:
    text = ' { "a" : [ true , ] } '
    root = parse(text)
    assert text[root.start : root.end] == '{ "a" : [ true , ] }'
    (member,) = root.members
    assert text[member.start :].startswith('"a"')
    assert text[member.node.start : member.node.end] == "[ true , ]"
    assert member.node.comma == text.index(",")


def test_of_two_members_of_one_name_the_last_counts() -> None:
    assert parse('{"a": 1, "a": 2}').value == {"a": 2}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "line 1: a value"),
        ("{\n", "line 2: a key"),
        ('{"a"}', "a colon"),
        ('{"a": 1 "b": 2}', "a comma or }"),
        ("[1 2]", "a comma or ]"),
        ("[,]", "a value"),
        ('{"a": 1,,}', "a key"),
        ("{a: 1}", "a key"),
        ('"abc', "no end"),
        (r'"\x"', "an escape"),
        ("01", "behind the end"),
        ("1" * 5000, "too long"),
        ("{} {}", "behind the end"),
        ("/* {}", "a value"),
        ("[" * (DEEPEST + 2), "too deeply"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, what: str) -> None:
    with pytest.raises(Malformed, match=what.replace("]", r"\]").replace("}", r"\}")):
        parse(text)
