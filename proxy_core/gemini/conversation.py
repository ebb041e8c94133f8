"""Tells conversations apart, so that one can stay on the credential that answered it before.

Google's implicit cache is kept per project: moving a conversation on pays for its whole
prefix again. Not here: who remembers which credential that was (`pool`).
"""

import hashlib
from collections.abc import Iterator
from typing import Any

import orjson

from proxy_core.gemini.wire import Call, JsonObject

_LONG = 64 * 1024
"Longer strings (inline images) are sampled: hashing megabytes would hold every stream up."
_SAMPLE = 4 * 1024


def conversation_key(call: Call) -> bytes:
    """32 bytes that stay the same over the turns of one conversation.

    The client's own name for it, where it gave one; else the key that it had before, or what
    does not change from turn to turn: model, system text, tool names and everything before the
    first model turn.
    """
    named = call.conversation
    if not named and call.conversation_key is not None:
        return call.conversation_key
    # JSON keeps ("ab", "c") and ("a", "bc") apart.
    told = orjson.dumps(["named", *_strings(named, [])] if named else _lasting(call))
    return hashlib.sha256(told).digest()


def continues(call: Call) -> bool:
    """Whether the request goes on with a conversation: holds a model turn or a tool result, or
    resumes a long answer, whose token only its project may know."""
    if "continuationToken" in call.body or "continuation_token" in call.body:
        return True
    for content in _contents(call.body):
        if content.get("role") in ("model", "function"):
            return True
        for part in _dicts(content.get("parts")):
            if "functionResponse" in part or "function_response" in part:
                return True
    return False


def _sampled(text: str) -> str:
    return f"{text[:_SAMPLE]}{text[-_SAMPLE:]}{len(text)}"


def _lasting(call: Call) -> list[str]:
    body = call.body
    texts = [call.model]
    if (system := _either(body, "systemInstruction", "system_instruction")) is not None:
        _strings(system, texts)
    texts.append("tools")
    if "tools" in body:
        texts += _tool_names(body)
    for content in _contents(body):
        if content.get("role") == "model":
            break
        texts.append("content")
        _strings(content.get("parts"), texts)
    return texts


def _tool_names(body: JsonObject) -> Iterator[str]:
    for tool in _dicts(body.get("tools")):
        for kind, declared in tool.items():
            names = (one.get("name") for one in _dicts(declared))
            named = [name for name in names if isinstance(name, str)]
            # Google's own tools have no name but their key.
            yield from named or [kind.replace("_", "").lower()]


def _strings(value: object, strings: list[str]) -> list[str]:
    """`strings` with every string in a JSON value, in order, long ones sampled.

    Not recursive: depth is the client's choice.
    """
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, str):
            strings.append(found if len(found) <= _LONG else _sampled(found))
        elif isinstance(found, dict):
            waiting += reversed(found.values())
        elif isinstance(found, list):
            waiting += reversed(found)
    return strings


def _contents(body: JsonObject) -> list[JsonObject]:
    return _dicts(body.get("contents"))


def _dicts(value: object) -> list[JsonObject]:
    """The objects of a list; a lone object, which proto-JSON takes for a list, is one too."""
    if isinstance(value, dict):
        return [value]
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _either(body: JsonObject, camel: str, snake: str) -> Any:
    return body.get(camel, body.get(snake))
