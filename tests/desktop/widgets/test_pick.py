import pytest
import shiboken6
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtWidgets import QApplication

from desktop.look.metrics import CONTROL_HEIGHT
from desktop.look.theme import Theme
from desktop.widgets.pick import Pick


@pytest.mark.parametrize("editable", [False, True])
def test_what_opens_has_room_around_each_choice_and_an_edge(theme: Theme, editable: bool) -> None:
    pick = Pick()
    pick.setEditable(editable)
    pick.addItems([f"gemini-{at}" for at in range(4)])
    pick.show()
    pick.showPopup()
    view = pick.view()
    view.setFocus()  # which takes the edge away from lists elsewhere
    assert view.sizeHintForRow(0) >= CONTROL_HEIGHT - 4
    picture = view.grab().toImage()
    assert picture.pixelColor(0, picture.height() // 2) == QColor(theme.tokens.edge)
    pick.hidePopup()
    shiboken6.delete(pick)


def test_the_wheel_over_it_changes_nothing(theme: Theme) -> None:
    pick = Pick()
    pick.addItems(["one", "two"])
    pick.show()
    none = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    turn = QWheelEvent(
        QPointF(4, 4),
        QPointF(4, 4),
        QPoint(),
        QPoint(0, -120),
        *none,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(pick, turn)
    assert pick.currentText() == "one"
    assert not turn.isAccepted()
    shiboken6.delete(pick)
