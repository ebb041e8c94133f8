"""The real tray application with a hand on it: `python -m tests.desktop.remote ARGUMENTS`.

Nothing of the program is replaced. Orders come in as lines of JSON on standard input, an answer
for each goes out on standard output; what is clicked is found as a person finds it, by its words.
"""

import asyncio
import json
import sys
import threading
import traceback
from collections.abc import Iterator
from typing import Any

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QAccessible, QAction, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QTableView,
    QTextEdit,
    QWidget,
)

from desktop.app import run
from desktop.shell import Shell
from desktop.tasks import spawn

LEFT = Qt.MouseButton.LeftButton


def name_of(widget: QWidget) -> str:
    """What a screen reader says."""
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name)


def shown(kind: type[QWidget] = QWidget) -> Iterator[Any]:
    """Widgets that a person sees; of the dialog on top where there is one."""
    modal = QApplication.activeModalWidget()
    for top in [modal] if modal is not None else QApplication.topLevelWidgets():
        if top.isVisible():
            yield from (widget for widget in top.findChildren(kind) if widget.isVisible())


class Hand:
    """Does what the orders say."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def obey(self, order: dict[str, Any]) -> Any:
        match order:
            case {"click": words}:
                return self._click(words)
            case {"type": text, "into": words}:
                return self._type(text, words)
            case {"menu": words}:
                return self._menu(words)
            case {"look": _}:
                return list(self._texts())
            case {"clipboard": _}:
                return QGuiApplication.clipboard().text()
            case {"tray": _}:
                return self._shell.tray.available
            case {"picture": path}:
                return self._shell.window.grab().save(path)
            case _:
                return None

    def _click(self, words: str) -> bool:
        for view in shown(QAbstractItemView):
            if self._click_item(view, words):
                return True
        for button in shown(QAbstractButton):
            if words in (button.text().replace("&", ""), name_of(button)) and button.isEnabled():
                QTest.mouseClick(button, LEFT)
                return True
        return False

    @staticmethod
    def _click_item(view: QAbstractItemView, words: str) -> bool:
        model = view.model()
        for row in range(model.rowCount()):
            index = model.index(row, 0)
            if str(index.data() or "") == words:
                QTest.mouseClick(view.viewport(), LEFT, pos=view.visualRect(index).center())
                return True
        return False

    @staticmethod
    def _type(text: str, words: str) -> bool:
        for kind in (QLineEdit, QPlainTextEdit, QTextEdit):
            for field in shown(kind):
                if words == name_of(field):
                    QTest.mouseClick(field, LEFT)
                    QTest.keyClicks(field, text)
                    return True
        return False

    def _menu(self, words: str) -> bool:
        """Opens the tray's menu and clicks an entry."""
        menu: QMenu = self._shell.tray.menu
        menu.popup(QPoint(10, 10))
        action = next((one for one in menu.actions() if self._says(one, words)), None)
        if action is None or not action.isEnabled():
            menu.close()
            return False
        QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())
        return True

    @staticmethod
    def _says(action: QAction, words: str) -> bool:
        return action.isVisible() and action.text().replace("&", "") == words

    @staticmethod
    def _texts() -> Iterator[str]:
        for label in shown(QLabel):
            yield label.text()
        for button in shown(QAbstractButton):
            yield button.text() or name_of(button)
        for view in shown(QAbstractItemView):
            model = view.model()
            if model is None:
                continue
            columns = view.horizontalHeader().count() if isinstance(view, QTableView) else 1
            for row in range(min(model.rowCount(), 100)):
                cells = (model.index(row, column).data() for column in range(columns))
                yield " | ".join(str(cell) for cell in cells if cell is not None)


async def obey(hand: Hand) -> None:
    """Takes orders until standard input ends. Reading them must not keep the program alive."""
    loop, orders = asyncio.get_running_loop(), asyncio.Queue[str]()

    def read() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(orders.put_nowait, line)

    threading.Thread(target=read, daemon=True).start()
    while True:
        order = json.loads(await orders.get())
        try:
            answer = hand.obey(order)
        except Exception:  # noqa: BLE001 - whoever gave the order has to see it
            answer = traceback.format_exc()
        print(json.dumps(answer), flush=True)


def main() -> int:
    def make_shell(*given: Any, **named: Any) -> Shell:
        shell = Shell(*given, **named)
        QTimer.singleShot(0, lambda: spawn(obey(Hand(shell)), name="obey"))
        return shell

    return run(sys.argv[1:], make_shell)


if __name__ == "__main__":
    sys.exit(main())
