"""A recording and how to write it down, to the call that does it.

Read and ignored: chunking_strategy, include, known_speaker_names and known_speaker_references.
"""

import base64
from functools import partial

from proxy_core.dialects import fields, media, openai_stand_ins
from proxy_core.dialects.contract import ParseContext, ParsedRequest, Renderer, Stamp
from proxy_core.dialects.forms import Upload, need_upload, read_form
from proxy_core.dialects.openai_transcriptions.render import TranscriptRenderer
from proxy_core.errors import BadRequest
from proxy_core.gemini.families import Family, thinking_config
from proxy_core.gemini.wire import Call, JsonObject, Part

TRANSCRIBE = "Write down what is said in this recording, word for word, in its own language."
TRANSLATE = "Write down what is said in this recording, translated into English."
_ONLY_TEXT = "Answer with the text alone. Where nothing is said, answer with nothing."

_FORMATS = ("json", "text")
_TIMED = ("verbose_json", "srt", "vtt", "diarized_json")
_LITERALS = frozenset({"stream", "temperature"})
_NO_TIMES = (
    "'{}' is not supported: Gemini's times are guesses, so only 'json' and 'text', without "
    "time stamps, are offered."
)


def parse(raw: bytes, context: ParseContext, task: str) -> ParsedRequest:
    """Raises BadRequest, and nothing else, whatever the bytes."""
    if not context.form:
        raise BadRequest("The body must be a form (multipart/form-data) with the field 'file'.")
    form = read_form(raw, context.form, _LITERALS)
    body = form.texts
    name = fields.need_text(body, "model")
    model = openai_stand_ins.resolve(name, context)
    recording = need_upload(form, "file")
    request: JsonObject = {
        "contents": [{"role": "user", "parts": [_sound(recording), {"text": _prompt(body, task)}]}],
        **_config(body, context.family(model)),
    }
    stream = fields.flag(body, "stream") or False
    bare = _format(body) == "text"
    call = Call(model, "streamGenerateContent", request)
    return ParsedRequest(name, (call,), stream, partial(_renderer, bare))


def _sound(file: Upload) -> Part:
    mime_type = media.type_of_upload(file.content_type, file.name, file.data, "audio/", "video/")
    if mime_type is None:
        raise fields.wrong("file", "a recording; its name, type or content must tell the format")
    return {
        "inlineData": {"mimeType": mime_type, "data": base64.b64encode(file.data).decode("ascii")}
    }


def _prompt(body: JsonObject, task: str) -> str:
    lines = [task]
    languages = [*fields.texts(body, "language"), *fields.texts(body, "languages")]
    if languages:
        lines.append(f"Languages spoken (ISO 639-1): {', '.join(languages)}.")
    if words := fields.texts(body, "keywords"):
        lines.append(f"These words may occur: {', '.join(words)}.")
    if hint := fields.text(body, "prompt"):
        lines.append(f"Keep to the spelling and style of this text, which may come before:\n{hint}")
    return "\n".join([*lines, _ONLY_TEXT])


def _config(body: JsonObject, family: Family) -> JsonObject:
    """No more thinking than must be: there is nothing to think about in a transcript."""
    config: JsonObject = {}
    temperature = fields.number(body, "temperature", 0, 1)
    if temperature is not None and family.sampling:
        config["temperature"] = temperature
    if thinking := thinking_config(family, "none"):
        config["thinkingConfig"] = thinking
    return {"generationConfig": config} if config else {}


def _format(body: JsonObject) -> str:
    asked = fields.choice(body, "response_format", (*_FORMATS, *_TIMED)) or "json"
    if asked in _TIMED:
        raise BadRequest(_NO_TIMES.format(asked), "response_format")
    if fields.texts(body, "timestamp_granularities"):
        message = _NO_TIMES.format("timestamp_granularities")
        raise BadRequest(message, "timestamp_granularities")
    return asked


def _renderer(bare: bool, stamp: Stamp) -> Renderer:  # noqa: ARG001, FBT001 - it shows no id
    return TranscriptRenderer(bare=bare)
