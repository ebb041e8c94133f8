"""What a chunk of Google's answer amounts to: finished, empty, refused, or an error.

Not a verdict: what to do about it is `retry`'s business.
Source: Gemini API reference, GenerateContentResponse, Candidate.FinishReason.
"""

from collections.abc import Sequence

import orjson

from proxy_core.gemini.wire import Chunk, JsonObject, UsageMetadata

MODEL_ERRORS = frozenset(
    {
        "MALFORMED_FUNCTION_CALL",
        "MALFORMED_RESPONSE",
        "UNEXPECTED_TOOL_CALL",
        "TOO_MANY_TOOL_CALLS",
    }
)
"The model broke its own format; asking again helps often."

CONTENT_STOPS = frozenset(
    {
        "SAFETY",
        "RECITATION",
        "BLOCKLIST",
        "PROHIBITED_CONTENT",
        "SPII",
        "LANGUAGE",
        "ESCALATION",
        "MODEL_ARMOR",
    }
)
"Google stopped the answer for what it says: shown, never asked of another credential."

IMAGE_STOPS = frozenset(
    {
        "IMAGE_SAFETY",
        "IMAGE_PROHIBITED_CONTENT",
        "IMAGE_RECITATION",
        "IMAGE_OTHER",
        "NO_IMAGE",
    }
)
"No image was made."

MISSING_SIGNATURE = "MISSING_THOUGHT_SIGNATURE"
"The history lacks a thought signature; Gemini API only."

CONTINUATION = "CONTINUATION"
"A hop of a long answer ended; the request goes on with `continuationToken`."

_MODIFIERS = frozenset({"text", "thought", "thoughtSignature"})
"What a part may hold without saying anything."

_SILENT_PARTS: Sequence[JsonObject] = ({}, {"text": ""})
"With a signature or any other data beside an empty text, a part would say more."

_ERROR_WITHIN = 64
"`error` is the only key of an error event, so it stands at the start."


def finish_reason(chunk: Chunk) -> str | None:
    """Why the first candidate that ended did so; None while none has."""
    for candidate in _candidates(chunk):
        reason = candidate.get("finishReason")
        if isinstance(reason, str) and reason:
            return reason
    return None


def block_reason(chunk: Chunk) -> str | None:
    """Why the prompt was refused (HTTP 200 without candidates); None where it was not."""
    feedback = chunk.get("promptFeedback")
    reason = feedback.get("blockReason") if isinstance(feedback, dict) else None
    return reason if isinstance(reason, str) and reason else None


def block_words(chunk: Chunk) -> str | None:
    """As `block_reason`, and what Vertex AI says beside it."""
    reason = block_reason(chunk)
    return reason and _with_message(reason, chunk["promptFeedback"].get("blockReasonMessage"))


def finish_words(chunk: Chunk) -> str | None:
    """As `finish_reason`, and what Google says beside it."""
    reason = finish_reason(chunk)
    messages = (candidate.get("finishMessage") for candidate in _candidates(chunk))
    return reason and _with_message(reason, next(filter(None, messages), None))


def is_finished(chunk: Chunk) -> bool:
    """Whether the answer ends here rather than being cut off."""
    return finish_reason(chunk) is not None or block_reason(chunk) is not None


def is_empty_answer(chunk: Chunk) -> bool:
    """A STOP that says nothing: no part but empty text, and no signature.

    True of a first and last chunk means an empty answer, which Gemini gives now and then.
    """
    candidates = _candidates(chunk)
    return bool(candidates) and all(map(_is_empty_stop, candidates))


def has_content(chunk: Chunk) -> bool:
    """Whether a chunk holds anything for the client beyond thoughts."""
    return any(
        not part.get("thought") and (part.get("text") or not part.keys() <= _MODIFIERS)
        for candidate in _candidates(chunk)
        for part in _parts(candidate)
    )


def usage(chunk: Chunk) -> UsageMetadata | None:
    """The running token counts; the last one of a stream counts."""
    counts = chunk.get("usageMetadata")
    return counts if isinstance(counts, dict) else None


def stream_error(data: bytes) -> JsonObject | None:
    """The `error` object of an event that is one instead of a chunk, also inside a list.

    data: what `stream.event_data` gave. Cheap for chunks, whose first key is another.
    """
    if b'"error"' not in data[:_ERROR_WITHIN]:
        return None
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
    if isinstance(found, list) and found:
        found = found[0]
    error = found.get("error") if isinstance(found, dict) else None
    return error if isinstance(error, dict) else None


def _with_message(reason: str, message: object) -> str:
    if not isinstance(message, str) or not message.strip():
        return reason
    return f"{reason} ({message.strip().removesuffix('.')})"


def _candidates(chunk: Chunk) -> list[JsonObject]:
    return _objects(chunk.get("candidates"))


def _parts(candidate: JsonObject) -> list[JsonObject]:
    content = candidate.get("content")
    return _objects(content.get("parts")) if isinstance(content, dict) else []


def _objects(value: object) -> list[JsonObject]:
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
        return value  # Nearly always so, for candidates as for parts.
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _is_empty_stop(candidate: JsonObject) -> bool:
    return candidate.get("finishReason") == "STOP" and all(
        part in _SILENT_PARTS for part in _parts(candidate)
    )
