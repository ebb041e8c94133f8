"""Puts text on the clipboard, and marks a secret so that clipboard histories leave it out.

The marks: `x-kde-passwordManagerHint` (Klipper and others on Linux) and Microsoft's three formats
for the history and the cloud clipboard. macOS has one too, org.nspasteboard.ConcealedType, but Qt
sets such a type only through QUtiMimeConverter, which PySide6 does not offer.
Sources: https://learn.microsoft.com/windows/win32/dataxchg/clipboard-formats (cloud clipboard),
https://doc.qt.io/qt-6/qmimedata.html (the Windows-specific mime types).
"""

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

_NO = bytes(4)
"A DWORD of zero: not allowed."

SECRET_MARKS = {
    "x-kde-passwordManagerHint": b"secret",
    'application/x-qt-windows-mime;value="ExcludeClipboardContentFromMonitorProcessing"': _NO,
    'application/x-qt-windows-mime;value="CanIncludeInClipboardHistory"': _NO,
    'application/x-qt-windows-mime;value="CanUploadToCloudClipboard"': _NO,
}
"Mime type to content; each system reads those it knows."


def copy(text: str, *, secret: bool) -> None:
    """Make this text what the next paste inserts."""
    QGuiApplication.clipboard().setMimeData(content_of(text, secret=secret))


def content_of(text: str, *, secret: bool) -> QMimeData:
    """A text as clipboards take it."""
    content = QMimeData()
    content.setText(text)
    if secret:
        for mime_type, mark in SECRET_MARKS.items():
            content.setData(mime_type, mark)
    return content
