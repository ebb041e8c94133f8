"""The main window: sidebar, pages, what there is to know at the top, a short word at the foot."""

from desktop.window.main_window import MainWindow

__all__ = ["MainWindow"]
