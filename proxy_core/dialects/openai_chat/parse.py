"""One chat completion request to the calls it makes."""

from functools import partial

from proxy_core.dialects import fields
from proxy_core.dialects.contract import ParseContext, ParsedRequest, Renderer, Stamp
from proxy_core.dialects.model_names import resolve_model
from proxy_core.dialects.openai_chat import options
from proxy_core.dialects.openai_chat.messages import read_messages
from proxy_core.dialects.openai_chat.render import ChatRenderer
from proxy_core.dialects.openai_chat.shape import Shape
from proxy_core.dialects.openai_chat.tools import read_tools
from proxy_core.dialects.openai_extras import read_extras
from proxy_core.dialects.tools import Tools
from proxy_core.gemini.families import Family
from proxy_core.gemini.signatures import SignatureMemory
from proxy_core.gemini.wire import Call, JsonObject


def parse(raw: bytes, context: ParseContext) -> ParsedRequest:
    """Raises BadRequest, and nothing else, whatever the bytes."""
    body = fields.load_body(raw)
    name = fields.need_text(body, "model")
    model = resolve_model(name, context)
    abilities = context.family(model)
    stream = fields.flag(body, "stream") or False
    choices = options.read_choices(body)
    one_call = choices == 1 or not abilities.single_candidate
    tools = read_tools(body)
    request = _request(body, abilities, tools, context, choices if one_call else 1)
    conversation = fields.text(body, "prompt_cache_key") or None
    call = Call(model, "streamGenerateContent", request, conversation=conversation)
    shape = Shape(
        model=name,
        stream=stream,
        usage_chunk=_include_usage(body),
        choices=choices,
        one_call_each=not one_call,
        tags=context.thought_tags,
        searches=tools.searches,
        wav=abilities.speech and options.read_wav(body, stream=stream),
        tools=tools.toolset(),
    )
    calls = (call,) if one_call else (call,) * choices
    return ParsedRequest(name, calls, stream, partial(_renderer, shape, context.memory))


def _request(
    body: JsonObject, abilities: Family, tools: Tools, context: ParseContext, candidates: int
) -> JsonObject:
    """The body of the call."""
    extras = read_extras(body)
    asked_thoughts = context.thought_tags is not None
    config = options.generation_config(body, abilities, extras, thoughts=asked_thoughts)
    answer_format = options.answer_format(body, abilities, tools)
    config |= answer_format.config
    if candidates > 1:
        config["candidateCount"] = candidates
    request = read_messages(body, abilities, tools, context, answer_format.instruction)
    request |= tools.to_gemini(abilities)
    if config:
        request["generationConfig"] = config
    request |= options.neighbours(body, extras)
    if "cachedContent" in request:
        # They are part of the cache; repeating them is a 400.
        for field in ("systemInstruction", "tools", "toolConfig"):
            request.pop(field, None)
    return request


def _include_usage(body: JsonObject) -> bool:
    stream_options = fields.record(body, "stream_options")
    if stream_options is None:
        return False
    return fields.flag(stream_options, "include_usage", "stream_options") or False


def _renderer(shape: Shape, memory: SignatureMemory, stamp: Stamp) -> Renderer:
    return ChatRenderer(shape, stamp, memory)
