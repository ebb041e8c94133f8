"""The engine of the demo; what it is to whoever watches it stands in `test_api`."""

from pathlib import Path

import pytest

from proxy_core.demo import demo_engine
from proxy_core.engine.engine import Engine
from proxy_core.events import Event, ExchangeEnded
from tests.fakes.site import until

KEY = "a-made-up-key-of-the-demo"


async def started(engine: Engine) -> None:
    await engine.start()
    await engine.loaded()


async def test_without_sample_traffic_nobody_asks() -> None:
    async with demo_engine(KEY, sample_traffic=False) as engine:
        await started(engine)
        (item,) = (await engine.commands.add_keys(KEY)).items
        assert item.outcome == "added"
        assert engine.snapshot().totals.exchanges == 0
        await engine.stop(grace_s=0.2)


async def test_its_requests_end_with_it() -> None:
    told: list[Event] = []
    async with demo_engine(KEY, sample_traffic=True) as engine:
        engine.subscribe(told.append)
        await started(engine)
        await until(lambda: any(isinstance(event, ExchangeEnded) for event in told))
        await engine.stop(grace_s=0.2)
        assert engine.snapshot().state == "stopped"


async def test_what_fails_while_it_runs_comes_through_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    async def run() -> None:
        async with demo_engine(KEY, sample_traffic=True) as engine:
            await engine.stop(grace_s=0.0)
            raise ValueError("a bug")

    with pytest.raises(ValueError, match="a bug"):
        await run()
    assert entries(tmp_path) == []


def entries(folder: Path) -> list[Path]:
    return list(folder.iterdir())
