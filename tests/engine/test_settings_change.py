"""Settings as front ends see and change them."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from proxy_core.commands import Refusal, RefusalCode, SettingView
from proxy_core.engine.settings_change import SettingsChanger
from proxy_core.settings import SETTINGS, Settings, Source, load_settings
from tests.fakes.site import until
from tests.settings.known import SECRETS


class Applied(dict[str, Settings]):
    """Appliers of some settings, and what they were given."""

    def __init__(self, *names: str) -> None:
        super().__init__()
        self.appliers: Mapping[str, Callable[[Settings], None]] = {
            name: lambda settings, name=name: self.__setitem__(name, settings)  # type: ignore[misc]
            for name in names
        }


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


def put(path: Path, content: str) -> None:
    path.write_text(content, "utf-8")


def text(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""


async def changer(
    toml: Path | None, applied: Applied | None = None, environ: Mapping[str, str] | None = None
) -> SettingsChanger:
    settings = await asyncio.to_thread(load_settings, {}, environ or {}, None, toml)
    return SettingsChanger(settings, {} if applied is None else applied.appliers)


def view(changer: SettingsChanger, name: str) -> SettingView:
    (found,) = (one for one in changer.views() if one.name == name)
    return found


async def refused(changer: SettingsChanger, **changes: str) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await changer.change(changes)
    return caught.value


# -- showing -------------------------------------------------------------------------------


async def test_every_setting_is_shown_with_its_source(toml: Path) -> None:
    put(toml, "port = 8080\nallowed_hosts = ['a']\n")
    made = await changer(toml, Applied("STICKY"), environ={"MAX_WAIT_S": "1.5"})
    assert [one.name for one in made.views()] == [info.name for info in SETTINGS]
    port, wait, sticky = (view(made, name) for name in ("PORT", "MAX_WAIT_S", "STICKY"))
    assert (port.value, port.is_set, port.source, port.fixed) == (
        "8080",
        True,
        "settings.toml",
        False,
    )
    assert (wait.value, wait.source, wait.fixed) == ("1.5", "environment", True)
    assert (sticky.value, sticky.is_set, sticky.source) == ("true", False, "default")
    assert (sticky.live, port.live) == (True, False)
    assert (sticky.default, sticky.meaning) == (
        "true",
        "keep a conversation on its credential, for Google's implicit cache",
    )
    assert view(made, "ALLOWED_HOSTS").value == '["a"]'


async def test_no_view_holds_a_secret(toml: Path) -> None:
    made = await changer(toml, environ={"CLIENT_ID": "mine", **SECRETS})
    views = {one.name: one for one in made.views()}
    for name, secret in SECRETS.items():
        assert (views[name].value, views[name].is_set, views[name].secret) == ("", True, True)
        assert secret not in str(list(views.values()))


async def test_googles_address_is_never_open_to_change(toml: Path) -> None:
    made = await changer(toml)
    assert view(made, "GOOGLE_API_BASE_URL").fixed
    refusal = await refused(made, GOOGLE_API_BASE_URL="https://gateway.example")
    assert refusal.code is RefusalCode.READ_ONLY
    assert text(toml) == ""


# -- changing ------------------------------------------------------------------------------


async def test_to_change_nothing_needs_no_file() -> None:
    done = await (await changer(None)).change({})
    assert (done.applied, done.after_restart) == ((), ())


async def test_a_change_is_written_and_what_is_live_applied(toml: Path) -> None:
    applied = Applied("MAX_WAIT_S", "STICKY")
    made = await changer(toml, applied)
    change = await made.change({"MAX_WAIT_S": "5", "PORT": "1"})
    assert (change.applied, change.after_restart) == (("MAX_WAIT_S",), ("PORT",))
    assert applied.keys() == {"MAX_WAIT_S"}
    assert applied["MAX_WAIT_S"].max_wait_s == 5
    assert text(toml) == "MAX_WAIT_S = 5\nPORT = 1\n"
    assert (view(made, "PORT").value, view(made, "PORT").source) == ("1", Source.SETTINGS_FILE)


async def test_an_empty_value_brings_the_default_back_at_once(toml: Path) -> None:
    put(toml, "sticky = false\n")
    applied = Applied("STICKY")
    made = await changer(toml, applied)
    assert (await made.change({"STICKY": ""})).applied == ("STICKY",)
    assert applied["STICKY"].sticky
    assert not view(made, "STICKY").is_set


async def test_what_the_engine_runs_with_already_needs_no_restart(toml: Path) -> None:
    applied = Applied("STICKY")
    made = await changer(toml, applied)
    assert (await made.change({"PORT": "1"})).after_restart == ("PORT",)
    assert (await made.change({"PORT": "1"})).after_restart == ("PORT",)
    assert (await made.change({"PORT": "7860"})).after_restart == ()
    assert (await made.change({"STICKY": "true"})).applied == ("STICKY",)
    assert not applied


async def test_changes_at_the_same_time_both_count(toml: Path) -> None:
    made = await changer(toml)
    await asyncio.gather(made.change({"PORT": "1"}), made.change({"HOST": "a"}))
    assert (made.settings.port, made.settings.host) == (1, "a")


async def test_a_change_takes_place_although_nobody_waits_for_it(toml: Path) -> None:
    applied = Applied("MAX_ATTEMPTS")
    made = await changer(toml, applied)
    asking = asyncio.create_task(made.change({"MAX_ATTEMPTS": "9"}))
    await asyncio.sleep(0)
    asking.cancel()
    await until(lambda: "MAX_ATTEMPTS" in applied)
    assert made.settings.max_attempts == 9
    assert "9" in await asyncio.to_thread(text, toml)


# -- refusing ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "code", "named"),
    [
        ({"PORT": "many"}, RefusalCode.INVALID, "PORT"),
        ({"NO_SUCH": "1"}, RefusalCode.INVALID, "NO_SUCH"),
        ({"port": "1"}, RefusalCode.INVALID, "port"),
        ({"CLIENT_ID": "lone"}, RefusalCode.INVALID, "CLIENT_SECRET"),
        ({"MAX_WAIT_S": "3"}, RefusalCode.READ_ONLY, "environment"),
    ],
)
async def test_of_several_changes_none_is_made_when_one_does_not_hold(
    changes: dict[str, str], code: RefusalCode, named: str, toml: Path
) -> None:
    applied = Applied("STICKY")
    made = await changer(toml, applied, {"MAX_WAIT_S": "1"})
    refusal = await refused(made, STICKY="false", **changes)
    assert refusal.code is code
    assert named in refusal.sentence
    assert text(toml) == ""
    assert not applied
    assert view(made, "STICKY").value == "true"


async def test_a_setting_of_a_dotenv_file_is_changed_there(toml: Path, tmp_path: Path) -> None:
    dotenv = tmp_path / "own.env"
    put(dotenv, "PORT=5\n")
    settings = await asyncio.to_thread(load_settings, {}, {}, dotenv, toml)
    refusal = await refused(SettingsChanger(settings, {}), PORT="6")
    assert refusal.code is RefusalCode.READ_ONLY
    assert str(dotenv) in refusal.sentence


async def test_a_pollux_without_a_settings_file_changes_nothing() -> None:
    made = await changer(None)
    assert all(one.fixed for one in made.views())
    assert (await refused(made, PORT="1")).code is RefusalCode.READ_ONLY


async def test_a_file_that_somebody_damaged_is_left_alone(toml: Path) -> None:
    made = await changer(toml)
    put(toml, "port = \n")
    refusal = await refused(made, STICKY="false")
    assert refusal.code is RefusalCode.STORE_FAILED
    assert "settings.toml is not valid TOML" in refusal.sentence
    assert text(toml) == "port = \n"


async def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    made = await changer(tmp_path / "config" / "settings.toml")
    put(tmp_path / "config", "a file where the folder should be")
    refusal = await refused(made, STICKY="false")
    assert refusal.code is RefusalCode.STORE_FAILED
    assert "cannot be written" in refusal.sentence


async def test_a_refusal_never_shows_a_secret(toml: Path) -> None:
    refusal = await refused(await changer(toml), OUTBOUND_PROXY="hush://user:hush@[::1")
    assert "hush" not in f"{refusal} {refusal.sentence} {refusal.next_step}"


@pytest.mark.parametrize(
    "name", ["GEMINI_AUTH_PASSWORD", "ADMIN_PASSWORD", "CLIENT_SECRET", "CREDENTIALS_JSON_LIST"]
)
async def test_the_file_takes_no_secret(toml: Path, name: str) -> None:
    made = await changer(toml)
    refusal = await refused(made, **{name: "hush"})
    assert refusal.code is RefusalCode.READ_ONLY
    assert "environment" in refusal.next_step
    assert {view.name: view.fixed for view in made.views()}[name]


async def test_a_proxy_is_a_secret_only_with_a_login(toml: Path) -> None:
    made = await changer(toml)
    refusal = await refused(made, OUTBOUND_PROXY="http://user:hush@proxy.example:8080")
    assert refusal.code is RefusalCode.INVALID
    await made.change({"OUTBOUND_PROXY": "http://proxy.example:8080"})
    assert "proxy.example" in text(toml)
