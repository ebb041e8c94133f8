"""Google's models in Anthropic's form of `/v1/models`, in pages."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

import orjson

from proxy_core.errors import BadRequest
from proxy_core.gemini.wire import JsonObject

_PAGE = 20
"Models of a page where the client names no limit, as Anthropic does."
_LARGEST_PAGE = 1_000

_UNKNOWN_DATE = "1970-01-01T00:00:00Z"
"What Anthropic's reference has for an unknown release; Google does not tell it."


def models_list(resources: Mapping[str, JsonObject], query: str) -> bytes:
    """One page of the models that can chat. Raises BadRequest for a wrong limit or cursor.

    resources: Google's Model resources by bare id; one that does not tell its methods is kept.
    query: of the request, as it came: `limit`, `after_id`, `before_id`.
    """
    asked = dict(parse_qsl(query))
    entries = [model(each) for each in resources.values() if _chats(each)]
    ids = [entry["id"] for entry in entries]
    limit = _limit(asked.get("limit"))
    if "before_id" in asked:
        stop = _place(ids, asked["before_id"], "before_id")
        start = max(stop - limit, 0)
        more = start > 0
    else:
        start = _place(ids, asked["after_id"], "after_id") + 1 if "after_id" in asked else 0
        stop = start + limit
        more = stop < len(entries)
    page = entries[start:stop]
    return orjson.dumps(
        {
            "data": page,
            "has_more": more,
            "first_id": page[0]["id"] if page else None,
            "last_id": page[-1]["id"] if page else None,
        }
    )


def model(resource: JsonObject, name: str | None = None) -> JsonObject:
    """One entry. name: what the client called it, where that is not Google's id."""
    id_ = resource["name"].removeprefix("models/")
    return {
        "type": "model",
        "id": name or id_,
        "display_name": resource.get("displayName", id_),
        "created_at": _UNKNOWN_DATE,
        "lifecycle": "active",
        "max_input_tokens": resource.get("inputTokenLimit"),
        "max_tokens": resource.get("outputTokenLimit"),
    }


def _chats(resource: JsonObject) -> bool:
    methods = resource.get("supportedGenerationMethods")
    return methods is None or "generateContent" in methods


def _limit(text: str | None) -> int:
    if text is None:
        return _PAGE
    if not (
        text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= _LARGEST_PAGE
    ):
        raise BadRequest(f"'limit' must be an integer from 1 to {_LARGEST_PAGE}.", "limit")
    return int(text)


def _place(ids: list[str], id_: str, name: str) -> int:
    if id_ not in ids:
        raise BadRequest(f"'{name}' names no model of the list.", name)
    return ids.index(id_)
