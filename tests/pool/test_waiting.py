"""The queues of those who wait for a credential."""

import asyncio

from proxy_core.pool.waiting import QUEUE, Waiting
from tests.fakes.clock import FakeClock

MODEL = "gemini-3.8-flash"


async def settled() -> None:
    """Everything that can run now has run."""
    for _ in range(10):
        await asyncio.sleep(0)


class Visitors:
    """Each waits for its turn as often as `rounds` says, and notes when it was called."""

    def __init__(self) -> None:
        self.waiting = Waiting(FakeClock())
        self.called: list[int] = []

    def arrive(self, number: int, rounds: int = 1) -> asyncio.Task[None]:
        return asyncio.ensure_future(self._visit(number, rounds))

    async def _visit(self, number: int, rounds: int) -> None:
        place = self.waiting.place()
        for _ in range(rounds):
            await self.waiting.wait(MODEL, place, 20.0)
            self.called.append(number)


async def test_the_first_to_come_is_called_first() -> None:
    visitors = Visitors()
    visits = [visitors.arrive(number) for number in range(3)]
    await settled()
    for _ in visits:
        visitors.waiting.call(MODEL)
    await asyncio.gather(*visits)
    assert visitors.called == [0, 1, 2]
    assert not visitors.waiting


async def test_all_who_are_called_in_vain_keep_their_order() -> None:
    visitors = Visitors()
    visits = [visitors.arrive(number, rounds=3) for number in range(3)]
    await settled()
    for _ in range(3):
        visitors.waiting.call_all()
        await settled()
    await asyncio.gather(*visits)
    assert visitors.called == [0, 1, 2] * 3


async def test_two_who_are_called_at_once_and_in_vain_are_not_forgotten() -> None:
    visitors = Visitors()
    visits = [visitors.arrive(number, rounds=2) for number in range(2)]
    await settled()
    for _ in range(2):
        visitors.waiting.call(MODEL)
        visitors.waiting.call(MODEL)
        await settled()
    assert visitors.called == [0, 1, 0, 1]
    await asyncio.gather(*visits)


async def test_who_leaves_as_its_turn_comes_passes_it_on() -> None:
    visitors = Visitors()
    leaving, staying = visitors.arrive(0), visitors.arrive(1)
    await settled()
    visitors.waiting.call(MODEL)
    leaving.cancel()
    await asyncio.wait_for(staying, 10)
    assert visitors.called == [1]
    assert MODEL not in visitors.waiting


async def test_a_queue_is_full_at_some_length() -> None:
    visitors = Visitors()
    visits = [visitors.arrive(number) for number in range(QUEUE)]
    await settled()
    assert not visitors.waiting.has_room(MODEL)
    assert visitors.waiting.has_room("another model")
    for visit in visits:
        visit.cancel()
    await asyncio.gather(*visits, return_exceptions=True)
    assert visitors.waiting.has_room(MODEL)
