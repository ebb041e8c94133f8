"""Bytes on the wire: whole answers and both stream forms, and every way to spoil them.

Source of the framing: `alt=sse` blocks end with CR LF CR LF; the JSON array comes as
`[{…}` `,\\r\\n` `{…}` `]`. Not here: what is said.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Iterable, Iterator

import orjson
from aiohttp import web

from proxy_core.simulator.refusals import Answer, JsonObject
from proxy_core.simulator.scripts import Reply, fault_answer

_LINGER_ZERO = struct.pack("ii", 1, 0)
"""SO_LINGER with no time: closing sends a TCP reset."""


async def send_whole(request: web.Request, answer: Answer, reply: Reply) -> web.StreamResponse:
    """A complete answer in one body, spoiled as the reply orders."""
    await _before_chunk(reply, 0)
    if reply.first_byte_s:
        await asyncio.sleep(reply.first_byte_s)
    headers = {"Content-Type": answer.content_type, **answer.headers}
    spoiled = (reply.reset_after, reply.truncate_after, reply.piece_bytes) != (None, None, None)
    if not spoiled:
        return web.Response(status=answer.status, body=answer.body, headers=headers)
    if reply.reset_after == 0:
        return _break(request, web.Response(), reply)
    response = web.StreamResponse(status=answer.status, headers=headers)
    await response.prepare(request)
    complete = reply.reset_after is None and reply.truncate_after is None
    body = answer.body if complete else answer.body[: len(answer.body) // 2]
    await _write(response, body, reply.piece_bytes)
    if reply.reset_after is not None:
        return _break(request, response, reply)
    await response.write_eof()
    return response


async def send_stream(
    request: web.Request, chunks: Iterable[JsonObject], reply: Reply, *, sse: bool
) -> web.StreamResponse:
    """The chunks as SSE or as one JSON array, spoiled as the reply orders."""
    return await send_frames(request, _frames(chunks, reply, sse=sse), reply, sse=sse)


async def send_frames(
    request: web.Request, frames: Iterable[bytes], reply: Reply, *, sse: bool = True
) -> web.StreamResponse:
    """Frames of any stream, paced and broken off as the reply orders."""
    await _before_chunk(reply, 0)
    if reply.first_byte_s:
        await asyncio.sleep(reply.first_byte_s)
    if reply.reset_after == 0:
        return _break(request, web.Response(), reply)
    content_type = "text/event-stream" if sse else "application/json; charset=UTF-8"
    response = web.StreamResponse(headers={"Content-Type": content_type})
    await response.prepare(request)
    for number, frame in enumerate(frames):
        if number and reply.between_s:
            await asyncio.sleep(reply.between_s)
        if number:
            await _before_chunk(reply, number)
        await _write(response, frame, reply.piece_bytes)
        if reply.reset_after == number + 1:
            return _break(request, response, reply)
    await response.write_eof()
    return response


def _frames(chunks: Iterable[JsonObject], reply: Reply, *, sse: bool) -> Iterator[bytes]:
    """The bytes of each chunk, and what closes the array; cut or ended with an error if ordered."""
    opened = False
    for number, chunk in enumerate(chunks):
        if number in (reply.truncate_after, reply.error_after):
            break
        yield _frame(orjson.dumps(chunk), sse=sse, opened=opened)
        opened = True
    if reply.error_after is not None:
        error = fault_answer(reply.error_fault).body
        yield (
            b"\r\n" + error + b"\r\n" if reply.bare_error else _frame(error, sse=sse, opened=opened)
        )
        opened = True
    if not sse:
        yield b"]" if opened else b"[]"


def _frame(payload: bytes, *, sse: bool, opened: bool) -> bytes:
    if sse:
        return b"data: " + payload + b"\r\n\r\n"
    return (b",\r\n" if opened else b"[") + payload + b"\n"


async def _before_chunk(reply: Reply, number: int) -> None:
    if reply.hold is not None and reply.hold_after == number:
        await reply.hold.wait()


async def _write(response: web.StreamResponse, data: bytes, piece_bytes: int | None) -> None:
    """One write; or pieces with a turn of the loop between, so that they leave apart."""
    if piece_bytes is None:
        await response.write(data)
        return
    for start in range(0, len(data), piece_bytes):
        await response.write(data[start : start + piece_bytes])
        await asyncio.sleep(0)


def _break(request: web.Request, response: web.StreamResponse, reply: Reply) -> web.StreamResponse:
    """Tear the connection down under the answer."""
    transport = request.transport
    if transport is not None:
        if reply.abrupt:
            connection: socket.socket = transport.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
        transport.abort()
    return response
