"""Media too large to travel inline goes ahead as files of the project that will answer.

For translated calls alone: a native client's body is not re-encoded, and such a client uploads
for itself. What was uploaded is reused while it lives, so a conversation pays for its film once
per project. Not here: which media (`gemini.inline_media`), or what a failure means (`retry`): a
failed upload is a failed send.
"""

import asyncio
import logging
import re
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

from proxy_core import tasks
from proxy_core.clock import Clock
from proxy_core.credentials.tokens import Headers
from proxy_core.gemini import faults
from proxy_core.gemini.faults import Cause, Fault
from proxy_core.gemini.inline_media import Media, NotBase64, heaviest, measure, with_files
from proxy_core.gemini.wire import Blob, FileData, JsonObject
from proxy_core.pool.lease import Lease
from proxy_core.relay.receive import Rejected, read_object, receive_error
from proxy_core.upstream.google import Answer, NetworkFailure, Upstream

log = logging.getLogger(__name__)

REMEMBERED = 1_000
MARGIN_S = 3_600.0
"Before its end a file is not used any more: the call it is for may take long."
LOOKS_S = (0.5, 1.0, 2.0, *([4.0] * 44))
"Pauses between looks at a file that Google still prepares: three minutes, then it takes too long."
_START = "/upload/v1beta/files"
_ANSWER_BYTES = 1 << 20
_ROOM = frozenset({Cause.MINUTE_QUOTA, Cause.DAY_QUOTA, Cause.NOT_IN_TIER, Cause.CAPACITY})
"What a 429 may mean. About files it says nothing of the model, which must not rest for it."
_MISPLACED = frozenset({Cause.NOT_OWNED, Cause.NOT_FOUND, Cause.MODEL_UNAVAILABLE})
"What a 404 may mean, which here is no word about anything that the client named."
_UNPRINTABLE = re.compile(r"[^ -~]")
"What would break a header: the client chose the type."


class _Key(NamedTuple):
    unit: str
    "Whose file it is: only this project can read it."
    sha256: bytes
    mime_type: str


@dataclass(slots=True)
class _File:
    """A file of ours at Google."""

    name: str
    uri: str
    ends_at: float
    "Epoch seconds."
    is_ready: bool


@dataclass(slots=True)
class Luggage:
    """What of one call goes ahead. Per call."""

    blobs: tuple[Blob, ...]
    "Empty: nothing that would help."
    media: dict[int, Media] = field(default_factory=dict)
    "By `id` of the blob, once it was read."
    used: set[_Key] = field(default_factory=set)
    renewed: bool = False
    "Whether its files were forgotten already."


class Offloading:
    """The files of ours that Google holds. Per process."""

    def __init__(self, *, upstream: Upstream, clock: Clock) -> None:
        self._upstream = upstream
        self._clock = clock
        self._files: OrderedDict[_Key, _File] = OrderedDict()
        self._locks: WeakValueDictionary[_Key, asyncio.Lock] = WeakValueDictionary()

    def pack(self, body: JsonObject, size_bytes: int) -> Luggage:
        """What has to go ahead for the body, of so many bytes encoded, to travel inline."""
        return Luggage(heaviest(body, size_bytes))

    async def lighten(
        self, body: JsonObject, luggage: Luggage, lease: Lease, headers: Headers
    ) -> JsonObject:
        """The body with files in the place of its luggage. Raises Rejected."""
        luggage.used.clear()
        references: dict[int, FileData] = {}
        for blob in luggage.blobs:
            media = luggage.media.get(id(blob))
            if media is None:
                media = luggage.media[id(blob)] = await _measured(blob)
            key = _Key(lease.member.unit.id, media.sha256, media.mime_type)
            file = await self._file(key, media, lease, headers)
            luggage.used.add(key)
            references[id(blob)] = {"fileUri": file.uri, "mimeType": media.mime_type}
        return with_files(body, references)

    def renew(self, luggage: Luggage) -> bool:
        """Forgets the files of a call, since Google does not find one. False: it was done before.

        The one that is gone may be a file that the client named; then ours were forgotten in vain.
        """
        if luggage.renewed or not luggage.used:
            return False
        luggage.renewed = True
        for key in luggage.used:
            self._files.pop(key, None)
        return True

    async def _file(self, key: _Key, media: Media, lease: Lease, headers: Headers) -> _File:
        """The file of this content, uploaded if there is none; once for all who want it now."""
        lock = self._locks.setdefault(key, asyncio.Lock())
        async with lock:
            file = self._files.get(key)
            if file is None or file.ends_at - MARGIN_S < self._clock.now():
                file = await self._upload(media, lease, headers)
                self._files[key] = file
            self._files.move_to_end(key)
            if len(self._files) > REMEMBERED:
                self._files.popitem(last=False)
            if not file.is_ready:
                await self._until_ready(key, file, lease, headers)
        return file

    # -- the Files API -----------------------------------------------------------------------

    async def _upload(self, media: Media, lease: Lease, headers: Headers) -> _File:
        """Sends the content in pieces, so that no more than one of them is decoded at a time."""
        session = await self._open_session(media, lease, headers)
        answer = b""
        for start, end in media.pieces():
            piece = await tasks.in_thread(media.read, start, end)
            command = "upload, finalize" if end == media.size_bytes else "upload"
            # The session stands for the credential: Google asks for none here.
            sent = (("X-Goog-Upload-Command", command), ("X-Goog-Upload-Offset", str(start)))
            _, answer = await self._ask("POST", session, sent, piece, lease)
        log.info("%s: %.1f MB of media uploaded", lease.member.label, media.size_bytes / 1e6)
        file = read_object(answer).get("file")
        return _file_of(file if isinstance(file, dict) else {})

    async def _open_session(self, media: Media, lease: Lease, headers: Headers) -> str:
        """The path that takes the bytes."""
        sent = (
            *headers,
            ("Content-Type", "application/json"),
            ("X-Goog-Upload-Protocol", "resumable"),
            ("X-Goog-Upload-Command", "start"),
            ("X-Goog-Upload-Header-Content-Length", str(media.size_bytes)),
            ("X-Goog-Upload-Header-Content-Type", _UNPRINTABLE.sub("", media.mime_type)),
        )
        answered, _ = await self._ask("POST", _START, sent, b"{}", lease)
        address = urlsplit(answered.headers.get("x-goog-upload-url", ""))
        if not address.path.startswith("/"):
            raise Rejected(faults.bad_answer("it names no address for the upload"))
        return f"{address.path}?{address.query}" if address.query else address.path

    async def _until_ready(self, key: _Key, file: _File, lease: Lease, headers: Headers) -> None:
        """Looks until Google has prepared the file, as it does with films."""
        try:
            for pause_s in LOOKS_S:
                await self._clock.sleep(pause_s)
                _, answer = await self._ask("GET", f"/v1beta/{file.name}", headers, None, lease)
                if _is_ready(read_object(answer)):
                    file.is_ready = True
                    return
        except Rejected as rejected:
            if rejected.fault.cause in (Cause.BAD_REQUEST, Cause.BAD_ANSWER):
                self._files.pop(key, None)
            raise
        message = "Google takes too long to prepare the uploaded media"
        raise Rejected(Fault(Cause.UPSTREAM_TIMEOUT, 0, message))

    async def _ask(
        self, method: str, path: str, headers: Headers, body: bytes | None, lease: Lease
    ) -> tuple[Answer, bytes]:
        """Head and body of an answer. Raises Rejected."""
        try:
            answer = await self._upstream.send(method, path, headers, body)
        except NetworkFailure as failure:
            raise Rejected(faults.network_fault(str(failure))) from failure
        try:
            if answer.status != 200:
                raise Rejected(_of_files(await receive_error(answer, lease)))
            return answer, await _whole(answer)
        except NetworkFailure as failure:
            raise Rejected(faults.network_fault(str(failure))) from failure
        finally:
            answer.release()


async def _measured(blob: Blob) -> Media:
    try:
        return await tasks.in_thread(measure, blob)
    except NotBase64 as exc:
        message = f"The {blob['mimeType']} data of the request is not base64: {exc}."
        raise Rejected(Fault(Cause.BAD_REQUEST, 400, message)) from exc


async def _whole(answer: Answer) -> bytes:
    parts: list[bytes] = []
    size = 0
    while (data := await answer.readany()) and size < _ANSWER_BYTES:
        parts.append(data)
        size += len(data)
    return b"".join(parts)


def _of_files(fault: Fault) -> Fault:
    """The same failure, said of files rather than of a model."""
    if fault.cause in _ROOM:
        return replace(fault, cause=Cause.FILE_QUOTA)
    return replace(fault, cause=Cause.BAD_ANSWER) if fault.cause in _MISPLACED else fault


def _file_of(resource: JsonObject) -> _File:
    """Raises Rejected for what is no file, or one that Google could not read."""
    name, uri = resource.get("name"), resource.get("uri")
    if not isinstance(name, str) or not isinstance(uri, str) or not name.startswith("files/"):
        raise Rejected(faults.bad_answer("it names no file after the upload"))
    return _File(name, uri, _time(resource.get("expirationTime")), _is_ready(resource))


def _is_ready(resource: JsonObject) -> bool:
    """False while Google prepares the file. Raises Rejected when it gave up."""
    state = resource.get("state")
    if state == "FAILED":
        error = resource.get("error")
        said = error.get("message") if isinstance(error, dict) else None
        message = f"Google could not read the {resource.get('mimeType', 'media')} of the request"
        raise Rejected(Fault(Cause.BAD_REQUEST, 400, f"{message}: {said or 'it does not say why'}"))
    return state != "PROCESSING"


def _time(text: object) -> float:
    """Epoch seconds; 0, and so of no further use, for what is no time."""
    try:
        return datetime.fromisoformat(text).timestamp() if isinstance(text, str) else 0.0
    except ValueError:
        return 0.0
