"""Everything of a request but messages and tools, to `generationConfig`.

Read and ignored: service_tier, speed, inference_geo, container, context_management, diagnostics,
user_profile_id, workspace_id, mcp_servers, cache_control, and of metadata all but the session.
"""

import re
from typing import NamedTuple

import orjson

from proxy_core.dialects import fields
from proxy_core.dialects.answer_format import PLAIN_TEXT, AnswerFormat, json_format
from proxy_core.dialects.tools import Tools
from proxy_core.errors import BadRequest
from proxy_core.gemini.families import (
    EFFORTS,
    Family,
    clamp_budget,
    output_limit,
    thinking_config,
)
from proxy_core.gemini.wire import JsonObject

_GOOGLES_STOPS = 5
"Stop sequences that Google takes; Anthropic has no such limit."
_MAX_TOKENS = 2**31 - 1
_DYNAMIC = -1
"The budget by which a model decides itself how long to think."

_EFFORTS = sorted(EFFORTS)
_THINKING = ("enabled", "adaptive", "between_tools", "disabled")
_LOW_BELOW, _MEDIUM_BELOW = 2_048, 8_192
"Budgets of Anthropic's, in tokens, by which families with levels choose one. Our own choice."

_SAMPLING = frozenset({"temperature", "top_p", "top_k"})

_SESSION = re.compile(r"_session_([0-9A-Za-z-]{8,64})\Z")
"The end of the user_id that Claude Code sends: `user_…_account_…_session_<uuid>`."


class Thinking(NamedTuple):
    """How the model is to think, and whether the client sees it."""

    config: JsonObject
    "`thinkingConfig`; empty: nothing is said about it."
    asked: bool
    "The client takes thinking blocks."


def refuse_thread(body: JsonObject) -> None:
    """Refuses a conversation that the server is to hold, of which the client sends only the news.

    By this code the tool runners of the SDKs know that they must send the whole of it instead.
    Source: anthropic-sdk-python, `lib/threads/_thread_state.py`.
    """
    if body.get("thread") is not None:
        raise BadRequest(
            "'thread' is not supported: send the whole conversation in 'messages'.",
            "thread",
            code="thread_unsupported_request",
        )


_NOT_SAID = Thinking({}, asked=False)


def generation_config(body: JsonObject, family: Family, thinking: Thinking) -> JsonObject:
    """`generationConfig` without limit and answer format."""
    config = {} if _SAMPLING.isdisjoint(body) else _sampling(body, family)
    if stops := read_stops(body)[0]:
        config["stopSequences"] = stops
    if thinking.config:
        config["thinkingConfig"] = thinking.config
    return config


def read_stops(body: JsonObject) -> tuple[list[str], tuple[str, ...]]:
    """The stop sequences for Google, and those that are left to be found in its answer."""
    stops = [stop for stop in fields.texts(body, "stop_sequences") if stop]
    return stops[:_GOOGLES_STOPS], tuple(stops[_GOOGLES_STOPS:])


def read_limit(body: JsonObject, family: Family) -> int:
    """maxOutputTokens. 0, which only fills Anthropic's cache, is the shortest answer here."""
    limit = fields.integer(body, "max_tokens", 0, _MAX_TOKENS)
    if limit is None:
        raise BadRequest("'max_tokens' is required.", "max_tokens")
    return output_limit(family, limit or 1)


def _sampling(body: JsonObject, family: Family) -> JsonObject:
    read = {
        "temperature": fields.number(body, "temperature", 0, 2),
        "topP": fields.number(body, "top_p", 0, 1),
        "topK": fields.integer(body, "top_k", 0, _MAX_TOKENS) or None,
    }
    if not family.sampling:
        return {}
    return {name: value for name, value in read.items() if value is not None}


def read_thinking(body: JsonObject, family: Family) -> Thinking:
    """`thinking` and `output_config.effort`. A budget goes before the effort."""
    if "thinking" not in body and "output_config" not in body:
        return _NOT_SAID
    wanted = fields.record(body, "thinking")
    effort = fields.choice(_output_config(body), "effort", _EFFORTS, "output_config")
    kind = fields.choice(wanted or {}, "type", _THINKING, "thinking")
    if wanted is not None and kind is None:
        raise BadRequest("'thinking.type' is required.", "thinking.type")
    config = thinking_config(family, effort) or {} if effort else {}
    if wanted is None:
        return Thinking(config, asked=False)
    if kind == "disabled":
        return Thinking(thinking_config(family, "none") or {}, asked=False)
    if kind == "enabled":
        config = _by_budget(wanted, family)
    elif family.budget is not None and not config:
        config = {"thinkingBudget": _DYNAMIC}
    shown = fields.text(wanted, "display", "thinking") != "omitted"
    # Google refuses to include thoughts where thinking is off.
    if family.thinks and shown and config.get("thinkingBudget") != 0:
        config["includeThoughts"] = True
    return Thinking(config, asked=True)


def _by_budget(wanted: JsonObject, family: Family) -> JsonObject:
    budget = fields.integer(wanted, "budget_tokens", 1, _MAX_TOKENS, "thinking")
    if budget is None:
        raise BadRequest("'thinking.budget_tokens' is required.", "thinking.budget_tokens")
    if family.budget is not None:
        return {"thinkingBudget": clamp_budget(family.budget, budget)}
    level = "low" if budget < _LOW_BELOW else "medium" if budget < _MEDIUM_BELOW else "high"
    return thinking_config(family, level) or {}


def leaving_room(thinking: Thinking, family: Family, limit: int) -> Thinking:
    """With half of the limit for thoughts at most, where their budget would take all of it.

    limit: maxOutputTokens, in which Google counts thoughts: nothing would be left to say. Clients
    that interleave thinking with tools may give a budget above `max_tokens`.
    """
    if family.budget is None or thinking.config.get("thinkingBudget", 0) < limit:
        return thinking
    budget = clamp_budget(family.budget, limit // 2)
    return thinking._replace(config={**thinking.config, "thinkingBudget": budget})


def answer_format(body: JsonObject, family: Family, tools: Tools) -> AnswerFormat:
    """`output_config.format`, and `output_format` as it was called at first."""
    if "output_config" not in body and "output_format" not in body:
        return PLAIN_TEXT
    at = "output_config.format"
    wanted = fields.record(_output_config(body), "format", "output_config")
    if wanted is None:
        at, wanted = "output_format", fields.record(body, "output_format")
    if wanted is None or fields.choice(wanted, "type", ("json_schema",), at) is None:
        return PLAIN_TEXT
    return json_format(fields.need_record(wanted, "schema", at), family, tools)


def _output_config(body: JsonObject) -> JsonObject:
    return fields.record(body, "output_config") or {}


def read_session(body: JsonObject) -> str | None:
    """The session in `metadata.user_id`, as Claude Code writes it: at its end, or as JSON."""
    metadata = body.get("metadata")
    user_id = metadata.get("user_id") if isinstance(metadata, dict) else None
    if not isinstance(user_id, str):
        return None
    if match := _SESSION.search(user_id):
        return match[1]
    if not user_id.startswith("{"):
        return None
    try:
        session = orjson.loads(user_id).get("session_id")
    except orjson.JSONDecodeError:
        return None
    return session if isinstance(session, str) and session else None
