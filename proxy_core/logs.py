"""The log: one line per exchange, written off the loop, without secrets.

One thread of its own writes, in batches, since a slow terminal or disk must not hold up a
stream; it also puts the lines of exchanges together. Every line passes the redaction, for
error texts of Google and tracebacks alike.
"""

import atexit
import logging
import queue
import re
import sys
import threading
import time
from collections.abc import Callable
from functools import lru_cache
from typing import TextIO

from proxy_core.redaction import redact

BATCH_S = 0.05
BACKLOG = 10_000
"Lines that may wait for a slow receiver; further ones are dropped and counted."


_UNPRINTABLE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class DeferredRecord(logging.LogRecord):
    """A record whose text is put together by the thread that writes it, clean already (`clean`).

    For the line of each exchange: a batch of them in one go costs a third of the same lines one
    by one between requests, where each finds the processor's caches full of other things.
    """

    def __init__(self, logger: logging.Logger, text: Callable[[], str]) -> None:
        """text: gives the line's text, from values that do not change, on any thread."""
        # LogRecord's own would look for file, thread and process, which no line shows.
        self.__dict__.update(_EMPTY_RECORD)
        self.name, self._text, self.created = logger.name, text, time.time()
        self.msecs = self.created % 1 * 1_000

    def getMessage(self) -> str:  # noqa: N802 - logging's name
        return self._text()


_EMPTY_RECORD = vars(logging.LogRecord("", logging.INFO, "", 0, "", None, None))


@lru_cache(maxsize=1_024)
def clean(text: str) -> str:
    """A text that recurs (a label, a model, a client's name), fit for a line."""
    return _printable(redact(text))


def _printable(text: str) -> str:
    if text.isprintable():
        return text
    return _UNPRINTABLE.sub(_escaped, text.replace("\n", "\n    "))


class RedactingFormatter(logging.Formatter):
    """Formats a record and takes secrets out of the result.

    Further lines of a record are indented and control characters escaped: what a client or
    Google sent can look neither like a line of its own nor like an order to the terminal.
    """

    def __init__(self) -> None:
        super().__init__()
        self._second = -1
        self._time = ""

    def format(self, record: logging.LogRecord) -> str:
        second = int(record.created)
        if second != self._second:  # the same for all lines of a second
            self._time = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(second))
            self._second = second
        text = record.getMessage()
        if not isinstance(record, DeferredRecord):
            if record.exc_info:
                text += "\n" + self.formatException(record.exc_info)
            text = _printable(redact(text))
        level = f"{record.levelname:<7}"
        return f"{self._time},{int(record.msecs):03d} {level} {record.name}: {text}"


def _escaped(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode()


class BatchHandler(logging.Handler):
    """Hands finished lines to a thread that writes them."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream
        self._lines: queue.SimpleQueue[str | DeferredRecord | None] = queue.SimpleQueue()
        self._dropped = 0
        self._thread = threading.Thread(target=self._write, name="log", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    def emit(self, record: logging.LogRecord) -> None:
        if self._lines.qsize() >= BACKLOG:
            self._dropped += 1
            return
        if isinstance(record, DeferredRecord):
            self._lines.put(record)
        elif (line := self._line(record)) is not None:
            self._lines.put(line)

    def _line(self, record: logging.LogRecord) -> str | None:
        try:
            return self.format(record)
        except Exception:  # noqa: BLE001 - logging's own rule: a broken record breaks nobody
            self.handleError(record)
            return None

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
                text = line if isinstance(line, str) else self._line(line)
                if text is not None:
                    batch.append(text)
                if self._lines.empty():
                    break
                line = self._lines.get()
            ended = line is None
            if self._dropped:
                batch.append(f"{self._dropped} log lines were dropped: the receiver is too slow")
                self._dropped = 0
            self._put_out(batch)
            if not ended:
                time.sleep(BATCH_S)

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
    handler.setFormatter(RedactingFormatter())
    root = logging.getLogger()
    for old in tuple(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    # No line shows any of these, and finding them out doubles its cost
    # (logging HOWTO, "Optimization").
    logging._srcfile = None  # noqa: SLF001
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    for noisy in ("asyncio", "aiohttp.access", "filelock", "keyring", "oauthlib", "urllib3"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    return handler
