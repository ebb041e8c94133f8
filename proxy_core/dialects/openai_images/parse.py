"""A picture to be drawn or changed, to the calls that do it.

Read and ignored: background, moderation, output_format, output_compression, style, svg,
partial_images, input_fidelity, user and the like; the answer says in which format it is.
"""

import base64
from functools import partial

from proxy_core.dialects import fields, media, openai_stand_ins
from proxy_core.dialects.contract import ParseContext, ParsedRequest, Renderer, Stamp
from proxy_core.dialects.forms import Form, Upload, read_form
from proxy_core.dialects.openai_extras import cache_and_safety, read_extras
from proxy_core.dialects.openai_images.render import ImagesRenderer, Shape
from proxy_core.dialects.openai_images.sizes import image_config
from proxy_core.errors import BadRequest
from proxy_core.gemini.wire import Call, JsonObject, Part

MAX_IMAGES = 10
MAX_SOURCES = 16
"Pictures of one edit. Source: OpenAI's reference, images/edits."
_LITERALS = frozenset({"n", "stream", "partial_images", "output_compression"})


def parse_generation(raw: bytes, context: ParseContext) -> ParsedRequest:
    """Raises BadRequest, and nothing else, whatever the bytes."""
    return _parsed(fields.load_body(raw), [], context, "image_generation")


def parse_edit(raw: bytes, context: ParseContext) -> ParsedRequest:
    """A form with files, or JSON with data URLs. Raises BadRequest, and nothing else."""
    if context.form:
        form = read_form(raw, context.form, _LITERALS)
        body, sources = form.texts, _uploaded(form)
    else:
        body = fields.load_body(raw)
        sources = _linked(body)
    if not sources:
        raise BadRequest("'image' is required: the picture to change.", "image")
    if len(sources) > MAX_SOURCES:
        raise BadRequest(f"'image' may hold at most {MAX_SOURCES} pictures.", "image")
    return _parsed(body, sources, context, "image_edit")


def _parsed(
    body: JsonObject, sources: list[Part], context: ParseContext, events: str
) -> ParsedRequest:
    name = fields.text(body, "model") or openai_stand_ins.UNNAMED_IMAGE
    model = openai_stand_ins.resolve(name, context)
    if not context.family(model).images:
        raise BadRequest(f"The model '{name}' does not draw images.", "model")
    prompt = fields.need_text(body, "prompt")
    count = fields.integer(body, "n", 1, MAX_IMAGES) or 1
    stream = fields.flag(body, "stream") or False
    config: JsonObject = {"responseModalities": ["TEXT", "IMAGE"]}
    if picture := image_config(body, model):
        config["imageConfig"] = picture
    request: JsonObject = {
        "contents": [{"role": "user", "parts": [*sources, {"text": prompt}]}],
        "generationConfig": config,
        **cache_and_safety(read_extras(body)),
    }
    shape = Shape(
        images=count,
        events=events,
        as_url=fields.choice(body, "response_format", ("b64_json", "url")) == "url",
        size=fields.text(body, "size") or "auto",
        quality=fields.text(body, "quality") or "auto",
    )
    call = Call(model, "streamGenerateContent", request)
    models = openai_stand_ins.models_of(name, context)
    return ParsedRequest(name, (call,) * count, stream, partial(_renderer, shape), models)


def _uploaded(form: Form) -> list[Part]:
    for name in ("mask", "markup"):
        if name in form.files:
            raise _no_masks(name)
    return [_picture(file) for file in form.files.get("image", ())]


def _picture(file: Upload) -> Part:
    mime_type = media.type_of_upload(file.content_type, file.name, file.data, "image/")
    if mime_type is None or not file.data:
        raise fields.wrong("image", "a picture; its name, type or content must tell the format")
    return {
        "inlineData": {"mimeType": mime_type, "data": base64.b64encode(file.data).decode("ascii")}
    }


def _linked(body: JsonObject) -> list[Part]:
    """`images: [{image_url}]` as the API has it, or `image` with one URL or several."""
    for name in ("mask", "markup"):
        if body.get(name) is not None:
            raise _no_masks(name)
    found = [media.from_url(url, "image") for url in fields.texts(body, "image")]
    for index, entry in enumerate(fields.records(body, "images")):
        at = f"images[{index}]"
        if id_ := fields.text(entry, "file_id", at):
            found.append({"fileData": media.stored_file(id_, "", f"{at}.file_id")})
        else:
            url = fields.need_text(entry, "image_url", at)
            found.append(media.from_url(url, f"{at}.image_url"))
    return found


def _no_masks(name: str) -> BadRequest:
    message = f"'{name}' is not supported: Gemini takes none. Say in the prompt what to change."
    return BadRequest(message, name)


def _renderer(shape: Shape, stamp: Stamp) -> Renderer:
    return ImagesRenderer(shape, stamp)
