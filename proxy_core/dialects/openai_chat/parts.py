"""Content parts of a message to Gemini parts.

A URL goes to Google as `fileData`, and Google fetches it; nothing named by a client is opened.
"""

from proxy_core.dialects import fields, media, openai_media
from proxy_core.gemini.families import Family
from proxy_core.gemini.wire import JsonObject, Part


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
            audio = fields.need_record(entry, "input_audio", at)
            return openai_media.sound(audio, f"{at}.input_audio")
        case "file":
            return openai_media.file(fields.need_record(entry, "file", at), f"{at}.file")
        case kind:
            text = fields.text(entry, kind or "text", at)
            return {"text": text} if text else None


def _image(entry: JsonObject, at: str, family: Family) -> Part:
    if isinstance(entry.get("image_url"), str):
        # Not the API's form, but what several clients send.
        return media.from_url(entry["image_url"], f"{at}.image_url")
    image, at = fields.need_record(entry, "image_url", at), f"{at}.image_url"
    url, detail = fields.need_text(image, "url", at), fields.text(image, "detail", at)
    return openai_media.picture(url, detail, family, f"{at}.url")
