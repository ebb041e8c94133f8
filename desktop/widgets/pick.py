"""A list of choices that opens, each with room around it."""

from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QStyledItemDelegate


class Pick(QComboBox):
    """A turn of the wheel over the page does not change it."""

    def __init__(self) -> None:
        super().__init__()
        # Qt's own of a list that is no field takes nothing from the style sheet but colours.
        self.setItemDelegate(QStyledItemDelegate(self))

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()
