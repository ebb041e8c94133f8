"""Bytes of server-sent events that several of OpenAI's APIs share."""

import orjson

from proxy_core.dialects.openai_errors import error_body
from proxy_core.errors import Problem
from proxy_core.gemini.wire import JsonObject

DONE = b"data: [DONE]\n\n"
"Ends a stream of chunks; a stream of typed events ends with its last one."
KEEP_ALIVE = b": keep-alive\n\n"
"An SSE comment; the SDKs skip it."


def typed_event(kind: str, fields: JsonObject) -> bytes:
    """An event that names its type twice, as OpenAI's typed streams do."""
    data = orjson.dumps({"type": kind, **fields})
    return b"event: %b\ndata: %b\n\n" % (kind.encode(), data)


def error_event(problem: Problem) -> bytes:
    """A failure inside a stream; the SDKs raise it."""
    return b"data: " + error_body(problem) + b"\n\n"
