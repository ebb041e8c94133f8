"""Linux libraries in the program: which need which, which nobody needs, and of which C library.

It reads what `readelf` prints; PyInstaller needs binutils anyway.
"""

import ctypes
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from resources.installer.build import Build, run
from resources.installer.tools import Tool

_OF_QT = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
}
"""Library to its Debian package. The icons are drawn with the first, and the others go into the
program; PyInstaller only warns of one that is not there, and the window would open nowhere else."""


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


TOOLS = (
    Tool("readelf", "apt-get install binutils"),
    Tool("strip", "apt-get install binutils"),
    Tool("objdump", "apt-get install binutils"),
    *(Tool(name, f"apt-get install {package}", _loads) for name, package in _OF_QT.items()),
)

_MAGIC = b"\x7fELF"
_FILE = re.compile(r"^File: (.*)$")
_NEEDED = re.compile(r"\(NEEDED\)\s+Shared library: \[(.*)\]")
_GLIBC = re.compile(r"Name: GLIBC_(\d+)\.(\d+)")
_SHARED = re.compile(r"^lib.*\.so(\.\d+)*$")
_LOADED_BY_NAME = re.compile(r"^libpython3")
"The starter of the program opens it."


@dataclass(frozen=True, slots=True)
class Binary:
    """What one library or program asks of the system that loads it."""

    needs: frozenset[str]
    "Names of libraries."
    glibc: tuple[int, int] = (0, 0)
    "The newest version of the C library that one of its symbols is of."


def files(folder: Path) -> list[Path]:
    """The programs and libraries in a folder, links aside."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                if file.read(4) == _MAGIC:
                    found.append(path)
    return found


def binaries(build: Build, folder: Path) -> dict[Path, Binary]:
    """Every program and library in the folder."""
    found = files(folder)
    # readelf names the file only where there are several.
    told = parse(run(build, ["readelf", "-dVW", *found, found[0]]))
    return {path: told[str(path)] for path in found}


def parse(text: str) -> dict[str, Binary]:
    """What `readelf -dVW` says of several files, by their names."""
    needs: dict[str, set[str]] = {}
    glibc: dict[str, tuple[int, int]] = {}
    name = ""
    for line in text.splitlines():
        if file := _FILE.match(line):
            name = file[1]
            needs.setdefault(name, set())
        elif needed := _NEEDED.search(line):
            needs[name].add(needed[1])
        else:
            for one, two in _GLIBC.findall(line):
                glibc[name] = max(glibc.get(name, (0, 0)), (int(one), int(two)))
    return {
        name: Binary(frozenset(libraries), glibc.get(name, (0, 0)))
        for name, libraries in needs.items()
    }


def orphans(needs: Mapping[str, Iterable[str]]) -> set[str]:
    """Shared libraries that nothing in the program needs, and those that only they need.

    needs: by the name of the file, without its folder. Extension modules and plugins are opened
    by name and stay.
    """
    left = dict(needs)
    gone: set[str] = set()
    while True:
        asked = {name for libraries in left.values() for name in libraries}
        lost = {
            name
            for name in left
            if _SHARED.match(name) and not _LOADED_BY_NAME.match(name) and name not in asked
        }
        if not lost:
            return gone
        gone |= lost
        for name in lost:
            del left[name]


def leave_out_orphans(build: Build, folder: Path) -> None:
    """Removes them, with the links to them. Qt's plugins are libraries too, and stay."""
    found = {path: told.needs for path, told in binaries(build, folder).items()}
    plugins = {path for path in found if "plugins" in path.parts}
    lost = orphans({str(path) if path in plugins else path.name: found[path] for path in found})
    for path in found.keys() - plugins:
        if path.name in lost:
            path.unlink()
    for link in folder.rglob("*"):
        if link.is_symlink() and not link.exists():
            link.unlink()


def strip(build: Build, folder: Path) -> None:
    """Takes the names out that only a debugger reads; of libpython and some wheels, most of it.

    The two programs carry their Python code behind their end, and have no such names.
    """
    inside = folder / "_internal"
    named = [path for path in files(inside) if b".symtab\0" in path.read_bytes()]
    if named:
        run(build, ["strip", "--strip-unneeded", *named])


def asked_of_the_system(found: Mapping[Path, Binary]) -> tuple[set[str], tuple[int, int]]:
    """The libraries that the program needs and does not bring, and its version of the C library."""
    brought = {path.name for path in found}
    needed = {name for told in found.values() for name in told.needs}
    return needed - brought, max(told.glibc for told in found.values())
