"""Media that a client names or sends, as Gemini parts; shared by the dialects.

A URL goes to Google as `fileData`, and Google fetches it; nothing named by a client is opened.
"""

import base64
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from proxy_core.dialects import fields
from proxy_core.gemini.wire import Blob, FileData, Part

MIME_TYPES: Mapping[str, str] = MappingProxyType(
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
        "mpga": "audio/mp3",
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

_SYNONYMS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("audio/mpeg", "audio/mpga", "audio/x-mp3"), "audio/mp3"),
        **dict.fromkeys(("audio/x-wav", "audio/wave", "audio/vnd.wave"), "audio/wav"),
        **dict.fromkeys(("audio/mp4", "audio/x-m4a"), "audio/m4a"),
        "audio/x-flac": "audio/flac",
        "audio/x-aiff": "audio/aiff",
        "image/jpg": "image/jpeg",
    }
)
"Names that systems give to types which Gemini knows by another."

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (8, b"WEBP", "image/webp"),
    (8, b"WAVE", "audio/wav"),
    (8, b"AIFF", "audio/aiff"),
    (0, b"ID3", "audio/mp3"),
    (0, b"\xff\xfb", "audio/mp3"),
    (0, b"\xff\xf3", "audio/mp3"),
    (0, b"fLaC", "audio/flac"),
    (0, b"OggS", "audio/ogg"),
    (4, b"ftypM4A", "audio/m4a"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
)
"Offset, bytes and type: what libraries send without a name or a type is still known by these."

_FILES_URI = "https://generativelanguage.googleapis.com/v1beta/"
"Google names files by URI in requests and by `files/…` elsewhere."


def stored_file(id_: str, name: str, at: str) -> FileData:
    """A file that Google holds already."""
    if id_.startswith("files/"):
        id_ = _FILES_URI + id_
    elif not id_.startswith(("https://", "http://", "gs://")):
        raise fields.wrong(at, "a file of Gemini: files/… or its URI")
    return file_data(id_, guess_type(name))


def from_url(url: str, at: str, otherwise: str = "image/jpeg", name: str = "") -> Part:
    """A picture or a file by data URL, or by one that Google fetches.

    otherwise: the type where neither `name`, the file's own, nor the path tells one; a picture's
    unless it is said.
    """
    if url.startswith("data:"):
        return {"inlineData": data_url(url, at, name)}
    if not url.startswith(("https://", "http://", "gs://")):
        raise fields.wrong(at, "a data:, http(s): or gs: URL; files and paths are not opened")
    try:
        path = urlsplit(url).path
    except ValueError as exc:
        raise fields.wrong(at, "a valid URL") from exc
    mime_type = guess_type(name) or guess_type(path)
    if mime_type is None and "/files/" not in path:
        # The field says what it is; Google knows the type of its own files.
        mime_type = otherwise
    return {"fileData": file_data(url, mime_type)}


def file_data(uri: str, mime_type: str | None) -> FileData:
    return {"fileUri": uri, "mimeType": mime_type} if mime_type else {"fileUri": uri}


def data_url(url: str, at: str, name: str) -> Blob:
    """`data:<type>;base64,<data>` as it stands; percent-encoded data is turned into base64.

    Megabytes: the data is copied once and read once.
    """
    comma = url.find(",")
    mime_type, *parameters = url[len("data:") : max(comma, 0)].split(";")
    mime_type = gemini_type(mime_type) or guess_type(name) or ""
    data = url[comma + 1 :] if comma > 0 else ""
    if not data or "/" not in mime_type:
        raise fields.wrong(at, "a data URL such as data:image/png;base64,…")
    if "base64" in parameters:
        # What is wrong with the base64 itself, Google tells: reading megabytes for it costs all.
        return {"mimeType": mime_type, "data": unquote(data) if "%" in data else data}
    return {"mimeType": mime_type, "data": base64.b64encode(unquote_to_bytes(data)).decode()}


def gemini_type(declared: str) -> str:
    """The name by which Gemini knows a type that a client declares."""
    return _SYNONYMS.get(declared, declared)


def guess_type(name: str) -> str | None:
    return MIME_TYPES.get(name.rpartition(".")[2].lower()) if "." in name else None


def type_of_upload(declared: str, name: str, data: bytes | memoryview, *kinds: str) -> str | None:
    """The type of an uploaded file of one of `kinds` (`audio/`), or None.

    What the client declares goes first: a recording in a WebM file may hold sound alone.
    """
    for found in (gemini_type(declared), guess_type(name), _type_by_content(data)):
        if found is not None and found.startswith(kinds):
            return found
    return None


def _type_by_content(data: bytes | memoryview) -> str | None:
    for offset, magic, mime_type in _MAGIC:
        if data[offset : offset + len(magic)] == magic:
            return mime_type
    return None
