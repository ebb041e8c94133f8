"""The front of the memory: what a restart brings back, and where to put what should last.

Per process. All but `open` runs on the engine's loop and costs microseconds there; the
writer's thread (`writer`) does the rest.
"""

import asyncio
from collections.abc import Iterable, Mapping
from math import inf
from pathlib import Path

from proxy_core.clock import Clock
from proxy_core.gemini.signatures import RememberedCall, SignatureMemory
from proxy_core.memory.bindings import Bindings
from proxy_core.memory.ledger import StoredLedger
from proxy_core.memory.notes import Notes
from proxy_core.memory.tables import (
    BINDINGS,
    LIMITS,
    NOTES,
    PERIODS,
    SIGNATURES,
    STANDINGS,
    USAGE,
    Contents,
    Period,
    UsageCounts,
)
from proxy_core.memory.writer import Writer
from proxy_core.tasks import in_thread

FILE_NAME = "pollux.sqlite3"

SHOWN_S: Mapping[Period, float] = {"minute": 86_400.0, "hour": 7 * 86_400.0, "day": 90 * 86_400.0}
"How much usage is told of where nobody says since when."


class Memory:
    """What survives a restart."""

    def __init__(self, writer: Writer, contents: Contents, clock: Clock) -> None:
        now = clock.now()
        self._writer = writer
        self._clock = clock
        self.ledger = StoredLedger(contents[STANDINGS], contents[LIMITS], writer, now)
        "Standings and learned limits, for the pool."
        self.notes = Notes(contents[NOTES], writer)
        "What the owner calls a credential, and whether it is switched on."
        self.bindings = Bindings(contents[BINDINGS], writer, clock)
        "Which project owns a resource."
        self._signatures = contents[SIGNATURES]

    @classmethod
    def open(cls, path: Path | None, clock: Clock) -> "Memory":
        """Opens the file, makes it where there is none, and reads it. Blocks; never raises.

        path: None keeps everything in memory. A file that cannot be used leaves a memory that
        works until the process ends, and `problem` says why.
        """
        writer = Writer(path, clock)
        return cls(writer, writer.start(), clock)

    @property
    def problem(self) -> str | None:
        """A sentence for the owner where something is not kept; None when all is well."""
        return self._writer.problem

    # -- thought signatures ----------------------------------------------------------------

    def restore_signatures(self, memory: SignatureMemory) -> None:
        """Gives `memory` what was remembered before the start, and keeps what it learns."""
        rows, self._signatures = self._signatures, []
        memory.restore((str(row[0]), _remembered(*row[1:4])) for row in rows)
        memory.on_remember = self.remember_signature

    def remember_signature(self, tool_call_id: str, call: RememberedCall) -> None:
        size = len(tool_call_id) + len(call.name) + len(call.gemini_id or "")
        size += len(call.signature or "")
        values = (call.name, call.gemini_id, call.signature, self._clock.now(), size)
        self._writer.put(SIGNATURES, (tool_call_id,), values)

    # -- usage -----------------------------------------------------------------------------

    def add_usage(self, rows: Iterable[UsageCounts]) -> None:
        """Adds counts of minutes (`at`: the minute's begin); the same minute may come again."""
        for row in rows:
            self._writer.put(USAGE, row[:4], row[4:])

    async def usage(
        self, period: Period, since: float, until: float, most: int
    ) -> list[UsageCounts]:
        """The newest counts of the periods that overlap [since, until), oldest first.

        since: 0: the time of SHOWN_S. until: 0: no end. Includes everything handed to
        `add_usage` before. Raises DatabaseFailed.
        """
        begin = since or (until or self._clock.now()) - SHOWN_S[period]
        return await asyncio.wrap_future(
            self._writer.ask(
                lambda database: database.usage(PERIODS[period], begin, until or inf, most)
            )
        )

    async def usage_sums(
        self, period: Period, since: float, until: float, *, credentials: bool, long: int
    ) -> list[UsageCounts]:
        """As `usage`, all of it, with clients summed up, and credentials unless they are wanted.

        Counts with more prompt tokens than `long` an answered exchange stay apart.
        """
        begin = since or (until or self._clock.now()) - SHOWN_S[period]
        return await asyncio.wrap_future(
            self._writer.ask(
                lambda database: database.usage_sums(
                    PERIODS[period], begin, until or inf, credentials=credentials, long=long
                )
            )
        )

    # -- end -------------------------------------------------------------------------------

    async def flush(self) -> bool:
        """Returns when all that was put so far is written; False where it could not be.

        Notes of the owner then survive a power failure too, the rest a crash of the program.
        """
        return await asyncio.wrap_future(self._writer.flush())

    async def close(self) -> None:
        """Writes what is pending, and ends the thread; gives up after some seconds."""
        await in_thread(self._writer.close)


def _remembered(name: object, gemini_id: object, signature: object) -> RememberedCall:
    return RememberedCall(
        str(name),
        gemini_id if isinstance(gemini_id, str) else None,
        signature if isinstance(signature, str) else None,
    )
