import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.look.theme import Mode, Theme
from desktop.widgets.chart import Chart
from desktop.widgets.drawing import Drawing, Series
from desktop.words import number

DRAWING = Drawing(
    (
        Series("Answered", "accent", (1.0, 5.0, 9.0)),
        Series("Failed", "bad", (0.0, 2.0, 0.0), "columns"),
    ),
    ((0, "2 min ago"), (2, "now")),
)
STACK = Drawing(
    (
        Series("flash", "accent", (1.0, 5.0), "stack"),
        Series("pro", "second", (3.0, 0.0), "stack"),
    ),
    ((1, "now"),),
)


@pytest.fixture
def chart(theme: Theme) -> Iterator[Chart]:
    made = Chart(theme, "Requests", number, lambda at: f"minute {at}")
    made.resize(600, 200)
    made.show()
    made.show_drawing(DRAWING)
    made.grab()
    yield made
    made.close()


def move(chart: Chart, to: QPointF) -> None:
    """The pointer, wherever the real one is and whatever lies over the chart."""
    button, none = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    there = chart.mapToGlobal(to)
    QApplication.sendEvent(
        chart, QMouseEvent(QEvent.Type.MouseMove, to, there, button, button, none)
    )


def test_moving_over_it_chooses_the_nearest_point(chart: Chart) -> None:
    move(chart, QPointF(round(chart._room.center().x()) + 4, 80))
    assert chart.chosen == 1
    assert chart.values_at(1) == "minute 1\nAnswered: 5\nFailed: 2"
    move(chart, QPointF(round(chart._room.right()), 80))
    assert chart.chosen == 2


def test_arrow_keys_move_the_point_and_escape_leaves_it(chart: Chart) -> None:
    key = Qt.Key
    seen = []
    for pressed in (key.Key_Left, key.Key_Left, key.Key_Home, key.Key_Right, key.Key_End):
        QTest.keyClick(chart, pressed)
        seen.append(chart.chosen)
    assert seen == [2, 1, 0, 1, 2]
    QTest.keyClick(chart, key.Key_Escape)
    assert chart.chosen is None


def test_screen_readers_hear_the_values_of_the_point(chart: Chart) -> None:
    assert chart.accessibleName() == "Requests"
    assert chart.accessibleDescription() == "minute 2\nAnswered: 9\nFailed: 0"
    QTest.keyClick(chart, Qt.Key.Key_Home)
    assert chart.accessibleDescription() == "minute 0\nAnswered: 1\nFailed: 0"


def test_the_point_is_painted_and_goes_with_the_focus(chart: Chart) -> None:
    before = chart.grab().toImage()
    chart.choose(1)
    assert chart.grab().toImage() != before
    chart.choose(None)
    assert chart.grab().toImage() == before


def test_what_did_not_change_is_not_painted_anew(chart: Chart) -> None:
    picture = chart._picture
    chart.show_drawing(Drawing(DRAWING.series, DRAWING.ticks))
    assert chart._picture is picture


def test_a_new_theme_paints_it_anew(chart: Chart, theme: Theme) -> None:
    before = chart.grab().toImage()
    theme.choose(Mode.DARK)
    assert chart.grab().toImage() != before
    theme.choose(Mode.LIGHT)


def test_a_point_that_is_gone_is_chosen_no_more(chart: Chart) -> None:
    chart.choose(2)
    chart.show_drawing(STACK)
    assert chart.chosen is None


def test_columns_stand_on_each_other(chart: Chart) -> None:
    chart.show_drawing(STACK)
    assert chart._scale.top >= 5
    move(chart, QPointF(round(chart._room.left()) + 40, 80))
    assert chart.chosen == 0
    chart.grab()


def test_without_series_it_shows_its_grid_alone(chart: Chart) -> None:
    chart.show_drawing(Drawing())
    QTest.keyClick(chart, Qt.Key.Key_Left)
    move(chart, QPointF(300, 80))
    assert chart.chosen is None
    assert not chart.grab().isNull()


def test_painting_keeps_up_with_ten_updates_a_second(theme: Theme) -> None:
    chart = Chart(theme, "Requests", number, str)
    chart.resize(800, 240)
    chart.show()
    spent = []
    for turn in range(20):
        values = tuple(float((at * 7 + turn) % 50) for at in range(60))
        chart.show_drawing(Drawing((Series("Answered", "accent", values),), ((0, "then"),)))
        chart.choose(turn)
        began = time.thread_time()
        chart.grab()
        spent.append(time.thread_time() - began)
    # A hundredth of a second leaves nine tenths of the thread to everything else.
    assert sorted(spent)[len(spent) // 2] < 0.010
