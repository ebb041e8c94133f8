"""Reads server-sent events from bytes, however they were cut. Pure.

Source: WHATWG HTML, server-sent events. Not here: event names, ids and retry times, which the
endpoint does not send.
"""

import re

_LINE_END = re.compile(rb"\r\n|\r|\n")


class EventReader:
    """Per answer."""

    def __init__(self) -> None:
        self._rest = b""
        "A line that has not ended."
        self._after_cr = False
        "A LF that comes next belongs to a CR that ended a line already."
        self._data: list[bytes] = []
        "Lines of the event that has not ended."

    def feed(self, data: bytes) -> list[str]:
        """The data of the events that these bytes complete, in order."""
        if not data:
            return []
        if self._after_cr and data.startswith(b"\n"):
            data = data[1:]
        self._after_cr = data.endswith(b"\r")
        *lines, self._rest = _LINE_END.split(self._rest + data)
        return [event for line in lines if (event := self._take(line)) is not None]

    def _take(self, line: bytes) -> str | None:
        """Takes a line; the data of the event that it ends."""
        if line:
            field, _, value = line.partition(b":")
            if field == b"data":
                self._data.append(value.removeprefix(b" "))
            return None
        if not self._data:
            return None
        whole, self._data = b"\n".join(self._data), []
        return whole.decode(errors="replace")
