"""Any JSON at chat completions: an answer, or a refusal in OpenAI's words; no fault of ours."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.dialects.mutated import crossed, mutated, requests_of
from tests.scenarios.stage import FlyingClock
from tests.server.fuzzing import AT_ONCE, Served, anything, check_openai, examples, mostly, serving
from tests.server.raw import CHAT

FIELDS = [
    *("tools", "tool_choice", "functions", "function_call", "response_format", "stop", "verbosity"),
    *("stream", "stream_options", "n", "temperature", "top_p", "max_tokens", "seed", "user"),
    *("max_completion_tokens", "logprobs", "top_logprobs", "logit_bias", "modalities", "audio"),
    *("reasoning_effort", "parallel_tool_calls", "extra_body", "metadata", "presence_penalty"),
    *("frequency_penalty", "service_tier", "web_search_options", "prompt_cache_key", "store"),
    *("prediction", "extra_content", "moderation"),
]
ROLES = ["system", "developer", "user", "assistant", "tool", "function", "odd"]
part = st.fixed_dictionaries(
    {"type": st.sampled_from(["text", "image_url", "input_audio", "file", "refusal", "odd"])},
    optional=dict.fromkeys(("text", "image_url", "input_audio", "file", "refusal"), anything),
)
INSIDE = ["tool_calls", "tool_call_id", "name", "function_call", "extra_content", "refusal"]
message = st.fixed_dictionaries(
    {"role": st.sampled_from(ROLES)},
    optional={
        "content": st.one_of(st.text(max_size=8), st.lists(part, max_size=3), anything),
        **dict.fromkeys(INSIDE, anything),
    },
)
body = st.fixed_dictionaries(
    {"model": st.just("gemini-3.8-flash") | anything, "messages": st.lists(message, max_size=4)},
    optional=dict.fromkeys(FIELDS, anything),
)
odd = st.dictionaries(st.sampled_from([*FIELDS, "model", "messages"]), anything)


REQUESTS = requests_of("openai_chat")
bodies = mostly(crossed(REQUESTS), st.one_of(mutated(REQUESTS), body, odd, anything))


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(clock=FlyingClock()) as one:
        yield one


@examples(400)
@given(st.lists(bodies, min_size=AT_ONCE, max_size=AT_ONCE))
def test_no_body_is_answered_with_a_fault_of_ours(served: Served, asked: list[Any]) -> None:
    sent = list(map(orjson.dumps, asked))
    check_openai(sent, served.answers(CHAT, sent))
