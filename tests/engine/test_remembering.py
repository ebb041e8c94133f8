"""The memory over an engine's life."""

import asyncio
import logging
import threading
from pathlib import Path

import pytest

from proxy_core.assembly import build
from proxy_core.commands import Refusal, RefusalCode
from proxy_core.engine.remembering import Remembering
from proxy_core.gemini.signatures import RememberedCall, SignatureMemory
from proxy_core.memory import DatabaseFailed, Memory
from proxy_core.relay.owners import Owners
from proxy_core.settings import load_settings
from proxy_core.usage import Usage
from tests.fakes.clock import FakeClock
from tests.fakes.home import at_home, unreachable
from tests.fakes.pollux import TOKEN
from tests.pool.made_up import made_pool


def owners(clock: FakeClock) -> Owners:
    return Owners(made_pool(clock), clock)


def remembering(path: Path | None) -> tuple[Remembering, SignatureMemory, Usage]:
    signatures, usage = SignatureMemory(), Usage()
    clock = FakeClock()
    memory = Remembering(lambda: Memory.open(path, clock), signatures, usage, owners(clock))
    return memory, signatures, usage


async def test_before_it_is_open_one_is_asked_to_try_again() -> None:
    memory, _, _ = remembering(None)
    with pytest.raises(Refusal) as caught:
        _ = memory.memory
    assert (caught.value.code, caught.value.next_step) == (RefusalCode.UNAVAILABLE, "Try again.")
    assert memory.problem is None
    await memory.close()


async def test_signatures_outlive_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "pollux.sqlite3"
    call = RememberedCall("look", None, "made-up-signature")
    memory, signatures, usage = remembering(path)
    opened = await memory.open()
    assert (memory.memory, usage.memory) == (opened, opened)
    signatures.remember("call-1", call)
    await memory.close()
    memory, signatures, _ = remembering(path)
    await memory.open()
    assert signatures.recall("call-1") == call
    await memory.close()


async def test_a_database_that_cannot_be_used_is_said_and_done_without(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    (tmp_path / "pollux.sqlite3").mkdir()
    async with at_home(tmp_path) as home:
        added = await home.add(label="mine")
        assert home.view(added).label == "mine"
        problem = home.engine._parts.remembering.problem
        assert problem
        assert problem in caplog.text
        findings = {one.check: one for one in await home.commands.doctor()}
        assert not findings["data_folder"].ok


async def test_one_that_is_closed_while_it_is_opened_is_closed_when_it_is_open() -> None:
    clock, go_on = FakeClock(), threading.Event()
    opened: list[Memory] = []

    def open_slowly() -> Memory:
        go_on.wait(10)
        opened.append(Memory.open(None, clock))
        return opened[0]

    memory = Remembering(open_slowly, SignatureMemory(), Usage(), owners(FakeClock()))
    opening = asyncio.create_task(memory.open())
    await asyncio.sleep(0)
    opening.cancel()
    go_on.set()
    await memory.close()
    with pytest.raises(DatabaseFailed, match="closed"):
        await opened[0].usage("day", 0, 0, 9)


async def test_one_that_could_not_be_opened_at_all_can_be_closed() -> None:
    def fail() -> Memory:
        raise ImportError("no SQLite here")

    memory = Remembering(fail, SignatureMemory(), Usage(), owners(FakeClock()))
    with pytest.raises(ImportError):
        await memory.open()
    await memory.close()
    assert memory.problem is None


async def test_a_stop_right_after_the_start_leaves_nothing_running(tmp_path: Path) -> None:
    values = {
        "PORT": "0",
        "PERSISTENT_STORAGE_PATH": str(tmp_path),
        "GOOGLE_API_BASE_URL": await unreachable(),
    }
    settings = await asyncio.to_thread(load_settings, values, {}, None, None)
    before = {one.ident for one in threading.enumerate() if one.name == "memory"}
    engine = build(settings, TOKEN)
    await engine.start()
    await engine.stop(grace_s=0)
    left = [one for one in threading.enumerate() if one.name == "memory"]
    assert [one for one in left if one.ident not in before] == []
