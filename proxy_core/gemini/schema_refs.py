"""Where a `$ref` leads inside the schema that it stands in. Nothing is fetched.

Not here: what becomes of the reference (`schema`).
"""

from functools import cached_property
from typing import Any
from urllib.parse import unquote

from proxy_core.gemini.wire import JsonObject

_MAX_INDEX_DIGITS = 6


class Targets:
    """What the references of one schema may lead to. Per run over it."""

    def __init__(self, root: JsonObject) -> None:
        self._root = root

    def of(self, pointer: str) -> object:
        """What a JSON pointer (`#/$defs/A~1B`), an `$anchor` or an `$id` names, or None."""
        if pointer == "#":
            return self._root
        if not pointer.startswith("#/"):
            return self._named.get(pointer)
        place: object = self._root
        for step in pointer[2:].split("/"):
            key = unquote(step).replace("~1", "/").replace("~0", "~")
            if isinstance(place, dict):
                place = place.get(key)
            elif isinstance(place, list) and _is_index(key) and int(key) < len(place):
                place = place[int(key)]
            else:
                return None
        return place

    @cached_property
    def _named(self) -> dict[str, JsonObject]:
        """The schemas that say their own names, as those of TypeBox do where they are recursive."""
        found: dict[str, JsonObject] = {}
        waiting: list[Any] = [self._root]
        while waiting:
            node = waiting.pop()
            if isinstance(node, list):
                waiting += node
            elif isinstance(node, dict):
                waiting += node.values()
                if isinstance(node.get("$id"), str):
                    found.setdefault(node["$id"], node)
                if isinstance(node.get("$anchor"), str):
                    found.setdefault(f"#{node['$anchor']}", node)
        return found


def _is_index(key: str) -> bool:
    return key.isdecimal() and len(key) <= _MAX_INDEX_DIGITS
