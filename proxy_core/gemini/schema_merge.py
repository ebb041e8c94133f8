"""Merging the branches of `allOf`, and a `$ref` with what stands beside it, into one node.

Not here: finding the branches (`schema`). Nothing is changed in place.
"""

from typing import Any

from proxy_core.gemini.wire import JsonObject


def merge(first: JsonObject, second: JsonObject) -> JsonObject:
    """One node that asks for what both ask for; where that is impossible, `first` wins."""
    merged = dict(first)
    for keyword, value in second.items():
        merged[keyword] = _both(keyword, merged[keyword], value) if keyword in merged else value
    return merged


def _both(keyword: str, first: Any, second: Any) -> Any:
    if _alike(first, second):
        return first
    match first, second:
        case dict(), dict() if keyword == "properties":
            return _properties(first, second)
        case list(), list() if keyword == "required":
            return first + second
        case str(), str() if keyword == "description":
            return f"{first}\n{second}"
        case ((str() | list()), (str() | list())) if keyword in {"type", "enum"}:
            return _common(first, second) or first
        case ((int() | float()), (int() | float())):
            return _stricter(keyword, first, second)
        case dict(), dict() if keyword == "items":
            return {"allOf": [first, second]}
    if keyword == "additionalProperties" and second is False:
        return False
    return first


def _properties(first: JsonObject, second: JsonObject) -> JsonObject:
    united = dict(first)
    for name, schema in second.items():
        if name in united and not _alike(united[name], schema):
            united[name] = {"allOf": [united[name], schema]}
        else:
            united[name] = schema
    return united


def _common(first: str | list[Any], second: str | list[Any]) -> list[Any]:
    """What both lists hold; an integer is a number too."""
    left = first if isinstance(first, list) else [first]
    right = second if isinstance(second, list) else [second]
    shared = {value for value in right if not isinstance(value, dict | list)}
    common = [value for value in left if not isinstance(value, dict | list) and value in shared]
    if "integer" not in common and any(
        "integer" in one and "number" in other for one, other in ((left, right), (right, left))
    ):
        common.append("integer")
    return common


def _alike(first: Any, second: Any) -> bool:
    """Equality that looks one level deep only: comparing deeper could exhaust the stack."""
    if isinstance(first, dict) and isinstance(second, dict):
        return first.keys() == second.keys() and all(
            not isinstance(value, dict | list) and value == second[key]
            for key, value in first.items()
        )
    return not isinstance(first, dict | list) and bool(first == second)


def _stricter(keyword: str, first: float, second: float) -> float:
    lower_bound = keyword.startswith(("min", "exclusiveMin"))
    upper_bound = keyword.startswith(("max", "exclusiveMax"))
    if lower_bound:
        return max(first, second)
    return min(first, second) if upper_bound else first
