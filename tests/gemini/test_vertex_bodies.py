"""Single pieces of the finisher; whole requests are golden cases (`test_vertex`)."""

from typing import Any

import pytest

from proxy_core.gemini.vertex_bodies import (
    camel,
    count_request,
    either,
    generate_request,
    service_tier,
    with_role,
)


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("serviceTier", "serviceTier"),
        ("service_tier", "serviceTier"),
        ("include_server_side_tool_invocations", "includeServerSideToolInvocations"),
        ("_responseJsonSchema", "_responseJsonSchema"),
        ("", ""),
    ],
)
def test_a_field_has_one_name_in_both_spellings(key: str, name: str) -> None:
    assert camel(key) == name


def test_a_field_is_found_in_either_spelling() -> None:
    assert either({"service_tier": "flex"}, "serviceTier") == "flex"
    assert either({"serviceTier": "flex"}, "serviceTier") == "flex"
    assert either({"store": True}, "serviceTier") is None


def test_a_tier_is_told_in_lower_case() -> None:
    assert service_tier({"service_tier": "PRIORITY"}) == "priority"
    assert service_tier({"serviceTier": None}) == service_tier({}) == ""


def test_a_turn_that_has_a_role_is_the_very_same() -> None:
    turn = {"role": "model", "parts": []}
    assert with_role(turn) is turn
    assert with_role("no turn") == "no turn"


def test_values_of_a_wrong_type_are_left_for_google_to_refuse() -> None:
    body: dict[str, Any] = {"contents": ["x", {"parts": 3}], "tools": "t", "generationConfig": [1]}
    assert generate_request(body) == {
        "contents": ["x", {"parts": [3], "role": "user"}],
        "tools": ["t"],
        "generationConfig": [1],
    }


def test_an_empty_tool_of_the_clients_stays() -> None:
    assert generate_request({"tools": [{}]}) == {"tools": [{}]}


def test_tokens_are_counted_of_what_vertex_counts() -> None:
    body: dict[str, Any] = {"contents": [], "safetySettings": [], "generateContentRequest": None}
    assert count_request(body) == {"contents": []}
