"""One completion request to the calls it makes.

Each prompt is what a user says to a chat model, as with OpenAI's own last model of this kind.
Read and ignored: logit_bias, user and what is unknown. `best_of` gives `n` completions and no
more: which of them were the best, Gemini does not tell.
"""

from functools import partial

from proxy_core.dialects import fields
from proxy_core.dialects.contract import ParseContext, ParsedRequest, Renderer, Stamp
from proxy_core.dialects.model_names import resolve_model
from proxy_core.dialects.openai_completions.render import CompletionsRenderer
from proxy_core.dialects.openai_completions.shape import Shape
from proxy_core.dialects.openai_extras import cache_and_safety, read_extras
from proxy_core.dialects.openai_options import (
    EFFORTS,
    MAX_CHOICES,
    MAX_TOKENS,
    sampling,
    service_tier,
    stop_sequences,
)
from proxy_core.errors import BadRequest
from proxy_core.gemini.families import Family, output_limit, thinking_config
from proxy_core.gemini.wire import Call, JsonObject

MAX_COMPLETIONS = 64
"Prompts times choices; nearly as many calls run side by side."
MAX_LOGPROBS = 5

_GAP = (
    "Text is missing between the prefix and the suffix below. Answer with the missing text alone, "
    "so that prefix, answer and suffix read on; repeat neither of them.\n"
    "<prefix>{prompt}</prefix>\n<suffix>{suffix}</suffix>"
)


def parse(raw: bytes, context: ParseContext) -> ParsedRequest:
    """Raises BadRequest, and nothing else, whatever the bytes."""
    body = fields.load_body(raw)
    name = fields.need_text(body, "model")
    model = resolve_model(name, context)
    family = context.family(model)
    prompts = _prompts(body)
    choices = _choices(body)
    if len(prompts) * choices > MAX_COMPLETIONS:
        raise BadRequest(f"At most {MAX_COMPLETIONS} completions can be asked for at once.", "n")
    stream = fields.flag(body, "stream") or False
    per_call = 1 if family.single_candidate else choices
    settings = _settings(body, family, per_call)
    suffix = fields.text(body, "suffix")
    calls = tuple(
        Call(model, "streamGenerateContent", _request(prompt, suffix, settings))
        for prompt in prompts
        for _ in range(choices // per_call)
    )
    shape = Shape(
        model=name,
        stream=stream,
        usage_chunk=_include_usage(body),
        echoes=tuple(prompts) if fields.flag(body, "echo") else (),
        choices=choices,
        prompts=len(prompts),
        per_call=per_call,
    )
    return ParsedRequest(name, calls, stream, partial(_renderer, shape))


def _prompts(body: JsonObject) -> list[str]:
    given = body.get("prompt")
    if isinstance(given, list) and given and isinstance(given[0], int | list):
        raise BadRequest(
            "'prompt' must be text: Gemini has tokens of its own, and cannot read OpenAI's.",
            "prompt",
        )
    prompts = fields.texts(body, "prompt")
    if not prompts or not all(prompts):
        raise BadRequest("'prompt' is required: a text, or a list of texts, none empty.", "prompt")
    return prompts


def _choices(body: JsonObject) -> int:
    choices = fields.integer(body, "n", 1, MAX_CHOICES) or 1
    best_of = fields.integer(body, "best_of", 1, 20)
    if best_of is not None and best_of < choices:
        raise BadRequest("'best_of' must not be less than 'n'.", "best_of")
    return choices


def _request(prompt: str, suffix: str | None, settings: JsonObject) -> JsonObject:
    text = _GAP.format(prompt=prompt, suffix=suffix) if suffix else prompt
    return {"contents": [{"role": "user", "parts": [{"text": text}]}], **settings}


def _settings(body: JsonObject, family: Family, candidates: int) -> JsonObject:
    """All of a call's body but its contents."""
    config = sampling(body, family)
    # Without a limit there is none: the API's default of 16 tokens is from models that did not
    # think, and would leave nothing of an answer.
    if (wanted := fields.integer(body, "max_tokens", 1, MAX_TOKENS)) is not None:
        config["maxOutputTokens"] = output_limit(family, wanted)
    if stops := stop_sequences(body):
        config["stopSequences"] = stops
    top = fields.integer(body, "logprobs", 0, MAX_LOGPROBS)
    if top is not None:
        config["responseLogprobs"] = True
        config["logprobs"] = top
    effort = fields.choice(body, "reasoning_effort", EFFORTS)
    if effort is not None and (thinking := thinking_config(family, effort)):
        config["thinkingConfig"] = thinking
    if candidates > 1:
        config["candidateCount"] = candidates
    settings: JsonObject = cache_and_safety(read_extras(body))
    if config:
        settings["generationConfig"] = config
    if tier := service_tier(body):
        settings["serviceTier"] = tier
    return settings


def _include_usage(body: JsonObject) -> bool:
    options = fields.record(body, "stream_options")
    if options is None:
        return False
    return fields.flag(options, "include_usage", "stream_options") or False


def _renderer(shape: Shape, stamp: Stamp) -> Renderer:
    return CompletionsRenderer(shape, stamp)
