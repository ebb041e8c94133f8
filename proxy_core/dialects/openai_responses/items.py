"""The conversation: items of `input` to Gemini's turns.

What the model said in one step arrives as several items (text, reasoning, calls) and is put
together again. Items that mean nothing to Gemini are skipped: calls of tools that only OpenAI
runs, compactions that only OpenAI can read, and types yet to come.
"""

from collections.abc import Sequence

import orjson

from proxy_core.dialects import fields, media
from proxy_core.dialects.arguments import read_arguments, read_output
from proxy_core.dialects.contract import ParseContext
from proxy_core.dialects.openai_responses.content import read_content, read_texts
from proxy_core.dialects.openai_responses.history import Placed
from proxy_core.dialects.openai_responses.sealed import TEXT, unseal
from proxy_core.dialects.openai_responses.tools import LOCAL_SHELL, SHELL, called_name
from proxy_core.dialects.tools import CUSTOM_INPUT, Tools
from proxy_core.dialects.turns import Result, Turns
from proxy_core.gemini.families import Family
from proxy_core.gemini.wire import JsonObject, Part

_ROLES = ("user", "assistant", "system", "developer")
_RESULTS = frozenset(
    {"function_call_output", "custom_tool_call_output", "local_shell_call_output"}
    | {"shell_call_output", "apply_patch_call_output"}
)
_CALLS = frozenset(
    {"function_call", "custom_tool_call", "local_shell_call", "shell_call", "apply_patch_call"}
)
_SHELL_ARGUMENTS = ("command", "working_directory", "commands", "max_output_length", "timeout_ms")


class _Walk(Turns):
    """One walk over the items. Per parse."""

    __slots__ = ("calls", "item_ids", "signatures", "texts", "tools")

    def __init__(self, family: Family, tools: Tools, context: ParseContext) -> None:
        super().__init__(family, context.memory)
        self.tools = tools
        self.signatures: dict[str, str] = {}
        "By tool-call id, as the client brought them back."
        self.item_ids: dict[str, str] = {}
        "Item id of a shell call to its call id: results may name either."
        self.texts: list[Part] = []
        self.calls: list[tuple[Part, str]] = []
        "What the model said and called in the step that is being read."

    def end_step(self) -> None:
        if self.calls:
            self.step(self.texts, self.calls)
        else:
            self.say("model", self.texts)
        self.texts, self.calls = [], []


def read_items(
    items: Sequence[Placed],
    instructions: str | None,
    family: Family,
    tools: Tools,
    context: ParseContext,
    instruction: str | None = None,
) -> JsonObject:
    """`contents`, and `systemInstruction` where there is one.

    instruction: goes after the system texts of the client.
    """
    walk = _Walk(family, tools, context)
    if instructions:
        walk.system.append({"text": instructions})
    text_signatures = [_look_ahead(walk, *placed) for placed in items]
    for (item, kind, at), text_signature in zip(items, text_signatures, strict=True):
        if text_signature and walk.texts:
            walk.texts[-1].setdefault("thoughtSignature", text_signature)
        _read_item(walk, item, kind, at)
    walk.end_step()
    return walk.finish(instruction)


def _look_ahead(walk: _Walk, item: JsonObject, kind: str, at: str) -> str | None:
    """Signatures and results first, so that each call finds its own wherever the client put it.

    Returns the signature of the text before a reasoning item, if it holds one.
    """
    if kind == "reasoning":
        signatures = unseal(fields.text(item, "encrypted_content", at) or "")
        text_signature = signatures.pop(TEXT, None)
        walk.signatures |= signatures
        return text_signature
    if kind == "local_shell_call" and isinstance(item.get("id"), str):
        walk.item_ids[item["id"]] = _call_id(item, at)
    elif kind in _RESULTS:
        id_ = _call_id(item, at)
        where = f"{at}.output"
        response, media_parts = _result(walk, item, kind, where)
        walk.expect(walk.item_ids.get(id_, id_), Result(response, media_parts, f"{at}.call_id"))
    return None


def _call_id(item: JsonObject, at: str) -> str:
    """Local shell calls and their results may have no id but the item's."""
    if not item.get("call_id") and str(item.get("type")).startswith("local_shell"):
        return fields.need_text(item, "id", at)
    return fields.need_text(item, "call_id", at)


def _result(walk: _Walk, item: JsonObject, kind: str, at: str) -> tuple[JsonObject, list[Part]]:
    """A result as `response`, and the media in it."""
    output = item.get("output")
    if kind == "shell_call_output" and isinstance(output, list):
        fields.refuse_depth(output, at)
        return read_output(orjson.dumps(output).decode(), at), []
    parts = [] if output is None else read_content(output, at, walk.family)
    response = read_output("".join(part["text"] for part in parts if "text" in part), at)
    if kind == "apply_patch_call_output" and item.get("status") == "failed":
        response = {"error": response.get("output", "")}
    return response, [part for part in parts if "text" not in part]


def _read_item(walk: _Walk, item: JsonObject, kind: str, at: str) -> None:
    match kind:
        case "message":
            _read_message(walk, item, at)
        case "code_interpreter_call":
            walk.texts += _ran_code(item, at)
        case "image_generation_call":
            walk.texts += _drawn(walk, item, at)
        case _ if kind in _CALLS:
            walk.calls.append(_read_call(walk, item, kind, at))
        case _ if kind in _RESULTS:
            walk.end_step()
        case _:
            pass


def _read_message(walk: _Walk, item: JsonObject, at: str) -> None:
    content, where = item.get("content"), f"{at}.content"
    match item.get("role"):
        case "user":
            walk.end_step()
            walk.say("user", read_content(content, where, walk.family))
        case "assistant":
            walk.texts += read_content(content or [], where, walk.family)
        case "system" | "developer":
            walk.system += read_texts(content, where, walk.family)
        case _:
            raise fields.wrong(f"{at}.role", "one of " + ", ".join(_ROLES))


def _read_call(walk: _Walk, item: JsonObject, kind: str, at: str) -> tuple[Part, str]:
    id_ = _call_id(item, at)
    name, args, where = _called(item, kind, at)
    google_name = walk.tools.names.to_gemini(name)
    arguments = read_arguments(walk.tools, google_name, args, where)
    return walk.call(id_, google_name, arguments, walk.signatures.get(id_)), id_


def _called(item: JsonObject, kind: str, at: str) -> tuple[str, object, str]:
    """Flattened name, arguments and their path."""
    match kind:
        case "function_call":
            return called_name(item, at), item.get("arguments"), f"{at}.arguments"
        case "custom_tool_call":
            args = {CUSTOM_INPUT: fields.text(item, "input", at) or ""}
            return called_name(item, at), args, f"{at}.input"
        case "apply_patch_call":
            operation = fields.need_record(item, "operation", at)
            return "apply_patch", {"operation": operation}, f"{at}.operation"
        case _:
            action = fields.need_record(item, "action", at)
            args = {key: action[key] for key in _SHELL_ARGUMENTS if action.get(key) is not None}
            return (LOCAL_SHELL if kind == "local_shell_call" else SHELL), args, f"{at}.action"


def _ran_code(item: JsonObject, at: str) -> list[Part]:
    """Code that ran before, as text: whether this request may run any does not matter then."""
    told = [f"```\n{fields.text(item, 'code', at) or ''}\n```"]
    for index, output in enumerate(fields.records(item, "outputs", at)):
        if logs := fields.text(output, "logs", f"{at}.outputs[{index}]"):
            told.append(f"```\n{logs}\n```")
    return [{"text": "\n".join(told)}]


def _drawn(walk: _Walk, item: JsonObject, at: str) -> list[Part]:
    """A picture that the model made; text models could not have."""
    data = fields.text(item, "result", at)
    if not data or not walk.family.images:
        return []
    form = fields.text(item, "output_format", at) or "png"
    return [{"inlineData": {"mimeType": media.MIME_TYPES.get(form, "image/png"), "data": data}}]
