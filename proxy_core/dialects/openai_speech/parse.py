"""A text to be spoken, to the call that speaks it."""

from functools import partial

from proxy_core.dialects import fields, openai_stand_ins
from proxy_core.dialects.contract import ParseContext, ParsedRequest, Renderer, Stamp
from proxy_core.dialects.openai_extras import cache_and_safety, read_extras
from proxy_core.dialects.openai_speech.render import SpeechRenderer
from proxy_core.dialects.openai_speech.sounds import encoder
from proxy_core.dialects.openai_voices import speech_config
from proxy_core.errors import BadRequest
from proxy_core.gemini.wire import Call, JsonObject

FORMATS = ("mp3", "wav", "pcm")
_UNSUPPORTED = ("opus", "aac", "flac")


def parse(raw: bytes, context: ParseContext) -> ParsedRequest:
    """Raises BadRequest, and nothing else, whatever the bytes."""
    body = fields.load_body(raw)
    name = fields.need_text(body, "model")
    model = openai_stand_ins.resolve(name, context)
    if not context.family(model).speech:
        raise BadRequest(f"The model '{name}' does not speak.", "model")
    request: JsonObject = {
        "contents": [{"role": "user", "parts": [{"text": _prompt(body)}]}],
        "generationConfig": {
            "responseModalities": ["AUDIO"],
            "speechConfig": speech_config(fields.need_text(body, "voice")),
        },
        **cache_and_safety(read_extras(body)),
    }
    sound_format = _format(body)
    events = fields.choice(body, "stream_format", ("audio", "sse")) == "sse"
    if events and sound_format == "wav":
        raise BadRequest("A stream of events takes 'mp3' or 'pcm'.", "response_format")
    # A WAV file is known only when all of it is: it goes out as a whole.
    stream = events or sound_format != "wav"
    call = Call(model, "streamGenerateContent", request)
    return ParsedRequest(name, (call,), stream, partial(_renderer, sound_format, events))


def _format(body: JsonObject) -> str:
    asked = fields.choice(body, "response_format", (*FORMATS, *_UNSUPPORTED)) or "mp3"
    if asked in _UNSUPPORTED:
        raise BadRequest(
            f"'response_format' {asked} is not supported; {', '.join(FORMATS)} are.",
            "response_format",
        )
    return asked


def _prompt(body: JsonObject) -> str:
    """The text, and before it how to say it: speech models take no system instruction.

    The text alone where nothing is said about how. The headings follow Google's guide to speech
    generation: they tell the notes from what is to be read aloud.
    """
    text = fields.need_text(body, "input")
    notes = []
    if instructions := fields.text(body, "instructions"):
        notes.append(instructions)
    speed = fields.number(body, "speed", 0.25, 4.0)
    if speed is not None and speed != 1:
        notes.append(f"Speak at {speed:g} times the usual pace.")
    if not notes:
        return text
    return "\n".join(
        (
            "Read the transcript aloud.",
            "",
            "### Director's notes",
            *notes,
            "",
            "### Transcript",
            text,
        )
    )


def _renderer(sound_format: str, events: bool, stamp: Stamp) -> Renderer:  # noqa: ARG001, FBT001
    return SpeechRenderer(encoder(sound_format), events=events)
