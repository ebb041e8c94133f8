"""A screen that nobody looks at, with a window manager and a tray, for the real program."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

PROGRAMS = ("Xvfb", "openbox", "trayer")
ENDS_IN_S = 10.0


def screen_is_possible() -> bool:
    return sys.platform == "linux" and all(shutil.which(program) for program in PROGRAMS)


@contextmanager
def screen(size: str = "1400x900", *, open_to_all: bool = False) -> Iterator[str]:
    """The display's name, e.g. `:93`; free of others' windows.

    open_to_all: also to programs of other users of this machine.
    """
    with ExitStack() as stack:
        reader, writer = os.pipe()
        server = ["Xvfb", "-displayfd", str(writer), "-screen", "0", f"{size}x24"]
        access = ["-ac"] if open_to_all else []
        stack.enter_context(_process([*server, *access, "-nolisten", "tcp"], pass_fds=(writer,)))
        os.close(writer)
        with os.fdopen(reader) as told:
            display = f":{told.readline().strip()}"
        environment = {**os.environ, "DISPLAY": display}
        stack.enter_context(_process(["openbox"], env=environment))
        tray = ["trayer", "--edge", "bottom", "--align", "right", "--widthtype", "request"]
        stack.enter_context(_process([*tray, "--height", "32"], env=environment))
        yield display


@contextmanager
def _process(command: list[str], **options: Any) -> Iterator[None]:
    quiet = {
        "stdin": subprocess.DEVNULL,
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
    }
    process = subprocess.Popen(command, **{**quiet, **options})
    try:
        yield
    finally:
        process.terminate()
        process.wait(ENDS_IN_S)
