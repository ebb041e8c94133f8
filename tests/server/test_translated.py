"""Chat completions through a running Pollux: whole, streamed, several at once, broken off."""

import asyncio

import orjson
import pytest

from proxy_core.clock import SystemClock
from proxy_core.dialects.contract import ParseContext, ParsedRequest
from proxy_core.dialects.openai_chat import OpenAIChat
from proxy_core.errors import Problem
from proxy_core.events import Bus, Event, ExchangeEnded
from proxy_core.gemini.wire import Chunk
from proxy_core.server.front import FrontDoor
from proxy_core.server.listener import Listener
from proxy_core.simulator import Reply
from tests.fakes.site import Site, until
from tests.server import raw
from tests.server.raw import CHAT, chat_body

CLOSE = b"Connection: close\r\n"
STREAMED = chat_body(stream=True)


async def test_whole_and_stream_say_the_same(site: Site) -> None:
    site.world.script(Reply.text("one ", "two"), times=None)
    whole = await site.send(CHAT, chat_body())
    stream = await site.send(CHAT, STREAMED, head=CLOSE)
    frames = [
        orjson.loads(line[6:]) for line in stream.body.splitlines() if line.startswith(b"data: {")
    ]
    text = "".join(
        choice["delta"].get("content") or "" for frame in frames for choice in frame["choices"]
    )
    assert text == whole.json["choices"][0]["message"]["content"] == "one two"
    assert stream.body.count(b"data: [DONE]") == 1
    assert whole.json["id"].endswith(whole.headers["x-request-id"])


@pytest.mark.parametrize(
    "reply",
    [
        Reply.truncate(1),
        Reply.reset(1),
        Reply.error_in_stream(1),
        Reply.error_in_stream(1, bare=True),
    ],
)
async def test_a_stream_that_breaks_off_ends_with_an_error_and_not_as_done(
    site: Site, reply: Reply
) -> None:
    site.world.script(Reply.text("one", "two", "three") | reply)
    answer = await site.send(CHAT, STREAMED, head=CLOSE)
    assert answer.status == 200
    assert b'"error"' in answer.body
    assert b'"finish_reason":"stop"' not in answer.body
    (ended,) = site.ended
    assert ended.error is not None
    assert site.in_flight() == 0


async def test_a_whole_answer_is_asked_for_again_before_the_client_hears_of_it(
    site: Site,
) -> None:
    site.world.script(Reply.text("one", "two") | Reply.truncate(1))
    answer = await site.send(CHAT, chat_body())
    assert answer.status == 200
    assert len(site.world.requests) == 2


async def test_several_choices_are_several_calls_side_by_side(site: Site) -> None:
    whole = await site.send(CHAT, chat_body(n=3))
    assert [choice["index"] for choice in whole.json["choices"]] == [0, 1, 2]
    stream = await site.send(CHAT, chat_body(n=2, stream=True), head=CLOSE)
    assert b'"index":1' in stream.body
    assert stream.body.count(b"data: [DONE]") == 1
    assert site.in_flight() == 0


async def test_a_client_that_leaves_ends_all_of_several_calls(site: Site) -> None:
    site.world.script(Reply.wait(asyncio.Event()), times=None)
    _reader, writer = await raw.connect(site.pollux.url)
    writer.write(raw.request(CHAT, chat_body(n=3)))
    async with asyncio.timeout(raw.PATIENCE_S):
        await site.world.until(lambda: len(site.world.requests) == 3)
        assert site.in_flight() == 3
        writer.close()
        await site.world.until(lambda: len(site.world.hang_ups) == 3)
    await until(lambda: not site.in_flight())


async def test_one_of_several_calls_that_fails_fails_the_answer(site: Site) -> None:
    refusal = {"error": {"code": 400, "status": "INVALID_ARGUMENT", "message": "No such thing."}}
    site.world.script(Reply.raw(400, orjson.dumps(refusal)), times=1)
    answer = await site.send(CHAT, chat_body(n=2))
    assert answer.status == 400
    assert site.in_flight() == 0


class FaultyRenderer:
    """Renders one frame, and has a bug."""

    content_type = "text/event-stream"
    whole_type = "application/json"
    keep_alive = b":\n\n"

    def __init__(self) -> None:
        self._frames = 0

    def opening(self) -> bytes:
        return self.keep_alive

    def chunk(self, chunk: Chunk, call_index: int = 0) -> bytes:
        self._frames += 1
        return b"data: %d\n\n" % (1 // (2 - self._frames))

    def end(self) -> bytes:
        return b""

    def fail(self, problem: Problem) -> bytes:
        return b""

    def whole(self) -> bytes:
        return b"{}"


class FaultyChat(OpenAIChat):
    def parse(self, body: bytes, context: ParseContext) -> ParsedRequest:
        parsed = super().parse(body, context)
        return parsed._replace(renderer=lambda _stamp: FaultyRenderer())


async def test_a_bug_in_the_middle_of_a_stream_cuts_it_off(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    hold = asyncio.Event()
    site.world.script(Reply.text("one", "two") | Reply.wait(hold, after=1))
    own = site.pollux.engine._parts.door
    bus = Bus()
    ended: list[Event] = []
    bus.subscribe(ended.append)
    door = FrontDoor(
        guards=own._guards,
        services=own._services,
        dialects=(FaultyChat(),),
        probes=own._probes,
        bus=bus,
        clock=SystemClock(),
        console=own._console,
    )
    listener = Listener(door, "127.0.0.1", 0)
    port = await listener.start()
    reader, writer = await raw.connect(f"http://127.0.0.1:{port}")
    writer.write(raw.request(CHAT, STREAMED))
    await reader.readuntil(b"data: 1\n\n\r\n")
    hold.set()
    assert await reader.read() == b""  # neither a proper end nor another head
    writer.close()
    await listener.stop()
    assert "failed through a bug" in caplog.text
    assert isinstance(ended[0], ExchangeEnded)
    assert (ended[0].status, ended[0].error) == (200, "internal")
    assert site.in_flight() == 0
