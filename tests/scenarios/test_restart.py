"""What outlives a restart, and what a clock that jumps meanwhile does to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from proxy_core.pool.quota import midnight_pacific
from proxy_core.simulator import Limits, Reply, World
from proxy_core.snapshot import CredentialView
from tests.fakes.clock import FakeClock
from tests.fakes.google import google
from tests.fakes.pollux import RunningPollux, pollux

MODEL = "gemini-3.8-flash"
DAY_S = 86_400.0


@dataclass
class Home:
    """A data folder on which one Pollux after another works, with one spent key."""

    url: str
    world: World
    clock: FakeClock
    folder: Path
    credentials: list[dict[str, Any]]

    @asynccontextmanager
    async def started(self) -> AsyncIterator[RunningPollux]:
        async with pollux(
            self.url,
            self.credentials,
            clock=self.clock,
            PERSISTENT_STORAGE_PATH=str(self.folder),
            MAX_WAIT_S="0",
        ) as running:
            yield running

    async def ask(self, running: RunningPollux) -> int:
        body = {"model": MODEL, "messages": [{"role": "user", "content": "hello"}]}
        headers = {"Authorization": f"Bearer {running.token}"}
        async with (
            aiohttp.ClientSession(running.url, headers=headers) as session,
            session.post("/v1/chat/completions", json=body) as answer,
        ):
            await answer.read()
            return answer.status

    async def spend(self) -> float:
        """Sends until the project rests for the day; the end of its rest."""
        self.world.project("spent").limits["*"] = Limits(rpd=20)
        self.world.quotas.spend_day("spent", MODEL, 20, self.clock.now())
        async with self.started() as running:
            assert await self.ask(running) == 429
            self.clock.advance(60)
            assert await self.ask(running) == 429
            return _until(_only(running))


def _only(running: RunningPollux) -> CredentialView:
    (view,) = running.engine.snapshot().credentials
    return view


def _until(view: CredentialView) -> float:
    (until,) = [model.until for model in view.models if model.until is not None]
    return until


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    world, clock = World(), FakeClock()
    key = world.add_key("spent")
    credential = {"type": "api_key", "key": key, "project_id": "spent"}
    async with google(world, clock.now) as fake:
        yield Home(fake.base_url, world, clock, tmp_path / "data", [credential])


async def test_a_project_that_rests_until_midnight_still_rests_after_a_restart(home: Home) -> None:
    until = await home.spend()
    assert until == midnight_pacific(home.clock.now())
    asked = len(home.world.requests)
    async with home.started() as running:
        assert await home.ask(running) == 429
        assert _until(_only(running)) == until
        (model,) = _only(running).models
        assert model.state == "day_spent"
    assert len(home.world.requests) == asked


async def test_the_sentence_is_the_same_after_a_restart(home: Home) -> None:
    async with home.started() as running:
        home.world.script(Reply.fault("api_key_invalid"))
        assert await home.ask(running) == 503
        before = _only(running)
    assert before.state == "key_invalid"
    async with home.started() as running:
        after = _only(running)
    assert (after.state, after.since) == (before.state, before.since)
    assert (after.sentence, after.next_step) == (before.sentence, before.next_step)


async def test_the_clear_command_frees_what_rested_before_the_restart(home: Home) -> None:
    await home.spend()
    async with home.started() as running:
        await running.engine.commands.clear(_only(running).id)
        home.world.project("spent").limits.clear()
        assert await home.ask(running) == 200
    async with home.started() as running:
        assert await home.ask(running) == 200


async def test_a_clock_set_back_a_day_neither_ends_a_rest_nor_makes_it_longer(home: Home) -> None:
    until = await home.spend()
    announced = until - home.clock.now()
    home.clock.jump(-DAY_S)
    async with home.started() as running:
        assert await home.ask(running) == 429
        assert _until(_only(running)) - home.clock.now() <= announced + 1
    async with home.started() as running:  # and another restart does not lengthen it either
        assert _until(_only(running)) - home.clock.now() <= announced + 1


async def test_a_clock_set_forward_a_day_ends_the_rest(home: Home) -> None:
    await home.spend()
    home.clock.jump(DAY_S)
    async with home.started() as running:
        assert await home.ask(running) == 200


@pytest.mark.parametrize("jump", [DAY_S, -DAY_S])
async def test_a_clock_that_jumps_while_pollux_runs_does_no_harm(home: Home, jump: float) -> None:
    async with home.started() as running:
        assert await home.ask(running) == 200
        home.clock.jump(jump)
        assert await home.ask(running) == 200
        assert _only(running).state == "ready"


async def test_labels_and_switches_outlive_a_restart(home: Home) -> None:
    async with home.started() as running:
        id_ = _only(running).id
        await running.engine.commands.rename(id_, "Ada's spare key")
        await running.engine.commands.enable(id_, enabled=False)
    async with home.started() as running:
        view = _only(running)
        assert (view.label, view.enabled, view.state) == ("Ada's spare key", False, "disabled")
        assert await home.ask(running) == 503
        await running.engine.commands.enable(id_, enabled=True)
        await running.engine.commands.rename(id_, "")
        assert await home.ask(running) == 200
        assert _only(running).label.startswith("API key …")
