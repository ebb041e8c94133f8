from typing import Any

import orjson
import pytest

from proxy_core.dialects.contract import Stamp
from proxy_core.errors import BadRequest
from proxy_core.gemini.wire import JsonObject
from proxy_core.simulator.parsing import parse_message
from tests.dialects.anthropic.asking import asking, count


def counted(**fields: Any) -> JsonObject:
    (call,) = count(asking(**fields)).calls
    assert call.action == "countTokens"
    assert call.raw is None
    found: JsonObject = call.body["generateContentRequest"]
    return found


def test_system_and_tools_are_counted_too() -> None:
    tools = [{"name": "f", "input_schema": {"type": "object"}}]
    body = counted(system="Be brief.", tools=tools)
    assert body["model"] == "models/gemini-3.8-flash"
    assert body["systemInstruction"] == {"parts": [{"text": "Be brief."}]}
    assert body["tools"][0]["functionDeclarations"][0]["name"] == "f"


def test_a_strict_google_takes_what_is_sent() -> None:
    (call,) = count(asking(thinking={"type": "adaptive"}, output_config={"effort": "low"})).calls
    parse_message("CountTokensRequest", call.body)


def test_no_limit_is_needed() -> None:
    assert "generationConfig" not in counted(max_tokens=None)


def test_a_name_of_anthropics_has_its_stand_in() -> None:
    assert counted(model="claude-haiku-4-5")["model"] == "models/gemini-3.5-flash-lite"


def test_a_mistake_is_told_as_of_any_request() -> None:
    with pytest.raises(BadRequest):
        count(asking(messages=[]))


def test_a_count_is_never_streamed() -> None:
    assert count(asking(stream=True)).stream is False


def test_the_answer_is_the_count_alone() -> None:
    fold = count(asking()).renderer(Stamp("f" * 32, 0, str))
    fold.chunk({"totalTokens": 7})  # type: ignore[typeddict-unknown-key]  # of another action
    assert orjson.loads(fold.whole()) == {"input_tokens": 7}
