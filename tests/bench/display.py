"""A screen for the window under test: a real X server with a tray where there is one to start,
else Qt's offscreen platform, which has no tray and hands its pictures to nobody."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from tests.system_libraries import loads

_OF_XCB = ("libxcb-cursor.so.0", "libxcb-icccm.so.4", "libxcb-keysyms.so.1")
"What Qt's xcb platform needs and a machine without a desktop often lacks."
_BESIDE = (
    ["openbox"],
    ["trayer", "--edge", "bottom", "--align", "right", "--widthtype", "request", "--height", "32"],
)


@dataclass(frozen=True, slots=True)
class Display:
    name: str
    env: Mapping[str, str]
    "What a program needs to find it."


OFFSCREEN = Display("offscreen, without a tray", {"QT_QPA_PLATFORM": "offscreen"})


@contextmanager
def opened() -> Iterator[Display]:
    """The best screen this machine has, for as long as the context lasts."""
    if shutil.which("Xvfb") is None or not all(map(loads, _OF_XCB)):
        yield OFFSCREEN
        return
    with ExitStack() as running:
        environment = {"DISPLAY": _start_server(running)}
        beside = [command for command in _BESIDE if shutil.which(command[0])]
        for command in beside:
            _start(command, running, env={**os.environ, **environment})
        name = " and ".join(["xcb under Xvfb", *(command[0] for command in beside)])
        yield Display(name, environment | {"QT_QPA_PLATFORM": "xcb"})


def _start_server(running: ExitStack) -> str:
    """Starts an X server that only this machine can reach; returns its DISPLAY."""
    told, tell = os.pipe()
    size = "1400x900x24"
    command = ["Xvfb", "-displayfd", str(tell), "-screen", "0", size, "-nolisten", "tcp"]
    _start(command, running, pass_fds=(tell,))
    os.close(tell)
    with os.fdopen(told) as numbers:  # it tells once it takes connections
        return f":{numbers.readline().strip()}"


def _start(
    command: Sequence[str],
    running: ExitStack,
    *,
    env: Mapping[str, str] | None = None,
    pass_fds: Sequence[int] = (),
) -> None:
    process = subprocess.Popen(
        command,
        env=env,
        pass_fds=pass_fds,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    running.callback(process.wait, 10)
    running.callback(process.terminate)
