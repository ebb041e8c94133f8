"""`python -m proxy_core`: the headless engine and the terminal commands, without the window."""

import sys
from collections.abc import Sequence
from typing import Any

from proxy_core.cli import run
from proxy_core.cli.pretend import PretendGoogle


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line (without the program's name); returns the exit code."""
    return run(sys.argv[1:] if argv is None else argv, _pretend_google)


def _pretend_google() -> tuple[PretendGoogle, list[dict[str, Any]]]:
    """The demo's Google and the credentials of its accounts. `cli` does not know the simulator."""
    from proxy_core.simulator import Simulator, demo_world  # noqa: PLC0415 - it brings aiohttp

    world, files = demo_world()
    return Simulator(world), files


if __name__ == "__main__":
    sys.exit(main())
