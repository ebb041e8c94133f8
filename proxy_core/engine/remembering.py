"""The memory over an engine's life: opened in a thread after the start, closed at the end.

Not here: what is remembered (`memory`).
"""

import asyncio
import logging
from collections.abc import Callable

from proxy_core.commands import Refusal, RefusalCode, UsageQuery, UsageReport
from proxy_core.gemini.signatures import SignatureMemory
from proxy_core.memory import DatabaseFailed, Memory
from proxy_core.relay.owners import Owners
from proxy_core.tasks import in_thread, spawn
from proxy_core.usage import Usage

log = logging.getLogger(__name__)


class Remembering:
    """Holds the memory of one engine."""

    def __init__(
        self,
        open_memory: Callable[[], Memory],
        signatures: SignatureMemory,
        usage: Usage,
        owners: Owners,
    ) -> None:
        """open_memory: blocks. The others remember through it."""
        self._open = open_memory
        self._signatures = signatures
        self._usage = usage
        self._owners = owners
        self._memory: Memory | None = None
        self._opening: asyncio.Task[Memory] | None = None

    @property
    def memory(self) -> Memory:
        """Raises Refusal while it is not open."""
        if self._memory is None:
            raise Refusal(RefusalCode.UNAVAILABLE, "Pollux is still starting.", "Try again.")
        return self._memory

    @property
    def problem(self) -> str | None:
        """Why nothing outlives a restart; None: it does."""
        return None if self._memory is None else self._memory.problem

    async def open(self) -> Memory:
        self._opening = spawn(in_thread(self._open), name="open the memory")
        memory = self._memory = await asyncio.shield(self._opening)
        if memory.problem is not None:
            log.warning("%s", memory.problem)
        memory.restore_signatures(self._signatures)
        self._usage.memory = memory
        self._owners.keep_in(memory.bindings)
        return memory

    async def usage(self, query: UsageQuery) -> UsageReport:
        """What was used. Raises Refusal."""
        try:
            return await self._usage.report(query)
        except DatabaseFailed as error:
            raise Refusal(
                RefusalCode.UNAVAILABLE,
                "The record of use cannot be read now.",
                "The doctor tells what is wrong with the data folder.",
            ) from error

    async def close(self) -> None:
        """Ends it; also one that is still being opened, whose opener was cancelled."""
        opening = self._opening
        if opening is not None:
            await asyncio.wait((opening,))
            if not opening.cancelled() and opening.exception() is None:
                await opening.result().close()
