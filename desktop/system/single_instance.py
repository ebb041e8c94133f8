"""One window for each data folder: a second start raises the first one's window and ends.

A start may also ask the first one to quit: so a setup gets at its files.

A lock file decides who is first, because only that has no race: of those who connect first and
listen when nobody answers, two can win. The local socket only carries the wish to be shown. Both
are named after the data folder, so that portable copies with their own data run side by side.
A killed program leaves both files behind, and the next start takes them over.

It protects no data: the engine locks its data folder itself.
"""

import contextlib
import ctypes
import hashlib
import json
import logging
import os
import sys
from enum import StrEnum
from pathlib import Path
from tempfile import gettempdir

from PySide6.QtCore import QDeadlineTimer, QLockFile, QObject, QThread, QTimer, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_log = logging.getLogger(__name__)

ANSWER_MS = 2_000
"How long a second start waits for the first one, and the first one for a caller's message."

_RETRY_MS = 50
_LONGEST_MESSAGE_BYTES = 4_096
_LONGEST_ADDRESS_BYTES = 100
"Of a local socket: 104 on macOS and 108 on Linux, with the end."
_ANSWERS = {"show": b"shown\n", "quit": b"quitting\n"}
"By what was asked."


class Claim(StrEnum):
    """What became of this start."""

    PRIMARY = "primary"
    "We are the first; others will come to us."

    HANDED_OVER = "handed_over"
    "Another one runs and shows its window now; this one has nothing left to do."

    SILENT = "silent"
    "Another one holds the lock and does not answer; `holder` is its process id where known."


class SingleInstance(QObject):
    """Claims a data folder for this process; must live as long as the window does."""

    raised = Signal(str)
    "Somebody started Pollux again; carries the desktop's activation token, or an empty string."
    quit_asked = Signal()
    "A setup wants to exchange the program's files, or to remove them."

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.holder: int | None = None
        self._lock: QLockFile | None = None
        self._server = QLocalServer(self)
        # Only the same user may connect.
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._welcome)

    def claim(self, folder: Path, patience_ms: int = ANSWER_MS) -> Claim:
        """Become the first for this data folder, or have the first one show its window.

        Blocks for patience_ms at most, so it belongs before the event loop.
        """
        self._lock, address = _lock_and_address(folder)
        deadline = QDeadlineTimer(patience_ms)
        while not self._lock.tryLock(0):
            if self._lock.error() != QLockFile.LockError.LockFailedError:
                # Nowhere to write: the window that opens says so better than we can.
                _log.warning(
                    "cannot tell whether Pollux runs already: no %s", self._lock.fileName()
                )
                return Claim.PRIMARY
            if _ask("show", address, deadline):
                return Claim.HANDED_OVER
            if deadline.hasExpired():
                self.holder = self._lock.getLockInfo()[0] or None
                return Claim.SILENT
            # The first one may be just starting to listen, or just ending.
            QThread.msleep(_RETRY_MS)
        self._listen(address)
        return Claim.PRIMARY

    def hear_no_more(self) -> None:
        """The program is ending: a second start waits for its end instead of raising it."""
        self._server.close()

    def release(self) -> None:
        """Let the next start be the first; for the end of the program."""
        self._server.close()
        if self._lock is not None:
            self._lock.unlock()

    def _listen(self, address: str) -> None:
        QLocalServer.removeServer(address)  # what a killed program left behind
        if not self._server.listen(address):
            # Pollux works without; only a second start cannot raise our window.
            _log.warning("no second start can reach this one: %s", self._server.errorString())

    def _welcome(self) -> None:
        while (caller := self._server.nextPendingConnection()) is not None:
            caller.disconnected.connect(caller.deleteLater)
            caller.readyRead.connect(lambda caller=caller: self._hear(caller))
            QTimer.singleShot(ANSWER_MS, caller, caller.abort)
            self._hear(caller)  # it may have spoken before we connected

    def _hear(self, caller: QLocalSocket) -> None:
        if not caller.canReadLine():
            if caller.bytesAvailable() > _LONGEST_MESSAGE_BYTES:
                caller.abort()
            return
        match _wish(bytes(caller.readLine(_LONGEST_MESSAGE_BYTES).data())):
            case {"cmd": "show", "token": str(token)}:
                self._answer(caller, "show")
                self.raised.emit(token)
            case {"cmd": "quit"}:
                self._answer(caller, "quit")
                self.quit_asked.emit()
            case _:
                caller.abort()

    @staticmethod
    def _answer(caller: QLocalSocket, wish: str) -> None:
        caller.write(_ANSWERS[wish])
        caller.disconnectFromServer()


def end_running(folder: Path, patience_ms: int) -> bool:
    """Has the Pollux of this data folder quit, if one runs; whether none runs any more.

    Blocks for patience_ms at most: it answers its running requests first.
    """
    if not folder.is_dir():
        return True  # nobody ever ran, and asking leaves nothing behind
    lock, address = _lock_and_address(folder)
    deadline = QDeadlineTimer(patience_ms)
    asked = False
    while not lock.tryLock(0):
        if lock.error() != QLockFile.LockError.LockFailedError:
            return True
        asked = asked or _ask("quit", address, deadline)
        if deadline.hasExpired():
            return False
        QThread.msleep(_RETRY_MS)
    lock.unlock()
    return True


def _lock_and_address(folder: Path) -> tuple[QLockFile, str]:
    """What decides who is first for this data folder, and where the first one listens."""
    runtime = _runtime_folder(folder)
    name = f"pollux-{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]}"
    lock = QLockFile(str(runtime / f"{name}.lock"))
    lock.setStaleLockTime(0)  # a lock is stale when its process is gone, never by age
    # A pipe on Windows has a name, a socket elsewhere has a path.
    return lock, name if sys.platform == "win32" else _socket_path(runtime, name)


def _runtime_folder(data_folder: Path) -> Path:
    """Where locks and sockets of this session belong; the data folder where no place is named."""
    named = os.environ.get("XDG_RUNTIME_DIR")
    if named and Path(named).is_dir():
        return Path(named)
    with contextlib.suppress(OSError):
        data_folder.mkdir(parents=True, exist_ok=True)
    return data_folder


def _socket_path(runtime: Path, name: str) -> str:
    """A path that is not too long for a socket's address."""
    wanted = str(runtime / f"{name}.socket")
    if len(os.fsencode(wanted)) <= _LONGEST_ADDRESS_BYTES:
        return wanted
    return str(Path(gettempdir()) / f"{name}.socket")


def _ask(wish: str, address: str, deadline: QDeadlineTimer) -> bool:
    """Whether the first one answered that it does so."""
    socket = QLocalSocket()
    socket.connectToServer(address)
    if not socket.waitForConnected(_left(deadline)):
        return False
    _let_it_come_forward()
    token = os.environ.get("XDG_ACTIVATION_TOKEN", "")
    socket.write(json.dumps({"cmd": wish, "token": token}).encode() + b"\n")
    while not socket.canReadLine():
        if not socket.waitForReadyRead(_left(deadline)):
            return False
    return bytes(socket.readLine().data()) == _ANSWERS[wish]


def _left(deadline: QDeadlineTimer) -> int:
    return max(0, deadline.remainingTime())


def _let_it_come_forward() -> None:
    """Windows lets only the program in front hand the front to another."""
    if sys.platform == "win32":
        any_process = -1
        ctypes.windll.user32.AllowSetForegroundWindow(any_process)


def _wish(message: bytes) -> object:
    """The JSON of a caller's message; None where it is none."""
    try:
        return json.loads(message)
    except ValueError:
        return None
