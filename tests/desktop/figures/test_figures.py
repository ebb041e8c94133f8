import time
from collections.abc import Iterator

import pytest

from desktop.desk import Desk
from desktop.figures.figures import KEPT
from desktop.figures.rates import MINUTES
from proxy_core.api import Refusal, RefusalCode, UsageRow
from tests.desktop.conftest import until
from tests.fakes.window import FakeEngine, exchange


@pytest.fixture(autouse=True)
def at_greenwich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Where days begin with an hour of UTC, and are asked for at once."""
    monkeypatch.setenv("TZ", "UTC")
    if hasattr(time, "tzset"):
        time.tzset()
    yield
    monkeypatch.undo()
    if hasattr(time, "tzset"):
        time.tzset()


def asked(engine: FakeEngine) -> int:
    return [call[0] for call in engine.commands.calls].count("usage")


def counted_today(desk: Desk) -> int | None:
    return desk.figures.today.exchanges if desk.figures.today else None


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
    await until(lambda: counted_today(desk) == 3)
    assert asked(engine) == 2


async def test_an_exchange_that_is_told_after_it_was_counted_counts_once(
    desk: Desk, engine: FakeEngine
) -> None:
    await until(lambda: counted_today(desk))
    now = time.time()
    desk.figures.now = lambda: now
    counted = UsageRow(now // 60 * 60, "flash", "", "", 1, 0, 10, 0, 5, 0, None)
    engine.commands.used = (counted,)
    desk.figures.refresh()
    await until(lambda: counted_today(desk) == 1)
    engine.tell(exchange(now - 2.0))
    await until(lambda: desk.figures.exchanges)
    assert sum(minute.answered for minute in desk.figures.rates.hour(now)) == 1
    desk.figures.refresh()
    await until(lambda: not desk.figures._asking)
    assert sum(minute.answered for minute in desk.figures.rates.hour(now)) == 1


async def test_nothing_piles_up_while_nobody_looks(desk: Desk, engine: FakeEngine) -> None:
    await until(lambda: counted_today(desk))
    before = asked(engine)
    for minute in range(1_000):
        engine.tell(exchange(60.0 * minute))
    await until(lambda: len(desk.figures.exchanges) == KEPT)
    assert len(desk.figures.rates._minutes) <= MINUTES
    assert asked(engine) == before


async def test_a_slow_engine_is_not_asked_faster_than_it_answers(
    desk: Desk, engine: FakeEngine
) -> None:
    await until(lambda: counted_today(desk))
    before = asked(engine)
    for _ in range(9):
        desk.figures.refresh()
    assert desk.figures._soon.isActive()
    await until(lambda: not desk.figures._asking)
    assert asked(engine) == before + 2
    await until(lambda: asked(engine) == before + 4)


async def test_what_an_engine_that_has_gone_remembers_does_not_count(
    desk: Desk, engine: FakeEngine
) -> None:
    await until(lambda: counted_today(desk))
    desk.figures.refresh()
    desk.figures.begin_anew()
    await until(lambda: not desk.figures._asking)
    assert desk.figures.today is None


async def test_a_refusal_leaves_the_sums_as_they_were(desk: Desk, engine: FakeEngine) -> None:
    await until(lambda: counted_today(desk) == 3)
    engine.commands.refusal = Refusal(RefusalCode.UNAVAILABLE, "Not now.")
    desk.figures.refresh()
    await until(lambda: asked(engine) == 3)
    assert counted_today(desk) == 3


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


async def test_without_an_engine_the_day_is_unknown_and_not_empty(desk: Desk) -> None:
    await until(lambda: counted_today(desk) == 3)
    await desk.life.stop()
    await until(lambda: desk.figures.today is None)
    await desk.life.start()
    await until(lambda: counted_today(desk) == 3)
