"""Which project owns a resource."""

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
