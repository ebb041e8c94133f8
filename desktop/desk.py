"""What all pages and dialogs share, made once at the start of the program."""

from collections.abc import Callable
from dataclasses import dataclass

from desktop.bridge import Bridge
from desktop.figures.figures import Figures
from desktop.figures.in_line import InLine
from desktop.life import Life
from desktop.look.theme import Theme
from desktop.updates import Updates


@dataclass(frozen=True, slots=True)
class Desk:
    """Per process."""

    bridge: Bridge
    life: Life
    theme: Theme
    figures: Figures
    in_line: InLine
    updates: Updates
    copy: Callable[[str, bool], None]
    "Puts a text on the clipboard; True: it is a secret, and marked so."
    open_url: Callable[[str], bool]
    "Opens an address in the owner's browser; whether that worked."
    toast: Callable[[str], None]
    "A short word at the foot of the window."
