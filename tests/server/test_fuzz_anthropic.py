"""Any JSON at Anthropic's routes: an answer or a proper refusal, never a fault of ours.

POLLUX_FUZZ_EXAMPLES raises the number of bodies, e.g. to 10000.
"""

import asyncio
import os
from typing import Any

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proxy_core.simulator import World
from tests.dialects.anthropic.test_parse import mutated_requests
from tests.fakes.google import google
from tests.fakes.pollux import pollux
from tests.server import raw
from tests.server.test_fuzz import anything

BODIES = int(os.environ.get("POLLUX_FUZZ_EXAMPLES", "400"))
AT_ONCE = 40
"Bodies for one engine: starting it takes longer than they do."

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


@settings(
    max_examples=max(BODIES // AT_ONCE, 1),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    st.lists(
        st.tuples(st.one_of(body, mutated_requests()), st.sampled_from(PATHS)),
        min_size=AT_ONCE,
        max_size=AT_ONCE,
    )
)
def test_no_body_is_answered_with_a_fault_of_ours(asked: list[tuple[Any, str]]) -> None:
    requests = [
        raw.request(path, orjson.dumps(each), head=b"Connection: close\r\n") for each, path in asked
    ]
    for (each, _), answer in zip(asked, _answers(requests), strict=True):
        assert answer.status == 200 or 400 <= answer.status < 500, (each, answer.body)
        assert answer.headers["request-id"].startswith("req_")
        if answer.status != 200:
            assert answer.json["type"] == "error", (each, answer.body)


def _answers(requests: list[bytes]) -> list[raw.RawAnswer]:
    async def scene() -> list[raw.RawAnswer]:
        world = World()
        key: dict[str, Any] = {"type": "api_key", "key": world.add_key("p"), "project_id": "p"}
        async with google(world) as fake, pollux(fake.base_url, [key]) as running:
            answers = [await raw.send(running.url, data) for data in requests]
            assert not any(one.in_flight for one in running.engine.snapshot().credentials)
        return answers

    return asyncio.run(scene())
