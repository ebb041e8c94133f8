"""One request for embeddings to the calls it makes."""

from functools import partial

from proxy_core.dialects import fields, openai_stand_ins
from proxy_core.dialects.contract import ParseContext, ParsedRequest, Renderer, Stamp
from proxy_core.dialects.openai_embeddings.render import EmbeddingsRenderer, Shape
from proxy_core.dialects.openai_extras import read_extras
from proxy_core.errors import BadRequest
from proxy_core.gemini.wire import Call, JsonObject

BATCH = 100
"Texts of one call. Source: Gemini API reference, batchEmbedContents."
MAX_INPUTS = 2_048
MAX_DIMENSIONS = 2**31 - 1

TASK_TYPES = (
    *("RETRIEVAL_QUERY", "RETRIEVAL_DOCUMENT", "SEMANTIC_SIMILARITY", "CLASSIFICATION"),
    *("CLUSTERING", "QUESTION_ANSWERING", "FACT_VERIFICATION", "CODE_RETRIEVAL_QUERY"),
)


def parse(raw: bytes, context: ParseContext) -> ParsedRequest:
    """Raises BadRequest, and nothing else, whatever the bytes. `user` is ignored."""
    body = fields.load_body(raw)
    name = fields.need_text(body, "model")
    model = openai_stand_ins.resolve(name, context)
    if not context.family(model).embeds:
        raise BadRequest(f"The model '{name}' gives no vectors.", "model")
    texts = _inputs(body)
    dimensions = fields.integer(body, "dimensions", 1, MAX_DIMENSIONS)
    settings = _settings(body, dimensions)
    requests = [
        # One content each: gemini-embedding-2 makes one vector of all parts of a content.
        {"model": f"models/{model}", "content": {"parts": [{"text": text}]}, **settings}
        for text in texts
    ]
    calls = tuple(
        Call(model, "batchEmbedContents", {"requests": requests[start : start + BATCH]})
        for start in range(0, len(requests), BATCH)
    )
    shape = Shape(
        model=name,
        base64=fields.choice(body, "encoding_format", ("float", "base64")) == "base64",
        # OpenAI's vectors are of length 1, and clients that compare by dot product need it.
        normalise=dimensions is not None and not context.family(model).unit_vectors,
        counts=tuple(len(call.body["requests"]) for call in calls),
    )
    return ParsedRequest(name, calls, stream=False, renderer=partial(_renderer, shape))


def _inputs(body: JsonObject) -> list[str]:
    given = body.get("input")
    if isinstance(given, list) and given and isinstance(given[0], int | list):
        raise BadRequest(
            "'input' must be text: Gemini has tokens of its own, and cannot read OpenAI's.", "input"
        )
    texts = fields.texts(body, "input")
    if not texts or not all(texts):
        raise BadRequest("'input' is required: a text, or a list of texts, none empty.", "input")
    if len(texts) > MAX_INPUTS:
        raise BadRequest(f"'input' may hold at most {MAX_INPUTS} texts.", "input")
    return texts


def _settings(body: JsonObject, dimensions: int | None) -> JsonObject:
    """What every text of the request is embedded by."""
    settings: JsonObject = {}
    extras = read_extras(body)
    if task := fields.choice(extras.fields, "task_type", TASK_TYPES, extras.at):
        settings["taskType"] = task
    if dimensions is not None:
        settings["outputDimensionality"] = dimensions
    return settings


def _renderer(shape: Shape, stamp: Stamp) -> Renderer:  # noqa: ARG001 - it shows no id and no time
    return EmbeddingsRenderer(shape)
