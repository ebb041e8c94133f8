import pytest

from proxy_core.dialects import fields
from proxy_core.errors import BadRequest


def test_a_missing_field_and_a_null_are_the_same() -> None:
    for source in ({}, {"a": None}):
        assert fields.text(source, "a") is None
        assert fields.number(source, "a", 0, 1) is None
        assert fields.integer(source, "a", 0, 1) is None
        assert fields.flag(source, "a") is None
        assert fields.record(source, "a") is None
        assert fields.records(source, "a") == []
        assert fields.texts(source, "a") == []


def test_a_wrong_type_is_told_with_its_path() -> None:
    with pytest.raises(BadRequest, match=r"'a\.b' must be a string") as caught:
        fields.text({"b": 1}, "b", "a")
    assert caught.value.problem.param == "a.b"


def test_a_boolean_is_no_number() -> None:
    for read in (fields.number, fields.integer):
        with pytest.raises(BadRequest):
            read({"n": True}, "n", 0, 1)


def test_one_string_is_a_list_of_one() -> None:
    assert fields.texts({"stop": "END"}, "stop") == ["END"]


def test_an_empty_string_does_not_count_as_given() -> None:
    with pytest.raises(BadRequest, match="required"):
        fields.need_text({"model": ""}, "model")


@pytest.mark.parametrize(("levels", "refused"), [(99, False), (101, True), (900, True)])
def test_json_too_deep_to_be_encoded_again_is_refused(levels: int, refused: bool) -> None:
    value: object = 1
    for level in range(levels):
        value = [value] if level % 2 else {"a": value}
    if refused:
        with pytest.raises(BadRequest, match="deeply"):
            fields.refuse_depth(value, "x")
    else:
        fields.refuse_depth(value, "x")
