"""The same changes on the plain values that a text means: what an edit must come to.

The text editors are held to it: an edited text that means anything else is not written.
"""

from copy import deepcopy
from typing import Any

from proxy_core.connect.model import Item, Place

MISSING: Any = type("Missing", (), {"__repr__": lambda _: "MISSING"})()
"Stands for a value that is not there; null is a value."


class Occupied(ValueError):
    """Something of another kind stands where an object or array is needed."""


def find(root: Any, place: Place) -> Any:
    """The value there, or MISSING."""
    for name in place:
        root = child(root, name)
        if root is MISSING:
            return MISSING
    return root


def child(parent: Any, name: str | Item) -> Any:
    if isinstance(name, Item):
        index = index_of(parent, name)
        return MISSING if index is None else parent[index]
    return parent.get(name, MISSING) if isinstance(parent, dict) else MISSING


def index_of(array: Any, item: Item) -> int | None:
    """Where the first such element stands."""
    if not isinstance(array, list):
        return None
    return next(
        (
            index
            for index, element in enumerate(array)
            if isinstance(element, dict) and element.get(item.member) == item.value
        ),
        None,
    )


def put(root: Any, place: Place, value: Any) -> Any:
    """A copy with the value there; what is missing on the way is made. Raises Occupied."""
    if not place:
        return deepcopy(value)
    name, rest = place[0], place[1:]
    root = deepcopy(root) if root is not MISSING else empty_for(name)
    check_holds(root, name)
    if isinstance(name, str):
        root[name] = put(root.get(name, MISSING), rest, value)
        return root
    index = index_of(root, name)
    if index is None:
        root.append(put(MISSING, rest, value))
    else:
        root[index] = put(root[index], rest, value)
    return root


def take(root: Any, place: Place) -> Any:
    """A copy without the value there; a missing one is fine."""
    if not place or find(root, place) is MISSING:
        return MISSING if not place else root
    root = deepcopy(root)
    parent, name = find(root, place[:-1]), place[-1]
    if isinstance(name, str):
        del parent[name]
    else:
        del parent[index_of(parent, name)]
    return root


def empty_for(name: str | Item) -> Any:
    """What can hold a value of that name."""
    return {} if isinstance(name, str) else []


def check_holds(parent: Any, name: str | Item) -> None:
    """Raises Occupied where the parent cannot hold such a value."""
    if not isinstance(parent, dict if isinstance(name, str) else list):
        wanted = "an object" if isinstance(name, str) else "an array"
        raise Occupied(f"{wanted} is needed where something else stands")


def wrapped(place: Place, value: Any) -> Any:
    """The value inside what is missing on the way to it, outermost first."""
    for name in reversed(place):
        value = {name: value} if isinstance(name, str) else [value]
    return value
