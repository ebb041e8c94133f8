"""What a screen reader hears of widgets."""

from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QSlider,
    QTextEdit,
    QWidget,
)

from desktop.widgets.chart import Chart

INTERACTIVE = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QSlider,
    QTextEdit,
    Chart,
)
PARTS_OF = (QAbstractItemView, QAbstractSpinBox, QComboBox)
"What Qt puts into these has no name of its own."


def name_of(widget: QWidget) -> str:
    """The name that the screen reader tells."""
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name).strip()


def nameless(widget: QWidget) -> list[str]:
    """The interactive widgets inside that have no name, each with the way to it."""
    return [
        _path(child, widget)
        for child in widget.findChildren(QWidget)
        if isinstance(child, INTERACTIVE) and not _is_part(child) and not name_of(child)
    ]


def unexplained(widget: QWidget) -> list[str]:
    """The buttons inside that show an icon alone and no tooltip."""
    return [
        _path(child, widget)
        for child in widget.findChildren(QAbstractButton)
        if not (child.text() or child.toolTip() or child.findChild(QLabel) or _is_part(child))
    ]


def _is_part(widget: QWidget) -> bool:
    if widget.objectName().startswith("qt_"):
        return True
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, PARTS_OF) and not isinstance(parent.parentWidget(), PARTS_OF):
            return True
        parent = parent.parentWidget()
    return False


def _path(widget: QWidget, root: QWidget) -> str:
    names = []
    current: QWidget | None = widget
    while current is not None and current is not root:
        names.append(type(current).__name__)
        current = current.parentWidget()
    return " < ".join(names)
