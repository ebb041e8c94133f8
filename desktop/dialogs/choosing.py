"""Asks for a file with the system's own dialog, without blocking."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget


def choose_files(
    parent: QWidget,
    title: str,
    filters: list[str],
    taken: Callable[[list[Path]], None],
    *,
    several: bool,
) -> QFileDialog:
    """filters: as Qt has them, e.g. `Credentials (*.json *.txt)`; taken: gets what was chosen."""
    dialog = QFileDialog(parent, title)
    dialog.setFileMode(
        QFileDialog.FileMode.ExistingFiles if several else QFileDialog.FileMode.ExistingFile
    )
    dialog.setNameFilters(filters)
    return _open(dialog, taken)


def choose_place(
    parent: QWidget, title: str, name: str, taken: Callable[[list[Path]], None]
) -> QFileDialog:
    """Where to write; the system asks before a file is replaced. name: what is proposed."""
    dialog = QFileDialog(parent, title)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.selectFile(name)
    return _open(dialog, taken)


def _open(dialog: QFileDialog, taken: Callable[[list[Path]], None]) -> QFileDialog:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.filesSelected.connect(lambda chosen: taken([Path(name) for name in chosen]))
    dialog.open()
    return dialog
