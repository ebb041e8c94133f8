"""Content of messages and results to Gemini parts.

A URL goes to Google as `fileData`, and Google fetches it; nothing named by a client is opened.
"""

from proxy_core.dialects import fields, media, openai_media
from proxy_core.errors import BadRequest
from proxy_core.gemini.families import Family
from proxy_core.gemini.wire import JsonObject, Part

_TEXTS = ("input_text", "output_text", "text", "refusal")
_TYPES = (*_TEXTS, "input_image", "input_file", "input_audio")


def read_content(content: object, at: str, family: Family) -> list[Part]:
    """The parts of a string or of a list of entries; empty texts are left out."""
    if isinstance(content, str):
        return [{"text": content}] if content else []
    if not isinstance(content, list):
        raise fields.wrong(at, "a string or a list of parts")
    parts = []
    for index, entry in enumerate(content):
        where = f"{at}[{index}]"
        if not isinstance(entry, dict):
            raise fields.wrong(where, "an object")
        part = _part(entry, where, family)
        if part is not None:
            parts.append(part)
    return parts


def read_texts(content: object, at: str, family: Family) -> list[Part]:
    """As `read_content`, for what must be text."""
    parts = read_content(content, at, family)
    if any("text" not in part for part in parts):
        raise fields.wrong(at, "text only")
    return parts


def _part(entry: JsonObject, at: str, family: Family) -> Part | None:
    kind = fields.choice(entry, "type", _TYPES, at)
    match kind:
        case "input_image":
            return _image(entry, at, family)
        case "input_file":
            return openai_media.file(entry, at)
        case "input_audio":
            audio = fields.need_record(entry, "input_audio", at)
            return openai_media.sound(audio, f"{at}.input_audio")
        case None if "text" not in entry:  # some clients leave out the type of a text alone
            raise BadRequest(f"'{at}.type' is required.", f"{at}.type")
        case _:
            text = fields.text(entry, "refusal" if kind == "refusal" else "text", at)
            return {"text": text} if text else None


def _image(entry: JsonObject, at: str, family: Family) -> Part:
    if file_id := fields.text(entry, "file_id", at):
        return {"fileData": media.stored_file(file_id, "", f"{at}.file_id")}
    url, detail = fields.need_text(entry, "image_url", at), fields.text(entry, "detail", at)
    return openai_media.picture(url, detail, family, f"{at}.image_url")
