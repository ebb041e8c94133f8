"""Builds the installers of this system: `python build_installer.py`, see the README.

It needs nothing but Python and the tools of the targets; what is missing is told before any work.
Exit codes: 0 built, 1 a step failed, 2 wrong usage or a missing tool.
"""

import argparse
import platform
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))  # also where it is started from another folder

from resources.installer import sums, tools  # noqa: E402
from resources.installer.build import (  # noqa: E402
    Build,
    BuildFailed,
    Program,
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
    except BuildFailed as failed:
        print(f"build_installer: {failed}", file=sys.stderr)
        return 2
    build = Build(
        version=version_of(ROOT),
        epoch=epoch_of(ROOT),
        work=given.work.resolve(),
        out=given.out.resolve(),
        oauth_client=given.oauth_client and given.oauth_client.resolve(),
        say=Clock(),
    )
    try:
        made = make(build, targets)
    except BuildFailed as failed:
        print(f"build_installer: {failed}", file=sys.stderr)
        return 1
    for path in made:
        print(f"{path.stat().st_size / 1e6:8.1f} MB  {path}")
    return 0


def make(build: Build, targets: Sequence[Target]) -> list[Path]:
    """All of them; a program that several are made of is frozen once. Returns what was made."""
    build.out.mkdir(parents=True, exist_ok=True)
    programs: dict[object, Program] = {}
    made: list[Path] = []
    for target in targets:
        if target.freeze not in programs:
            programs[target.freeze] = target.freeze(build)
        made.append(target.make(build, programs[target.freeze]))
    for program in programs.values():
        name = f"pollux-{build.version}-{program.system}-{platform.machine().lower()}.cdx.json"
        bill = build.out / name
        bill.write_bytes(program.sbom.read_bytes())
        made.append(bill)
    sums.write(build.out, made)
    return made


def _targets(names: Sequence[str]) -> list[Target]:
    """Those of these names, or the usual ones. Raises BuildFailed if one cannot be built here."""
    system = this_system()
    targets = [named(name) for name in names] or list(of_system(system))
    if wrong := [target.name for target in targets if target.system != system]:
        raise BuildFailed(f"not on this system: {', '.join(wrong)}")
    if lacking := tools.missing(tool for target in targets for tool in target.tools):
        raise BuildFailed(f"this cannot be built here yet:\n{tools.told(lacking)}")
    return targets


class Clock:
    """Prints each step with the seconds since the beginning."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def __call__(self, step: str) -> None:
        print(f"[{time.monotonic() - self._began:5.0f} s] {step}", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Builds Pollux's installers.")
    parser.add_argument(
        "--target",
        action="append",
        choices=[target.name for target in TARGETS],
        help="what to build; may be repeated (default: what is usual on this system)",
    )
    parser.add_argument(
        "--oauth-client",
        type=Path,
        metavar="FILE",
        help="client_secret_*.json of your own Google OAuth client (Desktop app) to build in",
    )
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="folder for the installers")
    parser.add_argument(
        "--work",
        type=Path,
        default=ROOT / "build" / "installer",
        help="folder for what may be thrown away",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
