"""The conversation: `system` and `messages` to Gemini's turns."""

import re
from typing import NamedTuple

from proxy_core.dialects import fields
from proxy_core.dialects.anthropic import blocks, tool_changes
from proxy_core.dialects.anthropic.signatures import Signature, from_ride
from proxy_core.dialects.arguments import read_arguments
from proxy_core.dialects.contract import ParseContext
from proxy_core.dialects.tools import Tools
from proxy_core.dialects.turns import Turns
from proxy_core.errors import BadRequest
from proxy_core.gemini.families import Family
from proxy_core.gemini.wire import JsonObject, Part

_ROLES = ("user", "assistant", "system")

_BILLING = re.compile(r"\Ax-anthropic-billing-header:[^\n]*\n*")
"""A line that Claude Code puts before its system prompt for Anthropic's own accounts. It is another
one in each request, which would keep Google's implicit cache from ever hitting.
Source: https://github.com/anthropics/claude-code/issues/68900"""


class _Message(NamedTuple):
    """Neighbouring messages of one role."""

    role: str
    blocks: list[tuple[str, JsonObject]]
    "Each with its path."


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
    messages = _messages(body)
    walk = Turns(family, context.memory)
    for text in blocks.texts(body.get("system"), "system"):
        _instruct(walk, text)
    for message in messages:
        if message.role == "user":
            _collect_results(walk, message)
    for message in messages:
        match message.role:
            case "system":
                for at, block in message.blocks:
                    if block.get("type") not in tool_changes.TYPES:
                        _instruct(walk, blocks.only_text(block, at))
            case "user":
                _read_user(walk, message)
            case _:
                _read_assistant(walk, tools, message)
    return walk.finish(instruction)


def _messages(body: JsonObject) -> list[_Message]:
    """Those of one role that follow each other are one: so the calls of a step stay together."""
    joined: list[_Message] = []
    for index, message in enumerate(fields.records(body, "messages")):
        at = f"messages[{index}]"
        role = message.get("role")
        if role not in _ROLES:
            raise fields.wrong(f"{at}.role", "one of " + ", ".join(_ROLES))
        found = blocks.entries(message.get("content"), f"{at}.content")
        if joined and joined[-1].role == role:
            joined[-1].blocks.extend(found)
        else:
            joined.append(_Message(role, found))
    if not joined:
        raise BadRequest("'messages' must hold at least one message.", "messages")
    return joined


def _instruct(walk: Turns, text: str) -> None:
    if prompt := _BILLING.sub("", text):
        walk.system.append({"text": prompt})


def _collect_results(walk: Turns, message: _Message) -> None:
    """Results first, so that each call finds its own."""
    for at, block in message.blocks:
        if block.get("type") == "tool_result":
            walk.expect(fields.need_text(block, "tool_use_id", at), blocks.result(block, at))


def _read_user(walk: Turns, message: _Message) -> None:
    parts: list[Part] = []
    results = False
    for at, block in message.blocks:
        if block.get("type") == "tool_result":
            results = True  # It was collected before.
        else:
            parts += blocks.parts(block, at)
    walk.say("user", parts, beside_results=results)


def _read_assistant(walk: Turns, tools: Tools, message: _Message) -> None:
    """A model turn, and the results of its calls right after it."""
    parts: list[Part] = []
    calls: list[tuple[Part, str]] = []
    signature: Signature | None = None
    for at, block in message.blocks:
        match block.get("type"):
            case "thinking":
                signature = from_ride(fields.text(block, "signature", at) or "")
            case "redacted_thinking":
                signature = from_ride(fields.text(block, "data", at) or "")
            case "tool_use":
                calls.append(_read_call(walk, tools, block, at, signature))
                signature = None
            case _:
                said = blocks.parts(block, at)
                # A search may stand between: what it found is none of Gemini's own words.
                is_text = block.get("type", "text") == "text"
                if said and is_text and signature is not None and signature.kind == "text":
                    said[0]["thoughtSignature"] = signature.value
                    signature = None
                parts += said
    walk.step(parts, calls)


def _read_call(
    walk: Turns, tools: Tools, block: JsonObject, at: str, signature: Signature | None
) -> tuple[Part, str]:
    """signature: of the nearest thinking block before the call."""
    id_ = fields.need_text(block, "id", at)
    name = tools.names.to_gemini(fields.need_text(block, "name", at))
    args = read_arguments(tools, name, fields.record(block, "input", at), f"{at}.input")
    ours = signature.value if signature is not None and signature.kind == "call" else None
    return walk.call(id_, name, args, ours), id_
