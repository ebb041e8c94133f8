from desktop.desk import Desk
from proxy_core.api import Refusal, RefusalCode
from tests.desktop.conftest import until
from tests.fakes.window import FakeEngine, exchange


def asked(engine: FakeEngine) -> int:
    return [call[0] for call in engine.commands.calls].count("usage")


async def test_what_ended_is_counted_and_told(desk: Desk, engine: FakeEngine) -> None:
    told: list[object] = []
    desk.figures.exchanged.connect(told.extend)
    first, second = exchange(1.0), exchange(2.0)
    engine.tell(first, second)
    await until(lambda: told == [first, second])
    assert list(desk.figures.exchanges) == [first, second]
    assert desk.figures.rotation.turns["accaaaaaaaaaa"].served == 2


async def test_what_the_engine_remembers_is_asked_for_when_it_runs(
    desk: Desk, engine: FakeEngine
) -> None:
    await until(lambda: desk.figures.today.exchanges == 3)
    assert asked(engine) == 2


async def test_a_refusal_leaves_the_sums_as_they_were(desk: Desk, engine: FakeEngine) -> None:
    await until(lambda: desk.figures.today.exchanges == 3)
    engine.commands.refusal = Refusal(RefusalCode.UNAVAILABLE, "Not now.")
    desk.figures.refresh()
    await until(lambda: asked(engine) == 3)
    assert desk.figures.today.exchanges == 3


async def test_only_while_someone_looks_it_is_asked_again(desk: Desk) -> None:
    desk.figures.watch_closely(on=True)
    assert desk.figures._timer.isActive()
    desk.figures.watch_closely(on=False)
    assert not desk.figures._timer.isActive()


async def test_another_engine_begins_anew(desk: Desk, engine: FakeEngine) -> None:
    engine.tell(exchange(1.0))
    await until(lambda: desk.figures.exchanges)
    await desk.life.start_demo()
    assert not desk.figures.exchanges
    assert desk.figures.rotation.turns == {}
