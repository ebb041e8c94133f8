"""What a session's messages tell, and how one begins; with a made-up Google."""

from collections.abc import Iterable
from typing import Any, cast

import orjson
import pytest
from aiohttp import WSMsgType

from proxy_core.errors import Failed
from proxy_core.events import Tokens
from proxy_core.gemini.faults import Cause, Fault
from proxy_core.gemini.wire import Call
from proxy_core.relay.live import ACTION, LiveReply, handle_name, open_session
from proxy_core.upstream.google import NetworkFailure
from proxy_core.upstream.live import Closing, Frame, NotSwitched, Socket
from tests.pool.made_up import account
from tests.relay.made_up import Stage

SETUP = Frame(WSMsgType.TEXT, b"{}")
FIRST = Frame(WSMsgType.BINARY, b'{"setupComplete":{}}')
CALL = Call("m", ACTION, {})


class FakeSocket:
    def __init__(self) -> None:
        self.dropped: list[Closing] = []

    def drop(self, closing: Closing) -> None:
        self.dropped.append(closing)


class FakeLive:
    """Answers each handshake with the next of `script`."""

    def __init__(self, *script: Frame | Closing | Exception) -> None:
        self.script = list(script)
        self.sockets: list[FakeSocket] = []
        self.asked: list[tuple[str, dict[str, str]]] = []

    async def connect(
        self, path: str, headers: Iterable[tuple[str, str]], setup: Frame
    ) -> tuple[Socket, Frame | Closing]:
        assert setup is SETUP
        self.asked.append((path, dict(headers)))
        answer = self.script.pop(0)
        if isinstance(answer, Exception):
            raise answer
        self.sockets.append(FakeSocket())
        return cast("Socket", self.sockets[-1]), answer


async def opened(stage: Stage, live: FakeLive) -> LiveReply:
    async def opening(headers: Any, lease: Any) -> LiveReply:
        return await open_session(live, "v1beta", SETUP, headers, lease)

    return await stage.relay.live(stage.exchange(), CALL, opening)


async def test_a_session_keeps_its_lease_until_it_is_closed() -> None:
    stage, live = Stage(), FakeLive(FIRST)
    reply = await opened(stage, live)
    assert not stage.all_is_back()
    reply.farewell = Closing(4000)
    reply.close()
    assert stage.all_is_back()
    assert live.sockets[0].dropped == [Closing(4000)]
    path = "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent"
    assert live.asked == [(path, {"credential": "a"})]


@pytest.mark.parametrize(
    "refusal",
    [
        NotSwitched(429, {}, b"{}"),
        NetworkFailure("gone"),
        Closing(1011, "Resource has been exhausted"),
        Closing(1006),
        Frame(WSMsgType.BINARY, b'{"error": {"code": 503, "status": "UNAVAILABLE"}}'),
    ],
)
async def test_the_next_credential_is_tried_while_connecting_fails(
    refusal: Frame | Closing | Exception,
) -> None:
    stage, live = Stage(), FakeLive(refusal, FIRST)
    reply = await opened(stage, live)
    assert [headers["credential"] for _, headers in live.asked] == ["a", "b"]
    reply.close()
    assert stage.all_is_back()


async def test_a_mistake_of_the_client_is_tried_once() -> None:
    stage, live = Stage(), FakeLive(Closing(1007, "Request contains an invalid argument."))
    with pytest.raises(Failed, match="invalid argument"):
        await opened(stage, live)
    assert len(live.asked) == 1
    assert live.sockets[0].dropped
    assert stage.all_is_back()


async def test_a_quota_that_is_spent_in_the_middle_is_remembered() -> None:
    stage, live = Stage(), FakeLive(FIRST)
    reply = await opened(stage, live)
    reply.ended(Closing(1011, "Resource has been exhausted"))
    assert reply.fault is not None
    assert reply.lease.pair.until > stage.clock.now()
    reply.close()


async def test_a_session_whose_credential_was_switched_off_meanwhile_is_recalled() -> None:
    stage, live = Stage(), FakeLive(FIRST)

    async def opening(headers: Any, lease: Any) -> LiveReply:
        stage.pool.enable(lease.credential.id, enabled=False)
        return await open_session(live, "v1beta", SETUP, headers, lease)

    reply = await stage.relay.live(stage.exchange(), CALL, opening)
    assert reply.recalled
    assert reply.cut.is_set()
    reply.close()


@pytest.mark.parametrize(
    "reason",
    ["The session exceeded its duration.", "Request had invalid authentication credentials."],
)
async def test_a_refusal_of_the_session_is_not_held_against_its_credential(reason: str) -> None:
    faults: list[Fault] = []
    reply = await opened(Stage(), FakeLive(FIRST))
    reply.on_late_fault = faults.append
    for each in (reply.lease.credential, account("north", "p")):
        reply.lease.credential = each
        reply.ended(Closing(1008, reason))
    assert reply.fault is not None
    assert not faults
    reply.close()


@pytest.mark.parametrize("code", [1000, 1001])
async def test_an_orderly_end_is_nobodys_fault(code: int) -> None:
    faults: list[Fault] = []
    reply = await opened(Stage(), FakeLive(FIRST))
    reply.on_late_fault = faults.append
    reply.ended(Closing(code))
    assert not faults
    reply.ended(Closing(1006))
    assert [fault.cause for fault in faults] == [Cause.NETWORK]


async def test_the_last_use_told_counts() -> None:
    reply = await opened(Stage(), FakeLive(FIRST))
    assert reply.tokens() is None
    for prompt in (1, 10):
        counts = {"promptTokenCount": prompt, "responseTokenCount": 2, "totalTokenCount": 3}
        reply.note(orjson.dumps({"usageMetadata": counts}))
    reply.note(b'{"serverContent":{}}')
    assert reply.tokens() == Tokens(10, 0, 2, 0, 3)


@pytest.mark.parametrize("message", [b'"usageMetadata"', b'{"usageMetadata":[]}', b"\xff"])
async def test_use_that_makes_no_sense_is_none(message: bytes) -> None:
    reply = await opened(Stage(), FakeLive(FIRST))
    reply.note(message)
    assert reply.tokens() is None


async def test_each_new_handle_is_told() -> None:
    reply = await opened(Stage(), FakeLive(FIRST))
    handles: list[str] = []
    reply.on_handle = handles.append
    for update in ({"newHandle": "one", "resumable": True}, {"resumable": False}, {"newHandle": 3}):
        reply.note(orjson.dumps({"sessionResumptionUpdate": update}))
    assert handles == ["one"]


def test_a_handle_is_remembered_without_being_kept() -> None:
    assert "secret" not in handle_name("secret")
    assert handle_name("a") != handle_name("b")
