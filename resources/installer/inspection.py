"""Looks into every file of the frozen program, and into archives in them, for what is forbidden.

The looking runs in the build's environment, since only PyInstaller reads the archive of Python code
that it puts behind its programs.
"""

import io
import json
import os
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from resources.installer import forbidden
from resources.installer.build import Build, BuildFailed, run
from resources.installer.client import PLACE
from resources.installer.environment import Interpreter

_MOST_TOLD = 20


def inspect(build: Build, python: Interpreter, program: Path) -> None:
    """Raises BuildFailed with what was found."""
    named = [str(build.root), str(build.work), *python.prefixes]
    # By the environment: other users of the machine see a command line.
    wanted = json.dumps(
        [forbidden.paths(named, str(Path.home())), forbidden.secrets_of(os.environ)]
    )
    words = [*python.command, "-m", "resources.installer.inspection", str(program)]
    found = run(build, words, POLLUX_FORBIDDEN=wanted).strip().splitlines()
    if found:
        more = [] if len(found) <= _MOST_TOLD else [f"and {len(found) - _MOST_TOLD} more"]
        raise BuildFailed("\n".join(["The program must not hold:", *found[:_MOST_TOLD], *more]))


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file and everything packed inside one, by name; the distributor's client aside."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            yield f"{name} (link)", str(path.readlink()).encode()
        elif path.is_file() and not name.endswith(PLACE):
            content = path.read_bytes()
            yield name, content
            if zipfile.is_zipfile(io.BytesIO(content)) and path.suffix == ".zip":
                with zipfile.ZipFile(path) as archive:
                    for inner in archive.namelist():
                        yield f"{name}: {inner}", archive.read(inner)
            if path.name.removesuffix(".exe") in ("pollux", "pollux-headless"):
                yield from _frozen(name, path)


def _frozen(name: str, path: Path) -> Iterator[tuple[str, bytes]]:
    from PyInstaller.archive.readers import CArchiveReader  # noqa: PLC0415 - see the module

    archive = CArchiveReader(str(path))
    for inner in archive.toc:
        if not inner.endswith(".pyz"):
            yield f"{name}: {inner}", archive.extract(inner)
            continue
        code = archive.open_embedded_archive(inner)
        for module in code.toc:
            yield f"{name}: {module}", code.extract(module, raw=True) or b""


def main(folder: Path) -> None:
    """Prints a line for each finding."""
    paths, secrets = json.loads(os.environ["POLLUX_FORBIDDEN"])
    for name, content in contents(folder):
        for finding in forbidden.findings(name, content, paths, secrets):
            print(finding)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
