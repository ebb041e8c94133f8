"""What one run of the build is about: places, version and time. It makes nothing itself."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

System: TypeAlias = Literal["linux", "win32", "darwin"]

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = Path(__file__).resolve().parent
"The templates of the installers lie here."

APP_ID = "io.github.pollux_proxy.Pollux"
"Of the desktop entry, the AppStream data and the macOS bundle; `desktop.app` sets the same."
NAME = "Pollux"
SUMMARY = "One local address for the Gemini API over all your Google accounts"
HOMEPAGE = "https://github.com/pollux-proxy/pollux"


class BuildFailed(Exception):
    """A step could not be done; the text is for whoever builds, and may have several lines."""


@dataclass(frozen=True, slots=True)
class Build:
    """One run."""

    version: str
    epoch: int
    "Seconds: the time that everything made carries, so that a second build is the same."
    work: Path
    "What may be thrown away; kept, it makes the next build quicker."
    out: Path
    "Where the installers go."
    oauth_client: Path | None = None
    "The distributor's own OAuth client, which every copy is to carry."
    root: Path = ROOT
    say: Callable[[str], None] = print
    "Takes a line about each step."

    def environ(self) -> dict[str, str]:
        """The environment of every tool that is run: the same bytes from the same sources."""
        return {
            **os.environ,
            "SOURCE_DATE_EPOCH": str(self.epoch),
            "PYTHONHASHSEED": "0",
            "PYTHONPATH": str(self.root),
            "PYTHONDONTWRITEBYTECODE": "1",
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
        }


@dataclass(frozen=True, slots=True)
class Program:
    """The frozen program: a folder that runs anywhere on its system."""

    folder: Path
    """Holds `pollux`, `pollux-headless` (with .exe on Windows), `_internal` and `licences`; on
    macOS it is `Pollux.app`."""
    icons: Path
    "`icon-16.png` to `icon-1024.png`, `icon.ico`, `icon.icns`, `icon.svg`."
    sbom: Path
    system: System


def this_system() -> System:
    """Raises BuildFailed where Pollux has no installer."""
    match sys.platform:
        case "linux" | "win32" | "darwin":
            return sys.platform
        case other:
            raise BuildFailed(f"There is no installer for {other}.")


def version_of(root: Path) -> str:
    """The version, read and not imported: the sources may be of another commit than this tool."""
    text = (root / "proxy_core" / "__init__.py").read_text("utf-8")
    found = re.search(r'^__version__ = "([0-9][^"]*)"$', text, re.MULTILINE)
    if found is None:
        raise BuildFailed("proxy_core/__init__.py names no __version__.")
    return found[1]


def check_releases(root: Path) -> None:
    """Raises BuildFailed where `resources/releases.txt` is there and names no repository: the
    program would look for updates and never find one."""
    place = root / "resources" / "releases.txt"
    if not place.exists():
        return
    named = place.read_text("utf-8-sig", errors="replace").strip()
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9_.-]+", named):
        raise BuildFailed("resources/releases.txt must hold OWNER/NAME of a repository at GitHub.")


def epoch_of(root: Path, environ: Mapping[str, str] = os.environ) -> int:
    """SOURCE_DATE_EPOCH if set, else the time of the commit, else that of pyproject.toml.

    Source: https://reproducible-builds.org/specs/source-date-epoch/
    """
    if environ.get("SOURCE_DATE_EPOCH", "").isdigit():
        return int(environ["SOURCE_DATE_EPOCH"])
    command = ["git", "-C", str(root), "log", "-1", "--format=%ct"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return int(done.stdout)
    except (OSError, subprocess.CalledProcessError, ValueError):  # sources without a repository
        return int((root / "pyproject.toml").stat().st_mtime)


def run(build: Build, command: Sequence[str | Path], **changes: str) -> str:
    """Runs one tool to its end; returns what it printed.

    changes: to its environment. Raises BuildFailed with the end of its output.
    """
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words,
            cwd=build.root,
            env=build.environ() | changes,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise BuildFailed(f"{words[0]} did not start: {error.strerror}") from error
    if done.returncode:
        last = "\n".join(done.stdout.splitlines()[-25:])
        raise BuildFailed(f"{' '.join(words)}\nended with {done.returncode}:\n{last}")
    return done.stdout
