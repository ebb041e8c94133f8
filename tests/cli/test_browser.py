"""Opening the owner's browser."""

import os
import sys

import pytest

from proxy_core.cli import browser
from proxy_core.cli.browser import DISPLAYS, open_browser


@pytest.mark.skipif(sys.platform != "linux", reason="the rule is Linux's")
def test_without_a_display_no_browser_takes_the_terminal_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in DISPLAYS:
        monkeypatch.delenv(name, raising=False)
    assert not open_browser("http://127.0.0.1:1/")


@pytest.mark.parametrize("original", [None, "/usr/lib/own"])
def test_a_bundled_programs_libraries_are_not_the_browsers(
    monkeypatch: pytest.MonkeyPatch, original: str | None
) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", "/tmp/bundle")
    monkeypatch.delenv("LD_LIBRARY_PATH_ORIG", raising=False)
    if original is not None:
        monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", original)
    browser._restore("LD_LIBRARY_PATH")
    assert os.environ.get("LD_LIBRARY_PATH") == original
