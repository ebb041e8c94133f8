import asyncio
import gc
import logging

import pytest

from proxy_core.tasks import spawn


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
