"""Bodies of golden cases with something wrong in them, for tests of what parsing may raise."""

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
from hypothesis import strategies as st

GOLDEN = Path(__file__).parent.parent / "golden"


def requests_of(dialect: str) -> list[Any]:
    """The bodies of a dialect's golden cases."""
    return [
        orjson.loads(path.read_bytes()) for path in sorted(GOLDEN.glob(f"{dialect}/*/request.json"))
    ]


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
