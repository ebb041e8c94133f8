"""Uploads of one's own: once for all who want the same, and judged as files, not as a model."""

import asyncio
import base64
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from proxy_core.gemini.faults import Cause
from proxy_core.gemini.inline_media import INLINE_LIMIT_BYTES, PIECE_BYTES
from proxy_core.gemini.wire import JsonObject
from proxy_core.pool.lease import Lease
from proxy_core.relay import offloading
from proxy_core.relay.offloading import Luggage, Offloading
from proxy_core.relay.receive import Rejected
from proxy_core.upstream.google import NetworkFailure
from tests.fakes.clock import FakeClock
from tests.pool.made_up import made_pool, taken
from tests.relay.made_up import NO_CONNECTION, RESET, FakeAnswer, Reply, fault

CONTENT = b"a film. " * 1_000
HEADERS = (("credential", "a"),)


def body_of(content: bytes = CONTENT, mime_type: str = "video/mp4") -> JsonObject:
    blob = {"mimeType": mime_type, "data": base64.b64encode(content).decode()}
    return {"contents": [{"role": "user", "parts": [{"inlineData": blob}]}]}


@dataclass
class FilesApi:
    """Takes uploads at once; `script` says what else to answer, by the path's last word."""

    clock: FakeClock
    script: dict[str, list[Reply]] = field(default_factory=dict)
    state: str = "ACTIVE"
    starts: list[dict[str, str]] = field(default_factory=list)
    received: bytes = b""
    pieces: list[tuple[dict[str, str], int]] = field(default_factory=list)
    looks: int = 0
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    held: asyncio.Event = field(default_factory=asyncio.Event)
    "Cleared: no bytes of an upload are taken."

    async def send(
        self,
        method: str,
        path: str,
        headers: Iterable[tuple[str, str]],
        body: bytes | None,
        origin: str = "",
    ) -> FakeAnswer:
        await asyncio.sleep(0)
        if "session" in path:
            await self.held.wait()
        reply = self._reply(path, dict(headers), body)
        if waiting := self.script.get(path.rpartition("/")[2]):
            reply = waiting.pop(0)
        if reply is NO_CONNECTION:
            raise NetworkFailure("no connection")
        return FakeAnswer(reply.status, reply.headers, list(reply.pieces))

    def _reply(self, path: str, headers: dict[str, str], body: bytes | None) -> Reply:
        if path == "/upload/v1beta/files":
            self.starts.append(headers)
            self.begun.set()
            address = "https://generativelanguage.googleapis.com/upload/session?id=7"
            return Reply(200, (b"",), {"x-goog-upload-url": address})
        if path == "/upload/session?id=7":
            assert body is not None
            self.pieces.append((headers, len(body)))
            self.received += body
            return self.said({"file": self.resource()})
        self.looks += 1
        return self.said(self.resource())

    def resource(self) -> JsonObject:
        ends = datetime.fromtimestamp(self.clock.now() + 48 * 3_600, UTC)
        name = f"files/{len(self.starts)}"
        uri = f"https://files/{name}"
        return {
            "name": name,
            "uri": uri,
            "state": self.state,
            "expirationTime": ends.isoformat(timespec="seconds").replace("+00:00", ".123456789Z"),
        }

    def said(self, document: Any) -> Reply:
        return Reply(200, (orjson.dumps(document),))


@dataclass
class Desk:
    """An Offloading with a pool and a Files API made up."""

    script: dict[str, list[Reply]] = field(default_factory=dict)
    names: tuple[str, ...] = ("a@home", "b@home", "c@away")

    def __post_init__(self) -> None:
        self.clock = FakeClock()
        self.google = FilesApi(self.clock, self.script)
        self.google.held.set()
        self.offloading = Offloading(upstream=self.google, clock=self.clock)
        self.leases = [taken(made_pool(self.clock, name)) for name in self.names]

    def pack(self, body: JsonObject) -> Luggage:
        return self.offloading.pack(body, INLINE_LIMIT_BYTES + 1)

    async def lighten(
        self, body: JsonObject, luggage: Luggage | None = None, lease: Lease | None = None
    ) -> str:
        """The URI that stands in the body afterwards."""
        luggage = luggage or self.pack(body)
        lightened = await self.offloading.lighten(body, luggage, lease or self.leases[0], HEADERS)
        (part,) = lightened["contents"][0]["parts"]
        assert part["fileData"]["mimeType"] == "video/mp4"
        return str(part["fileData"]["fileUri"])


async def test_the_bytes_arrive_whole_and_only_the_first_step_names_the_credential() -> None:
    desk = Desk()
    content = b"x" * (PIECE_BYTES + 5)
    assert await desk.lighten(body_of(content)) == "https://files/files/1"
    assert desk.google.received == content
    (start,) = desk.google.starts
    assert start["credential"] == "a"
    assert start["X-Goog-Upload-Header-Content-Length"] == str(len(content))
    assert start["X-Goog-Upload-Header-Content-Type"] == "video/mp4"
    assert [headers for headers, _ in desk.google.pieces] == [
        {"X-Goog-Upload-Command": "upload", "X-Goog-Upload-Offset": "0"},
        {"X-Goog-Upload-Command": "upload, finalize", "X-Goog-Upload-Offset": str(PIECE_BYTES)},
    ]


async def test_the_same_content_at_the_same_time_is_uploaded_once() -> None:
    desk = Desk()
    uris = await asyncio.gather(*(desk.lighten(body_of()) for _ in range(5)))
    assert (set(uris), len(desk.google.starts)) == ({"https://files/files/1"}, 1)


async def test_who_waited_for_an_upload_that_failed_uploads_for_himself() -> None:
    desk = Desk({"files": [fault("overloaded_503")]})
    outcomes = await asyncio.gather(
        *(desk.lighten(body_of()) for _ in range(3)), return_exceptions=True
    )
    assert sum(isinstance(one, Rejected) for one in outcomes) == 1
    assert len(desk.google.starts) == 2


async def test_who_waits_goes_on_when_the_one_who_uploads_hangs_up() -> None:
    desk = Desk()
    desk.google.held.clear()
    first = asyncio.ensure_future(desk.lighten(body_of()))
    await desk.google.begun.wait()
    second = asyncio.ensure_future(desk.lighten(body_of()))
    first.cancel()
    await asyncio.wait([first])
    desk.google.held.set()
    assert await second == "https://files/files/2"


async def test_credentials_of_one_project_share_a_file_and_other_projects_do_not() -> None:
    desk = Desk()
    body = body_of()
    home, same, away = desk.leases
    assert await desk.lighten(body, lease=home) == await desk.lighten(body, lease=same)
    assert await desk.lighten(body, lease=away) == "https://files/files/2"


async def test_other_content_and_another_type_are_other_files() -> None:
    desk = Desk()
    await desk.lighten(body_of())
    await desk.lighten(body_of(CONTENT + b"The end."))
    body = body_of(mime_type="video/webm")
    await desk.offloading.lighten(body, desk.pack(body), desk.leases[0], HEADERS)
    assert len(desk.google.starts) == 3


async def test_files_are_forgotten_once_per_call() -> None:
    desk = Desk()
    body = body_of()
    luggage = desk.pack(body)
    assert not desk.offloading.renew(luggage)
    await desk.lighten(body, luggage)
    assert desk.offloading.renew(luggage)
    assert await desk.lighten(body, luggage) == "https://files/files/2"
    assert not desk.offloading.renew(luggage)


async def test_the_file_used_the_longest_ago_is_forgotten_first() -> None:
    desk = Desk()
    films = [body_of(CONTENT + b"%d" % number) for number in range(offloading.REMEMBERED + 1)]
    first, second, *others = films
    for film in (first, second, first, *others, first):
        await desk.lighten(film)
    assert len(desk.google.starts) == len(films)
    await desk.lighten(second)
    assert len(desk.google.starts) == len(films) + 1


@pytest.mark.parametrize(
    ("row", "cause"),
    [
        ("per_minute_429", Cause.FILE_QUOTA),
        ("per_day_429", Cause.FILE_QUOTA),
        ("limit_zero_429", Cause.FILE_QUOTA),
        ("shared_capacity_429", Cause.FILE_QUOTA),
        ("spend_limit_429", Cause.SPEND_CAP),
        ("model_not_found", Cause.BAD_ANSWER),
        ("file_not_owned", Cause.BAD_ANSWER),
        ("access_token_expired", Cause.TOKEN_EXPIRED),
        ("service_disabled", Cause.API_OFF),
        ("invalid_argument", Cause.BAD_REQUEST),
        ("overloaded_503", Cause.OVERLOADED),
    ],
)
@pytest.mark.parametrize("step", ["files", "session?id=7"])
async def test_a_refused_upload_is_named_as_one(row: str, cause: Cause, step: str) -> None:
    desk = Desk({step: [fault(row)]})
    with pytest.raises(Rejected) as rejected:
        await desk.lighten(body_of())
    assert rejected.value.fault.cause is cause


@pytest.mark.parametrize(
    ("step", "reply", "cause"),
    [
        ("files", NO_CONNECTION, Cause.NETWORK),
        ("files", Reply(200, (b"",)), Cause.BAD_ANSWER),
        ("session?id=7", RESET, Cause.NETWORK),
        ("session?id=7", Reply(200, (b"<html>",)), Cause.BAD_ANSWER),
        ("session?id=7", Reply(200, (b"[]",)), Cause.BAD_ANSWER),
        ("session?id=7", Reply(200, (b'{"file": 3}',)), Cause.BAD_ANSWER),
        ("session?id=7", Reply(200, (b'{"file": {"name": "x", "uri": "y"}}',)), Cause.BAD_ANSWER),
    ],
)
async def test_an_answer_that_is_none_is_no_upload(step: str, reply: Reply, cause: Cause) -> None:
    desk = Desk({step: [reply]})
    with pytest.raises(Rejected) as rejected:
        await desk.lighten(body_of())
    assert rejected.value.fault.cause is cause
    assert await desk.lighten(body_of()) == "https://files/files/2"


async def test_a_file_without_a_readable_end_serves_once() -> None:
    resource = {"name": "files/x", "uri": "https://files/x", "expirationTime": "soon"}
    replies = [Reply(200, (orjson.dumps({"file": resource}),))]
    desk = Desk({"session?id=7": replies})
    assert await desk.lighten(body_of()) == "https://files/x"
    assert await desk.lighten(body_of()) == "https://files/files/2"


async def test_a_type_that_would_break_a_header_cannot() -> None:
    desk = Desk()
    body = body_of(mime_type="video/mp4\r\nX-Evil: yes\0")
    await desk.offloading.lighten(body, desk.pack(body), desk.leases[0], HEADERS)
    (start,) = desk.google.starts
    assert start["X-Goog-Upload-Header-Content-Type"] == "video/mp4X-Evil: yes"


async def test_a_film_that_is_never_prepared_is_asked_for_again_and_not_uploaded_again() -> None:
    desk = Desk()
    desk.google.state = "PROCESSING"
    with pytest.raises(Rejected) as rejected:
        await _passing(desk, desk.lighten(body_of()))
    assert rejected.value.fault.cause is Cause.UPSTREAM_TIMEOUT
    assert desk.google.looks == len(offloading.LOOKS_S)
    desk.google.state = "ACTIVE"
    assert await _passing(desk, desk.lighten(body_of())) == "https://files/files/1"
    assert await desk.lighten(body_of()) == "https://files/files/1"
    assert desk.google.looks == len(offloading.LOOKS_S) + 1


@pytest.mark.parametrize("vanished", [fault("file_not_owned"), Reply(200, (b"{]",))])
async def test_a_film_that_vanishes_while_it_is_prepared_is_uploaded_again(vanished: Reply) -> None:
    desk = Desk({"1": [vanished]})
    desk.google.state = "PROCESSING"
    with pytest.raises(Rejected) as rejected:
        await _passing(desk, desk.lighten(body_of()))
    assert rejected.value.fault.cause is Cause.BAD_ANSWER
    desk.google.state = "ACTIVE"
    assert await desk.lighten(body_of()) == "https://files/files/2"


async def test_what_google_cannot_read_says_why() -> None:
    resource = {
        "name": "files/x",
        "uri": "https://files/x",
        "mimeType": "video/mp4",
        "state": "FAILED",
        "error": {"message": "no frames"},
    }
    desk = Desk({"session?id=7": [Reply(200, (orjson.dumps({"file": resource}),))]})
    with pytest.raises(Rejected) as rejected:
        await desk.lighten(body_of())
    assert rejected.value.fault.cause is Cause.BAD_REQUEST
    assert rejected.value.fault.message == (
        "Google could not read the video/mp4 of the request: no frames"
    )


async def _passing(desk: Desk, work: Any) -> Any:
    """What the work gives; time passes while it waits for that."""
    task = asyncio.ensure_future(work)
    while not task.done():
        await asyncio.sleep(0)
        desk.clock.advance(1.0)
    return await task
