"""What the openai SDK makes of the golden answers."""

from pathlib import Path

import httpx2
import orjson
import pytest
from openai import APIError, OpenAI, Stream
from openai.lib.streaming.chat import ChatCompletionStreamState
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from proxy_core.dialects.openai_chat.shape import Shape
from proxy_core.errors import Problem, ProblemKind
from proxy_core.gemini.wire import JsonObject
from tests.dialects.openai_chat.test_render import make

GOLDEN = Path(__file__).parent.parent.parent / "golden" / "openai_chat"
CASES = sorted(GOLDEN.iterdir())
# The SDK has types for whole custom calls, but none for streamed ones: it hands them on unchecked.
TYPED = [case for case in CASES if case.name != "custom_tool"]


def chunks(stream: bytes) -> list[ChatCompletionChunk]:
    response = httpx2.Response(200, content=stream, request=httpx2.Request("POST", "http://local"))
    with OpenAI(api_key="none", base_url="http://127.0.0.1:1/v1") as client:
        return list(Stream(cast_to=ChatCompletionChunk, response=response, client=client))


def by_the_sdk(stream: bytes) -> JsonObject:
    state: ChatCompletionStreamState[None] = ChatCompletionStreamState()
    for chunk in chunks(stream):
        state.handle_chunk(chunk)
    return state.current_completion_snapshot.to_dict()


def settled(choice: JsonObject) -> JsonObject:
    """Without what only one form has: nulls, empty texts, the SDK's own fields and indices."""
    message = {key: value for key, value in choice["message"].items() if value}
    message.pop("parsed", None)
    for key in ("tool_calls", "images"):
        for entry in message.get(key, ()):
            entry.pop("index", None)
            entry.get("function", {}).pop("parsed_arguments", None)
    return {**choice, "message": message}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_whole_answer_is_valid_for_the_sdk(case: Path) -> None:
    raw = orjson.loads((case / "whole.json").read_bytes())
    assert ChatCompletion.model_validate(raw).to_dict() == raw


@pytest.mark.parametrize("case", TYPED, ids=lambda case: case.name)
def test_every_chunk_is_valid_for_the_sdk(case: Path) -> None:
    for chunk in chunks((case / "stream.sse").read_bytes()):
        assert ChatCompletionChunk.model_validate(chunk.to_dict()) == chunk


# The audio of the whole is a file, that of the stream its bare samples.
@pytest.mark.parametrize(
    "case", [case for case in TYPED if case.name != "audio_answer"], ids=lambda case: case.name
)
def test_the_sdk_puts_a_stream_together_to_the_whole(case: Path) -> None:
    whole = orjson.loads((case / "whole.json").read_bytes())
    told = by_the_sdk((case / "stream.sse").read_bytes())
    assert [settled(each) for each in told["choices"]] == [
        settled(each) for each in whole["choices"]
    ]


def test_an_error_inside_a_stream_is_raised_by_the_sdk() -> None:
    problem = Problem(ProblemKind.BAD_UPSTREAM, "Google's answer was cut short.")
    frame = make(Shape("m", stream=True)).fail(problem)
    with pytest.raises(APIError, match="cut short") as caught:
        chunks(frame)
    assert caught.value.type == "server_error"
