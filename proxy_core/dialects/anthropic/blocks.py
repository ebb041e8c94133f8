"""Content blocks of the client's messages to Gemini parts.

A URL goes to Google as `fileData`, and Google fetches it; nothing named by a client is opened.
What only Anthropic's own servers could have said (searches, fetches, code that they ran) is
flattened to its texts.
"""

from proxy_core.dialects import fields, media
from proxy_core.dialects.anthropic import tool_changes
from proxy_core.dialects.turns import Result
from proxy_core.errors import BadRequest
from proxy_core.gemini.wire import JsonObject, Part

_SAYING = ("title", "url", "text", "content", "stdout", "stderr", "tool_name")
"Keys of a foreign block whose strings are worth reading."


def entries(content: object, at: str) -> list[tuple[str, JsonObject]]:
    """The blocks of a content with their paths; a string is one block of text."""
    if isinstance(content, str):
        return [(at, {"type": "text", "text": content})] if content else []
    if content is None:
        return []
    if not isinstance(content, list):
        raise fields.wrong(at, "a string or a list of blocks")
    found = []
    for index, entry in enumerate(content):
        where = f"{at}[{index}]"
        if not isinstance(entry, dict):
            raise fields.wrong(where, "an object")
        found.append((where, entry))
    return found


def texts(content: object, at: str) -> list[str]:
    """The texts of a content that holds nothing else: the system prompt's."""
    return [text for where, entry in entries(content, at) if (text := only_text(entry, where))]


def only_text(entry: JsonObject, at: str) -> str:
    """The text of a block that must be one. Raises BadRequest."""
    fields.choice(entry, "type", ("text",), at)
    return fields.text(entry, "text", at) or ""


def parts(entry: JsonObject, at: str) -> list[Part]:
    """A block that says something by itself; none where nothing is left of it."""
    kind, said = entry.get("type"), entry.get("text")
    if kind == "text" and isinstance(said, str):  # nearly always so
        return [{"text": said}] if said else []
    match fields.text(entry, "type", at):
        case None if "text" not in entry:  # some clients leave out the type of a text alone
            raise BadRequest(f"'{at}.type' is required.", f"{at}.type")
        case "text" | None:
            text = fields.text(entry, "text", at)
            return [{"text": text}] if text else []
        case "image":
            return [_image(fields.need_record(entry, "source", at), f"{at}.source")]
        case "document":
            return _document(entry, at)
        case "search_result":
            return [_search_result(entry, at)]
        case _ if kind in tool_changes.TYPES:
            return []
        case _:
            text = _flattened(entry)
            return [{"text": text}] if text else []


def result(entry: JsonObject, at: str) -> Result:
    """What a `tool_result` brings to its call."""
    said: list[str] = []
    shown: list[Part] = []
    for where, inner in entries(entry.get("content"), f"{at}.content"):
        for part in parts(inner, where):
            if "text" in part:
                said.append(part["text"])
            else:
                shown.append(part)
    key = "error" if fields.flag(entry, "is_error", at) else "output"
    return Result({key: "\n".join(said)}, shown, f"{at}.tool_use_id")


_SOURCES = ("base64", "url", "file")
_GIF = "image/gif"
_NO_GIF = "[A GIF was left out: this model sees PNG, JPEG, WebP, HEIC and HEIF pictures.]"


def _image(source: JsonObject, at: str) -> Part:
    """The picture. Of a GIF the model is told instead: Google's 400 for it would meet every later
    request of the conversation, too. Source: Gemini API documentation, image understanding."""
    part = _picture(source, at)
    shown = part.get("inlineData") or part.get("fileData") or {}
    return {"text": _NO_GIF} if shown.get("mimeType") == _GIF else part


def _picture(source: JsonObject, at: str) -> Part:
    match fields.choice(source, "type", _SOURCES, at):
        case "url":
            return media.from_url(fields.need_text(source, "url", at), f"{at}.url")
        case "file":
            return _file(source, at)
        case _:
            return _inline(source, at)


def _inline(source: JsonObject, at: str) -> Part:
    mime_type = media.gemini_type(fields.need_text(source, "media_type", at))
    return {"inlineData": {"mimeType": mime_type, "data": fields.need_text(source, "data", at)}}


def _file(source: JsonObject, at: str) -> Part:
    id_ = fields.need_text(source, "file_id", at)
    return {"fileData": media.stored_file(id_, "", f"{at}.file_id")}


def _document(entry: JsonObject, at: str) -> list[Part]:
    """The document behind its title and context."""
    heading = [fields.text(entry, key, at) or "" for key in ("title", "context")]
    about = "\n".join(filter(None, heading))
    found: list[Part] = [{"text": about}] if about else []
    source, at = fields.need_record(entry, "source", at), f"{at}.source"
    match fields.choice(source, "type", (*_SOURCES, "text", "content"), at):
        case "text":
            found.append({"text": fields.need_text(source, "data", at)})
        case "content":
            for where, inner in entries(source.get("content"), f"{at}.content"):
                fields.choice(inner, "type", ("text", "image"), where)
                found += parts(inner, where)
        case "url":
            url = fields.need_text(source, "url", at)
            found.append(media.from_url(url, f"{at}.url", "application/pdf"))
        case "file":
            found.append(_file(source, at))
        case _:
            found.append(_inline(source, at))
    return found


def _search_result(entry: JsonObject, at: str) -> Part:
    heading = [fields.text(entry, key, at) or "" for key in ("title", "source")]
    said = [*heading, *texts(entry.get("content"), f"{at}.content")]
    return {"text": "\n".join(filter(None, said)) or " "}


def _flattened(entry: JsonObject) -> str:
    """The texts in a foreign block, a line each. Not recursive: depth is the client's choice."""
    said: list[str] = []
    waiting: list[object] = [entry]
    while waiting:
        found = waiting.pop()
        if isinstance(found, list):
            waiting.extend(reversed(found))
        elif isinstance(found, dict):
            said += [text for key in _SAYING if isinstance(text := found.get(key), str) and text]
            within = [value for value in found.values() if isinstance(value, dict | list)]
            waiting.extend(reversed(within))
    return "\n".join(said)
