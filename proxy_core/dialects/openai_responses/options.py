"""Everything of a request but items and tools, to `generationConfig`; and what answers repeat.

Read and ignored: truncation, include (but for encrypted reasoning), max_tool_calls, top_logprobs,
prompt_cache_options, prompt_cache_retention, context_management, moderation, safety_identifier,
user, stream_options and the verbosity of the text.
"""

import orjson

from proxy_core.dialects import fields
from proxy_core.dialects.answer_format import PLAIN_TEXT, AnswerFormat, json_format
from proxy_core.dialects.openai_options import EFFORTS, MAX_TOKENS, sampling
from proxy_core.dialects.tools import Tools
from proxy_core.errors import BadRequest
from proxy_core.gemini.families import Family, output_limit, thinking_config
from proxy_core.gemini.wire import JsonObject

_SUMMARIES = ("auto", "concise", "detailed")
_ENCRYPTED = "reasoning.encrypted_content"

_REPEATED = (
    *("instructions", "max_output_tokens", "max_tool_calls", "model", "previous_response_id"),
    *("prompt_cache_key", "safety_identifier", "temperature", "top_logprobs", "top_p", "user"),
)


def refuse_unsupported(body: JsonObject) -> None:
    """What would be another answer if it were ignored."""
    if fields.flag(body, "background"):
        raise _unsupported("background", "answers are given while the client waits")
    if body.get("conversation") is not None:
        raise _unsupported("conversation", "go on with 'previous_response_id'")
    if body.get("prompt") is not None:
        raise _unsupported("prompt", "prompt templates are kept by OpenAI")


def _unsupported(param: str, why: str) -> BadRequest:
    return BadRequest(f"'{param}' is not supported: {why}.", param, code="unsupported_parameter")


def wants_sealed(body: JsonObject) -> bool:
    return _ENCRYPTED in fields.texts(body, "include")


def generation_config(body: JsonObject, family: Family) -> JsonObject:
    """`generationConfig` without the answer format."""
    config = sampling(body, family)
    limit = fields.integer(body, "max_output_tokens", 1, MAX_TOKENS)
    if limit is not None:
        config["maxOutputTokens"] = output_limit(family, limit)
    if thinking := _thinking(body, family):
        config["thinkingConfig"] = thinking
    return config


def _thinking(body: JsonObject, family: Family) -> JsonObject:
    reasoning = fields.record(body, "reasoning")
    if not reasoning:
        return {}
    effort = fields.choice(reasoning, "effort", EFFORTS, "reasoning")
    older = fields.choice(reasoning, "generate_summary", _SUMMARIES, "reasoning")
    summary = fields.choice(reasoning, "summary", (*_SUMMARIES, "none"), "reasoning") or older
    config = (thinking_config(family, effort) or {}) if effort else {}
    # Google refuses to include thoughts where thinking is off.
    off = effort == "none" or config.get("thinkingBudget") == 0
    if summary not in (None, "none") and family.thinks and not off:
        config["includeThoughts"] = True
    return config


def answer_format(body: JsonObject, family: Family, tools: Tools) -> AnswerFormat:
    text = fields.record(body, "text") or {}
    wanted = fields.record(text, "format", "text") or {}
    at = "text.format"
    kind = fields.choice(wanted, "type", ("text", "json_object", "json_schema"), at)
    if kind is None or kind == "text":
        return PLAIN_TEXT
    schema = fields.need_record(wanted, "schema", at) if kind == "json_schema" else None
    return json_format(schema, family, tools)


def echo(body: JsonObject, *, keeps: bool) -> bytes:
    """JSON of the response's fields that repeat the request. Raises BadRequest.

    keeps: whether the answer can be gone on from.
    """
    reasoning = fields.record(body, "reasoning") or {}
    text = fields.record(body, "text") or {}
    repeated: JsonObject = {
        **{name: body.get(name) for name in _REPEATED},
        "background": False,
        "metadata": fields.record(body, "metadata") or {},
        "parallel_tool_calls": fields.flag(body, "parallel_tool_calls") is not False,
        "reasoning": {"effort": reasoning.get("effort"), "summary": reasoning.get("summary")},
        "store": keeps,
        "text": {**text, "format": text.get("format") or {"type": "text"}},
        "tool_choice": body.get("tool_choice") or "auto",
        "tools": [_tool(entry) for entry in fields.records(body, "tools")],
        "truncation": body.get("truncation") or "disabled",
    }
    try:
        return orjson.dumps(repeated)
    except orjson.JSONEncodeError as exc:
        raise BadRequest("The request is nested too deeply.") from exc


def _tool(entry: JsonObject) -> JsonObject:
    """A function with the fields that the API always gives."""
    if entry.get("type") != "function":
        return entry
    return {"parameters": None, "strict": False, **entry}
