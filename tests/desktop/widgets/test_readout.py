import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from desktop.look.theme import Theme
from desktop.widgets.readout import Row, Told, draw

ROOM = QRectF(10, 10, 380, 160)


def drawn(theme: Theme, x: float, *, rtl: bool = False) -> QImage:
    image = QImage(400, 200, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    told = Told("12:31", [Row("Answered", "12", "accent")], [(QPointF(x, 80), "accent")])
    draw(painter, ROOM, x, told, theme.tokens, rtl=rtl)
    painter.end()
    return image


def used_columns(image: QImage) -> tuple[int, int]:
    """First and last column that anything was painted in."""
    white = image.pixel(399, 199)
    used = [x for x in range(400) if any(image.pixel(x, y) != white for y in range(0, 200, 2))]
    return used[0], used[-1]


@pytest.mark.parametrize("x", [10.0, 200.0, 390.0])
def test_the_box_stays_inside_wherever_the_point_is(theme: Theme, x: float) -> None:
    first, last = used_columns(drawn(theme, x))
    assert first >= 2
    assert last <= 396


def test_it_is_mirrored_where_one_reads_from_right_to_left(theme: Theme) -> None:
    assert drawn(theme, 100) != drawn(theme, 100, rtl=True)
