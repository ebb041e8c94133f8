import asyncio

import pytest

from desktop import tasks


async def test_a_task_that_fails_is_logged_by_its_name(caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        raise ValueError("a bug")

    with pytest.raises(ValueError, match="a bug"):
        await tasks.spawn(fail(), name="count sheep")
    await asyncio.sleep(0)
    assert "count sheep failed" in caplog.text


async def test_a_task_that_is_cancelled_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    task = tasks.spawn(asyncio.sleep(60), name="wait")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert caplog.text == ""


async def test_at_the_end_nothing_runs_on() -> None:
    task = tasks.spawn(asyncio.sleep(60), name="wait")
    await tasks.cancel_all()
    assert task.cancelled()
