"""Start at login, told to each system in its own way, for the current user only.

Linux has a desktop entry in the autostart folder, Windows a value under its Run key, macOS a
launch agent. All three are plain files or registry values at a place that is handed in, so each
can be written anywhere. A Flatpak would need the portal instead, and is not handled.

Turning it on again writes the entry anew: do so at every start while it is enabled, because an
AppImage changes its name with each version.
"""

import os
import plistlib
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QCoreApplication

if sys.platform == "win32":
    import winreg

BACKGROUND = "--background"
"Start without opening the window."

_NAME = "pollux"
_LABEL = "pollux-proxy"
"The launch agent's name, which must be unlike any other program's."


class AutostartFailed(Exception):
    """The system would not take the entry; both texts are for the user."""

    def __init__(self, sentence: str, next_step: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.next_step = next_step


class Autostart(Protocol):
    """Whether Pollux starts when its owner logs in. Its few small files may be used in a slot."""

    def enabled(self) -> bool: ...

    def set(self, *, enabled: bool) -> None:
        """Raises AutostartFailed."""
        ...


def autostart(environ: Mapping[str, str] = os.environ) -> Autostart:
    """The way of this platform."""
    command = (*program(environ), BACKGROUND)
    if sys.platform == "win32":
        return RunKey(WindowsRegistry(), command)
    if sys.platform == "darwin":
        return LaunchAgent(Path.home() / "Library" / "LaunchAgents", command)
    config = environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return DesktopEntry(Path(config) / "autostart", command)


def program(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The command that starts the window the way it runs now, by absolute paths."""
    executable = Path(sys.executable)
    if getattr(sys, "frozen", False):
        # The AppImage itself, not its mount, which goes away. A program started from another
        # AppImage inherits that one's variables: only ours is mounted around us.
        mount, image = environ.get("APPDIR"), environ.get("APPIMAGE")
        if mount and image and executable.is_relative_to(mount):
            return (image,)
        return (str(executable),)
    if sys.platform == "win32":
        # pythonw.exe opens no console window.
        return (str(executable.with_name("pythonw.exe")), "-m", "desktop")
    script = executable.with_name(_NAME)
    return (str(script),) if script.exists() else (str(executable), "-m", "desktop")


# --- Linux


@dataclass(frozen=True, slots=True)
class DesktopEntry:
    """A desktop entry in the autostart folder, as freedesktop.org's specifications say."""

    folder: Path
    command: Sequence[str]

    @property
    def path(self) -> Path:
        return self.folder / f"{_NAME}.desktop"

    def enabled(self) -> bool:
        try:
            lines = {line.strip() for line in self.path.read_text(encoding="utf-8").splitlines()}
        except (OSError, UnicodeDecodeError):
            return False
        # What desktops write where the user switches an entry off in their settings.
        return lines.isdisjoint({"Hidden=true", "X-GNOME-Autostart-enabled=false"})

    def set(self, *, enabled: bool) -> None:
        program = self.command[0].replace("\\", "\\\\")
        entry = (
            "[Desktop Entry]\n"
            "Type=Application\n"
            "Name=Pollux\n"
            f"Exec={' '.join(_quoted(word) for word in self.command)}\n"
            # A program that was removed is passed over without a word.
            f"TryExec={program}\n"
            f"Icon={_NAME}\n"
            "Terminal=false\n"
            # Trays appear some seconds after the login.
            "X-GNOME-Autostart-Delay=5\n"
        )
        _write(self.path, entry.encode() if enabled else None)


def _quoted(word: str) -> str:
    r"""One argument of an Exec line: quoted, and then escaped as every string of the file is.

    Inside quotes a backslash goes before " ` $ and \; a percent sign is doubled.
    Source: Desktop Entry Specification 1.5, "The Exec key" and "Possible value types".
    """
    for special in ("\\", '"', "`", "$"):
        word = word.replace(special, f"\\{special}")
    return '"' + word.replace("%", "%%").replace("\\", "\\\\") + '"'


# --- Windows


class Registry(Protocol):
    """Values of the current user's registry, by key and name."""

    def read(self, key: str, name: str) -> str | bytes | None: ...
    def write(self, key: str, name: str, text: str) -> None: ...
    def delete(self, key: str, name: str) -> None:
        """A value that is not there is fine."""
        ...


@dataclass(frozen=True, slots=True)
class RunKey:
    """A value under the Run key, unless the Task Manager has switched it off."""

    registry: Registry
    command: Sequence[str]

    RUN = r"Software\Microsoft\Windows\CurrentVersion\Run"
    APPROVED = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"
    VALUE = "Pollux"

    def enabled(self) -> bool:
        try:
            if self.registry.read(self.RUN, self.VALUE) is None:
                return False
            approved = self.registry.read(self.APPROVED, self.VALUE)
        except OSError:
            return False
        # The first byte is even for on and odd for off, as the Task Manager writes it.
        return not (isinstance(approved, bytes) and approved[:1] and approved[0] & 1)

    def set(self, *, enabled: bool) -> None:
        try:
            self.registry.delete(self.APPROVED, self.VALUE)
            if enabled:
                line = subprocess.list2cmdline(self.command)
                self.registry.write(self.RUN, self.VALUE, line)
            else:
                self.registry.delete(self.RUN, self.VALUE)
        except OSError as exc:
            raise _failed(rf"HKEY_CURRENT_USER\{self.RUN}") from exc


if sys.platform == "win32":

    class WindowsRegistry:
        """The real registry."""

        def read(self, key: str, name: str) -> str | bytes | None:
            try:
                with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as opened:
                    value: str | bytes = winreg.QueryValueEx(opened, name)[0]
                    return value
            except FileNotFoundError:
                return None

        def write(self, key: str, name: str, text: str) -> None:
            with winreg.CreateKey(winreg.HKEY_CURRENT_USER, key) as opened:
                winreg.SetValueEx(opened, name, 0, winreg.REG_SZ, text)

        def delete(self, key: str, name: str) -> None:
            access = winreg.KEY_SET_VALUE
            try:
                with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key, 0, access) as opened:
                    winreg.DeleteValue(opened, name)
            except FileNotFoundError:
                return


# --- macOS


@dataclass(frozen=True, slots=True)
class LaunchAgent:
    """A property list that launchd reads at login."""

    folder: Path
    command: Sequence[str]

    @property
    def path(self) -> Path:
        return self.folder / f"{_LABEL}.plist"

    def enabled(self) -> bool:
        return self.path.is_file()

    def set(self, *, enabled: bool) -> None:
        agent = {
            "Label": _LABEL,
            "ProgramArguments": list(self.command),
            "RunAtLoad": True,
            "ProcessType": "Interactive",
        }
        _write(self.path, plistlib.dumps(agent) if enabled else None)


def _write(path: Path, content: bytes | None) -> None:
    """Make the file hold this, or be gone; raises AutostartFailed."""
    try:
        if content is None:
            path.unlink(missing_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    except OSError as exc:
        raise _failed(str(path)) from exc


def _failed(place: str) -> AutostartFailed:
    return AutostartFailed(
        QCoreApplication.translate("Autostart", "Start at login could not be changed."),
        QCoreApplication.translate("Autostart", "Check that you may write to {place}.").format(
            place=place
        ),
    )
