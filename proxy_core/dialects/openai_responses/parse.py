"""One request for a response to the call it makes."""

from functools import partial

from proxy_core.dialects import fields
from proxy_core.dialects.contract import ParseContext, ParsedRequest, Renderer, Stamp
from proxy_core.dialects.model_names import resolve_model
from proxy_core.dialects.openai_options import service_tier
from proxy_core.dialects.openai_responses import options
from proxy_core.dialects.openai_responses.history import all_items, previous_of
from proxy_core.dialects.openai_responses.items import read_items
from proxy_core.dialects.openai_responses.render import ResponsesRenderer
from proxy_core.dialects.openai_responses.shape import Shape
from proxy_core.dialects.openai_responses.store import Kept, Origin
from proxy_core.dialects.openai_responses.tools import ResponsesTools, read_tools
from proxy_core.errors import BadRequest
from proxy_core.gemini.conversation import conversation_key
from proxy_core.gemini.wire import Call, JsonObject


def parse(raw: bytes, context: ParseContext) -> ParsedRequest:
    """Raises BadRequest, and nothing else, whatever the bytes."""
    body = fields.load_body(raw)
    name = fields.need_text(body, "model")
    model = resolve_model(name, context)
    previous = previous_of(body, context.responses)
    request, tools = read_request(body, model, previous, context)
    call = Call(
        model,
        "streamGenerateContent",
        request,
        conversation=fields.text(body, "prompt_cache_key") or None,
        # Not by its beginning: instructions and tools are each request's own.
        conversation_key=None if previous is None else previous.origin.conversation_key,
    )
    stream = fields.flag(body, "stream") or False
    keeps = fields.flag(body, "store") is not False and context.responses is not None
    if keeps:
        call = call._replace(conversation_key=conversation_key(call))
    shape = Shape(
        echo=options.echo(body, keeps=keeps),
        stream=stream,
        seals=options.wants_sealed(body),
        searches=tools.searches,
        tools=tools.toolset(),
        namespaces=tools.namespaces,
        origin=Origin(raw, previous, call.conversation_key) if keeps else None,
    )
    return ParsedRequest(name, (call,), stream, partial(_renderer, shape, context))


def read_request(
    body: JsonObject, model: str, previous: Kept | None, context: ParseContext
) -> tuple[JsonObject, ResponsesTools]:
    """The body of the call, and the tools that it offers."""
    options.refuse_unsupported(body)
    abilities = context.family(model)
    if abilities.speech:
        raise BadRequest("Responses have no audio; ask chat completions for it.", "model")
    items = all_items(body, previous, context.responses)
    tools = read_tools(body, items)
    config = options.generation_config(body, abilities)
    answer_format = options.answer_format(body, abilities, tools)
    config |= answer_format.config
    instructions = fields.text(body, "instructions")
    request = read_items(items, instructions, abilities, tools, context, answer_format.instruction)
    request |= tools.to_gemini(abilities)
    if config:
        request["generationConfig"] = config
    if tier := service_tier(body):
        request["serviceTier"] = tier
    return request, tools


def _renderer(shape: Shape, context: ParseContext, stamp: Stamp) -> Renderer:
    return ResponsesRenderer(shape, context.memory, context.responses, stamp)
