"""Content parts of a message to Gemini parts.

A URL goes to Google as `fileData`, and Google fetches it; nothing named by a client is opened.
"""

from collections.abc import Mapping
from types import MappingProxyType

from proxy_core.dialects import fields, media
from proxy_core.gemini.families import Family
from proxy_core.gemini.wire import JsonObject, Part

_AUDIO_FORMATS = ("wav", "mp3", "aiff", "aac", "ogg", "flac", "m4a")

_RESOLUTIONS: Mapping[str, str] = MappingProxyType(
    {
        "low": "MEDIA_RESOLUTION_LOW",
        "high": "MEDIA_RESOLUTION_HIGH",
        "original": "MEDIA_RESOLUTION_ULTRA_HIGH",
    }
)


def text_parts(content: object, at: str, *, refusals: bool = False) -> list[str]:
    """The texts of a content that holds nothing else.

    content: a string, a list of text parts (with `refusals`, refusals too), or None.
    """
    if content is None:
        return []
    if isinstance(content, str):
        return [content] if content else []
    texts = []
    for index, entry in enumerate(_entries(content, at)):
        where = f"{at}[{index}]"
        known = ("text", "refusal") if refusals else ("text",)
        kind = fields.choice(entry, "type", known, where) or "text"
        texts.append(fields.text(entry, kind, where) or "")
    return [each for each in texts if each]


def user_parts(content: object, at: str, family: Family) -> list[Part]:
    """The parts of a user message."""
    if isinstance(content, str):
        return [{"text": content}] if content else []
    parts = []
    for index, entry in enumerate(_entries(content, at)):
        part = _user_part(entry, f"{at}[{index}]", family)
        if part is not None:
            parts.append(part)
    return parts


def _entries(content: object, at: str) -> list[JsonObject]:
    if not isinstance(content, list):
        raise fields.wrong(at, "a string or a list of parts")
    for index, entry in enumerate(content):
        if not isinstance(entry, dict):
            raise fields.wrong(f"{at}[{index}]", "an object")
    return content


_USER_PARTS = ("text", "image_url", "input_audio", "file", "refusal")


def _user_part(entry: JsonObject, at: str, family: Family) -> Part | None:
    match fields.choice(entry, "type", _USER_PARTS, at):
        case "image_url":
            return _image(entry, at, family)
        case "input_audio":
            return _audio(entry, at)
        case "file":
            return _file(entry, at)
        case kind:
            text = fields.text(entry, kind or "text", at)
            return {"text": text} if text else None


def _image(entry: JsonObject, at: str, family: Family) -> Part:
    if isinstance(entry.get("image_url"), str):
        # Not the API's form, but what several clients send.
        return media.from_url(entry["image_url"], f"{at}.image_url")
    image = fields.need_record(entry, "image_url", at)
    part = media.from_url(fields.need_text(image, "url", f"{at}.image_url"), f"{at}.image_url.url")
    level = _RESOLUTIONS.get(fields.text(image, "detail", f"{at}.image_url") or "auto")
    if level and family.response_parts:
        part["mediaResolution"] = {"level": level}
    return part


def _audio(entry: JsonObject, at: str) -> Part:
    audio = fields.need_record(entry, "input_audio", at)
    data = fields.need_text(audio, "data", f"{at}.input_audio")
    form = fields.choice(audio, "format", _AUDIO_FORMATS, f"{at}.input_audio") or "wav"
    return {"inlineData": {"mimeType": media.MIME_TYPES[form], "data": data}}


def _file(entry: JsonObject, at: str) -> Part:
    file = fields.need_record(entry, "file", at)
    at = f"{at}.file"
    name = fields.text(file, "filename", at) or ""
    id_ = fields.text(file, "file_id", at)
    if id_:
        return {"fileData": media.stored_file(id_, name, f"{at}.file_id")}
    data = fields.need_text(file, "file_data", at)
    if data.startswith("data:"):
        return {"inlineData": media.data_url(data, f"{at}.file_data", name)}
    mime_type = media.guess_type(name)
    if mime_type is None:
        raise fields.wrong(f"{at}.file_data", "a data URL, or a file's name must tell its type")
    return {"inlineData": {"mimeType": mime_type, "data": data}}
