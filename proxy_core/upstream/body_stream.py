"""A request body that is sent as it arrives, held nowhere whole: uploads of gigabytes.

Google may answer before the body is at its end, when it refuses; its answer counts then.
Not here: connections (`google`), or whose body it is.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

import aiohttp
from aiohttp.http import StreamWriter

from proxy_core.tasks import spawn


class BodyBroken(Exception):
    """The body ended before its end: a failure of who sends it, not of Google."""


@dataclass(frozen=True, slots=True)
class BodyStream:
    """A body in pieces, which may raise BodyBroken."""

    pieces: AsyncIterator[bytes]
    length: int | None = None
    "Bytes in all; None: not known, so it goes out in chunks."

    @property
    def framing(self) -> str:
        """The header field that tells where it ends."""
        if self.length is None:
            return "Transfer-Encoding: chunked"
        return f"Content-Length: {self.length}"


class Answering(Protocol):
    """The running answer that the body is for."""

    sent_bytes: int
    "Of the body so far: who sends is not silent."
    sent_whole: bool

    async def head(self) -> None: ...

    def abort(self) -> None: ...


async def converse(answer: Answering, body: BodyStream, writer: StreamWriter) -> None:
    """Sends the body until the answer's head is here. Raises BodyBroken and what `head` raises."""
    answer.sent_whole = False
    sending = spawn(_send(answer, body, writer), name="send a request body")
    try:
        await answer.head()
    except (aiohttp.ClientError, OSError):
        if sending.done() and (broken := sending.result()) is not None:
            raise broken from None
        raise
    finally:
        sending.cancel()
        await asyncio.wait((sending,))


async def _send(answer: Answering, body: BodyStream, writer: StreamWriter) -> BodyBroken | None:
    left = body.length
    if left is None:
        writer.enable_chunking()
    try:
        async for piece in body.pieces:
            if left is not None:
                left -= len(piece)
            await writer.write(piece)
            answer.sent_bytes += len(piece)
        if not left:
            await writer.write_eof()
            answer.sent_whole = True
            return None
        broken = BodyBroken("its length is not the one announced")
    except BodyBroken as error:
        broken = error
    except (aiohttp.ClientError, OSError):
        return None  # Google took no more: its answer says why, or the break is found there
    answer.abort()
    return broken
