"""Qt hands the addresses to a handler of ours instead of the desktop's programs."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices

from desktop.system.browser import open_folder, open_url


class Desktop(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        self.opened.append(url.toString())


@pytest.fixture
def desktop(qapp: object) -> Iterator[Desktop]:
    desktop = Desktop()
    schemes = ("http", "https", "file", "mailto", "javascript")
    for scheme in schemes:
        # The stub says bytes; the binding takes only str.
        QDesktopServices.setUrlHandler(scheme, desktop, "open")  # type: ignore[arg-type]
    yield desktop
    for scheme in schemes:
        QDesktopServices.unsetUrlHandler(scheme)


def test_web_pages_are_opened(desktop: Desktop) -> None:
    pages = ["https://aistudio.google.com/apikey", "http://127.0.0.1:8123/authorize?state=a%26b"]
    assert all(open_url(page) for page in pages)
    assert desktop.opened == pages


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "javascript:alert(1)", "mailto:a@b", "https:///x", "x", ""]
)
def test_nothing_but_a_web_page_is_opened(url: str, desktop: Desktop) -> None:
    assert not open_url(url)
    assert desktop.opened == []


def test_a_folder_is_shown_if_it_is_there(desktop: Desktop, tmp_path: Path) -> None:
    folder = tmp_path / "my data"
    assert not open_folder(folder)
    folder.mkdir()
    assert open_folder(folder)
    assert desktop.opened == [QUrl.fromLocalFile(str(folder)).toString()]


def test_a_frozen_pollux_gives_the_browser_the_system_s_library_path(
    desktop: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setenv("LD_LIBRARY_PATH", "/opt/pollux/_internal")
    monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", "/usr/local/lib")
    open_url("https://example.com")
    assert os.environ["LD_LIBRARY_PATH"] == "/usr/local/lib"
    assert "LD_LIBRARY_PATH_ORIG" not in os.environ
