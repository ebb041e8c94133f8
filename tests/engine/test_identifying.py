"""An imported account whose file does not tell whose it is, through a real engine."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from proxy_core.credentials.model import AccountSecret
from proxy_core.simulator import Reply, World
from tests.fakes.home import Home, at_home

ADA = "ada@example.com"


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    async with at_home(tmp_path) as opened:
        yield opened


def nameless(world: World, project: str = "p1") -> dict[str, Any]:
    """What gcloud and google-auth write: no e-mail, no subject."""
    file = world.sign_in(ADA, project)
    del file["account"]
    return file


async def test_google_is_asked_whose_it_is(home: Home) -> None:
    report = await home.take_in(nameless(home.world))
    (item,) = report.items
    assert item.label == f"{ADA} · p1"
    credential = home.engine._parts.accounts.by_id(item.id or "")
    assert credential is not None
    assert isinstance(credential.secret, AccountSecret)
    assert credential.secret.email == ADA
    assert credential.secret.subject == home.world.accounts[ADA].sub


async def test_with_and_without_its_name_it_is_one(home: Home) -> None:
    (first,) = (await home.take_in(nameless(home.world))).items
    (second,) = (await home.take_in(nameless(home.world))).items
    assert (second.outcome, second.id) == ("renewed", first.id)
    assert len(home.views) == 1


async def test_one_that_is_known_by_its_e_mail_is_renewed(home: Home) -> None:
    (first,) = (await home.take_in(home.world.sign_in(ADA, "p1"))).items
    (second,) = (await home.take_in(nameless(home.world))).items
    assert (second.outcome, second.id) == ("renewed", first.id)


async def test_where_google_does_not_say_it_stays_without_a_name(home: Home) -> None:
    home.world.script(Reply.raw(500, b"{}"), action="userinfo")
    (item,) = (await home.take_in(nameless(home.world))).items
    assert item.outcome == "added"
    assert (item.label or "").startswith("Google account ")
