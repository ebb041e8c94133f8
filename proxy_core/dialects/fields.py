"""Reads fields of a client's JSON body; what has the wrong type is told with its path.

Shared by the dialects. A missing field and a null are the same: None. Unknown fields are
never looked at. `at` is the path of the object that holds the field, "" at the top.
"""

from collections.abc import Collection
from typing import Any

import orjson

from proxy_core.errors import BadRequest
from proxy_core.gemini.wire import JsonObject

MAX_DEPTH = 100
"Levels of a schema, of arguments or of a result; far below what orjson can encode (254)."


def load_body(body: bytes) -> JsonObject:
    """The body as an object. Raises BadRequest for anything else."""
    try:
        loaded = orjson.loads(body)
    except orjson.JSONDecodeError as exc:
        raise BadRequest(f"The body is not valid JSON: {exc}") from exc
    if not isinstance(loaded, dict):
        raise BadRequest("The body must be a JSON object.")
    return loaded


def path(at: str, key: str) -> str:
    return f"{at}.{key}" if at else key


def text(source: JsonObject, key: str, at: str = "") -> str | None:
    value = source.get(key)
    if value is None or isinstance(value, str):
        return value
    raise wrong(path(at, key), "a string")


def need_text(source: JsonObject, key: str, at: str = "") -> str:
    """A string that must be there and not be empty."""
    value = text(source, key, at)
    if not value:
        raise BadRequest(f"'{path(at, key)}' is required.", path(at, key))
    return value


def choice(source: JsonObject, key: str, allowed: Collection[str], at: str = "") -> str | None:
    value = text(source, key, at)
    if value is None or value in allowed:
        return value
    raise wrong(path(at, key), "one of " + ", ".join(allowed))


def number(source: JsonObject, key: str, low: float, high: float, at: str = "") -> float | None:
    value = source.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise wrong(path(at, key), f"a number from {low:g} to {high:g}")
    return value


def integer(source: JsonObject, key: str, low: int, high: int, at: str = "") -> int | None:
    value = source.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise wrong(path(at, key), f"an integer from {low} to {high}")
    return value


def flag(source: JsonObject, key: str, at: str = "") -> bool | None:
    value = source.get(key)
    if value is None or isinstance(value, bool):
        return value
    raise wrong(path(at, key), "true or false")


def record(source: JsonObject, key: str, at: str = "") -> JsonObject | None:
    value = source.get(key)
    if value is None or isinstance(value, dict):
        return value
    raise wrong(path(at, key), "an object")


def need_record(source: JsonObject, key: str, at: str = "") -> JsonObject:
    value = record(source, key, at)
    if value is None:
        raise BadRequest(f"'{path(at, key)}' is required.", path(at, key))
    return value


def records(source: JsonObject, key: str, at: str = "") -> list[JsonObject]:
    """A list of objects; empty when it is missing."""
    value = source.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise wrong(path(at, key), "a list")
    for index, entry in enumerate(value):
        if not isinstance(entry, dict):
            raise wrong(f"{path(at, key)}[{index}]", "an object")
    return value


def texts(source: JsonObject, key: str, at: str = "") -> list[str]:
    """A list of strings; one string counts as a list of one."""
    value = source.get(key)
    if value is None:
        return []
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise wrong(path(at, key), "a string or a list of strings")
    return value


def wrong(where: str, expected: str) -> BadRequest:
    return BadRequest(f"'{where}' must be {expected}.", where)


def refuse_depth(value: Any, where: str, limit: int = MAX_DEPTH) -> None:
    """Raises BadRequest for JSON nested deeper than can safely be walked and encoded."""
    level = [value]
    for _ in range(limit):
        level = [
            child
            for entry in level
            if isinstance(entry, dict | list)
            for child in (entry.values() if isinstance(entry, dict) else entry)
        ]
        if not level:
            return
    raise BadRequest(f"'{where}' is nested too deeply.", where)
