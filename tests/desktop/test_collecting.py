import gc
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject

from desktop.collecting import SETTLED, Collector


@pytest.fixture
def collector(theme: object) -> Iterator[Collector]:
    limits = gc.get_threshold()
    made = Collector()
    yield made
    made.stop()
    gc.disable()  # as every test of this folder has it
    gc.set_threshold(*limits)
    gc.unfreeze()


class Knot(QObject):
    """A Qt object in a reference cycle, which notes on which thread it ended."""

    def __init__(self, ends: list[str]) -> None:
        super().__init__()
        self.ends, self.itself = ends, self

    def __del__(self) -> None:
        self.ends.append(threading.current_thread().name)


def test_what_other_threads_allocate_makes_them_collect_nothing(collector: Collector) -> None:
    ends: list[str] = []
    Knot(ends)
    gc.set_threshold(10, 1, 1)

    def allocate() -> None:
        for _ in range(1_000):
            cycle: list[object] = []
            cycle.append(cycle)

    thread = threading.Thread(target=allocate, name="engine")
    thread.start()
    thread.join()
    assert ends == []
    collector.beat()
    assert ends == ["MainThread"]


def test_what_was_made_at_the_start_is_not_looked_at_again(collector: Collector) -> None:
    before = gc.get_freeze_count()
    for _ in range(SETTLED):
        collector.beat()
    assert gc.get_freeze_count() > before


def test_nobody_else_switches_collecting_on_for_long(collector: Collector) -> None:
    gc.enable()
    collector.beat()
    assert not gc.isenabled()


def test_after_the_window_python_collects_by_itself_again(collector: Collector) -> None:
    collector.stop()
    assert gc.isenabled()
