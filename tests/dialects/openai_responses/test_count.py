from typing import Any

import orjson
import pytest

from proxy_core.dialects.contract import ParseContext, ParsedRequest
from proxy_core.dialects.openai_responses import OpenAIResponsesCount
from proxy_core.dialects.openai_responses.store import Kept, Origin, ResponseStore
from proxy_core.engine.shipped_families import SHIPPED_FAMILIES
from proxy_core.errors import BadRequest
from proxy_core.gemini.signatures import SignatureMemory
from proxy_core.gemini.wire import JsonObject

MODEL = "gemini-3.8-flash"


def count(store: ResponseStore | None = None, **fields: Any) -> ParsedRequest:
    context = ParseContext(SignatureMemory(), SHIPPED_FAMILIES, responses=store)
    body = {"model": MODEL, "input": "Hi", **fields}
    return OpenAIResponsesCount().parse(orjson.dumps(body), context)


def counted(store: ResponseStore | None = None, **fields: Any) -> JsonObject:
    found: JsonObject = count(store, **fields).calls[0].body["generateContentRequest"]
    return found


def test_instructions_and_tools_are_counted_too() -> None:
    body = counted(instructions="Be brief.", tools=[{"type": "function", "name": "f"}])
    assert body["model"] == f"models/{MODEL}"
    assert body["systemInstruction"] == {"parts": [{"text": "Be brief."}]}
    assert body["tools"] == [{"functionDeclarations": [{"name": "f"}]}]


def test_the_conversation_so_far_is_counted_too_and_nothing_is_kept() -> None:
    store = ResponseStore(lambda: 0.0)
    origin = Origin(orjson.dumps({"input": "One."}))
    store.put(Kept("resp_1", origin, orjson.dumps({"output": []})))
    contents = counted(store, input="Two.", previous_response_id="resp_1")["contents"]
    assert contents == [{"role": "user", "parts": [{"text": "One."}, {"text": "Two."}]}]
    assert len(store) == 1


def test_a_count_is_never_streamed() -> None:
    assert count(stream=True).stream is False


@pytest.mark.parametrize("fields", [{"input": []}, {"model": None}, {"conversation": "c"}])
def test_a_mistake_is_told_as_of_any_request(fields: Any) -> None:
    with pytest.raises(BadRequest):
        count(**fields)
