"""A clean Windows of Wine's in a folder, for the setup that is proved. Wine is not Windows.

It shares this machine's network. Its home folder and its programs are its own, and it is stopped
with all that runs in it.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from resources.installer import wine
from resources.installer.build import Build
from tests.installer.proof.measures import until

TOOLS = ("wine", "wineserver", "x86_64-w64-mingw32-gcc", "makensis")
SCREEN_TOOLS = ("Xvfb", "openbox", "trayer", "xdotool", "xwininfo", "import")


@dataclass(frozen=True, slots=True)
class Windows:
    """A running one."""

    prefix: Path
    environ: Mapping[str, str]
    "Of every program in it."

    @property
    def local(self) -> Path:
        """%LOCALAPPDATA% of its user."""
        return next(self.prefix.glob("drive_c/users/*/AppData/Local"))

    @property
    def roaming(self) -> Path:
        return self.local.parent / "Roaming"

    def run(self, *command: str | Path, typed: str = "", code: int = 0) -> str:
        """Runs it to its end; what it printed on standard output."""
        done = subprocess.run(
            ["wine", *command], input=typed, capture_output=True, text=True, check=False,
            env=self.environ, timeout=600, errors="replace",
        )  # fmt: skip
        said = done.stdout + done.stderr
        assert done.returncode == code, f"{command} ended with {done.returncode}:\n{said}"
        return done.stdout

    def start(self, *command: str | Path) -> "subprocess.Popen[bytes]":
        """Leaves it running. Under Wine, Python takes no file in place of a terminal."""
        nowhere = subprocess.DEVNULL
        return subprocess.Popen(
            ["wine", *command], stdin=nowhere, stdout=nowhere, stderr=nowhere, env=self.environ
        )

    def value(self, key: str, name: str) -> str | None:
        """A value of the registry, as text."""
        asked = ["wine", "reg", "query", key, "/v", name]
        done = subprocess.run(asked, capture_output=True, text=True, check=False, env=self.environ)
        found = re.search(rf"^\s*{re.escape(name)}\s+REG_\w+\s+(.*)$", done.stdout, re.MULTILINE)
        return found[1].strip() if found else None

    def assign(self, key: str, name: str, text: str) -> None:
        self.run("reg", "add", key, "/v", name, "/d", text, "/f")

    def processes(self, program: str) -> list[int]:
        """Of this name, in this Windows alone."""
        found = []
        for place in Path("/proc").glob("[0-9]*"):
            try:
                words = (place / "cmdline").read_bytes().split(b"\0")
                variables = (place / "environ").read_bytes().split(b"\0")
            except OSError:  # it has ended, or is not ours to look at
                continue
            name = re.split(rb"[\\/]", words[0])[-1].decode("utf-8", "replace")
            if name == program and f"WINEPREFIX={self.prefix}".encode() in variables:
                found.append(int(place.name))
        return found

    def ended(self, program: str) -> None:
        """Waits until none of this name runs."""
        until(lambda: not self.processes(program), f"the end of {program}")

    def files(self) -> set[str]:
        """All of its user's, but for what any program leaves in the folder of temporary files."""
        user = self.local.parent.parent
        return {
            path.relative_to(user).as_posix()
            for path in user.rglob("*")
            if path.is_file() and "Temp" not in path.parts
        }


@contextmanager
def windows(build: Build, work: Path, display: str, **environ: str) -> Iterator[Windows]:
    """One made for this block, with its windows and tray icons on that display."""
    prefix, home = work / "prefix", work / "home"
    for folder in (prefix, home):
        shutil.rmtree(folder, ignore_errors=True)
    home.mkdir(parents=True)
    settings = {
        "WINEPREFIX": str(prefix),
        "WINEARCH": "win64",
        "WINEDEBUG": "-all",
        # It would put the Start menu's entries into this machine's menu.
        "WINEDLLOVERRIDES": "winemenubuilder.exe=d",
        "DISPLAY": display,
        "HOME": str(home),
    }
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, prefix, ignore_errors=True)
        found = Windows(prefix, {**os.environ, **settings, **environ})
        # Only the server of this prefix is asked to end.
        stack.callback(subprocess.run, ["wineserver", "-k"], env=found.environ, check=False)
        wine.make_prefix(build, prefix)
        # What begins next has this block's environment and display.
        subprocess.run(["wineserver", "-w"], env=found.environ, check=True, timeout=60)
        yield found


def lacking() -> list[str]:
    """What is missing on this machine."""
    return [tool for tool in (*TOOLS, *SCREEN_TOOLS) if shutil.which(tool) is None]
