"""The machine's clocks, behind the Clock protocol."""

import asyncio
import time

from proxy_core.clock import Clock, SystemClock


async def test_a_wait_ends_with_what_is_waited_for() -> None:
    clock: Clock = SystemClock()
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    done.set_result(None)
    assert await clock.wait(done, 60)


async def test_a_wait_that_runs_out_cancels_nothing() -> None:
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    assert not await SystemClock().wait(future, 0)
    assert not future.cancelled()


async def test_a_wait_for_what_was_cancelled_ends() -> None:
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    future.cancel()
    assert await SystemClock().wait(future, 60)


async def test_wall_time_is_epoch_seconds_and_the_other_only_grows() -> None:
    clock = SystemClock()
    before = clock.monotonic()
    assert abs(clock.now() - time.time()) < 60
    await clock.sleep(0)
    assert clock.monotonic() >= before


def test_uptime_only_grows() -> None:
    clock = SystemClock()
    before, after = clock.uptime(), clock.uptime()
    assert after.total_s >= before.total_s
    assert after.awake_s >= before.awake_s
