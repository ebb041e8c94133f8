"""A layout that sets things side by side and begins a new line where there is no more room."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QStyle, QWidget


class Flow(QLayout):
    """From the reading side on; what stands in one line is centred in it."""

    def __init__(
        self, across: int, parent: QWidget | None = None, *, down: int | None = None
    ) -> None:
        """across: between things; down: between lines, where that is another."""
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._down = across if down is None else down
        self.setSpacing(across)
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    def sizeHint(self) -> QSize:
        hints = [item.sizeHint() for item in self._shown()]
        width = sum(hint.width() for hint in hints) + self.spacing() * max(len(hints) - 1, 0)
        return QSize(width, max((hint.height() for hint in hints), default=0))

    def minimumSize(self) -> QSize:
        least = QSize(0, 0)
        for item in self._shown():
            least = least.expandedTo(item.minimumSize())
        return least

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _arrange(self, rect: QRect, *, move: bool) -> int:
        """Returns the height that is needed."""
        top = 0
        for line in self._lines(rect.width()):
            height = max(size.height() for _, size in line)
            if move:
                self._place(line, QRect(rect.left(), rect.top() + top, rect.width(), height))
            top += height + self._down
        return max(top - self._down, 0)

    def _lines(self, width: int) -> list[list[tuple[QLayoutItem, QSize]]]:
        """What stands in each line, and how large."""
        lines: list[list[tuple[QLayoutItem, QSize]]] = []
        taken = 0
        for item in self._shown():
            size = item.sizeHint()
            size.setWidth(min(size.width(), max(width, 0)))
            if not lines or taken + self.spacing() + size.width() > width:
                lines.append([])
                taken = -self.spacing()
            lines[-1].append((item, size))
            taken += self.spacing() + size.width()
        return lines

    def _place(self, line: list[tuple[QLayoutItem, QSize]], rect: QRect) -> None:
        parent = self.parentWidget()
        direction = parent.layoutDirection() if parent else Qt.LayoutDirection.LeftToRight
        left = rect.left()
        for item, size in line:
            above = (rect.height() - size.height()) // 2
            place = QRect(QPoint(left, rect.top() + above), size)
            item.setGeometry(QStyle.visualRect(direction, rect, place))
            left += size.width() + self.spacing()
