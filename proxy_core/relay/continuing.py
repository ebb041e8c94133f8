"""Goes on with long answers, so that a translated dialect sees one answer in one piece.

A hop that ended before its answer is followed by the next. An answer that broke off is resumed
from its last checkpoint, also after the commit point, where nothing else is ever retried: what the
client has already is left out if Google says it again word for word, and otherwise the failure is
told. Native clients do all this themselves. Not here: the joining of chunks (`gemini.long_answer`).

A stream without tokens costs one `find` for each of its blocks.
"""

from collections.abc import Awaitable, Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar, cast

import orjson

from proxy_core.errors import Failed
from proxy_core.events import Tokens
from proxy_core.gemini import faults
from proxy_core.gemini.long_answer import TOKEN, Diverged, LongAnswer, token_of
from proxy_core.gemini.replies import CONTINUATION, finish_reason
from proxy_core.gemini.stream import event_data
from proxy_core.gemini.wire import Chunk
from proxy_core.pool.lease import Lease
from proxy_core.relay.receive import Rejected, StreamReply, read_object, tokens_of
from proxy_core.retry import RULES, Step

HOPS = 40
"At most: 1,048,576 tokens in hops of 32,768, and some to spare."
RECONNECTS = 3
"Without progress in between, as Google's own SDK."

T_co = TypeVar("T_co", covariant=True)
_TOKEN = f'"{TOKEN}"'.encode()


class Resume(Protocol[T_co]):
    """Asks for the rest of an answer: so many sends may end in a failure. Raises Failed."""

    def __call__(self, lease: Lease, token: str, tries: int) -> Awaitable[T_co]: ...


class LongStream:
    """A running stream that goes on by itself. Close it, whatever happens."""

    def __init__(self, reply: StreamReply, resume: Resume[StreamReply]) -> None:
        self._reply = reply
        self._resume = resume
        self._answer: LongAnswer | None = None
        "Once a token has come."
        self._hops = 1
        self._reconnects = 0

    @property
    def lease(self) -> Lease:
        return self._reply.lease

    @property
    def unit(self) -> str:
        """Whose credential got it."""
        return self._reply.unit

    async def blocks(self) -> list[bytes]:
        """The next SSE blocks; [] after the last. Raises Rejected, as StreamReply's."""
        while True:
            try:
                blocks = await self._reply.blocks()
            except Rejected as rejected:
                await self._reconnect(rejected)
                continue
            if self._answer is None:
                for block in blocks:
                    if block.find(_TOKEN) >= 0:
                        self._answer = LongAnswer()
                        break
                else:
                    return blocks
            if blocks:
                if joined := self._joined(blocks, self._answer):
                    return joined
            elif not self._answer.is_open:
                return []
            elif not await self._hop(self._answer):
                return [_block(self._answer.unresumed())]

    def tokens(self) -> Tokens | None:
        """Use as told by the last chunk, of all hops together."""
        if self._answer is None or self._answer.counts is None:
            return self._reply.tokens()
        return tokens_of({"usageMetadata": self._answer.counts})

    def close(self) -> None:
        self._reply.close()

    def _joined(self, blocks: Iterable[bytes], answer: LongAnswer) -> list[bytes]:
        joined = []
        for block in blocks:
            if not (data := event_data(block)):
                continue
            chunk = cast("Chunk", read_object(data))
            before = answer.token
            try:
                new = answer.take(chunk)
            except Diverged:
                raise Rejected(faults.diverged()) from None
            if new is not None:
                joined.append(block if new is chunk else _block(new))
            if new is not None or answer.token != before:
                self._reconnects = 0
        return joined

    async def _hop(self, answer: LongAnswer) -> bool:
        """Whether the answer goes on."""
        if self._hops == HOPS:
            return False
        self._hops += 1
        try:
            await self._go_on(answer, RECONNECTS)
        except Failed:
            return False
        return True

    async def _reconnect(self, rejected: Rejected) -> None:
        """Resumes after the last checkpoint. Raises `rejected` where that cannot be."""
        answer, left = self._answer, RECONNECTS - self._reconnects
        if answer is None or answer.token is None or not left or self._reply.aborted:
            raise rejected
        if RULES[rejected.fault.cause].step is not Step.RETRY:
            raise rejected
        self._reconnects += 1
        try:
            await self._go_on(answer, left)
        except Failed:
            raise rejected from None

    async def _go_on(self, answer: LongAnswer, tries: int) -> None:
        self._reply.close()
        token = answer.resume()
        self._reply = await self._resume(self._reply.lease, token, tries)


@dataclass(frozen=True, slots=True)
class Part:
    """As much of a whole answer as one hop gave."""

    chunks: list[Chunk]
    lease: Lease
    broken: Rejected | None = None
    "How it broke off, behind a checkpoint."


def resumable(rejected: Rejected) -> list[Chunk]:
    """The chunks up to the last checkpoint of an answer that broke off; none where there is no
    going on."""
    if RULES[rejected.fault.cause].step is not Step.RETRY:
        return []
    chunks = list(rejected.chunks)
    while chunks and token_of(chunks[-1]) is None:
        chunks.pop()
    return chunks


async def whole_answer(part: Part, resume: Resume[Part]) -> list[Chunk]:
    """All chunks of an answer that begins with `part`. Raises Rejected."""
    if part.broken is None and finish_reason(part.chunks[-1]) != CONTINUATION:
        return part.chunks
    answer = LongAnswer()
    chunks = _new(part, answer)
    for _ in range(HOPS):
        if part.broken is None and not answer.is_open:
            return chunks
        try:
            part = await resume(part.lease, answer.resume(), RECONNECTS)
        except Failed:
            break
        chunks += _new(part, answer)
    if part.broken is not None:
        raise part.broken
    return [*chunks, answer.unresumed()]


def _new(part: Part, answer: LongAnswer) -> list[Chunk]:
    return [new for chunk in part.chunks if (new := answer.take(chunk)) is not None]


def _block(chunk: Chunk) -> bytes:
    return b"data: " + orjson.dumps(chunk) + b"\r\n\r\n"
