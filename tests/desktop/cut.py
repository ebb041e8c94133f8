"""Finds texts that do not fit the widgets they are shown in."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

from desktop.widgets.texts import ElidedLabel

SLACK = 1
"Pixels that rounding may take."


def cut_texts(widget: QWidget) -> list[str]:
    """The texts of visible labels and buttons inside that are cut; lay the widget out before.

    Labels that shorten their text by themselves, and tell the whole in a tooltip, are left out.
    """
    return [
        f"{type(child).__name__} {child.size().toTuple()}: {child.text()}"
        for child in widget.findChildren(QWidget)
        if isinstance(child, QLabel | QAbstractButton)
        and child.isVisibleTo(widget)
        and child.text()
        and _is_cut(child)
    ]


def _is_cut(widget: QLabel | QAbstractButton) -> bool:
    if isinstance(widget, ElidedLabel):
        return False
    if isinstance(widget, QAbstractButton):
        needed = widget.sizeHint()
        return widget.width() + SLACK < needed.width() or widget.height() + SLACK < min(
            needed.height(), widget.minimumSizeHint().height() or needed.height()
        )
    metrics = widget.fontMetrics()
    room = widget.contentsRect()
    flags = int(Qt.TextFlag.TextWordWrap) if widget.wordWrap() else 0
    needs = metrics.boundingRect(QRect(0, 0, max(room.width(), 1), 100_000), flags, widget.text())
    too_wide = metrics.boundingRect(QRect(), 0, widget.text()).width() > room.width() + SLACK
    if widget.wordWrap():
        too_wide = needs.width() > room.width() + SLACK
    return too_wide or needs.height() > room.height() + SLACK
