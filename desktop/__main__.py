"""Entry point of `pollux`: decides between the window and the engine alone.

What needs no window goes to `proxy_core.__main__` before anything of Qt is imported. It parses no
options itself: it only has to know which of them take a value, to find the subcommand.
"""

import builtins
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec

from proxy_core.__main__ import main as run_without_window

WITHOUT_WINDOW = frozenset({"--headless", "--gen-creds", "--help", "-h", "--version"})
WITH_VALUE = frozenset({"--host", "--port", "--config", "--env-file", "--log-level"})

NO_QT = (
    "pollux: the window needs PySide6, which is not installed. It comes with the extra `desktop`, "
    "for Python 3.11 to 3.13: `pip install '.[desktop]'` in the folder of Pollux's sources, or "
    "`pip install 'pollux-proxy[desktop]'`. `pollux --headless` and all commands work without it."
)
NO_SCREEN = (
    "pollux: the window needs a screen, and neither DISPLAY nor WAYLAND_DISPLAY names one. "
    "With `--headless` Pollux, and its demo, work without."
)
SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
"Variables by which Qt finds a screen on Linux, or is told to do without; else it aborts."


def wants_window(arguments: Sequence[str]) -> bool:
    """Whether this command line asks for the tray app: no subcommand, or `demo` with its window."""
    return WITHOUT_WINDOW.isdisjoint(arguments) and _subcommand(arguments) in (None, "demo")


def _subcommand(arguments: Sequence[str]) -> str | None:
    remaining = iter(arguments)
    for argument in remaining:
        if argument in WITH_VALUE:
            next(remaining, None)
        elif not argument.startswith("-"):
            return argument
    return None


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line (without the program's name); returns the exit code."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    if not wants_window(arguments):
        return run_without_window(arguments)
    if find_spec("PySide6") is None or find_spec("qasync") is None:
        print(NO_QT, file=sys.stderr)
        return 2
    if "--quit" not in arguments and sys.platform == "linux" and not _has_screen():
        print(NO_SCREEN, file=sys.stderr)
        return 2
    load_qt()
    from desktop.app import run  # noqa: PLC0415 - it imports all of the window

    return run(arguments)


def _has_screen() -> bool:
    return any(map(os.environ.get, SCREENS))


def load_qt() -> None:
    """Loads Qt, here and nowhere before, since the headless engine must not need it.

    PySide6 puts an `__import__` of its own in place, which reads the source of every module that is
    imported later, to see whether it wants PySide6's other spellings (`from __feature__ import`),
    and Python keeps what was read: 18 MiB of the window's memory. Nothing of ours wants them.
    """
    pythons_own = builtins.__import__
    import PySide6.QtCore  # noqa: F401, PLC0415 - the only place

    builtins.__import__ = pythons_own


if __name__ == "__main__":
    sys.exit(main())
