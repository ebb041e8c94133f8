"""Whether somebody can look at a widget. Not here: what it does meanwhile."""

from PySide6.QtWidgets import QWidget


def is_seen(widget: QWidget) -> bool:
    """Shown, and not in a minimised window, in which Qt calls it visible all the same."""
    return widget.isVisible() and not widget.window().isMinimized()
