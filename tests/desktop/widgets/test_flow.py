from collections.abc import Iterator

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QWidget

from desktop.widgets.flow import Flow


@pytest.fixture
def box() -> Iterator[QWidget]:
    made = QWidget()
    yield made
    shiboken6.delete(made)


def filled(box: QWidget, sizes: list[tuple[int, int]], width: int) -> list[QFrame]:
    flow = Flow(10, box, down=4)
    frames = []
    for size in sizes:
        frame = QFrame()
        frame.setFixedSize(*size)
        flow.addWidget(frame)
        frames.append(frame)
    box.resize(width, 200)
    box.show()
    return frames


async def test_a_line_is_filled_before_the_next_begins(box: QWidget) -> None:
    frames = filled(box, [(100, 20), (100, 20), (100, 20)], 215)
    assert [frame.pos().toTuple() for frame in frames] == [(0, 0), (110, 0), (0, 24)]


async def test_what_stands_in_a_line_is_centred_in_it(box: QWidget) -> None:
    frames = filled(box, [(50, 40), (50, 20)], 215)
    assert [frame.y() for frame in frames] == [0, 10]


async def test_its_height_follows_from_its_width(box: QWidget) -> None:
    filled(box, [(100, 20)] * 3, 400)
    layout = box.layout()
    assert layout is not None
    assert [layout.heightForWidth(width) for width in (400, 215, 120)] == [20, 44, 68]


async def test_it_mirrors_where_one_reads_from_right_to_left(box: QWidget) -> None:
    box.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    frames = filled(box, [(100, 20), (50, 20)], 300)
    assert [frame.x() for frame in frames] == [200, 140]


async def test_what_is_hidden_takes_no_room(box: QWidget) -> None:
    frames = filled(box, [(100, 20), (100, 20)], 120)
    frames[0].hide()
    layout = box.layout()
    assert layout is not None
    assert layout.heightForWidth(120) == 20
