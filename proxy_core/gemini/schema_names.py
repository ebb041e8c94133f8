"""Plain names for properties whose own Google may refuse, and the way back.

Google documents no rule for these names and takes most, so they travel as the client wrote them.
Only the last rung (`schema_rungs`) has plain ones, and whether it came to that nobody tells the
renderer: what comes back is looked up by its plain name at any time, which no property of the
same schema has for its own.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from proxy_core.gemini.names import NameMap, is_plain
from proxy_core.gemini.wire import JsonObject


def plain_names(schema: JsonObject) -> dict[str, str]:
    """The odd names of properties in a cleaned schema, each with the plain one that replaces it."""
    found = dict.fromkeys(_names(schema))
    odd = [name for name in found if not is_plain(name)]
    if not odd:
        return {}
    names = NameMap()
    for name in sorted(found, key=is_plain, reverse=True):  # the plain ones keep theirs
        names.to_gemini(name)
    return {name: names.to_gemini(name) for name in odd}


def renamed(value: Any, names: Mapping[str, str]) -> Any:
    """JSON with its keys called anew, where `names` has them."""
    if isinstance(value, dict):
        return {names.get(key, key): renamed(each, names) for key, each in value.items()}
    if isinstance(value, list):
        return [renamed(each, names) for each in value]
    return value


def _names(schema: JsonObject) -> Iterator[str]:
    waiting: list[Any] = [schema]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, dict):
            continue
        properties = node.get("properties", {})
        yield from properties
        waiting += (*properties.values(), *node.get("$defs", {}).values())
        for keyword in ("anyOf", "oneOf", "prefixItems"):
            waiting += node.get(keyword, ())
        waiting += (node.get("items"), node.get("additionalProperties"))
