"""The log: one line per exchange, written off the loop, without secrets.

Records are put into lines by the thread that logs and written by one thread of its own, in
batches, since a slow terminal or disk must not hold up a stream. Every line passes the
redaction, for error texts of Google and tracebacks alike.
"""

import atexit
import logging
import queue
import re
import sys
import threading
from typing import TextIO

from proxy_core.redaction import redact

FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
BATCH_S = 0.05
BACKLOG = 10_000
"Lines that may wait for a slow receiver; further ones are dropped and counted."


_UNPRINTABLE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class RedactingFormatter(logging.Formatter):
    """Formats a record and takes secrets out of the result.

    Further lines of a record are indented and control characters escaped: what a client or
    Google sent can look neither like a line of its own nor like an order to the terminal.
    """

    def format(self, record: logging.LogRecord) -> str:
        text = redact(super().format(record)).replace("\n", "\n    ")
        return _UNPRINTABLE.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode()


class BatchHandler(logging.Handler):
    """Hands finished lines to a thread that writes them."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._dropped = 0
        self._thread = threading.Thread(target=self._write, name="log", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    def emit(self, record: logging.LogRecord) -> None:
        if self._lines.qsize() >= BACKLOG:
            self._dropped += 1
            return
        try:
            self._lines.put(self.format(record))
        except Exception:  # noqa: BLE001 - logging's own rule: a broken record must not break the caller
            self.handleError(record)

    def close(self) -> None:
        if self._thread.is_alive():
            self._lines.put(None)
            self._thread.join(timeout=2.0)
        super().close()

    def _write(self) -> None:
        ended = False
        while not ended:
            line = self._lines.get()
            batch: list[str] = []
            while line is not None:
                batch.append(line)
                if self._lines.empty():
                    break
                line = self._lines.get()
            ended = line is None
            if self._dropped:
                batch.append(f"{self._dropped} log lines were dropped: the receiver is too slow")
                self._dropped = 0
            self._put_out(batch)
            if not ended:
                threading.Event().wait(BATCH_S)

    def _put_out(self, batch: list[str]) -> None:
        if not batch:
            return
        try:
            self._stream.write("\n".join(batch) + "\n")
            self._stream.flush()
        except (OSError, ValueError):
            pass  # a closed terminal or full disk: there is nowhere left to say so


def set_up(level: str, stream: TextIO | None = None) -> logging.Handler:
    """Sends the log of this process to `stream` (default: standard error)."""
    handler = BatchHandler(stream or sys.stderr)
    handler.setFormatter(RedactingFormatter(FORMAT))
    root = logging.getLogger()
    for old in tuple(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    for noisy in ("asyncio", "aiohttp.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    return handler
