"""Requests about what a project keeps, handed through as bytes: any method, any path.

The loop over failures is `relay`'s; here is one attempt of such a request. Its answer comes back
whole where it is JSON, so that an error inside is seen, and as a running stream where it is a
download or an event stream. Not here: what a name means (`gemini.resources`), HTTP in.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from proxy_core.gemini import faults
from proxy_core.gemini.replies import stream_error
from proxy_core.gemini.stream import EventSplitter, event_data
from proxy_core.gemini.wire import Call, JsonObject
from proxy_core.pool.lease import Lease
from proxy_core.relay.receive import Rejected, read_piece, receive_error, with_key
from proxy_core.upstream.google import API_BASE, Answer, NetworkFailure, Upstream

PASSED_BACK = frozenset(
    {"content-type", "content-length", "content-disposition", "content-range", "accept-ranges"}
    | {"etag", "x-gemini-service-tier", "x-goog-hash"}
)
UPLOAD_HEADERS = "x-goog-upload-"
HIDDEN = frozenset({"x-goog-upload-control-url"})
"Google's own address for questions about an upload; it takes them at the upload's, too."
EVENT_STREAM = "text/event-stream"
_MOVED = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Passage:
    """One request as it goes to Google, but for what authorizes it."""

    method: str
    path: str
    "With its query."
    lane: str
    """What a refusal of it speaks for: `/files`, or `/cachedContents/gemini-3.8-flash` where it
    depends on a model. The slash keeps it apart from the models that front ends show."""
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()
    model: str = ""
    project: str | None = None
    "As in `Call`."
    resource: str = ""
    together: bool = False
    "As in `Call`."
    repeatable: bool = True
    "Whether asking twice does no harm; else only a refusal of Google is asked again elsewhere."
    download: bool = False
    "Whether its answer is content and not JSON about it."

    def call(self) -> Call:
        """As the failure loop looks at it."""
        return Call(
            self.model,
            self.lane,
            {},
            raw=self.body or b"",
            project=self.project,
            resource=self.resource,
            together=self.together,
            repeatable=self.repeatable,
        )


class PassedReply:
    """An answer on its way through. Close it, whatever happens."""

    def __init__(self, answer: Answer, lease: Lease) -> None:
        self.lease = lease
        self.status = answer.status
        self.headers = passed_back(answer.headers)
        self.body: bytes | None = None
        "The whole of it; None: `read` gives it piece by piece."
        self.document: JsonObject = {}
        "What the body says, where it is JSON."
        self._answer = answer
        self._first = b""

    @property
    def unit(self) -> str:
        """Whose credential got it."""
        return self.lease.member.unit.id

    @property
    def is_events(self) -> bool:
        return self.headers.get("content-type", "").startswith(EVENT_STREAM)

    async def begin(self, *, download: bool) -> None:
        """Reads up to the commit point: a download's first piece, an event, or all of JSON."""
        if download or self.is_events:
            self._first = await (read_piece(self._answer) if download else self._first_event())
            return
        parts: list[bytes] = []
        while data := await read_piece(self._answer):
            parts.append(data)
        body = b"".join(parts)
        self.document = self._understood(body)
        self.body = body
        self._answer.release()

    async def read(self) -> bytes:
        """The next piece; b"" at the end. Raises Rejected."""
        first, self._first = self._first, b""
        return first or await read_piece(self._answer)

    def abort(self) -> None:
        self._answer.abort()

    def close(self) -> None:
        if self.body is None:
            self._answer.release()
        self.lease.give_back()

    async def _first_event(self) -> bytes:
        """What came up to the end of the first event. Raises Rejected where that is an error."""
        splitter, came = EventSplitter(), b""
        while data := await read_piece(self._answer):
            came += data
            told = [event for block in splitter.feed(data) if (event := event_data(block))]
            if told and (error := stream_error(told[0])) is not None:
                raise Rejected(
                    faults.classify_stream_error(error, with_api_key=with_key(self.lease))
                )
            if told:
                return came
        if not came.strip():
            raise Rejected(faults.empty())
        return came

    def _understood(self, body: bytes) -> JsonObject:
        if not body.strip():
            return {}
        try:
            document = orjson.loads(body)
        except orjson.JSONDecodeError:
            document = None
        if not isinstance(document, dict):
            raise Rejected(faults.bad_answer("it is not the JSON that the API documents"))
        error = document.get("error")
        if len(document) == 1 and isinstance(error, dict):
            raise Rejected(faults.classify_stream_error(error, with_api_key=with_key(self.lease)))
        return document


async def pass_on(
    upstream: Upstream, passage: Passage, headers: tuple[tuple[str, str], ...], lease: Lease
) -> PassedReply:
    """Sends it once. Raises Rejected."""
    answer = await _sent(upstream, passage, passage.path, headers)
    kept = False
    try:
        if passage.download and (path := _moved_to(answer)) is not None:
            answer.release()
            answer = await _sent(upstream, passage, path, headers)
        if not 200 <= answer.status < 300:
            raise Rejected(await receive_error(answer, lease))
        reply = PassedReply(answer, lease)
        await reply.begin(download=passage.download)
        kept = True
        return reply
    finally:
        if not kept:
            answer.release()


async def _sent(
    upstream: Upstream, passage: Passage, path: str, headers: tuple[tuple[str, str], ...]
) -> Answer:
    try:
        return await upstream.send(passage.method, path, headers, passage.body)
    except NetworkFailure as failure:
        raise Rejected(faults.network_fault(str(failure))) from failure


def _moved_to(answer: Answer) -> str | None:
    """Where at the same host a download is to be fetched instead; None where it is here.

    Google's clients follow such redirects. To another host our credential does not go.
    """
    path = answer.headers.get("Location", "").removeprefix(API_BASE)
    if answer.status not in _MOVED or not path.startswith("/") or path.startswith("//"):
        return None
    return path if path.isascii() and path.isprintable() and " " not in path else None


def passed_back(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of Google's that go on to the client, in lower case."""
    passed = {}
    for name, value in headers.items():
        lower = name.lower()
        if lower in PASSED_BACK or (lower.startswith(UPLOAD_HEADERS) and lower not in HIDDEN):
            passed[lower] = value
    return passed
