"""One request of the Messages API to the call it makes."""

from functools import partial

from proxy_core.dialects import fields
from proxy_core.dialects.anthropic import options
from proxy_core.dialects.anthropic.messages import read_messages
from proxy_core.dialects.anthropic.render import MessageRenderer
from proxy_core.dialects.anthropic.shape import Shape
from proxy_core.dialects.anthropic.stand_ins import gemini_model
from proxy_core.dialects.anthropic.tools import Offer, read_tools
from proxy_core.dialects.contract import ParseContext, ParsedRequest, Renderer, Stamp
from proxy_core.gemini.families import Family
from proxy_core.gemini.signatures import SignatureMemory
from proxy_core.gemini.wire import Call, JsonObject


def parse(raw: bytes, context: ParseContext) -> ParsedRequest:
    """Raises BadRequest, and nothing else, whatever the bytes."""
    body = fields.load_body(raw)
    name = fields.need_text(body, "model")
    model = gemini_model(name, context)
    family = context.family(model)
    stream = fields.flag(body, "stream") or False
    limit = options.read_limit(body, family)
    thinking = options.leaving_room(options.read_thinking(body, family), family, limit)
    offer = read_tools(body)
    request = read_request(body, family, offer, thinking, context)
    request.setdefault("generationConfig", {})["maxOutputTokens"] = limit
    session = options.read_session(body) or context.session or None
    call = Call(model, "streamGenerateContent", request, conversation=session)
    shape = Shape(
        model=name,
        stream=stream,
        thinks=thinking.asked,
        searches=offer.tools.searches,
        stops=options.read_stops(body)[1],
        tools=offer.tools.toolset(),
        toolsets=offer.toolsets,
    )
    return ParsedRequest(name, (call,), stream, partial(_renderer, shape, context.memory))


def read_request(
    body: JsonObject,
    family: Family,
    offer: Offer,
    thinking: options.Thinking,
    context: ParseContext,
) -> JsonObject:
    """The body of the call, without a limit of the answer. `offer` may be changed."""
    options.refuse_thread(body)
    config = options.generation_config(body, family, thinking)
    answer_format = options.answer_format(body, family, offer.tools)
    config |= answer_format.config
    request = read_messages(body, family, offer.tools, context, answer_format.instruction)
    request |= offer.tools.to_gemini(family)
    if config:
        request["generationConfig"] = config
    return request


def _renderer(shape: Shape, memory: SignatureMemory, stamp: Stamp) -> Renderer:
    return MessageRenderer(shape, stamp, memory)
