import pytest
from anthropic.types import computer_member_name

from proxy_core.dialects.anthropic.known_tools import COMPUTER_MEMBERS, describe, find
from proxy_core.gemini.schema import tool_schema


@pytest.mark.parametrize(
    ("type_", "name"),
    [
        ("bash_20250124", "bash"),
        ("text_editor_20241022", "str_replace_editor"),
        ("text_editor_20250124", "str_replace_editor"),
        ("text_editor_20250429", "str_replace_based_edit_tool"),
        ("text_editor_20250728", "str_replace_based_edit_tool"),
        ("memory_20250818", "memory"),
        ("computer_20251124", "computer"),
        ("tool_search_tool_bm25_20251119", None),
    ],
)
def test_a_type_has_its_tool_whatever_its_version(type_: str, name: str | None) -> None:
    found = find(type_)
    assert (found and found.name) == name


@pytest.mark.parametrize("type_", ["bash_1", "text_editor_1", "memory_1", "computer_1"])
def test_a_schema_needs_no_cleaning(type_: str) -> None:
    found = find(type_)
    assert found is not None
    cleaned = tool_schema(found.parameters)
    assert cleaned is not None
    assert cleaned.schema == found.parameters


def test_the_members_of_the_toolset_are_those_of_the_sdk() -> None:
    names = [member.name for member in COMPUTER_MEMBERS]
    assert sorted(names) == sorted(computer_member_name.COMPUTER_MEMBER_NAME_VALUES)


def test_the_size_of_the_screen_is_told_where_it_is_known() -> None:
    tool = find("computer_20251124")
    assert tool is not None
    told = describe(tool, {"display_width_px": 1024, "display_height_px": 768})
    assert told.endswith("The screen is 1024 pixels wide and 768 high.")
    assert describe(tool, {"display_width_px": 1024}) == tool.description
