"""The tools that can be connected, as the page asks for them, and the list to choose from."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Protocol

from PySide6.QtCore import (
    QT_TRANSLATE_NOOP,
    QCoreApplication,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from desktop.look import icons
from desktop.look.metrics import XS, M, S
from desktop.look.theme import Theme
from desktop.widgets.fields import SearchField
from desktop.widgets.texts import label, scaled_font
from proxy_core import api
from proxy_core.api import Address, Applied, Folders, Guide, Tool

_ID = Qt.ItemDataRole.UserRole
_SET_UP = Qt.ItemDataRole.UserRole + 1

_KINDS: Final[Mapping[str, object]] = {
    "ide": QT_TRANSLATE_NOOP("Connect", "Editors"),
    "cli": QT_TRANSLATE_NOOP("Connect", "Command line"),
    "sdk": QT_TRANSLATE_NOOP("Connect", "Libraries"),
    "app": QT_TRANSLATE_NOOP("Connect", "Programs"),
}


class Connect(Protocol):
    """What the page needs, with paths as people write them; all but `tools` block."""

    def tools(self) -> tuple[Tool, ...]: ...

    def guide(self, tool_id: str, address: Address) -> Guide: ...

    def status(self, tool_id: str, address: Address) -> Applied:
        """Raises ConnectFailed."""

    def apply(self, tool_id: str, address: Address) -> Applied:
        """Raises ConnectFailed."""

    def undo(self, tool_id: str) -> Applied:
        """Raises ConnectFailed."""


class ToolFiles:
    """Implements Connect with the settings files in some folders."""

    def __init__(self, folders: Folders) -> None:
        self._folders = folders

    def tools(self) -> tuple[Tool, ...]:
        return api.tools()

    def guide(self, tool_id: str, address: Address) -> Guide:
        return api.snippets(tool_id, address, self._folders)

    def status(self, tool_id: str, address: Address) -> Applied:
        return self._as_shown(api.status(tool_id, self._folders, address))

    def apply(self, tool_id: str, address: Address) -> Applied:
        return self._as_shown(api.apply(tool_id, self._folders, address))

    def undo(self, tool_id: str) -> Applied:
        return self._as_shown(api.undo(tool_id, self._folders))

    def _as_shown(self, applied: Applied) -> Applied:
        """With paths as people write them, as the guides have them."""
        path, backup = applied.path, applied.backup
        return Applied(
            applied.state,
            self._folders.shown(Path(path)) if path else "",
            self._folders.shown(Path(backup)) if backup else None,
        )


class ToolList(QWidget):
    """A search field, and the tools by kind; those that are set up have a check mark."""

    chosen = Signal(str)
    "Id of a tool."

    def __init__(self, theme: Theme, tools: tuple[Tool, ...]) -> None:
        super().__init__()
        inner = QVBoxLayout(self)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(S)
        self.search = SearchField(self.tr("Search tools"))
        self.search.textChanged.connect(self._filter)
        inner.addWidget(self.search)
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Tools"))
        self.list.setItemDelegate(_ToolDelegate(theme, self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setMouseTracking(True)
        theme.changed.connect(self.list.viewport().update)
        inner.addWidget(self.list, 1)
        self.none = label(self.tr("No tool is called like that. Any other takes the last guide."))
        self.none.setWordWrap(True)
        self.none.hide()
        inner.addWidget(self.none)
        self._fill(tools)
        self.list.currentItemChanged.connect(self._tell)
        self.search.returnPressed.connect(self.list.setFocus)

    def choose(self, tool_id: str) -> None:
        for item in self._items():
            if item.data(_ID) == tool_id:
                self.list.setCurrentItem(item)

    def mark(self, tool_id: str, *, set_up: bool) -> None:
        """Shows whether a tool is set up."""
        for item in self._items():
            if item.data(_ID) == tool_id:
                item.setData(_SET_UP, set_up)
                said = self.tr("{tool}, set up").format(tool=item.text())
                role = Qt.ItemDataRole.AccessibleTextRole
                item.setData(role, said if set_up else item.text())

    def _items(self) -> list[QListWidgetItem]:
        return [self.list.item(at) for at in range(self.list.count())]

    def _fill(self, tools: tuple[Tool, ...]) -> None:
        for kind, title in _KINDS.items():
            of_kind = [tool for tool in tools if tool.kind == kind]
            if not of_kind:
                continue
            heading = QListWidgetItem(QCoreApplication.translate("Connect", str(title)), self.list)
            heading.setFlags(Qt.ItemFlag.NoItemFlags)
            for tool in of_kind:
                item = QListWidgetItem(tool.name, self.list)
                item.setData(_ID, tool.id)

    def _filter(self) -> None:
        """Hides what does not match, and the headings that nothing is left under."""
        wanted = self.search.text().strip().casefold()
        below = 0
        for item in reversed(self._items()):
            if item.data(_ID) is None:
                item.setHidden(below == 0)
                below = 0
            else:
                matches = wanted in item.text().casefold()
                item.setHidden(not matches)
                below += matches
        first = next((one for one in self._items() if one.data(_ID) and not one.isHidden()), None)
        self.none.setVisible(first is None)
        chosen = self.list.currentRow()
        if first is not None and (chosen < 0 or self.list.item(chosen).isHidden()):
            self.list.setCurrentItem(first)

    def _tell(self, item: QListWidgetItem | None) -> None:
        if item is not None and item.data(_ID):
            self.chosen.emit(item.data(_ID))


class _ToolDelegate(QStyledItemDelegate):
    """Draws headings small, and the tool that is shown on the soft ground of the accent."""

    def __init__(self, theme: Theme, parent: QListWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        height = option.fontMetrics.height()
        return QSize(0, height + (S + M if index.data(_ID) else M))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        tokens = self._theme.tokens
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = option.rect.adjusted(1, 1, -1, -1)
        is_tool = bool(index.data(_ID))
        selected = bool(option.state & QStyle.StateFlag.State_Selected) and is_tool
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver) and is_tool
        if selected or hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.accent_soft if selected else tokens.sunken))
            painter.drawRoundedRect(room, 8, 8)
        if selected and option.state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QColor(tokens.accent))
            painter.drawRoundedRect(QRectF(room).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        self._write(painter, option, index, room, selected=selected)
        painter.restore()

    def _write(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
        room: QRect,
        *,
        selected: bool,
    ) -> None:
        tokens = self._theme.tokens
        is_tool = bool(index.data(_ID))
        painter.setFont(scaled_font("body" if is_tool else "caption", strong=selected))
        colour = tokens.accent_text if selected else tokens.text if is_tool else tokens.faint
        painter.setPen(QColor(colour))
        inner = room.adjusted(M if is_tool else XS, 0, -S, 0)
        if index.data(_SET_UP):
            mark = QRect(inner.right() - 16, inner.center().y() - 7, 15, 15)
            place = QStyle.visualRect(option.direction, room, mark)
            icons.draw(painter, "check", tokens.ok.strong, QRectF(place))
            inner.setRight(mark.left() - XS)
        place = QStyle.visualRect(option.direction, room, inner)
        leading = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
        flags = QStyle.visualAlignment(option.direction, leading)
        if not is_tool:
            flags = QStyle.visualAlignment(
                option.direction, Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignBottom
            )
        text = painter.fontMetrics().elidedText(
            str(index.data()), Qt.TextElideMode.ElideRight, place.width()
        )
        painter.drawText(place, int(flags), text)
