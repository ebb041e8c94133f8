"""The wait for credentials that are still being read.

The start of an engine never waits for a store; the first requests do, for a while.
"""

import asyncio

from proxy_core.clock import Clock
from proxy_core.errors import Failed, Problem, ProblemKind

LOADING_WAIT_S = 10.0


async def opened(loaded: asyncio.Event, clock: Clock) -> None:
    """Returns once the credentials were read. Raises Failed when that takes too long."""
    waiting = asyncio.ensure_future(loaded.wait())
    try:
        if not await clock.wait(waiting, LOADING_WAIT_S):
            raise Failed(
                Problem(
                    ProblemKind.UNAVAILABLE,
                    "Pollux is still opening its credentials; try again in a moment.",
                    retry_after_s=5,
                )
            )
    finally:
        waiting.cancel()
