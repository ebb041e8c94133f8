"""The parts of others in the program: Python, its packages, and libraries of the build's system.

`sbom` lists them, `licences` gives their licences. Packages are those of the lock file that are
installed for the system in question; a library of the system (as OpenSSL on Linux) is traced to its
Debian package, where there are such.
"""

import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path
from urllib.parse import quote

from resources.installer import elf
from resources.installer.build import HERE, Build, BuildFailed, run
from resources.installer.environment import Interpreter

_LOCKED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==", re.MULTILINE)
_LICENCE_FILE = re.compile(r"(^|/)(LICEN[CS]E|COPYING|NOTICE|AUTHORS)[^/]*$", re.IGNORECASE)
_NEVER_SHIPPED = frozenset({"pycparser"})
"Locked because a build from source would want it."
_FROZE = "pyinstaller"
"Of what freezes only its starter is in the program."

_TROVE = "License :: OSI Approved :: "
_EXPRESSIONS = {
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD": "BSD-2-Clause",
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
    "Python Software Foundation License": "PSF-2.0",
}
"Older words for a licence to SPDX's."


@dataclass(frozen=True, slots=True)
class Part:
    """One of them."""

    name: str
    version: str
    purl: str
    "Package URL, https://github.com/package-url/purl-spec."
    licence: str
    "An SPDX expression, or what its author calls it; empty: the text tells."
    texts: tuple[str, ...]


def parts(build: Build, python: Interpreter, program: Path) -> list[Part]:
    """All, by name. Raises BuildFailed where one has no licence text: it could not be shipped."""
    found = [_python(build, python), *_packages(build, python.packages)]
    if python.system == "linux":
        found += _system_libraries(python, program)
    silent = [part.name for part in found if not part.texts]
    if silent:
        raise BuildFailed(f"No licence text comes with {', '.join(silent)}.")
    return sorted(found, key=lambda part: part.purl)


def _python(build: Build, python: Interpreter) -> Part:
    asked = "import platform; print(platform.python_version())"
    version = run(build, [*python.command, "-c", asked]).strip()
    # It stands beside the standard library, whatever the system: `python.packages` does not.
    places = [
        place / name
        for prefix in (*map(Path, python.prefixes), *python.packages.parents)
        for place in (prefix, *sorted(prefix.glob("lib/python3.*")))
        for name in ("LICENSE.txt", "LICENSE")
    ]
    text = next((place.read_text("utf-8") for place in places if place.is_file()), None)
    texts = (text,) if text else _debian_texts(f"libpython{version.rpartition('.')[0]}-minimal")
    return Part("Python", version, f"pkg:generic/cpython@{version}", "PSF-2.0", texts)


def _packages(build: Build, place: Path) -> Iterator[Part]:
    locked = _LOCKED.findall((build.root / "requirements" / "desktop.txt").read_text("utf-8"))
    wanted = {normal(name) for name in locked} - _NEVER_SHIPPED | {_FROZE}
    for found in distributions(path=[str(place)]):
        name = normal(found.metadata["Name"])
        if name in wanted:
            texts = tuple(_texts(found)) or _texts_of_qt(name)
            purl = f"pkg:pypi/{name}@{found.version}"
            yield Part(name, found.version, purl, licence_of(found), texts)


def normal(name: str) -> str:
    """A distribution's name as PEP 503 writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _texts(found: Distribution) -> Iterator[str]:
    for file in sorted(found.files or (), key=str):
        if ".dist-info/" in str(file) and _LICENCE_FILE.search(file.as_posix()):
            yield file.read_text("utf-8")


def _texts_of_qt(name: str) -> tuple[str, ...]:
    # Qt's wheels carry none.
    if name not in ("pyside6-essentials", "shiboken6"):
        return ()
    return tuple((HERE / "texts" / file).read_text("utf-8") for file in ("QT.txt", "LGPL-3.0.txt"))


def licence_of(found: Distribution) -> str:
    """The SPDX expression, if the author wrote one or what is written means one."""
    told = found.metadata
    if "License-Expression" in told:
        return told["License-Expression"]
    named = [
        line.removeprefix(_TROVE)
        for line in told.get_all("Classifier") or ()
        if line.startswith(_TROVE)
    ]
    if "License" in told:
        named.insert(0, told["License"])
    words = [word.strip().splitlines()[0] for word in named if word.strip()]
    return _EXPRESSIONS.get(words[0], words[0]) if words else ""


# --- libraries of the system


def _system_libraries(python: Interpreter, program: Path) -> Iterator[Part]:
    """The Debian packages whose libraries PyInstaller took, if this is such a system."""
    own = {path.name for path in elf.files(python.packages)}
    names = {path.name for path in elf.files(program / "_internal") if path.name not in own}
    for package in sorted(_packages_of(names)):
        told = _dpkg(["dpkg-query", "-W", "-f", "${Version} ${Architecture}", package])
        version, _, architecture = told.strip().partition(" ")
        name = package.partition(":")[0]
        purl = f"pkg:deb/debian/{name}@{quote(version)}?arch={architecture}"
        yield Part(name, version, purl, "", _debian_texts(name))


def _packages_of(names: Iterable[str]) -> set[str]:
    """`package` or `package:architecture` of each library that one has in the loader's folders."""
    found = set()
    for name in sorted(name for name in names if name.startswith("lib")):
        for line in _dpkg(["dpkg-query", "-S", f"*/{name}"]).splitlines():
            package, _, path = line.partition(": ")
            if re.fullmatch(rf"(/usr)?/lib/[^/]+/{re.escape(name)}", path):
                found.add(package)
    return found


def _dpkg(command: list[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):  # not Debian, or not of a package
        return ""


def _debian_texts(package: str) -> tuple[str, ...]:
    place = Path("/usr/share/doc") / package / "copyright"
    return (place.read_text("utf-8", "replace"),) if place.is_file() else ()
