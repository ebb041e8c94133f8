"""The pretend Google on a thread of its own, for the programs that are proved."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from proxy_core.simulator import Simulator, World

PROJECT = "gen-lang-client-0000000001"


@dataclass(frozen=True, slots=True)
class PretendGoogle:
    url: str
    api_key: str
    "That it knows."


@contextmanager
def pretend_google() -> Iterator[PretendGoogle]:
    world = World()
    world.add_project(PROJECT)
    simulator = Simulator(world)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="pretend Google")
    thread.start()
    try:
        url = asyncio.run_coroutine_threadsafe(simulator.start(), loop).result(10)
        yield PretendGoogle(url, world.add_key(PROJECT))
    finally:
        asyncio.run_coroutine_threadsafe(simulator.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
