"""The Python that freezes: a virtual environment with what the lock files name, and nothing else.

It is made anew when a lock file changed. The lock files name no index: where the files come from
is the machine's pip configuration, and every file must have the hash of the lock.
"""

import hashlib
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from resources.installer.build import Build, System, run, this_system

LOCKS = ("desktop.txt", "package.txt")
"Of requirements/: what the program is made of, and what freezes it."


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python with PyInstaller and all of the program's packages."""

    command: tuple[str, ...]
    "What runs it: its path, or what runs Windows' programs and its path."
    packages: Path
    "Its site-packages, as this machine sees it."
    system: System
    "That of the programs which it makes."
    prefixes: tuple[str, ...] = ()
    "Paths of this machine that its files may name, and that no installer may."


def environment(build: Build) -> Interpreter:
    """The environment in the work folder, made if it is not there."""
    folder = build.work / "python"
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    mark = folder / "locks.sha256"
    wanted = fingerprint(build.root)
    if not mark.is_file() or mark.read_text("ascii") != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        run(build, [sys.executable, "-m", "venv", folder])
        run(build, [python, *install_words(build.root)])
        mark.write_text(wanted, "ascii")
    asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(run(build, [python, "-c", asked]).strip())
    prefixes = tuple(dict.fromkeys((str(folder), sys.base_prefix, sys.base_exec_prefix)))
    return Interpreter((str(python),), packages, this_system(), prefixes)


def install_words(root: Path) -> list[str]:
    """What pip is asked for, in words after the interpreter's. The locks are complete: no deps."""
    locks = [word for name in LOCKS for word in ("-r", str(root / "requirements" / name))]
    quiet = ["--quiet", "--disable-pip-version-check", "--no-compile"]
    only_locked = ["--no-deps", "--only-binary=:all:", "--require-hashes"]
    return ["-m", "pip", "install", *quiet, *only_locked, *locks]


def fingerprint(root: Path) -> str:
    """Changes whenever another environment has to be made."""
    whole = hashlib.sha256(sys.version.encode())
    for name in LOCKS:
        whole.update((root / "requirements" / name).read_bytes())
    return whole.hexdigest()
