"""The loop and its signals."""

import asyncio
import os
import signal
import sys

import pytest

from proxy_core.cli.loop import new_loop, on_stop_signals, settle_malloc


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_each_stop_signal_is_told_each_time(number: signal.Signals) -> None:
    async def scene() -> int:
        told: asyncio.Queue[None] = asyncio.Queue()
        on_stop_signals(lambda: told.put_nowait(None))
        for _ in range(2):
            os.kill(os.getpid(), number)
            await asyncio.wait_for(told.get(), 10)
        return told.qsize()

    with asyncio.Runner(loop_factory=new_loop) as runner:
        assert runner.run(scene()) == 0


def test_a_platform_without_signal_handlers_gets_plain_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Windows(asyncio.SelectorEventLoop):
        def add_signal_handler(self, *_: object) -> None:
            raise NotImplementedError

    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)

    async def scene() -> None:
        stop = asyncio.Event()
        on_stop_signals(stop.set)
        signal.raise_signal(signal.SIGTERM)
        await asyncio.wait_for(stop.wait(), 10)

    try:
        with asyncio.Runner(loop_factory=Windows) as runner:
            runner.run(scene())
    finally:
        signal.signal(signal.SIGTERM, before[0])
        signal.signal(signal.SIGINT, before[1])


def test_settling_malloc_keeps_nothing() -> None:
    settle_malloc()
