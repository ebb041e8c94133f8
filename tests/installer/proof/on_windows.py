"""`python -m tests.installer.proof.on_windows [SETUP]`: one life of the setup on a real Windows.

The release workflow runs it on what it has just built, with a Python that has no packages. The
proof under Wine runs it too, so that it is known to work before it is needed. All is silent, for
the user who runs it, who must have no Pollux yet: at the end the data is removed.
"""

import argparse
import ctypes
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from proxy_core.ports import next_free
from resources.installer.build import APP_ID, ROOT, version_of
from resources.installer.nsis import PROGRAMS, UNINSTALLER
from tests.installer.proof.measures import serves, until

assert sys.platform == "win32"
import winreg  # noqa: E402 - elsewhere there is none

PROGRAM, HEADLESS = PROGRAMS
CURRENT = r"Software\Microsoft\Windows\CurrentVersion"
ARP, RUN = rf"{CURRENT}\Uninstall\{APP_ID}", rf"{CURRENT}\Run"
GAVE_UP = 2
"Code with which a setup ends that did nothing."
FOREIGN = ("uninstall.exe", "mine.txt")
"Files of somebody else's in the folder that Pollux is moved to."


@dataclass(frozen=True, slots=True)
class Installed:
    """The copy that is proved."""

    setup: Path
    folder: Path
    data: Path
    link: Path
    url: str

    def install(self, *options: str) -> int:
        """The code with which the setup ends. What it starts goes on."""
        return started(self.setup, "/S", *options).wait(300)

    def uninstall(self, folder: Path, *options: str) -> None:
        """To its end: it goes on as a copy of itself, since no program can remove itself."""
        subprocess.run([folder / UNINSTALLER, "/S", *options], check=True)
        until(lambda: not (folder / UNINSTALLER).exists(), "the end of the uninstaller")
        until(nobody_installs, "the end of the uninstaller")

    def token(self) -> str:
        """As a tool asks for it."""
        asked = [str(self.folder / HEADLESS), "token", "show"]
        return subprocess.check_output(asked, text=True).strip()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    usual = ROOT / "dist" / f"pollux-{version_of(ROOT)}-setup.exe"
    parser.add_argument("setup", type=Path, nargs="?", default=usual)
    setup = parser.parse_args().setup.resolve()
    local, roaming = (Path(os.environ[name]) for name in ("LOCALAPPDATA", "APPDATA"))
    os.environ["PORT"] = str(port := next_free("127.0.0.1", 18960))
    copy = Installed(
        setup,
        local / "Programs" / "Pollux",
        local / "pollux",
        roaming / "Microsoft" / "Windows" / "Start Menu" / "Programs" / "Pollux.lnk",
        f"http://127.0.0.1:{port}",
    )
    if copy.folder.exists() or copy.data.exists():
        print(f"{copy.folder} or {copy.data} exists, and would be removed.", file=sys.stderr)
        return 1
    installation(copy)
    token = copy.token()
    an_engine_that_is_broken_off(copy)
    an_upgrade_while_it_runs(copy)
    two_setups_at_once(copy)
    moved = a_move_among_things_of_others(copy, local / "Zwölf Äpfel")
    removal(copy, moved)
    assert copy.install() == 0
    assert copy.token() == token, "the data was not kept"
    copy.uninstall(copy.folder, "/PURGE")
    assert not copy.folder.exists()
    assert not copy.data.exists()
    say("done")
    return 0


def installation(copy: Installed) -> None:
    say("installed, and listed among the programs")
    assert copy.install() == 0
    assert registered(ARP, "DisplayVersion") == version_of(ROOT)
    assert registered(ARP, "InstallLocation") == str(copy.folder)
    assert registered(ARP, "QuietUninstallString") == f'"{copy.folder / UNINSTALLER}" /S'
    # The window names itself so, too: by this Windows knows whose its notifications are.
    # Wine 8 has no such property of links.
    assert under_wine() or APP_ID.encode("utf-16-le") in copy.link.read_bytes()


def an_engine_that_is_broken_off(copy: Installed) -> None:
    say("the engine alone serves, a setup gives way to it, and Ctrl-Break ends it")
    group = subprocess.CREATE_NEW_PROCESS_GROUP
    engine = subprocess.Popen([copy.folder / HEADLESS, "--headless"], creationflags=group)
    try:
        until(lambda: serves(copy.url), "an answer of /healthz")
        assert copy.install() == GAVE_UP
        assert serves(copy.url)
        if not under_wine():  # where it has no console, whose key this is
            engine.send_signal(signal.CTRL_BREAK_EVENT)
            assert engine.wait(60) == 0
    finally:
        engine.kill()
        engine.wait()


def an_upgrade_while_it_runs(copy: Installed) -> None:
    say("installed over the window that runs: it ends, and runs again as the new one")
    window = started(copy.folder / PROGRAM, "--background")
    until(lambda: serves(copy.url), "an answer of /healthz")
    assert copy.install() == 0
    assert window.wait(60) == 0
    until(lambda: serves(copy.url), "an answer of /healthz")


def two_setups_at_once(copy: Installed) -> None:
    say("of two setups at once one gives up")
    both = [started(copy.setup, "/S") for _ in range(2)]
    assert sorted(one.wait(300) for one in both) == [0, GAVE_UP]
    until(lambda: serves(copy.url), "an answer of /healthz")


def a_move_among_things_of_others(copy: Installed, folder: Path) -> Path:
    say("installed into another folder, with things of somebody else's in it: it moves there")
    folder.mkdir()
    for name in FOREIGN:
        (folder / name).write_text(name, "utf-8")
    assign(RUN, "Pollux", f"{copy.folder / PROGRAM} --background")
    assert copy.install(f"/D={folder}") == 0
    until(lambda: serves(copy.url), "an answer of /healthz")
    assert not copy.folder.exists()
    assert registered(ARP, "InstallLocation") == str(folder)
    assert registered(RUN, "Pollux") == f'"{folder / PROGRAM}" --background'
    return folder


def removal(copy: Installed, folder: Path) -> None:
    say("removed while it runs: nothing stays but the data, and what was somebody else's")
    copy.uninstall(folder)
    assert not serves(copy.url)
    assert sorted(path.name for path in folder.iterdir()) == sorted(FOREIGN)
    for name in FOREIGN:
        assert (folder / name).read_text("utf-8") == name
        (folder / name).unlink()
    folder.rmdir()
    assert not copy.link.exists()
    assert registered(ARP, "DisplayName") is None
    assert registered(RUN, "Pollux") is None


def started(program: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    """NSIS reads what stands behind /D= as it is, with no quotes around what has spaces."""
    return subprocess.Popen(" ".join([f'"{program}"', *arguments]))


def registered(key: str, name: str) -> str | None:
    """A value of the user's registry."""
    try:
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as opened:
            return str(winreg.QueryValueEx(opened, name)[0])
    except FileNotFoundError:
        return None


def assign(key: str, name: str, text: str) -> None:
    with winreg.CreateKey(winreg.HKEY_CURRENT_USER, key) as opened:
        winreg.SetValueEx(opened, name, 0, winreg.REG_SZ, text)


def nobody_installs() -> bool:
    """Whether no setup and no uninstaller holds the mutex."""
    synchronize = 0x100000
    held = ctypes.windll.kernel32.OpenMutexW(synchronize, 0, f"{APP_ID}.setup")
    if held:
        ctypes.windll.kernel32.CloseHandle(held)
    return not held


def under_wine() -> bool:
    return hasattr(ctypes.windll.ntdll, "wine_get_version")


def say(chapter: str) -> None:
    print(f"- {chapter}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
