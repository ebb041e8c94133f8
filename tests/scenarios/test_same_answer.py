"""The stream of an answer says the same as its whole, over HTTP and with all that is in between:
repairs, second tries, and what ends an answer before its first frame."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_core.gemini.wire import JsonObject
from proxy_core.server.translated import NO_ANSWER
from proxy_core.simulator import Reply
from tests.dialects import said
from tests.dialects.answers import answers
from tests.scenarios.stage import FlyingClock
from tests.server.fuzzing import Served, examples, serving

MODEL = "gemini-3.8-flash"
USER = [{"role": "user", "content": "weather?"}]
NAMES = ("get_weather", "patch", "get_time")
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
FUNCTIONS = [
    {"type": "function", "function": {"name": name, "parameters": SCHEMA}} for name in NAMES
]
FLAT = [{"type": "function", "name": name, "parameters": SCHEMA} for name in NAMES]
ASKED: dict[str, list[JsonObject]] = {
    "openai_chat": [
        {"messages": USER},
        {"messages": USER, "tools": FUNCTIONS, "reasoning_effort": "low"},
        {"messages": USER, "tools": FUNCTIONS, "parallel_tool_calls": False, "n": 2},
        {"messages": USER, "web_search_options": {}},
    ],
    "openai_responses": [
        {"input": "weather?"},
        {"input": "weather?", "tools": FLAT, "include": ["reasoning.encrypted_content"]},
        {"input": "weather?", "tools": [{"type": "custom", "name": "patch"}], "store": False},
        {"input": "weather?", "tools": [{"type": "web_search"}], "reasoning": {"summary": "auto"}},
    ],
    "anthropic": [
        {"messages": USER, "max_tokens": 99},
        {
            "messages": USER,
            "max_tokens": 99,
            "thinking": {"type": "adaptive"},
            "tools": [{"name": name, "input_schema": SCHEMA} for name in NAMES],
        },
        {
            "messages": USER,
            "max_tokens": 99,
            "tools": [{"type": "web_search_20250305", "name": "web_search"}],
        },
    ],
    "openai_completions": [{"prompt": "weather?"}, {"prompt": ["a", "b"], "n": 2, "echo": True}],
}
FEW = 60
FAILED = "failed"


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(clock=FlyingClock(), MAX_WAIT_S="0") as one:
        yield one


def told(form: said.Form, status: int, body: bytes, *, stream: bool) -> Any:
    """The answer in one form; FAILED where there is an error, wherever it stands."""
    if status != 200 or (stream and ends_with_an_error(body)):
        return FAILED
    return said.without_ids(said.streamed(form, body) if stream else said.whole(form, body))


def ends_with_an_error(frames: bytes) -> bool:
    lines = [line[6:] for line in frames.splitlines() if line.startswith(b"data: {")]
    last = orjson.loads(lines[-1]) if lines else {}
    return bool(last.get("response", last).get("error"))


@pytest.mark.parametrize("dialect", said.FORMS)
@examples(FEW, at_once=1)
@given(data=st.data())
def test_a_stream_says_the_same_as_the_whole(
    served: Served, dialect: str, data: st.DataObject
) -> None:
    form = said.FORMS[dialect]
    asked = {"model": MODEL, **data.draw(st.sampled_from(ASKED[dialect]))}
    served.world.rules.clear()
    served.world.script(Reply.chunks(data.draw(answers())), times=None)
    found = []
    for stream in (False, True):
        body = {**asked, "stream": stream, **(form.streaming if stream else {})}
        (answer,) = served.answers(form.path, [orjson.dumps(body)])
        found.append(told(form, answer.status, answer.content, stream=stream))
    assert found[1] == found[0]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("reason", sorted(NO_ANSWER))
@pytest.mark.parametrize("dialect", said.FORMS)
def test_an_end_before_anything_was_said_is_a_failure(
    served: Served, dialect: str, reason: str, stream: bool
) -> None:
    form, silent = said.FORMS[dialect], {"content": {"role": "model", "parts": []}, "index": 0}
    served.world.rules.clear()
    chunks = [{"candidates": [silent]}, {"candidates": [{**silent, "finishReason": reason}]}]
    served.world.script(Reply.chunks(chunks), times=None)
    body = {"model": MODEL, **ASKED[dialect][0], "stream": stream}
    (answer,) = served.answers(form.path, [orjson.dumps(body)])
    assert told(form, answer.status, answer.content, stream=stream) == FAILED


@pytest.mark.parametrize("query", ["?alt=sse", ""], ids=["sse", "array"])
@examples(FEW, at_once=1)
@given(chunks=answers())
def test_a_native_stream_holds_every_part_of_the_whole(
    served: Served, query: str, chunks: list[JsonObject]
) -> None:
    served.world.rules.clear()
    served.world.script(Reply.chunks(chunks), times=None)
    asked = orjson.dumps({"contents": [{"role": "user", "parts": [{"text": "weather?"}]}]})
    path = f"/v1beta/models/{MODEL}"
    (whole,) = served.answers(f"{path}:generateContent", [asked])
    (stream,) = served.answers(f"{path}:streamGenerateContent{query}", [asked])
    if stream.status != 200:
        assert orjson.loads(stream.content)["error"] == whole.json["error"]
        return
    lines = stream.content.splitlines()
    events = [orjson.loads(line[6:]) for line in lines if line.startswith(b"data: ")]
    assert (events if query else orjson.loads(stream.content)) == chunks
    if whole.status == 200:  # else its model broke the answer off, which a stream shows as it is
        assert texts_of([whole.json]) == texts_of(chunks)


def texts_of(chunks: list[JsonObject]) -> list[str]:
    """What is said and thought, whatever pieces it comes in."""
    parts = [
        part
        for chunk in chunks
        for candidate in chunk.get("candidates", ())
        for part in candidate["content"]["parts"]
    ]
    return [
        "".join(p.get("text", "") for p in parts if bool(p.get("thought")) is t) for t in (0, 1)
    ]
