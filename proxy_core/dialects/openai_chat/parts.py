"""Content parts of a message to Gemini parts.

A URL goes to Google as `fileData`, and Google fetches it; nothing named by a client is opened.
"""

import base64
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from proxy_core.dialects import fields
from proxy_core.gemini.families import Family
from proxy_core.gemini.wire import Blob, FileData, JsonObject, Part

_MIME_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "png": "image/png",
        "jpg": "image/jpeg",
        "jpeg": "image/jpeg",
        "webp": "image/webp",
        "gif": "image/gif",
        "heic": "image/heic",
        "heif": "image/heif",
        "pdf": "application/pdf",
        "txt": "text/plain",
        "md": "text/markdown",
        "csv": "text/csv",
        "html": "text/html",
        "xml": "text/xml",
        "json": "application/json",
        "wav": "audio/wav",
        "mp3": "audio/mp3",
        "aiff": "audio/aiff",
        "aac": "audio/aac",
        "ogg": "audio/ogg",
        "flac": "audio/flac",
        "m4a": "audio/m4a",
        "mp4": "video/mp4",
        "mpeg": "video/mpeg",
        "mov": "video/mov",
        "webm": "video/webm",
    }
)
"By suffix. The system's own table is not read: it differs between machines."

_AUDIO_FORMATS = ("wav", "mp3", "aiff", "aac", "ogg", "flac", "m4a")

_RESOLUTIONS: Mapping[str, str] = MappingProxyType(
    {
        "low": "MEDIA_RESOLUTION_LOW",
        "high": "MEDIA_RESOLUTION_HIGH",
        "original": "MEDIA_RESOLUTION_ULTRA_HIGH",
    }
)

_FILES_URI = "https://generativelanguage.googleapis.com/v1beta/"
"Google names files by URI in requests and by `files/…` elsewhere."


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
        return _from_url(entry["image_url"], f"{at}.image_url")
    image = fields.need_record(entry, "image_url", at)
    part = _from_url(fields.need_text(image, "url", f"{at}.image_url"), f"{at}.image_url.url")
    level = _RESOLUTIONS.get(fields.text(image, "detail", f"{at}.image_url") or "auto")
    if level and family.response_parts:
        part["mediaResolution"] = {"level": level}
    return part


def _audio(entry: JsonObject, at: str) -> Part:
    audio = fields.need_record(entry, "input_audio", at)
    data = fields.need_text(audio, "data", f"{at}.input_audio")
    form = fields.choice(audio, "format", _AUDIO_FORMATS, f"{at}.input_audio") or "wav"
    return {"inlineData": {"mimeType": _MIME_TYPES[form], "data": data}}


def _file(entry: JsonObject, at: str) -> Part:
    file = fields.need_record(entry, "file", at)
    at = f"{at}.file"
    name = fields.text(file, "filename", at) or ""
    id_ = fields.text(file, "file_id", at)
    if id_:
        return {"fileData": _stored_file(id_, name, f"{at}.file_id")}
    data = fields.need_text(file, "file_data", at)
    if data.startswith("data:"):
        return {"inlineData": _data_url(data, f"{at}.file_data", name)}
    mime_type = _guess(name)
    if mime_type is None:
        raise fields.wrong(f"{at}.file_data", "a data URL, or a file's name must tell its type")
    return {"inlineData": {"mimeType": mime_type, "data": data}}


def _stored_file(id_: str, name: str, at: str) -> FileData:
    """A file that Google holds already."""
    if id_.startswith("files/"):
        id_ = _FILES_URI + id_
    elif not id_.startswith(("https://", "http://", "gs://")):
        raise fields.wrong(at, "a file of Gemini: files/… or its URI")
    return _file_data(id_, _guess(name))


def _from_url(url: str, at: str) -> Part:
    """A picture by data URL, or by one that Google fetches."""
    if url.startswith("data:"):
        return {"inlineData": _data_url(url, at, "")}
    if not url.startswith(("https://", "http://", "gs://")):
        raise fields.wrong(at, "a data:, http(s): or gs: URL; files and paths are not opened")
    try:
        path = urlsplit(url).path
    except ValueError as exc:
        raise fields.wrong(at, "a valid URL") from exc
    mime_type = _guess(path)
    if mime_type is None and "/files/" not in path:
        # The field says that it is a picture; Google knows the type of its own files.
        mime_type = "image/jpeg"
    return {"fileData": _file_data(url, mime_type)}


def _file_data(uri: str, mime_type: str | None) -> FileData:
    return {"fileUri": uri, "mimeType": mime_type} if mime_type else {"fileUri": uri}


def _data_url(url: str, at: str, name: str) -> Blob:
    """`data:<type>;base64,<data>` as it stands; percent-encoded data is turned into base64.

    Megabytes: the data is copied once and read once.
    """
    comma = url.find(",")
    mime_type, *parameters = url[len("data:") : max(comma, 0)].split(";")
    mime_type = mime_type or _guess(name) or ""
    data = url[comma + 1 :] if comma > 0 else ""
    if not data or "/" not in mime_type:
        raise fields.wrong(at, "a data URL such as data:image/png;base64,…")
    if "base64" in parameters:
        # What is wrong with the base64 itself, Google tells: reading megabytes for it costs all.
        return {"mimeType": mime_type, "data": unquote(data) if "%" in data else data}
    return {"mimeType": mime_type, "data": base64.b64encode(unquote_to_bytes(data)).decode()}


def _guess(name: str) -> str | None:
    return _MIME_TYPES.get(name.rpartition(".")[2].lower()) if "." in name else None
