"""The conversation: `messages` to Gemini's turns."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Literal

from proxy_core.dialects import fields
from proxy_core.dialects.arguments import read_arguments, read_output
from proxy_core.dialects.contract import ParseContext
from proxy_core.dialects.openai_chat.parts import text_parts, user_parts
from proxy_core.dialects.tools import CUSTOM_INPUT, Tools
from proxy_core.dialects.turns import Result, Turns
from proxy_core.errors import BadRequest
from proxy_core.gemini.families import Family
from proxy_core.gemini.wire import FunctionCall, JsonObject, Part

_SPEAKERS = ("system", "developer", "user", "assistant")
ROLES = (*_SPEAKERS, "tool", "function")

_TURNS: Mapping[str, Literal["user", "model"]] = MappingProxyType(
    {"user": "user", "assistant": "model"}
)


class _Walk(Turns):
    """One walk over the messages. Per parse."""

    __slots__ = ("context", "tools")

    def __init__(self, family: Family, tools: Tools, context: ParseContext) -> None:
        super().__init__(family, context.memory)
        self.tools = tools
        self.context = context


def read_messages(
    body: JsonObject,
    family: Family,
    tools: Tools,
    context: ParseContext,
    instruction: str | None = None,
) -> JsonObject:
    """`contents`, and `systemInstruction` where there is one.

    instruction: goes after the system texts of the client.
    """
    messages = fields.records(body, "messages")
    if not messages:
        raise BadRequest("'messages' must hold at least one message.", "messages")
    walk = _Walk(family, tools, context)
    for index, message in enumerate(messages):
        if message.get("role") not in _SPEAKERS:
            _collect_result(walk, message, f"messages[{index}]")
    for index, message in enumerate(messages):
        _read_message(walk, message, index)
    return walk.finish(instruction)


def _collect_result(walk: _Walk, message: JsonObject, at: str) -> None:
    """Results first, so that each call finds its own wherever the client put it."""
    role = fields.choice(message, "role", ROLES, at)
    if role is None:
        raise BadRequest(f"'{at}.role' is required.", f"{at}.role")
    if role == "tool":
        key, where = fields.need_text(message, "tool_call_id", at), f"{at}.tool_call_id"
    else:
        key, where = _legacy_id(fields.need_text(message, "name", at)), f"{at}.name"
    texts, media = _result_parts(message.get("content"), f"{at}.content", walk.family)
    walk.expect(key, Result(read_output("".join(texts), f"{at}.content"), media, where))


def _result_parts(content: object, at: str, family: Family) -> tuple[list[str], list[Part]]:
    """Texts and media of a result; not the API's form, but agents do send pictures in it."""
    if content is None:
        return [], []
    parts = user_parts(content, at, family)
    media = [part for part in parts if "text" not in part]
    return [part["text"] for part in parts if "text" in part], media


def _read_message(walk: _Walk, message: JsonObject, index: int) -> None:
    role, content = message["role"], message.get("content")
    turn = _TURNS.get(role) if len(message) == 2 else None
    if turn and isinstance(content, str) and walk.context.thought_tags is None:
        # By far the most: a bare text, with nothing to look for and nothing to go wrong.
        walk.say(turn, [{"text": content}] if content else [])
        return
    at = f"messages[{index}]"
    match role:
        case "system" | "developer":
            walk.system += [{"text": text} for text in text_parts(content, f"{at}.content")]
        case "user":
            if content is None:
                raise BadRequest(f"'{at}.content' is required.", f"{at}.content")
            walk.say("user", user_parts(content, f"{at}.content", walk.family))
        case "assistant":
            _read_assistant(walk, message, at)
        case _:
            pass  # Results were collected before.


def _read_assistant(walk: _Walk, message: JsonObject, at: str) -> None:
    """A model turn, and the results of its calls right after it."""
    texts = text_parts(message.get("content"), f"{at}.content", refusals=True)
    if not texts and (refusal := fields.text(message, "refusal", at)):
        texts = [refusal]
    parts: list[Part] = [{"text": text} for text in _without_thoughts(texts, walk.context)]
    if signature := _signature(message, at):
        parts = parts or [{"text": ""}]
        parts[-1]["thoughtSignature"] = signature
    if "tool_calls" not in message and "function_call" not in message:
        walk.say("model", parts)
    else:
        walk.step(parts, _calls(walk, message, at))


def _without_thoughts(texts: list[str], context: ParseContext) -> list[str]:
    """Thoughts that an earlier answer put between tags in front of its content are dropped."""
    if not texts or context.thought_tags is None:
        return texts
    opening, closing = context.thought_tags
    first = texts[0].lstrip()
    if not first.startswith(opening) or closing not in first:
        return texts
    answer = first.partition(closing)[2]
    return [answer, *texts[1:]] if answer else texts[1:]


def _calls(walk: _Walk, message: JsonObject, at: str) -> Iterator[tuple[Part, str]]:
    """Each call as a part, and the id under which its result waits."""
    entries = fields.records(message, "tool_calls", at)
    for index, entry in enumerate(entries):
        yield _read_call(walk, entry, f"{at}.tool_calls[{index}]")
    legacy = fields.record(message, "function_call", at)
    if legacy is not None and not entries:
        at = f"{at}.function_call"
        name = fields.need_text(legacy, "name", at)
        call: FunctionCall = {"name": walk.tools.names.to_gemini(name)}
        where = f"{at}.arguments"
        call["args"] = read_arguments(walk.tools, call["name"], legacy.get("arguments"), where)
        yield {"functionCall": call}, _legacy_id(name)


def _read_call(walk: _Walk, entry: JsonObject, at: str) -> tuple[Part, str]:
    id_ = fields.need_text(entry, "id", at)
    kind = fields.choice(entry, "type", ("function", "custom"), at) or "function"
    called = fields.need_record(entry, kind, at)
    name = walk.tools.names.to_gemini(fields.need_text(called, "name", f"{at}.{kind}"))
    if kind == "custom":
        args = {CUSTOM_INPUT: fields.text(called, "input", f"{at}.custom") or ""}
    else:
        where = f"{at}.function.arguments"
        args = read_arguments(walk.tools, name, called.get("arguments"), where)
    return walk.call(id_, name, args, _signature(entry, at)), id_


def _signature(holder: JsonObject, at: str) -> str | None:
    """`extra_content.google.thought_signature` of a message or a call."""
    if "extra_content" not in holder:
        return None
    extra = fields.record(holder, "extra_content", at)
    if extra is None:
        return None
    at = f"{at}.extra_content"
    google = fields.record(extra, "google", at) or {}
    return fields.text(google, "thought_signature", f"{at}.google")


def _legacy_id(name: str) -> str:
    return f"function {name}"
