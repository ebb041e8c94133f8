"""Requests for the tests of this dialect, and what comes of them."""

from typing import Any

import orjson
import pytest

from proxy_core.dialects.anthropic import Anthropic, AnthropicCount
from proxy_core.dialects.contract import ParseContext, ParsedRequest
from proxy_core.engine.shipped_families import SHIPPED_FAMILIES
from proxy_core.errors import BadRequest, Problem
from proxy_core.gemini.signatures import SignatureMemory
from proxy_core.gemini.wire import JsonObject

MODEL = "gemini-3.8-flash"


def context(**more: Any) -> ParseContext:
    return ParseContext(SignatureMemory(), SHIPPED_FAMILIES, **more)


def asking(**fields: Any) -> JsonObject:
    """The least there can be, and these fields."""
    messages = [{"role": "user", "content": "Hi"}]
    return {"model": MODEL, "max_tokens": 2048, "messages": messages, **fields}


def saying(*messages: JsonObject) -> JsonObject:
    return asking(messages=list(messages))


def showing(*blocks: Any) -> JsonObject:
    return saying({"role": "user", "content": list(blocks)})


def recalling(*blocks: Any) -> JsonObject:
    return saying({"role": "assistant", "content": list(blocks)})


def parse(body: Any, given: ParseContext | None = None) -> ParsedRequest:
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    return Anthropic().parse(raw, given or context())


def count(body: Any) -> ParsedRequest:
    return AnthropicCount().parse(orjson.dumps(body), context())


def sent(body: JsonObject) -> JsonObject:
    """The body of the call."""
    return parse(body).calls[0].body


def refusal(body: Any) -> Problem:
    with pytest.raises(BadRequest) as caught:
        parse(body)
    return caught.value.problem
