from datetime import datetime

import orjson
import pytest

from proxy_core.dialects.anthropic.models import model, models_list
from proxy_core.errors import BadRequest
from proxy_core.gemini.wire import JsonObject

CHATS = ["generateContent"]


def resources(*names: str, methods: list[str] | None = None) -> dict[str, JsonObject]:
    return {
        name: {"name": f"models/{name}", "supportedGenerationMethods": methods or CHATS}
        for name in names
    }


LETTERS = resources(*"abcdefg")


def page(query: str, of: dict[str, JsonObject] = LETTERS) -> JsonObject:
    listed: JsonObject = orjson.loads(models_list(of, query))
    listed["data"] = "".join(entry["id"] for entry in listed["data"])
    return listed


def test_an_entry_has_what_the_sdk_requires() -> None:
    entry = model(
        {
            "name": "models/gemini-3.8-flash",
            "displayName": "Gemini 3.8 Flash",
            "inputTokenLimit": 1_048_576,
            "outputTokenLimit": 65_536,
        }
    )
    assert datetime.fromisoformat(entry.pop("created_at")).year == 1970
    assert entry == {
        "type": "model",
        "id": "gemini-3.8-flash",
        "display_name": "Gemini 3.8 Flash",
        "lifecycle": "active",
        "max_input_tokens": 1_048_576,
        "max_tokens": 65_536,
    }


def test_the_clients_own_name_is_echoed() -> None:
    entry = model({"name": "models/gemini-3.8-flash"}, "claude-sonnet-5")
    assert (entry["id"], entry["display_name"]) == ("claude-sonnet-5", "gemini-3.8-flash")


def test_models_that_cannot_chat_are_left_out() -> None:
    assert page("", resources("a") | resources("e", methods=["embedContent"]))["data"] == "a"
    assert page("", {"x": {"name": "models/x"}})["data"] == "x"


@pytest.mark.parametrize(
    ("query", "ids", "more"),
    [
        ("", "abcdefg", False),
        ("limit=3", "abc", True),
        ("limit=3&after_id=c", "def", True),
        ("limit=3&after_id=e", "fg", False),
        ("after_id=g", "", False),
        ("limit=2&before_id=d", "bc", True),
        ("limit=9&before_id=d", "abc", False),
        ("lifecycle=active&beta=true", "abcdefg", False),
    ],
)
def test_pages_go_by_limit_and_cursor(query: str, ids: str, more: bool) -> None:
    listed = page(query)
    assert (listed["data"], listed["has_more"]) == (ids, more)
    assert listed["first_id"] == (ids[0] if ids else None)
    assert listed["last_id"] == (ids[-1] if ids else None)


def test_a_page_has_twenty_where_no_limit_is_named() -> None:
    many = resources(*(f"m{number}" for number in range(30)))
    assert len(orjson.loads(models_list(many, ""))["data"]) == 20


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=1001", "limit=x", "limit=-1", "limit=99999", "after_id=z", "before_id=z"],
)
def test_a_wrong_limit_or_cursor_is_refused(query: str) -> None:
    with pytest.raises(BadRequest):
        models_list(LETTERS, query)
