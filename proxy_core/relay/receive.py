"""Reads one answer of Google up to the point where it counts as an answer.

A stream counts from its first chunk, a whole answer from its last. Everything that makes an
HTTP 200 no answer (nothing in it, an error object, a broken call of the model) is raised as
Rejected before that point. Not here: what to do about it (`retry`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import orjson

from proxy_core.events import Tokens
from proxy_core.gemini import faults
from proxy_core.gemini.faults import Cause, Fault
from proxy_core.gemini.replies import (
    block_reason,
    finish_reason,
    has_content,
    is_empty_answer,
    is_finished,
    stream_error,
    usage,
)
from proxy_core.gemini.stream import EventSplitter, data_blocks, event_data
from proxy_core.gemini.wire import Chunk, JsonObject
from proxy_core.pool.lease import Lease
from proxy_core.upstream.google import Answer, NetworkFailure

PASSED_BACK = ("x-gemini-service-tier",)
STOPPED = "Pollux was stopped before the answer was complete"
ERROR_BODY_BYTES = 1 << 20
"As much of an error answer as is read."


class Rejected(Exception):
    """One send failed; says how."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault
        self.chunks: Sequence[Chunk] = ()
        "What had come of a whole answer before."


@dataclass(slots=True)
class WholeReply:
    """A complete answer, the lease already given back."""

    body: bytes
    content_type: str
    chunk: Chunk
    headers: Mapping[str, str]
    "Google's own that go on to a native client."
    unit: str
    "Whose credential got it."


class StreamReply:
    """A running stream whose first chunk has arrived. Close it, whatever happens."""

    def __init__(
        self, answer: Answer, lease: Lease, splitter: EventSplitter, blocks: list[bytes]
    ) -> None:
        self.lease = lease
        self._answer = answer
        self._splitter = splitter
        self._blocks = blocks
        self.on_late_fault: Callable[[Fault], object] = _nothing
        "Told what ended the stream too early; nothing is retried then, but it is remembered."
        self.on_signed: Callable[[Chunk], object] | None = None
        "Told each chunk that holds a thought signature, where somebody wants to know."
        self.on_resumable: Callable[[Chunk], object] | None = None
        "Told each chunk that may say where the answer can be continued, likewise."
        self.reform: Callable[[JsonObject], JsonObject] | None = None
        "Brings each chunk with a function call into the form that native clients know."
        self.aborted = False
        self._finished = False
        self._last = b""
        self._ended = False

    @property
    def unit(self) -> str:
        """Whose credential got it."""
        return self.lease.member.unit.id

    async def blocks(self) -> list[bytes]:
        """The next SSE blocks that hold data; [] after the last. Raises Rejected.

        Each block keeps its terminator. A stream that breaks off, ends without a
        finishReason or holds an error object raises once what came before was returned.
        """
        blocks, self._blocks = self._blocks, []
        try:
            while not blocks:
                if self._ended:
                    return self._over()
                data = await self._answer.readany()
                blocks = data_blocks(self._splitter.feed(data)) if data else self._end()
            checked = self._checked(blocks)
            return checked if self.reform is None else [*map(self._reformed, checked)]
        except NetworkFailure as failure:
            fault = faults.network_fault(STOPPED if self.aborted else str(failure))
            self.on_late_fault(fault)
            raise Rejected(fault) from failure
        except Rejected as rejected:
            self.on_late_fault(rejected.fault)
            raise

    def _reformed(self, block: bytes) -> bytes:
        chunk = _parsed(event_data(block)) if block.find(b'"functionCall"') >= 0 else None
        if self.reform is None or chunk is None or (new := self.reform(chunk)) is chunk:
            return block
        return b"data: " + orjson.dumps(new) + b"\r\n\r\n"

    def _over(self) -> list[bytes]:
        if not self._finished:
            raise Rejected(faults.truncated())
        return []

    def _end(self) -> list[bytes]:
        self._ended = True
        data = event_data(self._splitter.rest())
        if _parsed(data) is None and stream_error(data) is None:
            return []  # nothing, or a chunk cut off half-way
        return data_blocks([data])

    def _checked(self, blocks: list[bytes]) -> list[bytes]:
        for position, block in enumerate(blocks):
            if (fault := self._watch(block)) is not None:
                if position:  # what came before the error is the client's
                    self._blocks = blocks[position:]
                    return blocks[:position]
                raise Rejected(fault)
        return blocks

    def _watch(self, block: bytes) -> Fault | None:
        """Notes what matters in a block; the fault where it is one instead of a chunk.

        `find`, since `in` takes twice as long for bytes.
        """
        if block.find(b'"error"') >= 0 and (error := stream_error(event_data(block))) is not None:
            return faults.classify_stream_error(error, with_api_key=with_key(self.lease))
        if block.find(b'"finishReason"') >= 0 or block.find(b'"blockReason"') >= 0:
            # Only a parsed chunk tells: arguments of a function may use the same names.
            chunk = cast("Chunk", _parsed(event_data(block)) or {})
            fault = faults.finish_fault(finish_reason(chunk) or "")
            if fault is not None and fault.cause is Cause.SUSPENDED:
                return fault
            self._finished = self._finished or is_finished(chunk)
        if self.on_signed is not None and block.find(b'"thoughtSignature"') >= 0:
            self.on_signed(cast("Chunk", _parsed(event_data(block)) or {}))
        if self.on_resumable is not None and block.find(b'"continuationToken"') >= 0:
            self.on_resumable(cast("Chunk", _parsed(event_data(block)) or {}))
        self._last = block
        return None

    def tokens(self) -> Tokens | None:
        """Use as told by the last chunk."""
        return tokens_of(cast("Chunk | None", _parsed(event_data(self._last))))

    def abort(self) -> None:
        """Breaks the stream off: its reader gets Rejected, and can still tell the client."""
        self.aborted = True
        self._answer.abort()

    def close(self) -> None:
        self._answer.release()
        self.lease.give_back()


def _nothing(_: Fault) -> None:
    """Nobody has asked to be told."""


async def receive_stream(answer: Answer, lease: Lease, *, tolerant: bool) -> StreamReply:
    """Reads to the first chunk. `tolerant`: take a doubtful answer as it is."""
    splitter = EventSplitter()
    blocks: list[bytes] = []
    while not blocks:
        data = await read_piece(answer)
        if not data:
            rest = splitter.rest()
            if not rest.strip():
                raise Rejected(faults.empty())
            blocks, splitter = data_blocks([rest + b"\r\n\r\n"]) or [rest], EventSplitter()
        else:
            blocks = data_blocks(splitter.feed(data))
    judge_chunk(_chunk(event_data(blocks[0]), lease), tolerant=tolerant)
    return StreamReply(answer, lease, splitter, blocks)


async def receive_chunks(answer: Answer, lease: Lease, *, tolerant: bool) -> list[Chunk]:
    """Reads a whole stream; the chunks in order, complete."""
    chunks: list[Chunk] = []
    try:
        await _gather(answer, lease, chunks)
    except Rejected as rejected:
        rejected.chunks = chunks
        raise
    spoke = any(map(has_content, chunks))
    for chunk in chunks:
        judge_chunk(chunk, tolerant=tolerant, spoke=spoke)
    return chunks


async def _gather(answer: Answer, lease: Lease, chunks: list[Chunk]) -> None:
    splitter = EventSplitter()
    while data := await read_piece(answer):
        for block in splitter.feed(data):
            if payload := event_data(block):
                chunks.append(_chunk(payload, lease))  # noqa: PERF401 - it may raise half-way
    rest = splitter.rest().strip()
    if event_data(rest) or (rest and not chunks):
        chunks.append(_chunk(event_data(rest), lease))
    if not chunks:
        raise Rejected(faults.empty())
    if not any(map(is_finished, chunks)):
        raise Rejected(faults.truncated())


async def receive_whole(answer: Answer, lease: Lease, *, tolerant: bool) -> WholeReply:
    """Reads a complete JSON answer."""
    parts: list[bytes] = []
    while data := await read_piece(answer):
        parts.append(data)
    body = parts[0] if len(parts) == 1 else b"".join(parts)
    if not body.strip():
        raise Rejected(faults.empty())
    chunk = _chunk(body, lease)
    judge_chunk(chunk, tolerant=tolerant)
    content_type = answer.headers.get("Content-Type", "application/json")
    headers = {name: answer.headers[name] for name in PASSED_BACK if name in answer.headers}
    return WholeReply(body, content_type, chunk, headers, lease.member.unit.id)


async def receive_spoken(answer: Answer, lease: Lease, *, tolerant: bool) -> WholeReply:
    """As `receive_whole`, where a model is to answer: one without a candidate has not."""
    reply = await receive_whole(answer, lease, tolerant=tolerant)
    if not reply.chunk.get("candidates") and block_reason(reply.chunk) is None:
        raise Rejected(faults.empty())
    return reply


async def receive_error(answer: Answer, lease: Lease) -> Fault:
    """Names the failure that an HTTP error status announces."""
    parts: list[bytes] = []
    size = 0
    while size < ERROR_BODY_BYTES and (data := await read_piece(answer)):
        parts.append(data)
        size += len(data)
    return faults.classify(
        answer.status, answer.headers, b"".join(parts), with_api_key=with_key(lease)
    )


def judge_chunk(chunk: Chunk, *, tolerant: bool, spoke: bool = False) -> None:
    """Raises Rejected for a chunk that is the model's own failure.

    tolerant: the answer was already asked for again; take what may be taken.
    """
    reason = finish_reason(chunk)
    if reason is None or (reason == "STOP" and (spoke or has_content(chunk))):
        return
    if (fault := faults.finish_fault(reason)) is not None:
        if fault.cause is Cause.SUSPENDED or not (tolerant and (spoke or has_content(chunk))):
            raise Rejected(fault)
    elif not spoke and not tolerant and is_empty_answer(chunk):
        raise Rejected(faults.empty())


def tokens_of(chunk: Chunk | None) -> Tokens | None:
    if chunk is None or (counts := usage(chunk)) is None:
        return None
    return Tokens(
        counts.get("promptTokenCount") or 0,
        counts.get("cachedContentTokenCount") or 0,
        counts.get("candidatesTokenCount") or 0,
        counts.get("thoughtsTokenCount") or 0,
        counts.get("totalTokenCount") or 0,
    )


async def read_piece(answer: Answer) -> bytes:
    """What has arrived of an answer; b"" at its end. Raises Rejected."""
    try:
        return await answer.readany()
    except NetworkFailure as failure:
        raise Rejected(faults.network_fault(str(failure))) from failure


def _chunk(payload: bytes, lease: Lease) -> Chunk:
    value = _parsed(payload)
    if value is not None and ("error" not in value or "candidates" in value):
        return cast("Chunk", value)
    if (error := stream_error(payload)) is not None:
        raise Rejected(faults.classify_stream_error(error, with_api_key=with_key(lease)))
    raise Rejected(faults.bad_answer("it is not the JSON that the API documents"))


def read_object(data: bytes) -> JsonObject:
    """The JSON object that Google answered with. Raises Rejected for anything else."""
    if (value := _parsed(data)) is None:
        raise Rejected(faults.bad_answer("it is not the JSON that the API documents"))
    return value


def _parsed(payload: bytes) -> JsonObject | None:
    try:
        value = orjson.loads(payload)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None


def with_key(lease: Lease) -> bool:
    return lease.credential.kind == "api_key"
