from collections.abc import Iterator
from dataclasses import replace

import pytest

from desktop.desk import Desk
from desktop.pages.accounts_notice import CheckNotice
from desktop.widgets.panels import Banner
from proxy_core.api import CheckResult, CredentialView, Snapshot
from tests.desktop.conftest import until
from tests.fakes.commands import FakeCommands, credential

KEY = credential("key1", "team-key")
BAD = credential("key2", "bad-key", "key_invalid", "The key is not valid.")
OFF = credential("svc1", "bot@ci", "api_off", "The API is off.")


@pytest.fixture
def banner(desk: Desk) -> Iterator[Banner]:
    made = Banner(desk.theme)
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def notice(desk: Desk, banner: Banner) -> Iterator[CheckNotice]:
    made = CheckNotice(desk, banner)

    def look(_: Snapshot) -> None:
        made.look()

    desk.bridge.snapshot_changed.connect(look)
    yield made
    desk.bridge.snapshot_changed.disconnect(look)


def result(view: CredentialView) -> CheckResult:
    ok = view.state == "ready"
    return CheckResult(view.id, view.label, ok, view.state, view.sentence, view.next_step)


async def known(desk: Desk, commands: FakeCommands, *views: CredentialView) -> None:
    commands.put(*views)
    await until(lambda: set(views) <= set(desk.bridge.snapshot.credentials))


@pytest.mark.parametrize("view", [KEY, BAD])
async def test_it_goes_with_the_credential_it_told_of(
    desk: Desk, commands: FakeCommands, notice: CheckNotice, banner: Banner, view: CredentialView
) -> None:
    await known(desk, commands, view)
    notice.tell((result(view),))
    assert banner.isVisible()
    await commands.remove(view.id)
    await until(lambda: not banner.isVisible())


async def test_it_goes_when_the_credential_stands_otherwise(
    desk: Desk, commands: FakeCommands, notice: CheckNotice, banner: Banner
) -> None:
    await known(desk, commands, BAD)
    notice.tell((result(BAD),))
    assert banner.sentence == "bad-key: The key is not valid."
    await known(desk, commands, replace(BAD, state="ready"))
    assert not banner.isVisible()


async def test_a_snapshot_that_comes_after_the_check_does_not_take_it_away(
    desk: Desk, commands: FakeCommands, notice: CheckNotice, banner: Banner
) -> None:
    await known(desk, commands, replace(BAD, state="ready"))
    notice.tell((result(BAD),))
    await known(desk, commands, BAD)
    assert banner.isVisible()


async def test_being_busy_is_as_good_as_being_ready(
    desk: Desk, commands: FakeCommands, notice: CheckNotice, banner: Banner
) -> None:
    await known(desk, commands, KEY)
    notice.tell((result(KEY),))
    await known(desk, commands, replace(KEY, state="busy"))
    assert banner.isVisible()


async def test_of_several_it_counts_those_that_are_still_bad(
    desk: Desk, commands: FakeCommands, notice: CheckNotice, banner: Banner
) -> None:
    await known(desk, commands, KEY, BAD, OFF)
    notice.tell((result(KEY), result(BAD), result(OFF)))
    assert banner.sentence == "2 of 3 credential(s) cannot be used now."
    await known(desk, commands, replace(BAD, state="ready"))
    assert banner.sentence == "1 of 3 credential(s) cannot be used now."
    await commands.remove(OFF.id)
    await until(lambda: not banner.isVisible())


async def test_what_another_engine_said_is_not_kept(
    desk: Desk, commands: FakeCommands, notice: CheckNotice, banner: Banner
) -> None:
    await known(desk, commands, KEY)
    notice.tell((result(KEY),))
    await desk.life.start_demo()
    await until(lambda: not banner.isVisible())
