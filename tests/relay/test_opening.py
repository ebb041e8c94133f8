"""The wait for credentials that are still being read."""

import asyncio

import pytest

from proxy_core.errors import Failed, ProblemKind
from proxy_core.relay.opening import LOADING_WAIT_S, opened
from tests.fakes.clock import FakeClock


async def test_the_wait_ends_with_the_reading() -> None:
    clock, loaded = FakeClock(), asyncio.Event()
    waiting = asyncio.ensure_future(opened(loaded, clock))
    await asyncio.sleep(0)
    assert not waiting.done()
    loaded.set()
    await waiting


async def test_the_wait_ends_after_ten_seconds() -> None:
    clock, loaded = FakeClock(), asyncio.Event()
    waiting = asyncio.ensure_future(opened(loaded, clock))
    while not clock.sleepers:  # noqa: ASYNC110 - a state without an event
        await asyncio.sleep(0)
    clock.advance(LOADING_WAIT_S)
    with pytest.raises(Failed) as caught:
        await waiting
    assert caught.value.problem.kind is ProblemKind.UNAVAILABLE
