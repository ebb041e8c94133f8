"""Names of things that a project keeps at Google: files, caches, batches, stores, interactions.

Only that project's credentials reach them. Here is which of them a path, a request or an answer
names; pure, and in both spellings of proto-JSON. Not here: who owns them (`relay.owners`).

A request is looked at where the API lets it name such a thing, on the parsed body that everyone
has at hand: searching its raw bytes for the fields' names took twenty times as long.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from proxy_core.gemini.wire import Call, JsonObject

HOUR_S = 3_600.0
DAY_S = 24 * HOUR_S
LIFE_S: Mapping[str, float] = {
    "files": 48 * HOUR_S,
    "interactions": 55 * DAY_S,
    "continuations": DAY_S,
}
"""How long a thing lives whose answer does not tell. Source: Files API, Interactions API (paid);
how long an answer can be continued is not documented."""
LONG_LIFE_S = 365 * DAY_S
"Of what stays until it is deleted."

COLLECTIONS = frozenset(
    {"files", "cachedContents", "batches", "fileSearchStores", "tunedModels"}
    | {"interactions", "operations"}
)

_ROOT = re.compile(
    r"(?:https?://[^/?#]*/(?:download/)?v1(?:beta|alpha)?/)?"
    rf"(?P<root>(?:{'|'.join(sorted(COLLECTIONS))}|continuations|models/[\w.~-]+/operations)"
    r"/[\w.~=-]+)(?:[/:?#]|\Z)",
    re.ASCII,
)
_PLAIN = frozenset({"generateContent", "streamGenerateContent", "countTokens"})
_NAMING = frozenset(
    {"fileUri", "file_uri", "uri", "fileName", "file_name", "cachedContent", "cached_content"}
    | {"fileSearchStoreNames", "file_search_store_names", "file_search_stores"}
)
"Fields whose texts are names."
_REFERRING = frozenset({"fileData", "file_data", "functionResponse", "function_response"})
"Fields of a part that may hold a name."
_INTERACTION = frozenset({"previousInteractionId", "previous_interaction_id"})
"Fields whose texts are bare ids of interactions."
_CONTINUING = ("continuationToken", "continuation_token")
"Fields that say where an answer goes on, which its own project alone can do."
_OPAQUE = frozenset({"args", "arguments", "response", "result", "metadata", "labels"})
"Fields that hold a client's own data, whose keys mean nothing to Google."
_HELD = ("file", "response", "metadata", "output")
"Fields of an answer that hold a thing."
_OUTPUT_FILES = ("responsesFile", "responses_file", "documentName")


def root_of(name: str) -> str | None:
    """The thing that a name or URL belongs to; None where it names none of a project's.

    `files/x` of the file's URI, `fileSearchStores/x` of a document in the store.
    """
    match = _ROOT.match(name)
    return match["root"] if match is not None else None


def continuation_name(token: str) -> str:
    """Under which a continuation token is remembered with its owner.

    A digest, for tokens are long, and of a plain form: google-genai reads it as bytes and writes
    those back in the alphabet of URLs.
    """
    plain = token.rstrip("=").replace("-", "+").replace("_", "/")
    return "continuations/" + sha256(plain.encode()).hexdigest()[:40]


def named_by(call: Call) -> list[str]:
    """The things that a model's call names, by their roots, each once."""
    body = call.body
    if call.action not in _PLAIN:
        return named_in(body)
    inner = body.get("generateContentRequest") or body.get("generate_content_request")
    return _distinct(_named_by_request(inner if isinstance(inner, dict) else body))


def named_in(body: JsonObject) -> list[str]:
    """The things that any request body names, wherever; looks at all of it."""
    return _distinct(_found_in(body))


def _distinct(names: Iterator[str]) -> list[str]:
    roots = (root_of(name) for name in names)
    return list(dict.fromkeys(root for root in roots if root is not None))


def _named_by_request(body: JsonObject) -> Iterator[str]:
    """Names in a GenerateContentRequest, where it may have any."""
    for key in ("cachedContent", "cached_content"):
        if key in body:
            yield from _texts(body[key])
    for key in _CONTINUING:
        if key in body:
            yield from map(continuation_name, _texts(body[key]))
    for tool in _dicts(body.get("tools")):
        if "fileSearch" in tool or "file_search" in tool:
            yield from _found_in(tool)
    for content in _dicts(body.get("contents")):
        yield from _named_by_turn(content)
    for key in ("systemInstruction", "system_instruction"):
        if key in body:
            yield from _found_in({"": body[key]})


def _named_by_turn(content: JsonObject) -> Iterator[str]:
    for part in _dicts(content.get("parts")):
        if (
            "fileData" in part
            or "file_data" in part
            or "functionResponse" in part
            or "function_response" in part
        ):
            yield from _found_in(part)


def _found_in(body: JsonObject) -> Iterator[str]:
    """Not recursive: depth is the client's choice."""
    waiting: list[Any] = [body]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(reversed(value))
        elif isinstance(value, dict):
            for key, item in value.items():
                if key in _NAMING:
                    yield from _texts(item)
                elif key in _INTERACTION:
                    yield from (f"interactions/{text}" for text in _texts(item))
                elif key in _CONTINUING:
                    yield from map(continuation_name, _texts(item))
                elif key not in _OPAQUE and isinstance(item, dict | list):
                    waiting.append(item)


def things_of(answer: JsonObject, collection: str = "") -> dict[str, JsonObject]:
    """The things that an answer of Google shows, by root, each with the object that shows it.

    collection: what was asked for, since an interaction tells its bare id only. An answer is a
    thing, holds one (`{"file": …}`, an operation with its outcome), or lists some.
    """
    if collection == "interactions":
        return _interaction(answer)
    shown: dict[str, JsonObject] = {}
    for thing in _shown(answer):
        name = thing.get("name")
        for each in (name, *(thing.get(key) for key in _OUTPUT_FILES)):
            if isinstance(each, str) and (root := root_of(each)) is not None:
                shown.setdefault(root, thing if each == name else {})
    return shown


def _interaction(answer: JsonObject) -> dict[str, JsonObject]:
    """By its id, and where it goes on; what else it holds are a client's and a model's words."""
    thing = answer.get("interaction", answer)
    if not isinstance(thing, dict):
        return {}
    shown: dict[str, JsonObject] = {}
    name = thing.get("id")
    if isinstance(name, str) and (root := root_of(f"interactions/{name}")) is not None:
        shown[root] = thing
    for token in _texts(thing.get("continuation_token")):
        shown[continuation_name(token)] = {}
    return shown


def _shown(answer: JsonObject) -> Iterator[JsonObject]:
    yield answer
    for key, value in answer.items():
        if key in _HELD and isinstance(value, dict):
            yield value
            output = value.get("output")
            if isinstance(output, dict):
                yield output
        elif key in COLLECTIONS or key == "documents":
            yield from _dicts(value)


def expires_at(root: str, thing: JsonObject, now: float) -> float:
    """When a thing ceases to be, epoch seconds; as it says itself, else as its kind does."""
    told = thing.get("expirationTime") or thing.get("expireTime") or thing.get("expire_time")
    if isinstance(told, str):
        try:
            return datetime.fromisoformat(told).timestamp()
        except ValueError:
            pass
    return now + LIFE_S.get(root.partition("/")[0], LONG_LIFE_S)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from (one for one in value if isinstance(one, str))


def _dicts(value: object) -> list[JsonObject]:
    """The objects of a list; a lone object, which proto-JSON takes for a list, is one too."""
    if isinstance(value, dict):
        return [value]
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
