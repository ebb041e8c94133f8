"""Any JSON at Anthropic's routes: an answer or a proper refusal, never a fault of ours."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.dialects.mutated import crossed, mutated, requests_of
from tests.scenarios.stage import FlyingClock
from tests.server import raw
from tests.server.fuzzing import AT_ONCE, CLOSE, Served, anything, examples, mostly, serving

PATHS = ("/v1/messages", "/v1/messages/count_tokens")
FIELDS = [
    *("system", "tools", "tool_choice", "thinking", "output_config", "output_format", "stream"),
    *("stop_sequences", "temperature", "top_p", "top_k", "metadata", "cache_control", "container"),
    *("service_tier", "context_management", "mcp_servers", "speed", "inference_geo"),
]
KINDS = [
    *("text", "image", "document", "search_result", "tool_use", "tool_result", "thinking"),
    *("redacted_thinking", "server_tool_use", "web_search_tool_result", "odd"),
]
INSIDE = [
    *("text", "source", "content", "id", "name", "input", "tool_use_id", "is_error", "thinking"),
    *("signature", "data", "title", "context", "cache_control"),
]
block = st.fixed_dictionaries(
    {"type": st.sampled_from(KINDS)}, optional=dict.fromkeys(INSIDE, anything)
)
content = st.one_of(st.text(max_size=8), st.lists(block, max_size=3), anything)
message = st.fixed_dictionaries(
    {"role": st.sampled_from(["user", "assistant", "system", "odd"])}, optional={"content": content}
)
body = st.fixed_dictionaries(
    {
        "model": st.sampled_from(["gemini-3.8-flash", "gemini-2.5-flash", "claude-x"]) | anything,
        "max_tokens": st.sampled_from([0, 1, 4096]) | anything,
        "messages": st.lists(message, max_size=4),
    },
    optional=dict.fromkeys(FIELDS, anything),
)
REQUESTS = requests_of("anthropic")
bodies = mostly(crossed(REQUESTS), mutated(REQUESTS) | body)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(clock=FlyingClock()) as one:
        yield one


@examples(400)
@given(
    st.lists(
        st.tuples(bodies, st.sampled_from(PATHS)),
        min_size=AT_ONCE,
        max_size=AT_ONCE,
    )
)
def test_no_body_is_answered_with_a_fault_of_ours(
    served: Served, asked: list[tuple[Any, str]]
) -> None:
    requests = [raw.request(path, orjson.dumps(each), head=CLOSE) for each, path in asked]
    for (each, _), answer in zip(asked, served.ask(requests), strict=True):
        assert answer.status == 200 or 400 <= answer.status < 500, (each, answer.body)
        assert answer.headers["request-id"].startswith("req_")
        if answer.status != 200:
            assert answer.json["type"] == "error", (each, answer.body)
