"""Opens the owner's browser on a page of Google's, where there is one to open."""

import os
import sys
import threading
import webbrowser

DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
"Without one of these, Linux has only browsers that would take the terminal over."


def open_browser(url: str) -> bool:
    """Whether a browser could be there; it is started beside, since some start slowly."""
    if sys.platform == "linux" and not any(os.environ.get(name) for name in DISPLAYS):
        return False
    if getattr(sys, "frozen", False):
        # A bundled program's libraries are not the browser's.
        # https://pyinstaller.org/en/stable/common-issues-and-pitfalls.html
        _restore("LD_LIBRARY_PATH")
    threading.Thread(target=webbrowser.open, args=(url,), name="browser", daemon=True).start()
    return True


def _restore(variable: str) -> None:
    original = os.environ.pop(f"{variable}_ORIG", None)
    if original is None:
        os.environ.pop(variable, None)
    else:
        os.environ[variable] = original
