"""Opens web pages and our own folders with the programs that the user has chosen for them."""

import os
import sys
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices


def open_url(url: str) -> bool:
    """Show a web page in the browser; False where that is impossible or it is not a web page.

    True means that a browser was started, not that it shows the page: offer the link as well.
    """
    page = QUrl(url, QUrl.ParsingMode.StrictMode)
    if page.scheme() not in ("http", "https") or not page.host():
        return False
    return _open(page)


def open_file(file: Path) -> bool:
    """Show a file of ours in the program for its kind; False where that is impossible."""
    return file.is_file() and _open(QUrl.fromLocalFile(str(file)))


def open_folder(folder: Path) -> bool:
    """Show a folder of ours in the file manager; False where that is impossible."""
    return folder.is_dir() and _open(QUrl.fromLocalFile(str(folder)))


def _open(target: QUrl) -> bool:
    _give_back_library_path()
    return QDesktopServices.openUrl(target)


def _give_back_library_path() -> None:
    """Spare the programs we start the libraries that PyInstaller put before the system's.

    The loader has read the variable when we started, so we do not need it any more.
    Source: https://pyinstaller.org/en/stable/common-issues-and-pitfalls.html
    """
    if not getattr(sys, "frozen", False):
        return
    before = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
    if before is not None:
        os.environ["LD_LIBRARY_PATH"] = before
    elif sys.platform == "linux":
        os.environ.pop("LD_LIBRARY_PATH", None)
