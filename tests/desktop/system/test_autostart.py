import plistlib
import shlex
import sys
from pathlib import Path

import pytest

from desktop.system.autostart import (
    Autostart,
    AutostartFailed,
    DesktopEntry,
    LaunchAgent,
    RunKey,
    autostart,
    program,
)

COMMAND = ('/opt/My Apps/100% "Pollux" $x `y` \\z/pollux', "--background")


class FakeRegistry:
    def __init__(self) -> None:
        self.values: dict[tuple[str, str], str | bytes] = {}
        self.locked = False

    def read(self, key: str, name: str) -> str | bytes | None:
        return self.values.get((key, name))

    def write(self, key: str, name: str, text: str) -> None:
        if self.locked:
            raise PermissionError
        self.values[key, name] = text

    def delete(self, key: str, name: str) -> None:
        self.values.pop((key, name), None)


@pytest.fixture(params=["linux", "windows", "macos"])
def way(request: pytest.FixtureRequest, tmp_path: Path) -> Autostart:
    ways: dict[str, Autostart] = {
        "linux": DesktopEntry(tmp_path / "autostart", COMMAND),
        "windows": RunKey(FakeRegistry(), COMMAND),
        "macos": LaunchAgent(tmp_path / "LaunchAgents", COMMAND),
    }
    return ways[request.param]


def test_start_at_login_is_off_until_it_is_switched_on_and_can_be_switched_off(
    way: Autostart,
) -> None:
    assert not way.enabled()
    way.set(enabled=True)
    way.set(enabled=True)
    assert way.enabled()
    way.set(enabled=False)
    way.set(enabled=False)
    assert not way.enabled()


# --- Linux


def exec_line(entry: DesktopEntry) -> str:
    lines = entry.path.read_text().splitlines()
    return next(line.removeprefix("Exec=") for line in lines if line.startswith("Exec="))


def test_the_desktop_entry_runs_exactly_the_command(tmp_path: Path) -> None:
    entry = DesktopEntry(tmp_path, COMMAND)
    entry.set(enabled=True)
    # Undo the file's escapes of strings, then the field codes; what is left is quoted as in sh.
    unescaped = exec_line(entry).replace("\\\\", "\\").replace("%%", "%")
    assert tuple(shlex.split(unescaped)) == tuple(
        word.replace("`", "\\`").replace("$", "\\$") for word in COMMAND
    )


def test_the_desktop_entry_of_a_program_that_was_removed_is_passed_over(tmp_path: Path) -> None:
    entry = DesktopEntry(tmp_path, (r"/opt/a \b/pollux", "--background"))
    entry.set(enabled=True)
    assert r"TryExec=/opt/a \\b/pollux" in entry.path.read_text().splitlines()


@pytest.mark.parametrize("line", ["Hidden=true", "X-GNOME-Autostart-enabled=false"])
def test_an_entry_that_the_desktop_switched_off_is_off_until_it_is_set_again(
    line: str, tmp_path: Path
) -> None:
    entry = DesktopEntry(tmp_path, COMMAND)
    entry.set(enabled=True)
    entry.path.write_text(f"{entry.path.read_text()}{line}\n")
    assert not entry.enabled()
    entry.set(enabled=True)
    assert entry.enabled()


@pytest.mark.parametrize("kind", [DesktopEntry, LaunchAgent])
def test_a_folder_that_cannot_be_written_is_told_with_what_to_do(
    kind: type[DesktopEntry] | type[LaunchAgent], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(AutostartFailed) as failed:
        kind(tmp_path / "file", COMMAND).set(enabled=True)
    assert failed.value.sentence == "Start at login could not be changed."
    assert str(tmp_path) in failed.value.next_step


# --- Windows


def test_the_run_key_holds_one_quoted_command_line() -> None:
    registry = FakeRegistry()
    RunKey(registry, (r"C:\Program Files\Pollux\pollux.exe", "--background")).set(enabled=True)
    assert list(registry.values.values()) == [r'"C:\Program Files\Pollux\pollux.exe" --background']


def test_an_entry_that_the_task_manager_switched_off_is_off_until_it_is_set_again() -> None:
    registry = FakeRegistry()
    key = RunKey(registry, COMMAND)
    key.set(enabled=True)
    registry.values[RunKey.APPROVED, RunKey.VALUE] = b"\x03" + bytes(11)
    assert not key.enabled()
    key.set(enabled=True)
    assert key.enabled()
    registry.values[RunKey.APPROVED, RunKey.VALUE] = b"\x02" + bytes(11)
    assert key.enabled()


def test_a_locked_registry_is_told_with_what_to_do() -> None:
    registry = FakeRegistry()
    registry.locked = True
    with pytest.raises(AutostartFailed, match="could not be changed") as failed:
        RunKey(registry, COMMAND).set(enabled=True)
    assert r"HKEY_CURRENT_USER\Software" in failed.value.next_step


# --- macOS


def test_the_launch_agent_runs_the_command_at_login(tmp_path: Path) -> None:
    agent = LaunchAgent(tmp_path, COMMAND)
    agent.set(enabled=True)
    written = plistlib.loads(agent.path.read_bytes())
    assert written["ProgramArguments"] == list(COMMAND)
    assert written["RunAtLoad"] is True
    assert agent.path.name == f"{written['Label']}.plist"


# --- what is started, and where


def test_a_virtual_environment_starts_its_own_script(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert program({}) == (str(tmp_path / "python"), "-m", "desktop")
    (tmp_path / "pollux").touch()
    assert program({}) == (str(tmp_path / "pollux"),)


def test_a_frozen_pollux_starts_itself_and_an_appimage_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = tmp_path / "mount" / "opt" / "pollux"
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(inside))
    image = {"APPIMAGE": "/home/ada/Pollux.AppImage", "APPDIR": str(tmp_path / "mount")}
    assert program({}) == (str(inside),)
    assert program(image) == ("/home/ada/Pollux.AppImage",)
    assert program(image | {"APPDIR": "/tmp/.mount_other"}) == (str(inside),)


@pytest.mark.skipif(sys.platform != "linux", reason="the place is Linux's")
def test_on_linux_the_entry_goes_to_the_user_s_autostart_folder(tmp_path: Path) -> None:
    way = autostart({"XDG_CONFIG_HOME": str(tmp_path)})
    assert isinstance(way, DesktopEntry)
    assert way.path == tmp_path / "autostart" / "pollux.desktop"
    assert way.command[-1] == "--background"
