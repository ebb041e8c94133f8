"""Pictures, sounds and files as the OpenAI APIs describe them, to Gemini parts.

Not here: in what a dialect wraps these descriptions.
"""

from collections.abc import Mapping
from types import MappingProxyType

from proxy_core.dialects import fields, media
from proxy_core.gemini.families import Family
from proxy_core.gemini.wire import JsonObject, Part

_DOCUMENT = "application/pdf"
"Google asks for a type of all but its own files; documents are what OpenAI's are for."
_LONGEST_SCHEME = len("https:")

_AUDIO_FORMATS = ("wav", "mp3", "aiff", "aac", "ogg", "flac", "m4a")

_RESOLUTIONS: Mapping[str, str] = MappingProxyType(
    {
        "low": "MEDIA_RESOLUTION_LOW",
        "high": "MEDIA_RESOLUTION_HIGH",
        "original": "MEDIA_RESOLUTION_ULTRA_HIGH",
    }
)


def picture(url: str, detail: str | None, family: Family, at: str) -> Part:
    """detail: how closely the model is to look; at: the path of the URL."""
    part = media.from_url(url, at)
    level = _RESOLUTIONS.get(detail or "auto")
    if level and family.response_parts:
        part["mediaResolution"] = {"level": level}
    return part


def sound(audio: JsonObject, at: str) -> Part:
    """`{"data", "format"}`."""
    data = fields.need_text(audio, "data", at)
    form = fields.choice(audio, "format", _AUDIO_FORMATS, at) or "wav"
    return {"inlineData": {"mimeType": media.MIME_TYPES[form], "data": data}}


def file(described: JsonObject, at: str) -> Part:
    """`{"file_id"}`, `{"file_url"}`, or `{"file_data", "filename"}`."""
    name = fields.text(described, "filename", at) or ""
    id_ = fields.text(described, "file_id", at)
    if id_:
        return {"fileData": media.stored_file(id_, name, f"{at}.file_id")}
    if url := fields.text(described, "file_url", at):
        return media.from_url(url, f"{at}.file_url", _DOCUMENT, name)
    data = fields.need_text(described, "file_data", at)
    if ":" in data[:_LONGEST_SCHEME]:  # no character of base64
        # Some clients put an address here, too.
        return media.from_url(data, f"{at}.file_data", _DOCUMENT, name)
    mime_type = media.guess_type(name)
    if mime_type is None:
        raise fields.wrong(f"{at}.file_data", "a data URL, or a file's name must tell its type")
    return {"inlineData": {"mimeType": mime_type, "data": data}}
