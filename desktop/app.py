"""The tray application: Qt's application object, the loop, and the way out.

`QApplication.quit` ends Qt's loop under qasync's feet, so a wish to quit (Ctrl-Q, the end of the
session, a signal) only sets an event; the shell then stops the engine and returns.
"""

import asyncio
import signal
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import qasync
from PySide6.QtCore import QCoreApplication, QEvent, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from desktop import tasks, translation
from desktop.collecting import Collector
from desktop.look.theme import Theme
from desktop.remembered import mode_of, remembered
from desktop.shell import Shell
from desktop.sources import OwnerSources
from desktop.system import resources
from desktop.system.autostart import autostart
from desktop.system.single_instance import Claim, SingleInstance, end_running
from proxy_core.api import parse_arguments

PATIENCE_MS = 12_000
"For another Pollux that is about to end: it may be answering its last requests."
PATIENCE_FOR_QUIT_MS = 20_000
"For one that was asked to quit just now."
THREADS = 4
"For what blocks: reading settings, files of tools, the entry for start at login."
APP_ID = "io.github.pollux_proxy.Pollux"
"Name of the desktop entry, and of the taskbar's group on Windows."


class Application(QApplication):
    """Turns every wish to quit into a signal, until the shell has ended."""

    quit_asked = Signal()

    def __init__(self, arguments: Sequence[str]) -> None:
        super().__init__(list(arguments))
        self.ending = False
        "Whether the shell has ended, so that Qt may quit."

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Quit and not self.ending:
            event.ignore()
            self.quit_asked.emit()
            return True
        return super().event(event)


def run(argv: Sequence[str], make_shell: Callable[..., Shell] = Shell) -> int:
    """Runs the tray application until it is quit; returns the exit code.

    make_shell: what drives it makes its own; it takes what Shell takes.
    """
    arguments = parse_arguments(argv)
    sources = OwnerSources(arguments)
    if arguments.quit:
        return quit_running(sources)
    sources.set_up_log()
    app = make_application()
    instance = SingleInstance()
    demo = arguments.command == "demo"
    # One that holds the folder but does not answer: the window that opens says so.
    if not demo and instance.claim(sources.data_folder(), PATIENCE_MS) is Claim.HANDED_OVER:
        return 0
    kept = remembered(sources.settings_file)
    theme = Theme(app, mode_of(kept))
    with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner:
        shell = make_shell(
            theme,
            sources,
            kept,
            autostart=autostart(),
            demo=demo,
            background=arguments.background,
        )
        instance.raised.connect(lambda _token: shell.show_window())
        instance.quit_asked.connect(shell.ask_quit)
        shell.ending.connect(instance.hear_no_more)
        runner.run(serve(app, shell))
        instance.release()
    return 0


def quit_running(sources: OwnerSources) -> int:
    """Ends the tray application that runs, if one does; 1 if it would not end."""
    _application = QCoreApplication([])  # sockets want one
    return 0 if end_running(sources.data_folder(), PATIENCE_FOR_QUIT_MS) else 1


def make_application() -> Application:
    """The application object, with its names set before Qt reads them."""
    QApplication.setApplicationName("pollux")
    QApplication.setApplicationDisplayName("Pollux")
    QApplication.setDesktopFileName(APP_ID)
    QApplication.setHighDpiScaleFactorRoundingPolicy(
        Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
    )
    _name_taskbar_group()
    app = Application(["pollux"])
    app.setQuitOnLastWindowClosed(False)
    app.setWindowIcon(QIcon(str(resources.path("icon.svg"))))
    translation.install(app)
    return app


def _name_taskbar_group() -> None:
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - a platform's own

        ctypes.windll.shell32.SetCurrentProcessExplicitAppUserModelID(APP_ID)


async def serve(app: Application, shell: Shell) -> None:
    """Runs the shell until it is quit, and lets Qt end then."""
    app.quit_asked.connect(shell.ask_quit)
    _on_signals(shell)
    # Qt's threads, which qasync would take, are ten at once; nearly nothing is asked of them.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS, "window"))
    collector = Collector()
    try:
        await shell.run()
    finally:
        collector.stop()
        await tasks.cancel_all()
        app.ending = True


def _on_signals(shell: Shell) -> None:
    if sys.platform == "win32":  # its loops take none; closing the console ends the process
        return
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, shell.ask_quit)
