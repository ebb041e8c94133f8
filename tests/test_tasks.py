import asyncio
import gc
import logging
import threading

import pytest

from proxy_core.tasks import carried, carry_through, in_thread, spawn


async def test_a_spawned_task_survives_without_a_reference() -> None:
    done = asyncio.Event()

    async def work() -> None:
        await asyncio.sleep(0)
        done.set()

    spawn(work(), name="work")
    gc.collect()
    await done.wait()


async def test_an_unexpected_error_is_logged_with_the_tasks_name(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fail() -> None:
        raise LookupError

    task = spawn(fail(), name="a failing task")
    with caplog.at_level(logging.ERROR):
        await asyncio.wait([task])
    assert "a failing task" in caplog.text
    assert "LookupError" in caplog.text


async def test_a_cancelled_task_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    task = spawn(asyncio.Event().wait(), name="waiting")
    task.cancel()
    await asyncio.wait([task])
    assert not caplog.records


async def test_a_call_in_a_thread_gives_its_result_or_its_error() -> None:
    assert await in_thread(divmod, 7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        await in_thread(divmod, 7, 0)


async def test_a_call_that_hangs_holds_up_nobody_who_gives_up() -> None:
    prompt = threading.Event()
    call = spawn(in_thread(prompt.wait), name="a prompt")
    await asyncio.sleep(0)
    call.cancel()
    await asyncio.wait([call])
    assert call.cancelled()
    prompt.set()


async def test_what_is_carried_through_ends_though_nobody_waits(
    caplog: pytest.LogCaptureFixture,
) -> None:
    go_on, done = asyncio.Event(), asyncio.Event()

    async def change() -> str:
        await go_on.wait()
        done.set()
        return "changed"

    waiting = spawn(carry_through(change(), name="a change"), name="who asked for it")
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    assert waiting.cancelled()
    gc.collect()
    go_on.set()
    await done.wait()
    assert await carry_through(change(), name="a change") == "changed"
    assert not caplog.records


async def test_what_is_carried_through_tells_its_error() -> None:
    async def fail() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await carry_through(fail(), name="a failing change")


async def test_a_failure_of_what_is_carried_through_is_logged_where_nobody_waits_any_more(
    caplog: pytest.LogCaptureFixture,
) -> None:
    go_on = asyncio.Event()

    async def fail() -> None:
        await go_on.wait()
        raise LookupError

    waiting = spawn(carry_through(fail(), name="a failing change"), name="who asked for it")
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    go_on.set()
    await carried()
    await asyncio.sleep(0)
    assert "a failing change" in caplog.text
    assert "LookupError" in caplog.text


async def test_whoever_waits_for_what_is_carried_through_waits_for_all_of_it() -> None:
    first, second = asyncio.Event(), asyncio.Event()
    done: list[str] = []

    async def follow() -> None:
        await second.wait()
        done.append("second")

    async def change() -> None:
        await first.wait()
        done.append("first")
        spawn(carry_through(follow(), name="another change"), name="who goes on")

    await carried()
    changing = spawn(carry_through(change(), name="a change"), name="who asked for it")
    waiting = spawn(carried(), name="who waits")
    await asyncio.sleep(0)
    first.set()
    await changing
    assert not waiting.done()
    second.set()
    await asyncio.wait([waiting])
    assert done[0] == "first"
