"""Builds the installers of this system: `python build_installer.py`, see the README.

It needs nothing but Python and the tools of the targets; what is missing is told before any work.
Exit codes: 0 built, 1 a step failed, 2 wrong usage or a missing tool, 130 interrupted.
"""

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

# The imports below need the first of them; PySide6's pinned version and qasync run on these.
if sys.version_info[:2] not in ((3, 11), (3, 12), (3, 13)):
    print(
        "build_installer: this is Python {}.{}; run it with 3.11, 3.12 or 3.13.".format(
            *sys.version_info
        ),
        file=sys.stderr,
    )
    sys.exit(2)

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))  # also where it is started from another folder

from resources.installer import sums, tools  # noqa: E402
from resources.installer.build import (  # noqa: E402
    Build,
    BuildFailed,
    Program,
    check_releases,
    epoch_of,
    this_system,
    version_of,
)
from resources.installer.targets import TARGETS, Target, named, of_system  # noqa: E402


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command line; returns the exit code."""
    given = _parser().parse_args(argv)
    try:
        targets = _targets(given.target or ())
        build = _build(given)
    except BuildFailed as failed:
        return _failed(str(failed), 2)
    try:
        made = make(build, targets)
    except BuildFailed as failed:
        return _failed(str(failed), 1)
    except OSError as error:  # a folder that cannot be written, a full disk
        return _failed(f"{error.filename or 'a file'}: {error.strerror}", 1)
    except KeyboardInterrupt:
        return _failed("interrupted; what was there before is as it was", 130)
    for path in made:
        print(f"{path.stat().st_size / 1e6:8.1f} MB  {path}")
    return 0


def make(build: Build, targets: Sequence[Target]) -> list[Path]:
    """All of them; a program that several are made of is frozen once. Returns what was made.

    They move to their place when all are whole: nobody finds a half one there.
    """
    build.out.mkdir(parents=True, exist_ok=True)
    programs: dict[object, Program] = {}
    with tempfile.TemporaryDirectory(prefix=".new-", dir=build.out) as folder:
        new = replace(build, out=Path(folder))
        for target in targets:
            if target.freeze not in programs:
                programs[target.freeze] = target.freeze(new)
        made = [target.make(new, programs[target.freeze]) for target in targets]
        made += [_bill(new, program) for program in programs.values()]
        placed = [path.replace(build.out / path.name) for path in made]
    sums.write(build.out, placed)
    return placed


def _bill(build: Build, program: Program) -> Path:
    machine = platform.machine().lower()
    place = build.out / f"pollux-{build.version}-{program.system}-{machine}.cdx.json"
    place.write_bytes(program.sbom.read_bytes())
    return place


def _targets(names: Sequence[str]) -> list[Target]:
    """Those of these names, or the usual ones. Raises BuildFailed if one cannot be built here."""
    system = this_system()
    targets = [named(name) for name in dict.fromkeys(names)] or list(of_system(system))
    if wrong := [target.name for target in targets if target.system != system]:
        raise BuildFailed(f"not on this system: {', '.join(wrong)} ({_by_system()})")
    if lacking := tools.missing(tool for target in targets for tool in target.tools):
        raise BuildFailed(f"this cannot be built here yet:\n{tools.told(lacking)}")
    return targets


def _by_system() -> str:
    systems = {"linux": "Linux", "win32": "Windows", "darwin": "macOS"}
    return "; ".join(
        f"{name}: {', '.join(target.name for target in TARGETS if target.system == system)}"
        for system, name in systems.items()
    )


def _build(given: argparse.Namespace) -> Build:
    client: Path | None = given.oauth_client
    if client is not None and not os.access(client, os.R_OK):
        raise BuildFailed(f"--oauth-client: {client} cannot be read.")
    check_releases(ROOT)
    return Build(
        version=version_of(ROOT),
        epoch=epoch_of(ROOT),
        work=given.work.resolve(),
        out=given.out.resolve(),
        oauth_client=client and client.resolve(),
        say=Clock(),
    )


def _failed(why: str, code: int) -> int:
    print(f"build_installer: {why}", file=sys.stderr)
    return code


class Clock:
    """Prints each step with the seconds since the beginning."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def __call__(self, step: str) -> None:
        print(f"[{time.monotonic() - self._began:5.0f} s] {step}", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Builds Pollux's installers; see the README.")
    parser.add_argument(
        "--target",
        action="append",
        choices=[target.name for target in TARGETS],
        metavar="NAME",
        help=f"what to build, may be repeated; {_by_system()} (default: deb and tar, nsis, or dmg)",
    )
    parser.add_argument(
        "--oauth-client",
        type=Path,
        metavar="FILE",
        help="client_secret_*.json of your own Google OAuth client (Desktop app) to build in",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FOLDER",
        default=ROOT / "dist",
        help="where the installers go (default: dist)",
    )
    parser.add_argument(
        "--work",
        type=Path,
        metavar="FOLDER",
        default=ROOT / "build" / "installer",
        help="where what may be thrown away goes (default: build/installer)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
