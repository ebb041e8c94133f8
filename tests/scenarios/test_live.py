"""Live sessions over the whole engine: which credential, hang-ups, the drain, resuming."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import orjson
import pytest
from aiohttp import WSMsgType

from proxy_core.events import CredentialsLoaded
from proxy_core.simulator import Reply
from tests.fakes.site import until
from tests.scenarios.stage import Stage, stage

PATH = "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent"
ACTION = "bidiGenerateContent"
MODEL = "gemini-3.8-live"
QUOTA = "You exceeded your current quota, please check your plan and billing details."


@asynccontextmanager
async def connected(on: Stage) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    assert on.session is not None
    async with on.session.ws_connect(PATH, autoclose=False) as websocket:
        yield websocket


async def ask(websocket: aiohttp.ClientWebSocketResponse, **more: Any) -> aiohttp.WSMessage:
    """Google's first word, or Pollux's last."""
    config = {"responseModalities": ["TEXT"]}
    await websocket.send_json(
        {"setup": {"model": f"models/{MODEL}", "generationConfig": config, **more}}
    )
    return await websocket.receive()


async def set_up(websocket: aiohttp.ClientWebSocketResponse, **more: Any) -> None:
    message = await ask(websocket, **more)
    assert message.type is WSMsgType.BINARY, message
    assert orjson.loads(message.data) == {"setupComplete": {}}


async def update_of(websocket: aiohttp.ClientWebSocketResponse) -> str:
    """The handle that Google gives next."""
    while True:
        message = orjson.loads((await websocket.receive()).data)
        if "sessionResumptionUpdate" in message:
            handle: str = message["sessionResumptionUpdate"]["newHandle"]
            return handle


def asked(on: Stage) -> list[str]:
    return [received.project for received in on.world.requests if received.action == ACTION]


def in_flight(on: Stage) -> int:
    return sum(member.in_flight for member in on.pool.members.values())


REFUSALS = {
    "an HTTP error on the upgrade": Reply.fault("per_minute_429"),
    "an invalid key": Reply.fault("api_key_invalid"),
    "a quota on the setup": Reply.close(1011, QUOTA),
    "a dead key on the setup": Reply.close(1007, "API key not valid. Please pass a valid API key."),
    "a broken connection": Reply.reset(),
}


@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS)
async def test_the_next_credential_serves_what_the_first_may_not(refusal: Reply) -> None:
    async with stage() as on:
        on.key("north")
        on.key("south")
        await on.open(ROTATION="fill-first")
        on.world.script(refusal, project="north", action=ACTION)
        async with connected(on) as websocket:
            await set_up(websocket)
            assert asked(on) == ["north", "south"]
            assert in_flight(on) == 1


async def test_a_spent_quota_rests_the_project_for_live_sessions_alone() -> None:
    async with stage() as on:
        on.key("north")
        on.key("south")
        await on.open(ROTATION="fill-first")
        on.world.script(Reply.close(1011, QUOTA), project="north", action=ACTION)
        for _ in range(2):
            async with connected(on) as websocket:
                await set_up(websocket)
        assert asked(on) == ["north", "south", "south"]
        assert (await on.ask("native", model="gemini-3.8-flash")).worked
        assert on.calls()[-1].project == "north"


async def test_nothing_is_retried_once_google_has_set_the_session_up() -> None:
    async with stage() as on:
        on.key("north")
        on.key("south")
        await on.open()
        async with connected(on) as websocket:
            await set_up(websocket)
            await websocket.send_json({"bogus": {}})
            message = await websocket.receive()
        assert (message.type, message.data) == (WSMsgType.CLOSE, 1007)
        assert "bogus" in str(message.extra)
        assert len(asked(on)) == 1
        assert in_flight(on) == 0


async def test_a_mistake_in_the_setup_is_googles_to_tell_and_nobodys_fault() -> None:
    async with stage() as on:
        on.key("north")
        on.key("south")
        await on.open()
        async with connected(on) as websocket:
            message = await ask(websocket, temprature=1)
        assert (message.type, message.data) == (WSMsgType.CLOSE, 1007)
        assert "temprature" in str(message.extra)
        assert len(asked(on)) == 1
        assert {on.state("north"), on.state("south")} == {"ready"}


async def test_everything_refused_closes_with_the_reason() -> None:
    async with stage() as on:
        on.key("north")
        await on.open(MAX_WAIT_S="0")
        on.world.script(Reply.fault("per_minute_429"), action=ACTION)
        async with connected(on) as websocket:
            message = await ask(websocket)
        assert (message.type, message.data) == (WSMsgType.CLOSE, 1011)
        assert "No credential is free" in str(message.extra)
        assert in_flight(on) == 0


async def test_a_stale_access_token_is_renewed_on_the_way() -> None:
    async with stage() as on:
        on.account("owner@north.example", "north")
        await on.open()
        assert (await on.ask("native", model="gemini-3.8-flash")).worked
        on.world.expire_access_tokens()
        async with connected(on) as websocket:
            await set_up(websocket)
        assert asked(on) == ["north", "north"]


async def test_a_client_that_leaves_while_google_is_asked_frees_the_credential() -> None:
    async with stage() as on:
        on.key("north")
        await on.open()
        never = asyncio.Event()
        on.world.script(Reply.wait(never), action=ACTION)
        async with connected(on) as websocket:
            setup = asyncio.ensure_future(ask(websocket))
            await on.world.until(lambda: asked(on) and on.world.requests[-1].messages)
            assert in_flight(on) == 1
            setup.cancel()
        await until(lambda: in_flight(on) == 0)
        never.set()


async def test_a_client_that_drops_its_connection_ends_googles_session() -> None:
    async with stage() as on:
        on.key("north")
        await on.open()
        async with connected(on) as websocket:
            await set_up(websocket)
            transport = websocket._response.connection.transport  # type: ignore[union-attr]
            transport.abort()  # type: ignore[union-attr]
            await until(lambda: in_flight(on) == 0)
        await on.world.until(lambda: on.world.requests[-1].closed is not None)
        assert on.world.requests[-1].closed == 1001


async def test_a_client_that_says_goodbye_has_its_code_carried_to_google() -> None:
    async with stage() as on:
        on.key("north")
        await on.open()
        async with connected(on) as websocket:
            await set_up(websocket)
            await websocket.close(code=4321, message=b"bye")
        await on.world.until(lambda: on.world.requests[-1].closed is not None)
        assert on.world.requests[-1].closed == 4321
        assert in_flight(on) == 0


async def test_a_stop_waits_for_sessions_and_then_ends_them_with_1001() -> None:
    async with stage(flying=False) as on:
        on.key("north")
        await on.open()
        assert on.pollux is not None
        async with connected(on) as websocket:
            await set_up(websocket)
            stopping = asyncio.ensure_future(on.pollux.engine.stop(grace_s=30.0))
            await until(lambda: on.clock.next_due() is not None)
            message = websocket.receive()
            receiving = asyncio.ensure_future(message)
            await asyncio.sleep(0)
            assert not receiving.done()
            on.clock.advance(30.0)
            told = await receiving
            assert (told.type, told.data) == (WSMsgType.CLOSE, 1001)
            await websocket.close()
            await stopping


async def test_a_pause_takes_no_new_session_and_leaves_the_running_one() -> None:
    async with stage() as on:
        on.key("north")
        await on.open()
        assert on.pollux is not None
        assert on.session is not None
        async with connected(on) as websocket:
            await set_up(websocket)
            on.pollux.engine.pause(paused=True)
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await on.session.ws_connect(PATH)
            assert refused.value.status == 503
            turn = {"turns": [{"role": "user", "parts": [{"text": "still there"}]}]}
            await websocket.send_json({"clientContent": {**turn, "turnComplete": True}})
            assert b"still there" in (await websocket.receive()).data


@pytest.mark.parametrize("removed", [False, True])
async def test_a_session_ends_when_its_owner_takes_the_credential_away(removed: bool) -> None:
    async with stage() as on:
        on.key("north")
        on.key("south")
        await on.open(ROTATION="round-robin")
        assert on.pollux is not None
        async with connected(on) as first, connected(on) as second:
            await set_up(first)
            await set_up(second)
            if removed:
                members = on.pool.members
                on.pool.replace([one.credential for one in members.values()][1:])
                on.pollux.engine._parts.bus.publish(CredentialsLoaded(0.0, 1, 0))
            else:
                await on.pollux.engine.commands.enable(on.view("north").id, enabled=False)
            told = await first.receive()
            assert (told.type, told.data) == (WSMsgType.CLOSE, 1001)
            assert "switched off or removed" in str(told.extra)
            turn = {"turns": [{"role": "user", "parts": [{"text": "still there"}]}]}
            await second.send_json({"clientContent": {**turn, "turnComplete": True}})
            assert b"still there" in (await second.receive()).data
        await until(lambda: in_flight(on) == 0)


async def test_a_session_is_resumed_by_its_owner_also_after_a_restart(tmp_path: Any) -> None:
    async with stage() as on:
        on.key("north")
        on.key("south")
        await on.open(ROTATION="round-robin", PERSISTENT_STORAGE_PATH=str(tmp_path))
        async with connected(on) as websocket:
            await set_up(websocket, sessionResumption={})
            handle = await update_of(websocket)
        owner = asked(on)[0]
        for _ in range(3):
            async with connected(on) as websocket:
                await set_up(websocket, session_resumption={"handle": handle})
        assert set(asked(on)) == {owner}
        assert on.pollux is not None
        await on.pollux.engine.stop(grace_s=0)
        await on.open(ROTATION="round-robin", PERSISTENT_STORAGE_PATH=str(tmp_path))
        for _ in range(2):
            async with connected(on) as websocket:
                await set_up(websocket, sessionResumption={"handle": handle})
        assert set(asked(on)) == {owner}


async def test_a_session_counts_as_in_flight_for_its_project_and_model() -> None:
    async with stage() as on:
        on.key("north")
        await on.open(MAX_CONCURRENCY="1", MAX_WAIT_S="0")
        async with connected(on) as first:
            await set_up(first)
            async with connected(on) as second:
                message = await ask(second)
            assert (message.type, message.data) == (WSMsgType.CLOSE, 1011)
            assert len(asked(on)) == 1
        await until(lambda: in_flight(on) == 0)
        async with connected(on) as third:
            await set_up(third)


async def test_a_goodbye_is_heard_behind_messages_that_google_has_not_got_yet() -> None:
    async with stage() as on:
        on.key("north")
        await on.open()
        never = asyncio.Event()
        on.world.script(Reply.wait(never), action=ACTION)
        async with connected(on) as websocket:
            setup = asyncio.ensure_future(ask(websocket))
            await on.world.until(lambda: asked(on) and on.world.requests[-1].messages)
            await websocket.send_json({"realtimeInput": {"text": "hurry"}})
            setup.cancel()
            await websocket.close()
            await until(lambda: in_flight(on) == 0)
        never.set()


@pytest.mark.parametrize("turns", range(2, 50, 4))
async def test_a_lease_comes_back_whenever_the_client_is_lost(turns: int) -> None:
    async with stage() as on:
        on.key("north")
        on.account("owner@south.example", "south")
        await on.open()
        async with connected(on) as websocket:
            asking = asyncio.ensure_future(ask(websocket))
            for _ in range(turns):
                await asyncio.sleep(0)
            transport = websocket._response.connection.transport  # type: ignore[union-attr]
            transport.abort()  # type: ignore[union-attr]
            await asking
        assert on.pollux is not None
        door = on.pollux.engine._parts.door
        await until(lambda: not door.open_exchanges and not in_flight(on))
