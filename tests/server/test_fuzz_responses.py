"""Any body at `/v1/responses` of a running engine: an answer or a refusal, no fault of ours."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.dialects.mutated import crossed, mutated, requests_of
from tests.scenarios.stage import FlyingClock
from tests.server.fuzzing import AT_ONCE, Served, anything, check_openai, examples, mostly, serving

RESPONSES = "/v1/responses"

FIELDS = [
    *("instructions", "tools", "tool_choice", "text", "reasoning", "include", "store", "metadata"),
    *("stream", "stream_options", "temperature", "top_p", "max_output_tokens", "service_tier"),
    *("parallel_tool_calls", "previous_response_id", "conversation", "background", "prompt"),
    *("prompt_cache_key", "truncation", "user", "max_tool_calls", "top_logprobs", "moderation"),
]
TYPES = [
    *("message", "function_call", "function_call_output", "custom_tool_call", "reasoning"),
    *("custom_tool_call_output", "local_shell_call", "local_shell_call_output", "shell_call"),
    *("shell_call_output", "apply_patch_call", "apply_patch_call_output", "item_reference"),
    *("web_search_call", "code_interpreter_call", "image_generation_call", "compaction", "odd"),
]
ids = st.sampled_from(["call_1", "call_2"])
arguments = st.sampled_from(["{}", '{"a":1}', "[]", "{"])
part = st.fixed_dictionaries(
    {
        "type": st.sampled_from(
            ["input_text", "output_text", "input_image", "input_file", "input_audio", "refusal"]
        )
    },
    optional={
        "text": st.text(max_size=8) | anything,
        "refusal": anything,
        "image_url": st.sampled_from(["https://x.example/a.png", "data:image/png;base64,AA=="]),
        "file_id": st.just("files/a") | anything,
        "file_url": anything,
        "file_data": anything,
        "filename": st.just("a.pdf") | anything,
        "input_audio": anything,
        "detail": anything,
    },
)
content = st.one_of(st.text(max_size=8), st.lists(part, max_size=2), anything)
item = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(TYPES),
        "role": st.sampled_from(["user", "assistant", "system", "developer", "odd"]),
        "content": content,
        "id": ids | anything,
        "call_id": ids,
        "name": st.sampled_from(["f", "patch"]),
        "namespace": st.none() | anything,
        "arguments": arguments | anything,
        "input": st.text(max_size=4) | anything,
        "output": content,
        "action": anything,
        "operation": anything,
        "encrypted_content": st.text(max_size=8) | anything,
        "outputs": anything,
        "result": anything,
    },
)
tool = st.fixed_dictionaries(
    {
        "type": st.sampled_from(
            ["function", "custom", "namespace", "web_search", "code_interpreter", "shell", "odd"]
        )
    },
    optional={
        "name": st.sampled_from(["f", "patch", "a b"]),
        "parameters": anything,
        "strict": st.booleans(),
        "format": anything,
        "tools": anything,
    },
)
choice = st.sampled_from(
    [
        *("auto", "none", "required", {"type": "function", "name": "f"}, {"type": "shell"}),
        {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "custom", "name": "patch"}]},
    ]
)
body = st.fixed_dictionaries(
    {
        "model": st.sampled_from(["gemini-3.8-flash", "gemini-2.5-flash"]),
        "input": st.text(max_size=8) | st.lists(item, max_size=4),
    },
    optional={
        **{name: anything for name in FIELDS if name not in ("conversation", "background")},
        "tools": st.lists(tool, max_size=3),
        "tool_choice": choice,
        "stream": st.booleans(),
        "store": st.booleans(),
        "include": st.just(["reasoning.encrypted_content"]),
    },
)
odd = st.dictionaries(st.sampled_from([*FIELDS, "model", "input"]), anything)


REQUESTS = requests_of("openai_responses")


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(clock=FlyingClock()) as one:
        yield one


@examples(400)
@given(
    st.lists(
        mostly(crossed(REQUESTS), st.one_of(mutated(REQUESTS), body, odd, anything)),
        min_size=AT_ONCE,
        max_size=AT_ONCE,
    )
)
def test_no_body_is_answered_with_a_fault_of_ours(served: Served, bodies: list[Any]) -> None:
    asked = list(map(orjson.dumps, bodies))
    answers = served.answers(RESPONSES, asked)
    check_openai(asked, answers)
    for sent, answer in zip(bodies, answers, strict=True):
        if answer.status == 200 and not sent.get("stream"):
            assert answer.json["object"] == "response"
