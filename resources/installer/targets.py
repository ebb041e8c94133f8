"""The installers that there are. One row each; `build_installer.py` walks over the rows."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from resources.installer import (
    appimage,
    archive,
    deb,
    elf,
    freeze,
    macos,
    nsis,
    parts,
    tools,
    wine,
)
from resources.installer.build import Build, Program, System
from resources.installer.tools import Tool


@dataclass(frozen=True, slots=True)
class Target:
    """One installer."""

    name: str
    system: System
    "Where it can be built."
    tools: tuple[Tool, ...]
    "What must be there before any work."
    freeze: Callable[[Build], Program]
    "Makes the program; targets with the same one share its folder."
    make: Callable[[Build, Program], Path]
    "Makes the installer of it; returns the file, which lies in `build.out`."
    usual: bool = True
    "Whether it is built where no target is named."


_LINUX = (*tools.PYTHON, *elf.TOOLS, parts.DPKG)

TARGETS = (
    Target("deb", "linux", _LINUX, freeze.native, deb.make),
    Target("tar", "linux", _LINUX, freeze.native, archive.make),
    Target(
        "appimage",
        "linux",
        (*_LINUX, *appimage.TOOLS),
        freeze.native,
        appimage.make,
        usual=False,
    ),
    Target("nsis", "win32", (*tools.PYTHON, *nsis.TOOLS), freeze.native, nsis.make),
    # For smoke tests only: the Python under Wine is a re-upload.
    Target(
        "wine-nsis",
        "linux",
        (*wine.TOOLS, *nsis.TOOLS),
        wine.freeze,
        nsis.make_test,
        usual=False,
    ),
    Target("dmg", "darwin", (*tools.PYTHON, *macos.TOOLS), freeze.native, macos.make),
)


def of_system(system: System) -> tuple[Target, ...]:
    """What this system builds where no target is named."""
    return tuple(target for target in TARGETS if target.system == system and target.usual)


def named(name: str) -> Target:
    """Raises KeyError."""
    return {target.name: target for target in TARGETS}[name]
