"""What the anthropic SDK makes of the golden answers."""

from pathlib import Path

import httpx2
import orjson
import pytest
from anthropic import Anthropic, APIStatusError, Stream
from anthropic.lib.streaming._messages import accumulate_event
from anthropic.types import Message, ParsedMessage, RawMessageStreamEvent

from proxy_core.dialects.anthropic.models import models_list
from proxy_core.dialects.anthropic.shape import Shape
from proxy_core.errors import Problem, ProblemKind
from proxy_core.gemini.wire import JsonObject
from tests.dialects.anthropic.reassemble import reassemble
from tests.dialects.anthropic.test_render import make

GOLDEN = Path(__file__).parent.parent.parent / "golden" / "anthropic"
CASES = sorted(GOLDEN.iterdir())
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def received(stream: bytes) -> list[RawMessageStreamEvent]:
    response = httpx2.Response(200, content=stream, request=httpx2.Request("POST", "http://local"))
    with Anthropic(api_key="none", base_url="http://127.0.0.1:1") as client:
        return list(
            Stream[RawMessageStreamEvent](
                cast_to=RawMessageStreamEvent,  # type: ignore[arg-type]  # as the SDK does itself
                response=response,
                client=client,
            )
        )


def by_the_sdk(stream: bytes) -> JsonObject:
    message: ParsedMessage[None] | None = None
    buffers: dict[int, bytes] = {}
    for event in received(stream):
        message = accumulate_event(event=event, current_snapshot=message, json_bufs=buffers)
    assert message is not None
    return message.to_dict()


def settled(message: JsonObject) -> JsonObject:
    """Without nulls, which the SDK adds."""
    found: JsonObject = orjson.loads(orjson.dumps(message))
    found["content"] = [
        {key: value for key, value in block.items() if value is not None}
        for block in found["content"]
    ]
    return {key: value for key, value in found.items() if value is not None}


@each_case
def test_a_whole_answer_is_valid_for_the_sdk(case: Path) -> None:
    raw = orjson.loads((case / "whole.json").read_bytes())
    assert Message.model_validate(raw).to_dict() == raw


@each_case
def test_every_event_is_valid_for_the_sdk(case: Path) -> None:
    for event in received((case / "stream.sse").read_bytes()):
        assert type(event).model_validate(event.to_dict()) == event


@each_case
def test_the_sdk_folds_a_stream_to_the_message_that_we_do(case: Path) -> None:
    stream = (case / "stream.sse").read_bytes()
    assert settled(by_the_sdk(stream)) == settled(reassemble(stream))


def test_the_sdk_raises_what_fails_late() -> None:
    renderer = make(Shape("m", stream=True))
    frames = renderer.opening() + renderer.fail(Problem(ProblemKind.OVERLOADED, "Too busy."))
    with pytest.raises(APIStatusError, match=r"Too busy\.") as caught:
        received(frames)
    assert caught.value.type == "overloaded_error"


def test_a_list_of_models_is_valid_for_the_sdk() -> None:
    resource = {"name": "models/gemini-3.8-flash", "displayName": "Gemini", "inputTokenLimit": 7}
    content = models_list({"gemini-3.8-flash": resource}, "")
    transport = httpx2.MockTransport(
        lambda _: httpx2.Response(
            200, content=content, headers={"Content-Type": "application/json"}
        )
    )
    with (
        httpx2.Client(transport=transport) as http,
        Anthropic(api_key="none", base_url="http://127.0.0.1:1", http_client=http) as client,
    ):
        (listed,) = client.models.list()
    assert type(listed).model_validate(listed.to_dict()) == listed
    assert (listed.id, listed.max_input_tokens) == ("gemini-3.8-flash", 7)
