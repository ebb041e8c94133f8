"""What a conversation consists of so far: own items, kept ones, and those that are referred to.

Ids of items are made of their answer's (`msg_<exchange>_0`), so an item is found without an index.
"""

from collections.abc import Iterator
from typing import NamedTuple

import orjson

from proxy_core.dialects import fields
from proxy_core.dialects.openai_responses.sealed import TEXT, seal
from proxy_core.dialects.openai_responses.store import Kept, ResponseStore
from proxy_core.errors import BadRequest
from proxy_core.gemini.wire import JsonObject

RESPONSE = "resp_"
_REFERENCE = "item_reference"
_KEPT = "previous_response_id"


class Placed(NamedTuple):
    """An item, its type and its path."""

    item: JsonObject
    kind: str
    at: str


def item_id(prefix: str, exchange: str, number: int) -> str:
    return f"{prefix}_{exchange}_{number}"


def previous_of(body: JsonObject, store: ResponseStore | None) -> Kept | None:
    """The kept answer that the request goes on from. Raises BadRequest for an unknown one."""
    id_ = fields.text(body, _KEPT)
    if not id_:
        return None
    kept = None if store is None else store.get(id_)
    if kept is None:
        raise BadRequest(
            f"Previous response with id '{id_}' not found.",
            _KEPT,
            code="previous_response_not_found",
        )
    return kept


def all_items(body: JsonObject, previous: Kept | None, store: ResponseStore | None) -> list[Placed]:
    """Every item of the conversation in order, references resolved. Raises BadRequest."""
    own = input_items(body)
    if not own and previous is None:
        raise BadRequest("'input' must hold something.", "input")
    found = [(item, _KEPT) for item in _kept_items(previous)]
    found += ((item, f"input[{index}]") for index, item in enumerate(own))
    return [_placed(item, store, at) for item, at in found]


def input_items(body: JsonObject) -> list[JsonObject]:
    """`input`: a text is a message of the user."""
    if isinstance(text := body.get("input"), str):
        return [{"role": "user", "content": text}]
    return fields.records(body, "input")


def listed_items(kept: Kept) -> list[JsonObject]:
    """All that went into an answer, oldest first, as items with ids."""
    return [*_kept_items(kept.origin.previous), *_asked(kept)]


def _kept_items(kept: Kept | None) -> list[JsonObject]:
    """The whole conversation up to and with a kept answer."""
    answers: list[Kept] = []
    while kept is not None:
        answers.append(kept)
        kept = kept.origin.previous
    return [item for answer in reversed(answers) for item in (*_asked(answer), *_said(answer))]


def _asked(kept: Kept) -> Iterator[JsonObject]:
    exchange = kept.id.removeprefix(RESPONSE)
    for number, item in enumerate(input_items(orjson.loads(kept.origin.request))):
        yield {"id": item_id("in", exchange, number), **_message(item)}


def _message(item: JsonObject) -> JsonObject:
    """The short forms of a message written out."""
    role = item.get("role")
    if role is None or item.get("type") not in (None, "message"):
        return item
    content = item.get("content")
    if isinstance(content, str):
        kind = "output_text" if role == "assistant" else "input_text"
        part: JsonObject = {"type": kind, "text": content}
        if role == "assistant":
            part["annotations"] = []
        content = [part]
    return {"status": "completed", **item, "type": "message", "content": content}


def _said(kept: Kept) -> Iterator[JsonObject]:
    yield from orjson.loads(kept.response)["output"]
    if kept.text_signature:
        yield {
            "id": item_id("rs", kept.id.removeprefix(RESPONSE), -1),
            "type": "reasoning",
            "summary": [],
            "encrypted_content": seal({TEXT: kept.text_signature}),
        }


def _placed(item: JsonObject, store: ResponseStore | None, at: str) -> Placed:
    kind = _kind_of(item, at)
    if kind == _REFERENCE:
        item = _referred(fields.need_text(item, "id", at), store, at)
        kind = _kind_of(item, at)
    return Placed(item, kind, at)


def _kind_of(item: JsonObject, at: str) -> str:
    """The type of an item; messages and references may leave it out."""
    kind = fields.text(item, "type", at)
    if kind:
        return kind
    if "role" in item:
        return "message"
    if "id" in item:
        return _REFERENCE
    raise BadRequest(f"'{at}.type' is required.", f"{at}.type")


def _referred(id_: str, store: ResponseStore | None, at: str) -> JsonObject:
    """The kept item of this id."""
    exchange = id_.rpartition("_")[0].partition("_")[2]
    kept = None if store is None else store.get(RESPONSE + exchange)
    if kept is not None:
        for item in (*_said(kept), *_asked(kept)):
            if item.get("id") == id_:
                return item
    raise BadRequest(f"Item with id '{id_}' not found.", f"{at}.id", code="item_not_found")
