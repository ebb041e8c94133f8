"""Pollux with its window as the benchmark sees it: a server that also takes orders."""

import json
import select
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Any

from tests.bench.processes import Server, StartFailed

PAGE, WIDTH, HEIGHT = "overview", 1280, 800
_ANSWER_S = 30.0
_SEEN_S = 20.0


@dataclass(frozen=True, slots=True)
class Seen:
    """Seconds from the start of the process until something could be seen."""

    tray_s: float
    "The icon was painted in the tray; where there is no tray, all of it was made."
    has_tray: bool
    window_s: float
    "The window was painted."


@dataclass(frozen=True, slots=True)
class Window:
    server: Server
    display: str

    def ask(self, order: str) -> dict[str, Any]:
        """Tell the driver a word of `window_process.Driver`; its answer. Raises StartFailed."""
        process = self.server.process
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(f"{order}\n".encode())
            process.stdin.flush()
        except (OSError, ValueError) as gone:  # a broken or a closed pipe
            raise StartFailed(f"the window is gone: {gone}") from gone
        ready, _, _ = select.select([process.stdout], [], [], _ANSWER_S)
        line = process.stdout.readline() if ready else b""
        if not line:
            raise StartFailed(f"the window did not answer to {order!r}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def seen(self) -> Seen:
        """Waits until all of it was seen."""
        until = monotonic() + _SEEN_S
        while monotonic() < until:
            at = self.ask("seen")
            if at["window"] is not None and (at["tray"] is not None or not at["has_tray"]):
                began = self.server.began
                tray = at["made"] if at["tray"] is None else at["tray"]
                return Seen(tray - began, at["has_tray"], at["window"] - began)
            sleep(0.05)
        raise StartFailed("the window was never painted")

    def show(self) -> None:
        """The overview, in the size that is measured."""
        self.ask(f"show {PAGE} {WIDTH} {HEIGHT}")

    def stop(self) -> None:
        self.server.stop()
