"""Media inside a request: which of it to take out so that the rest may travel, and its bytes.

Pure. Not here: the upload of what was taken out (`relay.offloading`). What is taken out of the
parts of a functionResponse follows the results as a turn of the user, as older models have it for
all media of a result: the API documents inline data alone in those parts.
"""

import hashlib
from binascii import a2b_base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

from proxy_core.gemini.wire import Blob, FileData, JsonObject, Part

INLINE_LIMIT_BYTES = 19 << 20
"Of a whole encoded request. Google's limit is 20 MB; this lies below both readings of it."
PIECE_BYTES = 8 << 20
"Of one piece of an upload, as google-genai cuts them: Google takes only multiples of its measure."

_SLICE_CHARACTERS = 1 << 18
"Decoded in one go: decoding holds Python's global lock, and every stream waits for that."
_REFERENCE_BYTES = 200
"What the reference in the place of media takes at most."
_OTHER_FORMS = str.maketrans("-_", "+/", "= \t\r\n")
"Proto-JSON takes the URL's alphabet too, and any padding."


class NotBase64(ValueError):
    """The data of a piece of media cannot be decoded."""


@dataclass(frozen=True, slots=True)
class Media:
    """One piece of media as an upload needs to know it."""

    mime_type: str
    data: str = field(repr=False)
    "Base64 in its strict form."
    sha256: bytes
    "Of the decoded bytes."
    size_bytes: int

    def pieces(self) -> Iterator[tuple[int, int]]:
        """Where each piece of the upload begins and ends, in decoded bytes."""
        for start in range(0, self.size_bytes, PIECE_BYTES):
            yield start, min(start + PIECE_BYTES, self.size_bytes)

    def read(self, start: int, end: int) -> bytes:
        """The decoded bytes of one piece. Takes a while: for a thread."""
        # Four characters are three bytes, between which a piece may begin and end.
        decoded = b"".join(_slices(self.data, start // 3 * 4, -(-end // 3) * 4))
        return decoded[start % 3 : start % 3 + end - start]


def heaviest(body: JsonObject, size_bytes: int) -> tuple[Blob, ...]:
    """The largest media of a request, as much of it as must go for the rest to travel inline.

    size_bytes: of the encoded body. Empty where all of it would not do.
    """
    found = sorted(_blobs(body), key=lambda blob: len(blob["data"]), reverse=True)
    for count, blob in enumerate(found, 1):
        size_bytes -= len(blob["data"]) - _REFERENCE_BYTES
        if size_bytes <= INLINE_LIMIT_BYTES:
            return tuple(found[:count])
    return ()


def measure(blob: Blob) -> Media:
    """Reads the data once. Takes a while: for a thread. Raises NotBase64."""
    data = blob["data"]
    try:
        sha256, size_bytes = _digest(data)
    except ValueError:
        data = data.translate(_OTHER_FORMS)
        data += "=" * (-len(data) % 4)
        try:
            sha256, size_bytes = _digest(data)
        except ValueError as exc:
            raise NotBase64(str(exc)) from exc
    return Media(blob["mimeType"], data, sha256, size_bytes)


def with_files(body: JsonObject, files: Mapping[int, FileData]) -> JsonObject:
    """A copy of the request that refers to files.

    files: by `id` of the media they stand for. Comparing megabytes would cost as much as sending
    them, and what mends a body leaves its media the objects that they are.
    """
    inner = body.get("generateContentRequest")
    if isinstance(inner, dict):
        return {**body, "generateContentRequest": with_files(inner, files)}
    contents: list[JsonObject] = []
    for content in body.get("contents", ()):
        given = content.get("parts")
        if not given:
            contents.append(content)
            continue
        late: list[Part] = []
        parts = [_without_media(_referring(part, files), files, late) for part in given]
        contents.append({**content, "parts": parts})
        if late:
            contents.append({"role": "user", "parts": late})
    return {**body, "contents": contents}


def _without_media(part: Part, files: Mapping[int, FileData], late: list[Part]) -> Part:
    """The part without what a result holds of the media; references to it go to `late`."""
    result = part.get("functionResponse")
    if result is None or "parts" not in result:
        return part
    kept = []
    for inside in result["parts"]:
        blob = inside.get("inlineData")
        file = None if blob is None else files.get(id(blob))
        if file is None:
            kept.append(inside)
        else:
            late.append({"fileData": file})
    if len(kept) == len(result["parts"]):
        return part
    lightened = {key: value for key, value in result.items() if key != "parts"}
    if kept:
        lightened["parts"] = kept
    return cast("Part", {**part, "functionResponse": lightened})


def _referring(part: Part, files: Mapping[int, FileData]) -> Part:
    blob = part.get("inlineData")
    file = None if blob is None else files.get(id(blob))
    if file is None:
        return part
    referring = part.copy()
    del referring["inlineData"]
    referring["fileData"] = file
    return referring


def _blobs(body: JsonObject) -> Iterator[Blob]:
    request = body.get("generateContentRequest", body)  # countTokens wraps the request
    for content in request.get("contents", ()):
        for part in content.get("parts", ()):
            for holder in (part, *part.get("functionResponse", {}).get("parts", ())):
                blob = holder.get("inlineData")
                if blob is not None and blob.get("data") and blob.get("mimeType"):
                    yield blob


def _digest(data: str) -> tuple[bytes, int]:
    """SHA-256 and number of the decoded bytes. Raises ValueError."""
    digest, size_bytes = hashlib.sha256(), 0
    for piece in _slices(data, 0, len(data)):
        digest.update(piece)
        size_bytes += len(piece)
    return digest.digest(), size_bytes


def _slices(data: str, start: int, end: int) -> Iterator[bytes]:
    for at in range(start, end, _SLICE_CHARACTERS):
        yield a2b_base64(data[at : min(at + _SLICE_CHARACTERS, end)], strict_mode=True)
