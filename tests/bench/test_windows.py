"""That the window under test does what the benchmark tells it; nothing here is timed."""

import sys
from pathlib import Path
from time import monotonic

import pytest

from tests.bench import contenders
from tests.bench.display import OFFSCREEN
from tests.bench.processes import StartFailed, free_port
from tests.bench.windows import HEIGHT, PAGE, WIDTH, Window

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def test_the_window_obeys_and_ends_with_its_input(tmp_path: Path) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    window = contenders.start_window(tmp_path / "window", nobody, OFFSCREEN)
    try:
        seen = window.seen()
        assert 0 < seen.tray_s <= seen.window_s
        assert not seen.has_tray
        shown = window.ask(f"show {PAGE} {WIDTH} {HEIGHT}")
        assert shown == {"width": WIDTH, "height": HEIGHT}
        window.ask("block 60 90")
        until = monotonic() + 20
        while _latest_s(window) < 0.03:
            assert monotonic() < until, "its slots never block"
        window.ask("block 0 0")
        window.ask("hide")
        process = window.server.process
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(30) == 0
        with pytest.raises(StartFailed, match="gone"):
            window.ask("seen")
    finally:
        window.stop()


def _latest_s(window: Window) -> float:
    """The worst that its timer is late within some questions and answers."""
    window.ask("meter")
    for _ in range(20):
        window.ask("seen")
    return max(window.ask("lateness")["late_s"], default=0.0)
