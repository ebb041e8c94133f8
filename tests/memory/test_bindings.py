"""Which project owns a resource."""

from typing import cast

from proxy_core.memory.bindings import MOST, Bindings
from proxy_core.memory.tables import Table, Values
from proxy_core.memory.writer import Writer
from tests.fakes.clock import FakeClock
from tests.memory.opened import NOW, opened


async def test_a_resource_belongs_to_its_project_until_it_expires() -> None:
    clock = FakeClock(NOW)
    async with opened(None, clock) as memory:
        memory.bindings.put("files/1", "project-a", NOW + 60)
        assert memory.bindings.get("files/1") == "project-a"
        assert memory.bindings.get("files/2") is None
        clock.advance(60)
        assert memory.bindings.get("files/1") is None


async def test_expired_resources_do_not_fill_the_memory() -> None:
    clock = FakeClock(NOW)
    async with opened(None, clock) as memory:
        for number in range(5_000):
            memory.bindings.put(f"files/{number}", "project-a", clock.now() + 10)
            clock.advance(1)
        assert len(memory.bindings) <= 1_000


class Nowhere:
    """A writer whose table nobody reads."""

    def __init__(self) -> None:
        self.kept: set[str] = set()

    def put(self, table: Table, key: tuple[str, ...], values: Values | None) -> None:
        (self.kept.add if values is not None else self.kept.discard)(key[0])


def test_of_more_than_can_be_kept_those_noted_the_longest_ago_go() -> None:
    writer = Nowhere()
    bindings = Bindings((), cast("Writer", writer), FakeClock(NOW))
    for number in range(MOST + 10):
        bindings.put(f"interactions/{number}", "project-a", NOW + 1e6)
        if number % 1_000 == 0:
            bindings.put("files/used", "project-a", NOW + 1e6)
    assert len(bindings) == len(writer.kept) <= MOST
    assert bindings.get(f"interactions/{MOST}") == bindings.get("files/used") == "project-a"
    assert bindings.get("interactions/0") is None
