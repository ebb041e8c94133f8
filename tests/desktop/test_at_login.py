import pytest

from desktop.at_login import AtLogin
from desktop.system.autostart import AutostartFailed
from tests.fakes.autostart import FakeAutostart


async def test_what_was_changed_elsewhere_is_seen(theme: object) -> None:
    system = FakeAutostart()
    at_login = AtLogin(system)
    changes: list[bool] = []
    at_login.changed.connect(lambda: changes.append(at_login.enabled))
    system.on = True
    await at_login.look()
    await at_login.look()
    assert changes == [True]


async def test_a_choice_is_made_at_the_system(theme: object) -> None:
    system = FakeAutostart()
    at_login = AtLogin(system)
    await at_login.choose(enabled=True)
    assert system.on
    assert at_login.enabled


async def test_a_refused_choice_shows_what_holds(theme: object) -> None:
    system = FakeAutostart()
    system.fails = True
    at_login = AtLogin(system)
    with pytest.raises(AutostartFailed):
        await at_login.choose(enabled=True)
    assert not at_login.enabled


async def test_an_entry_is_written_anew_at_every_start_and_none_is_made(theme: object) -> None:
    system = FakeAutostart()
    await AtLogin(system).renew()
    assert system.written == []
    system.on = True
    await AtLogin(system).renew()
    assert system.written == [True]
