import contextlib
import copy
from pathlib import Path
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy_core.errors import BadRequest, ProblemKind
from proxy_core.gemini.wire import JsonObject
from tests.dialects.anthropic.asking import asking, count, parse, refusal, sent

GOLDEN = Path(__file__).parent.parent.parent / "golden" / "anthropic"
REQUESTS = [orjson.loads(path.read_bytes()) for path in sorted(GOLDEN.glob("*/request.json"))]


def test_a_body_that_is_no_object_is_refused() -> None:
    for body in (b"", b"[]", b"{", b"null", b"\xff"):
        assert refusal(body).kind is ProblemKind.BAD_REQUEST


def test_a_model_is_needed() -> None:
    assert refusal(asking(model=None)).param == "model"
    assert refusal(asking(model="a b")).kind is ProblemKind.MODEL_NOT_FOUND


def test_a_call_always_streams_whatever_the_client_wants() -> None:
    for stream in (True, False, None):
        parsed = parse(asking(stream=stream))
        assert parsed.calls[0].streams
        assert parsed.stream is bool(stream)


def test_the_answer_echoes_the_clients_name() -> None:
    parsed = parse(asking(model="claude-opus-4-6"))
    assert (parsed.model, parsed.calls[0].model) == ("claude-opus-4-6", "gemini-4-hydrogen")


def test_nothing_is_configured_but_the_limit_where_nothing_is_asked() -> None:
    assert sent(asking()) == {
        "contents": [{"role": "user", "parts": [{"text": "Hi"}]}],
        "generationConfig": {"maxOutputTokens": 2048},
    }


def mutations(value: Any) -> st.SearchStrategy[Any]:
    junk: st.SearchStrategy[Any] = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**63), 2**64 - 1),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=8),
        st.sampled_from(["file:///x", "data:,x", "http://[", "{", "assistant", "tool_use"]),
        st.lists(st.one_of(st.none(), st.text(max_size=2)), max_size=2),
        st.dictionaries(st.sampled_from(["type", "text", "name", "$ref"]), st.none(), max_size=2),
    )
    kept: list[st.SearchStrategy[Any]] = [st.just([value]), st.just({"type": value})]
    if isinstance(value, list):
        kept += [st.just(value * 2), st.just(value[::-1])]
    return st.one_of(junk, *kept)


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [at] if at else []
    if isinstance(value, dict | list):
        entries = value.items() if isinstance(value, dict) else enumerate(value)
        for key, child in list(entries):
            found += places(child, (*at, key))
    return found


@st.composite
def mutated_requests(draw: st.DrawFn) -> Any:
    body = copy.deepcopy(draw(st.sampled_from(REQUESTS)))
    for _ in range(draw(st.integers(1, 2))):
        *way, last = draw(st.sampled_from(places(body)))
        holder = body
        for key in way:
            holder = holder[key]
        if draw(st.booleans()) and isinstance(holder, dict):
            del holder[last]
        else:
            holder[last] = draw(mutations(holder[last]))
        if not places(body):
            break
    return body


@settings(max_examples=600, deadline=None)
@given(mutated_requests())
def test_whatever_a_body_holds_only_a_bad_request_is_raised(body: Any) -> None:
    for understand in (parse, count):
        try:
            calls = understand(body).calls
        except BadRequest as refused:
            calls, param = (), refused.problem.param
        else:
            param = "none is wrong"
        assert param is not None
        for call in calls:
            orjson.dumps(call.body)


@settings(max_examples=300)
@given(st.binary(max_size=60), st.sampled_from(REQUESTS), st.integers(0, 400))
def test_whatever_bytes_come_only_a_bad_request_is_raised(
    junk: bytes, request_body: JsonObject, place: int
) -> None:
    raw = orjson.dumps(request_body)
    with contextlib.suppress(BadRequest):
        parse(raw[:place] + junk + raw[place:])
