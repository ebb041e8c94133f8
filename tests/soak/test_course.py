"""The long run, short: the real program offscreen, used and loaded for some seconds."""

import sys

import pytest

from tests.bench.display import OFFSCREEN
from tests.soak.course import Size, run

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def test_the_window_is_used_under_load_without_any_harm() -> None:
    said: list[str] = []
    size = Size(minutes=1 / 20, requests=120, step_ms=70, warm_up_rounds=1, settle_s=0.7)
    assert run(size, OFFSCREEN, said.append) == []
    assert said[0].startswith(f"Python {sys.version_info.major}.{sys.version_info.minor}")
    assert "requests: 120, failed 0" in said[-1]
