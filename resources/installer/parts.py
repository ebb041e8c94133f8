"""The parts of others in the program: Python, its packages, and libraries of the build's system.

`sbom` lists them, `licences` gives their licences. Packages are those of the lock file that are
installed for the system in question; a library of the system (as OpenSSL on Linux) is traced to its
package of Debian or Ubuntu.
"""

import platform
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path
from urllib.parse import quote

from resources.installer.build import HERE, Build, BuildFailed, run
from resources.installer.environment import Interpreter
from resources.installer.tools import Tool

DPKG = Tool("dpkg-query", "build on Debian or Ubuntu, whose packages tell the libraries' licences")

_LOCKED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==", re.MULTILINE)
_LICENCE_FILE = re.compile(r"(^|/)(LICEN[CS]E|COPYING|NOTICE|AUTHORS)[^/]*$", re.IGNORECASE)
_COMMON = re.compile(r"/usr/share/common-licenses/[\w.+-]*\w")
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


def parts(build: Build, python: Interpreter, program: Path, taken: Mapping[str, str]) -> list[Part]:
    """All, by name. Raises BuildFailed where one has no licence text: it could not be shipped.

    taken: the file that each library of the program is a copy of, by its name in `_internal`.
    """
    found = [_python(build, python), *_packages(build, python.packages)]
    if python.system == "linux":
        inside = [Path(taken[name]) for name in taken if (program / "_internal" / name).exists()]
        found += libraries(python, inside)
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


# --- libraries


def libraries(python: Interpreter, inside: Sequence[Path]) -> list[Part]:
    """Whose they are, those of `python` itself aside.

    Raises BuildFailed for one of nobody's.
    """
    return [*_icu(inside), *_system_libraries(python, inside)]


def _icu(inside: Iterable[Path]) -> Iterator[Part]:
    """Unicode's library, if Qt's wheels brought it along."""
    for path in inside:
        if path.name.startswith("libicuuc.so."):
            version = path.name.rpartition(".")[2]
            text = (HERE / "texts" / "ICU.txt").read_text("utf-8")
            yield Part("ICU", version, f"pkg:generic/icu@{version}", "Unicode-DFS-2016", (text,))


def _system_libraries(python: Interpreter, inside: Iterable[Path]) -> Iterator[Part]:
    others = [path for path in inside if not path.is_relative_to(python.packages)]
    packages = _packages_of(others) if others else {}
    own = [prefix for prefix in python.prefixes if prefix != "/usr"]
    lost = [
        str(path)
        for path in others
        if path not in packages and not any(path.is_relative_to(prefix) for prefix in own)
    ]
    if lost:
        raise BuildFailed(f"Of no package, so nobody knows their licence: {', '.join(lost)}.")
    if not packages:
        return
    system = platform.freedesktop_os_release()["ID"]
    told = _dpkg("-W", "-f", "${Package} ${Version} ${Architecture}\n", *set(packages.values()))
    for line in sorted(told.splitlines()):
        name, version, architecture = line.split()
        purl = f"pkg:deb/{system}/{name}@{quote(version)}?arch={architecture}"
        yield Part(name, version, purl, "", _debian_texts(name))


def _packages_of(libraries: Iterable[Path]) -> dict[Path, str]:
    """`package` or `package:architecture` of each that is of one."""
    # dpkg knows some below /lib and some below /usr/lib, which are one folder.
    spelt = {
        str(spelling): path
        for path in libraries
        for spelling in (path, Path("/usr", *path.parts[1:]), Path("/", *path.parts[2:]))
    }
    told = (line.partition(": ") for line in _dpkg("-S", *spelt).splitlines())
    return {spelt[path]: package for package, _, path in told if path in spelt}


def _dpkg(*words: str) -> str:
    # It ends with 1 where it knows one of the files and not another.
    done = subprocess.run([DPKG.name, *words], capture_output=True, text=True, check=False)
    return done.stdout


def _debian_texts(package: str) -> tuple[str, ...]:
    """What the package says of its licences, and the common ones that it only names."""
    place = Path("/usr/share/doc") / package / "copyright"
    if not place.is_file():
        return ()
    text = place.read_text("utf-8", "replace")
    common = sorted(set(_COMMON.findall(text)))
    return (text, *(Path(path).read_text("utf-8") for path in common if Path(path).is_file()))
