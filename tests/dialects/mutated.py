"""Bodies of golden cases with something wrong in them, or with something of one another.

The first are for tests of what parsing may raise, and are refused nearly always. What comes after
parsing is met by the second.
"""

import copy
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
from hypothesis import strategies as st

GOLDEN = Path(__file__).parent.parent / "golden"


def requests_of(dialect: str) -> list[Any]:
    """The bodies of a dialect's golden cases, but for forms."""
    paths = sorted(GOLDEN.glob(f"{dialect}/*/request.json"))
    requests = [orjson.loads(path.read_bytes()) for path in paths]
    return [request for request in requests if "form" not in request]


@st.composite
def mutated(draw: st.DrawFn, requests: Sequence[Any]) -> Any:
    """One of the bodies with one or two values missing or replaced."""
    body = copy.deepcopy(draw(st.sampled_from(requests)))
    for _ in range(draw(st.integers(1, 2))):
        found = _places(body)
        if not found:
            break
        *way, last = draw(st.sampled_from(found))
        holder = body
        for key in way:
            holder = holder[key]
        if draw(st.booleans()) and isinstance(holder, dict):
            del holder[last]
        else:
            holder[last] = draw(_something_else(holder[last]))
    return body


@st.composite
def crossed(draw: st.DrawFn, requests: Sequence[Any]) -> Any:
    """One of the bodies with fields of others in it, at its top and further in.

    Most of them mean something, often what no case says.
    """
    body = copy.deepcopy(draw(st.sampled_from(requests)))
    for other in draw(st.lists(st.sampled_from(requests), max_size=2)):
        field = draw(st.sampled_from(sorted(other)))
        body[field] = copy.deepcopy(other[field])
    elsewhere = _by_key(requests)
    for _ in range(draw(st.integers(0, 1))):
        *way, last = draw(st.sampled_from(_places(body)))
        holder = body
        for key in way:
            holder = holder[key]
        if isinstance(last, str):
            holder[last] = copy.deepcopy(draw(st.sampled_from(elsewhere[last])))
    return body


def _by_key(requests: Sequence[Any]) -> dict[str, list[Any]]:
    """Every value that a key has anywhere in the bodies."""
    found: dict[str, list[Any]] = defaultdict(list)
    waiting = list(requests)
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            for key, child in value.items():
                found[key].append(child)
        waiting += _children(value)
    return found


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _something_else(value: Any) -> st.SearchStrategy[Any]:
    junk: st.SearchStrategy[Any] = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**63), 2**64 - 1),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=8),
        st.sampled_from(["file:///x", "data:,x", "http://[", "{", "auto", "0x0", "99999x1", ""]),
        st.lists(st.one_of(st.none(), st.integers(0, 9), st.text(max_size=2)), max_size=2),
        st.dictionaries(st.sampled_from(["id", "text", "google"]), st.none(), max_size=2),
    )
    kept: list[st.SearchStrategy[Any]] = [st.just([value]), st.just({"id": value})]
    if isinstance(value, list):
        kept += [st.just(value * 2), st.just(value[::-1])]
    return st.one_of(junk, *kept)


def _places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [at] if at else []
    if isinstance(value, dict):
        entries: list[tuple[Any, Any]] = list(value.items())
    else:
        entries = list(enumerate(value)) if isinstance(value, list) else []
    for key, child in entries:
        found += _places(child, (*at, key))
    return found
