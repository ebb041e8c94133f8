"""What the openai SDK makes of the golden answers."""

from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest
from openai import OpenAI, Stream, omit
from openai.lib.streaming.responses import ResponseStream
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

from proxy_core.errors import Problem, ProblemKind
from tests.dialects.openai_responses.fold import fold
from tests.dialects.openai_responses.test_render import STREAM, make, says

GOLDEN = Path(__file__).parent.parent.parent / "golden" / "openai_responses"
CASES = sorted(GOLDEN.iterdir())
# A request with tools that the SDK does not know, which the response repeats.
KNOWN = [case for case in CASES if case.name != "tools_left_out"]
EVENT: TypeAdapter[Any] = TypeAdapter(ResponseStreamEvent)


def raw_events(stream: bytes) -> list[Any]:
    return list(_stream(stream))


def by_the_helper(stream: bytes) -> Any:
    helper: Any = ResponseStream(
        raw_stream=_stream(stream), text_format=omit, input_tools=[], starting_after=None
    )
    return helper.get_final_response()


def _stream(stream: bytes) -> Stream[Any]:
    response = httpx2.Response(200, content=stream, request=httpx2.Request("POST", "http://local"))
    with OpenAI(api_key="none", base_url="http://127.0.0.1:1/v1") as client:
        kind: Any = ResponseStreamEvent
        return Stream(cast_to=kind, response=response, client=client)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_stream_keeps_every_rule_and_says_what_the_whole_says(case: Path) -> None:
    whole = orjson.loads((case / "whole.json").read_bytes())
    assert fold((case / "stream.sse").read_bytes()) == whole


@pytest.mark.parametrize("case", KNOWN, ids=lambda case: case.name)
def test_a_whole_answer_is_valid_for_the_sdk(case: Path) -> None:
    Response.model_validate(orjson.loads((case / "whole.json").read_bytes()))


@pytest.mark.parametrize("case", KNOWN, ids=lambda case: case.name)
def test_every_event_is_valid_for_the_sdk(case: Path) -> None:
    for event in raw_events((case / "stream.sse").read_bytes()):
        EVENT.validate_python(event.to_dict())


@pytest.mark.parametrize("case", KNOWN, ids=lambda case: case.name)
def test_the_sdk_puts_a_stream_together_to_the_whole(case: Path) -> None:
    whole = orjson.loads((case / "whole.json").read_bytes())
    stream = (case / "stream.sse").read_bytes()
    if whole["status"] == "completed":
        told = [item.to_dict() for item in by_the_helper(stream).output]
        assert [settled(item) for item in told] == [settled(item) for item in whole["output"]]
    else:
        with pytest.raises(RuntimeError, match=r"response\.completed"):
            by_the_helper(stream)


def settled(item: dict[str, Any]) -> dict[str, Any]:
    """Without the fields that the helper adds."""
    for part in item.get("content", ()):
        part.pop("parsed", None)
    item.pop("parsed_arguments", None)
    return {key: value for key, value in item.items() if value is not None}


def test_a_failure_inside_a_stream_reaches_the_client_of_the_sdk() -> None:
    renderer = make(STREAM)
    frames = renderer.chunk(says({"text": "Hel"}))
    frames += renderer.fail(Problem(ProblemKind.BAD_UPSTREAM, "Google's answer was cut short."))
    last = raw_events(frames)[-1]
    assert last.type == "response.failed"
    assert last.response.error.code == "server_error"
    assert "cut short" in last.response.error.message
