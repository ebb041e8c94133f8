"""Multipart forms (RFC 7578) to fields: texts as JSON would give them, and files as they came.

One pass over the body, and no copy of a file: its bytes are a view of the body. Strict, since
only programs write to us; a form that does not hold together is refused. An empty field, and a
file without name and content, count as not sent: pages send them where nobody filled anything
in. Not here: what a field means, and `application/x-www-form-urlencoded`.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import unquote

import orjson

from proxy_core.dialects import fields
from proxy_core.errors import BadRequest
from proxy_core.gemini.wire import JsonObject

MAX_PARTS = 200
MAX_HEAD_BYTES = 8_192
"Of the headers of one part."

_BOUNDARY = re.compile(
    r';\s*boundary=(?:"([^"\r\n]{1,70})"|([^\s";,]{1,70})(?=[\s;,]|$))', re.IGNORECASE
)
_PARAMETER = re.compile(
    r';\s*(name|filename|filename\*)=(?:"((?:\\"|[^"])*)"|([^\s";]*))', re.IGNORECASE
)
_IN_LIST = re.compile(r"\[\d{0,3}\]\Z")
"How lists are named: `image[]`, and `image[0]` where a library knows no name that comes twice."
_LIBRARY_WORDS = {"True": True, "False": False}
"Truth values as Python writes them, where a library leaves that to `str`."
_TEXTUAL = ("text/", "application/json")
_CRLF = b"\r\n"


class Upload(NamedTuple):
    """One file of a form."""

    name: str
    content_type: str
    "As the client said it, without parameters and in small letters; may be empty."
    data: memoryview


@dataclass(frozen=True, slots=True)
class Form:
    """What a form holds. `name[]`, `name[0]` and a name that comes twice make a list."""

    texts: JsonObject
    files: dict[str, list[Upload]]


class _Part(NamedTuple):
    name: str
    file: str | None
    content_type: str
    data: memoryview


def read_form(body: bytes, content_type: str, literals: Collection[str] = ()) -> Form:
    """Raises BadRequest for anything that is no form.

    content_type: with the boundary. literals: names of fields that are numbers or truth values,
    and are read as such where they can be.
    """
    form = Form({}, {})
    for part in _parts(body, content_type):
        name = _IN_LIST.sub("", part.name)
        if not part.data and not part.file:
            continue
        if part.file is not None:
            form.files.setdefault(name, []).append(Upload(part.file, part.content_type, part.data))
            continue
        value = _text(part, literals)
        if name not in form.texts:
            form.texts[name] = value if part.name == name else [value]
        elif isinstance(form.texts[name], list):
            form.texts[name].append(value)
        else:
            form.texts[name] = [form.texts[name], value]
    return form


def need_upload(form: Form, name: str) -> Upload:
    """The one file of this name. Raises BadRequest where there is none, or it is empty."""
    files = form.files.get(name)
    if not files or not files[0].data:
        raise BadRequest(f"'{name}' is required: a file.", name)
    if len(files) > 1:
        raise BadRequest(f"'{name}' may be one file only.", name)
    return files[0]


def _parts(body: bytes, content_type: str) -> list[_Part]:
    """The parts in order. Source: RFC 2046, 5.1.1."""
    match = _BOUNDARY.search(content_type)
    if match is None:
        raise _broken("its Content-Type names no boundary")
    delimiter = b"--" + (match[1] or match[2]).encode("utf-8", "surrogateescape")
    first = body.find(delimiter)
    if first < 0:
        raise _broken("its boundary does not occur in the body")
    start = first + len(delimiter)
    if body.startswith(b"\n", start):
        raise _broken("its lines end in LF alone, and must end in CRLF")
    view, delimiter = memoryview(body), _CRLF + delimiter
    parts: list[_Part] = []
    while not body.startswith(b"--", start):
        end = body.find(delimiter, start)
        if end < 0:
            raise _broken("it ends before its last boundary")
        if len(parts) == MAX_PARTS:
            raise _broken(f"it has more than {MAX_PARTS} parts")
        parts.append(_part(body, view, start, end))
        start = end + len(delimiter)
    return parts


def _part(body: bytes, view: memoryview, start: int, end: int) -> _Part:
    """The part between two boundaries: headers, an empty line, data."""
    line_end = body.find(_CRLF, start, start + 128)
    head_end = body.find(b"\r\n\r\n", line_end, min(end, line_end + MAX_HEAD_BYTES))
    if line_end < 0 or head_end < 0 or body[start:line_end].strip():
        raise _broken("a part has no proper head")
    name = file = None
    content_type = ""
    for line in body[line_end:head_end].decode("utf-8", "replace").split("\r\n"):
        key, _, value = line.partition(":")
        match key.strip().lower():
            case "content-disposition":
                name, file = _names(value)
            case "content-type":
                content_type = value.partition(";")[0].strip().lower()
            case "content-transfer-encoding" if value.strip().lower() not in _PLAIN:
                raise _broken("a part has a Content-Transfer-Encoding")
    if not name:
        raise _broken("a part has no name")
    if file is None and content_type and not content_type.startswith(_TEXTUAL):
        file = ""  # some libraries send a file without its name
    return _Part(name, file, content_type, view[head_end + 4 : end])


_PLAIN = ("", "7bit", "8bit", "binary")


def _names(disposition: str) -> tuple[str | None, str | None]:
    """Name of the field and of the file. Libraries write a quote as %22, or with a backslash.

    `filename*` is not to be there (RFC 7578, 4.2), but older ones send no other name where it is
    not ASCII: `utf-8''na%C3%AFve.png` (RFC 5987).
    """
    found: dict[str, str] = {}
    for key, quoted, bare in _PARAMETER.findall(disposition):
        value = quoted.replace('\\"', '"').replace("%22", '"') if quoted else bare
        found.setdefault(key.lower(), value)
    if "filename" not in found and (encoded := found.get("filename*")) is not None:
        return found.get("name"), unquote(encoded.rpartition("'")[2])
    return found.get("name"), found.get("filename")


def _text(part: _Part, literals: Collection[str]) -> object:
    try:
        text = bytes(part.data).decode()
    except UnicodeDecodeError as exc:
        raise fields.wrong(part.name, "UTF-8 text") from exc
    if part.name not in literals:
        return text
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return _LIBRARY_WORDS.get(text, text)  # what it should be, its reader tells
    return value if isinstance(value, bool | int | float) else text


def _broken(why: str) -> BadRequest:
    return BadRequest(f"The multipart form is broken: {why}.")
