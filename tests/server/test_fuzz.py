"""Any bytes at a running engine: an answer or an end, never a fault of ours, never a hang."""

import asyncio
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proxy_core.simulator import World
from tests.fakes.google import google
from tests.fakes.pollux import pollux
from tests.server import raw
from tests.server.raw import CHAT, NATIVE

few = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)
CHAT_FIELDS = [
    *("messages", "tools", "tool_choice", "functions", "function_call", "response_format", "stop"),
    *("stream", "stream_options", "n", "temperature", "top_p", "max_tokens", "seed", "user"),
    *("max_completion_tokens", "logprobs", "top_logprobs", "logit_bias", "modalities", "audio"),
    *("reasoning_effort", "parallel_tool_calls", "extra_body", "metadata", "presence_penalty"),
    *("frequency_penalty", "service_tier", "web_search_options", "prompt_cache_key", "store"),
    *("prediction", "verbosity"),
]
NATIVE_FIELDS = [
    *("contents", "tools", "toolConfig", "systemInstruction", "system_instruction", "content"),
    *("generationConfig", "safetySettings", "cachedContent", "requests", "model"),
]
ROLES = ["system", "developer", "user", "assistant", "tool", "function", "odd"]
VERBS = ["generateContent", "streamGenerateContent", "countTokens", "embedContent", "odd"]
part = st.fixed_dictionaries(
    {"type": st.sampled_from(["text", "image_url", "input_audio", "file", "refusal", "odd"])},
    optional=dict.fromkeys(("text", "image_url", "input_audio", "file", "refusal"), anything),
)
message = st.fixed_dictionaries(
    {"role": st.sampled_from(ROLES)},
    optional={
        "content": st.one_of(st.text(max_size=8), st.lists(part, max_size=3), anything),
        "tool_calls": anything,
        "tool_call_id": anything,
        "name": anything,
        "function_call": anything,
        "extra_content": anything,
    },
)
chat = st.fixed_dictionaries(
    {"model": st.just("gemini-3.8-flash") | anything, "messages": st.lists(message, max_size=4)},
    optional={name: anything for name in CHAT_FIELDS if name != "messages"},
)
native = st.fixed_dictionaries({}, optional=dict.fromkeys(NATIVE_FIELDS, anything))


def ask_all(requests: list[bytes]) -> list[raw.RawAnswer | None]:
    """Their first answers; None where the connection ended without one."""

    async def asked(url: str, data: bytes) -> raw.RawAnswer | None:
        reader, writer = await raw.connect(url)
        try:
            writer.write(data)
            writer.write_eof()
            return await raw.read_answer(reader)
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        finally:
            writer.close()

    async def scene() -> list[raw.RawAnswer | None]:
        world = World()
        key: dict[str, Any] = {"type": "api_key", "key": world.add_key("p"), "project_id": "p"}
        async with google(world) as fake, pollux(fake.base_url, [key]) as running:
            answers = [await asked(running.url, data) for data in requests]
            alive = await raw.send(running.url, raw.request("/healthz"))
            assert alive.status == 200
            assert not any(one.in_flight for one in running.engine.snapshot().credentials)
        return answers

    return asyncio.run(scene())


CLOSE = b"Connection: close\r\n"


@few
@given(
    st.lists(
        st.one_of(chat, st.dictionaries(st.sampled_from(CHAT_FIELDS), anything)),
        min_size=1,
        max_size=8,
    )
)
def test_no_chat_body_is_answered_with_a_fault_of_ours(bodies: list[Any]) -> None:
    asked = [raw.request(CHAT, orjson.dumps(body), head=CLOSE) for body in bodies]
    for body, answer in zip(bodies, ask_no_eof(asked), strict=True):
        assert answer.status < 500, (body, answer.body)
        assert answer.headers["x-request-id"]


@few
@given(
    st.lists(native, min_size=1, max_size=8),
    st.sampled_from(VERBS),
)
def test_no_native_body_is_answered_with_a_fault_of_ours(bodies: list[Any], verb: str) -> None:
    path = f"/v1beta/models/gemini-3.8-flash:{verb}"
    asked = [raw.request(path, orjson.dumps(body), head=CLOSE) for body in bodies]
    for body, answer in zip(bodies, ask_no_eof(asked), strict=True):
        assert answer.status < 500, (body, answer.body)


@few
@given(st.lists(st.binary(max_size=64), min_size=1, max_size=8))
def test_no_bytes_for_a_body_are_answered_with_a_fault_of_ours(bodies: list[bytes]) -> None:
    asked = [
        raw.request(path, body, head=CLOSE + more)
        for body in bodies
        for path in (CHAT, NATIVE)
        for more in (b"", b"Content-Encoding: gzip\r\n", b"Content-Encoding: deflate\r\n")
    ]
    assert {answer.status for answer in ask_no_eof(asked)} <= {400, 404}


line = st.binary(max_size=24)


@few
@given(
    st.lists(
        st.tuples(line, line, line, st.sampled_from([b"\r\n", b"\n", b"", b"\r\n\r\n"])),
        min_size=1,
        max_size=10,
    )
)
def test_no_bytes_for_a_head_hang_or_break_it(
    heads: list[tuple[bytes, bytes, bytes, bytes]],
) -> None:
    asked = [
        data
        for start, header, rest, end in heads
        for data in (
            start + end + header + end + rest,
            b"GET /" + start + b" HTTP/1.1\r\nHost: localhost\r\n" + header + end + b"\r\n" + rest,
            b"POST "
            + CHAT.encode()
            + b" HTTP/1.1\r\n"
            + raw.HOST
            + raw.AUTH
            + header
            + b": "
            + rest
            + end
            + b"\r\n\r\n",
        )
    ]
    for data, answer in zip(asked, ask_all(asked), strict=True):
        assert answer is None or answer.status < 500, data


def ask_no_eof(requests: list[bytes]) -> list[raw.RawAnswer]:
    """Their answers, from clients that stay until the end."""

    async def scene() -> list[raw.RawAnswer]:
        world = World()
        key: dict[str, Any] = {"type": "api_key", "key": world.add_key("p"), "project_id": "p"}
        async with google(world) as fake, pollux(fake.base_url, [key]) as running:
            return [await raw.send(running.url, data) for data in requests]

    return asyncio.run(scene())


@pytest.mark.parametrize("path", [CHAT, NATIVE])
def test_every_cut_of_a_request_is_an_answer_or_an_end(path: str) -> None:
    whole = raw.request(path, raw.chat_body())
    answers = ask_all([whole[:length] for length in range(0, len(whole), 7)])
    assert all(answer is None or answer.status < 500 for answer in answers)


COLLECTIONS = ["files", "cachedContents", "batches", "fileSearchStores", "interactions"]
KEPT_FIELDS = [
    *("model", "input", "stream", "contents", "ttl", "file", "fileName", "batch", "tools", "uris"),
    *("previous_interaction_id", "cached_content", "displayName"),
]
WHERE = ["", "/x", "/x/y", "/%2e%2e", "/a%0d%0ab", "/x==", "/" + "a" * 300, "/x/documents"]
kept_path = st.builds(
    "/v1beta/{}{}{}{}".format,
    st.sampled_from([*COLLECTIONS, "tunedModels", "operations"]),
    st.sampled_from(WHERE),
    st.sampled_from(["", ":download", ":cancel", ":register", ":importFile", ":odd"]),
    st.sampled_from(["", "?alt=media", "?alt=sse", "?pageToken=x", "?pageSize=1", "?stream=true"]),
)
kept_body = st.fixed_dictionaries({}, optional=dict.fromkeys(KEPT_FIELDS, anything))


@few
@given(
    st.lists(
        st.tuples(kept_path, st.sampled_from(["GET", "POST", "PATCH", "DELETE"]), kept_body),
        min_size=4,
        max_size=12,
    )
)
def test_nothing_asked_about_what_projects_keep_is_answered_with_a_fault_of_ours(
    all_asked: list[tuple[str, str, Any]],
) -> None:
    requests = [
        raw.request(path, orjson.dumps(body), method=method, head=CLOSE)
        for path, method, body in all_asked
    ]
    for asked, answer in zip(all_asked, ask_no_eof(requests), strict=True):
        assert answer.status < 500, (asked, answer.body)
