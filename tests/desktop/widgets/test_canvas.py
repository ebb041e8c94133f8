from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from desktop.look.theme import Theme
from desktop.widgets.canvas import Canvas
from desktop.widgets.drawing import Drawing, Series
from desktop.widgets.plot import scale_for
from desktop.words import number

TICKS = tuple((at, f"{60 - at} min ago") for at in range(0, 60, 15))


def painted(theme: Theme, drawing: Drawing, wide: int = 600) -> tuple[QImage, Canvas, list[str]]:
    """The picture, and the texts below it from left to right."""
    image = QImage(wide, 200, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    whole = QRectF(0, 0, wide, 200)
    canvas = Canvas(painter, theme.tokens, whole, scale_for(drawing.highest()))
    canvas.draw_grid(number)
    canvas.draw_series(drawing)
    boxes = canvas.tick_boxes(drawing)
    assert all(whole.left() <= box.left() and box.right() <= whole.right() for box, _ in boxes)
    painter.end()
    return image, canvas, [text for _, text in reversed(boxes)]


def hour(last: float, *, runs: bool) -> Drawing:
    values = (*[30.0] * 60, last)
    return Drawing((Series("Answered", "accent", values),), (*TICKS, (60, "now")), runs=runs)


def test_a_minute_that_has_just_begun_does_not_pull_the_line_down(theme: Theme) -> None:
    def before_the_end(drawing: Drawing) -> list[int]:
        """The colours of a column between the last two points."""
        image, canvas, _ = painted(theme, drawing)
        x = round(canvas.room.right() - canvas.room.width() / 60 / 2) - 1
        return [image.pixel(x, y) for y in range(image.height())]

    assert before_the_end(hour(2.0, runs=False)) != before_the_end(hour(29.0, runs=False))
    assert before_the_end(hour(2.0, runs=True)) == before_the_end(hour(29.0, runs=True))


def test_a_minute_that_runs_has_a_sign_of_its_own(theme: Theme) -> None:
    assert painted(theme, hour(2.0, runs=True))[0] != painted(theme, hour(29.0, runs=True))[0]


def test_with_room_all_texts_stand_below(theme: Theme) -> None:
    shown = painted(theme, hour(1.0, runs=True))[2]
    assert shown == ["60 min ago", "45 min ago", "30 min ago", "15 min ago", "now"]


def test_with_less_room_every_other_text_stays_and_the_last_one(theme: Theme) -> None:
    assert painted(theme, hour(1.0, runs=True), 330)[2] == ["60 min ago", "30 min ago", "now"]
    assert painted(theme, hour(1.0, runs=True), 140)[2][-1] == "now"


def test_a_single_running_point_is_painted(theme: Theme) -> None:
    alone = Drawing((Series("Answered", "accent", (1.0,)),), runs=True)
    assert painted(theme, alone)[0] != painted(theme, Drawing())[0]
