"""The conversation: `messages` to `contents` and `systemInstruction`.

Gemini's rules that OpenAI does not have: all results of a step follow it at once, in the order
of its calls and in one content; each names its call; the first turn is the user's and, on
newer models, so is the last.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

import orjson

from proxy_core.dialects import fields
from proxy_core.dialects.contract import ParseContext
from proxy_core.dialects.openai_chat.calls import CUSTOM_INPUT
from proxy_core.dialects.openai_chat.parts import text_parts, user_parts
from proxy_core.dialects.openai_chat.tools import Tools
from proxy_core.errors import BadRequest
from proxy_core.gemini.families import Family
from proxy_core.gemini.schema import WRAPPER
from proxy_core.gemini.signatures import sign_first_call, split_foreign_id
from proxy_core.gemini.wire import Content, FunctionCall, FunctionResponse, JsonObject, Part

_SPEAKERS = ("system", "developer", "user", "assistant")
ROLES = (*_SPEAKERS, "tool", "function")

_TURNS: Mapping[str, Literal["user", "model"]] = MappingProxyType(
    {"user": "user", "assistant": "model"}
)

_NO_RESULT: JsonObject = {"error": "no result"}
"Of a call that the client gave up; Gemini demands a result for each."

_EMPTY: Part = {"text": " "}
_CONTINUE: Part = {"text": "Continue."}
_FEW_BRACKETS = 200
"JSON with fewer brackets cannot be nested too deeply to be encoded again."


@dataclass(slots=True)
class _Result:
    """A result and where it stands, until its call takes it."""

    response: JsonObject
    media: list[Part]
    at: str


@dataclass(slots=True)
class _Walk:
    """One walk over the messages. Per parse."""

    family: Family
    tools: Tools
    context: ParseContext
    results: dict[str, deque[_Result]] = field(default_factory=dict)
    "By tool-call id, in order: some clients use an id again in a later step."
    system: list[Part] = field(default_factory=list)
    contents: list[Content] = field(default_factory=list)

    def say(self, role: Literal["user", "model"], parts: list[Part]) -> None:
        """Adds a turn, or to the last one if it has the same role and holds no results."""
        if not parts:
            return
        last = self.contents[-1] if self.contents else None
        if last is not None and last["role"] == role and "functionResponse" not in last["parts"][0]:
            last["parts"] += parts
        else:
            self.contents.append({"role": role, "parts": parts})


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
    for waiting in walk.results.values():
        for result in waiting:
            raise BadRequest(f"'{result.at}' answers no call of an assistant message.", result.at)
    if instruction:
        walk.system.append({"text": instruction})
    return _finish(walk)


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
    result = _Result(_response("".join(texts), f"{at}.content"), media, where)
    walk.results.setdefault(key, deque()).append(result)


def _result_parts(content: object, at: str, family: Family) -> tuple[list[str], list[Part]]:
    """Texts and media of a result; not the API's form, but agents do send pictures in it."""
    if content is None:
        return [], []
    parts = user_parts(content, at, family)
    media = [part for part in parts if "text" not in part]
    return [part["text"] for part in parts if "text" in part], media


def _response(text: str, at: str) -> JsonObject:
    """A JSON object as it is, other JSON and plain text under `output`.

    A `$ref` inside would be taken for a reference to the response's own parts; such a payload
    goes as text.
    """
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {"output": text}
    if isinstance(value, str | None) or '"$ref"' in text:
        return {"output": text}
    _refuse_depth(value, text, at)
    return value if isinstance(value, dict) else {"output": value}


def _refuse_depth(value: Any, text: str, at: str) -> None:
    if text.count("{") + text.count("[") > _FEW_BRACKETS:
        fields.refuse_depth(value, at)


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
        return
    results: list[Part] = []
    late: list[Part] = []
    for part, id_ in _calls(walk, message, at):
        parts.append(part)
        results.append(_result_part(walk, part["functionCall"], id_, late))
    if not results:
        walk.say("model", parts)
        return
    walk.say("model", sign_first_call(parts, walk.family))
    walk.contents.append({"role": "user", "parts": results})
    walk.say("user", late)


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
        call["args"] = _arguments(walk, call["name"], legacy, at)
        yield {"functionCall": call}, _legacy_id(name)


def _read_call(walk: _Walk, entry: JsonObject, at: str) -> tuple[Part, str]:
    id_ = fields.need_text(entry, "id", at)
    kind = fields.choice(entry, "type", ("function", "custom"), at) or "function"
    called = fields.need_record(entry, kind, at)
    name = walk.tools.names.to_gemini(fields.need_text(called, "name", f"{at}.{kind}"))
    if kind == "custom":
        args = {CUSTOM_INPUT: fields.text(called, "input", f"{at}.custom") or ""}
    else:
        args = _arguments(walk, name, called, f"{at}.function")
    call: FunctionCall = {"name": name, "args": args}
    plain_id, foreign_signature = split_foreign_id(id_)
    known = walk.context.memory.recall(id_)
    google_id = plain_id if known is None else known.gemini_id
    if google_id is not None:
        call["id"] = google_id
    part: Part = {"functionCall": call}
    remembered = foreign_signature if known is None else known.signature
    if signature := _signature(entry, at) or remembered:
        part["thoughtSignature"] = signature
    return part, id_


def _arguments(walk: _Walk, name: str, called: JsonObject, at: str) -> JsonObject:
    raw = called.get("arguments")
    if raw is None or raw == "":
        return {}
    where = f"{at}.arguments"
    if isinstance(raw, dict):
        # Not the API's form, but some clients forget to encode them.
        fields.refuse_depth(raw, where)
        return raw
    text = fields.text(called, "arguments", at) or ""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as exc:
        raise BadRequest(f"'{where}' is not valid JSON: {exc}", where) from exc
    _refuse_depth(value, text, where)
    schema = walk.tools.schemas.get(name)
    if not isinstance(value, dict) or (schema is not None and schema.wrapped):
        return {} if value is None else {WRAPPER: value}
    return value


def _result_part(walk: _Walk, call: FunctionCall, id_: str, late: list[Part]) -> Part:
    """The result of a call; media that the family takes only from a user go to `late`."""
    waiting = walk.results.get(id_)
    result = waiting.popleft() if waiting else _Result(_NO_RESULT, [], "")
    response: FunctionResponse = {"name": call["name"], "response": result.response}
    if "id" in call:
        response["id"] = call["id"]
    inside = [part for part in result.media if walk.family.response_parts and "inlineData" in part]
    if inside:
        response["parts"] = [{"inlineData": part["inlineData"]} for part in inside]
    late += [part for part in result.media if part not in inside]
    return {"functionResponse": response}


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


def _finish(walk: _Walk) -> JsonObject:
    """The turns that Gemini wants first and last, and the place of the system text."""
    contents = walk.contents
    if not contents or contents[0]["role"] == "model":
        contents.insert(0, {"role": "user", "parts": [_EMPTY]})
    if contents[-1]["role"] == "model" and not walk.family.prefill:
        contents.append({"role": "user", "parts": [_CONTINUE]})
    if not walk.system:
        return {"contents": contents}
    if not walk.family.system_instruction:
        first = contents[0]
        contents[0] = {"role": "user", "parts": [*walk.system, *first["parts"]]}
        return {"contents": contents}
    return {"contents": contents, "systemInstruction": {"parts": walk.system}}
