"""Reads a client's body, and stops at the limit rather than after it."""

from aiohttp import StreamReader
from aiohttp.web import BaseRequest

from proxy_core.errors import BadRequest, ProblemKind


async def read_body(request: BaseRequest, limit_bytes: int) -> bytes:
    """The whole body. Raises BadRequest beyond `limit_bytes`, before reading on."""
    if not request.body_exists:
        return b""
    length = request.content_length
    if length is not None and length > limit_bytes:
        raise too_large(limit_bytes)
    if request.headers.get("Expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0
    content: StreamReader = request.content
    first = await content.readany()
    if content.at_eof():
        return _within(first, limit_bytes)
    parts = [first]
    size = len(first)
    while part := await content.readany():
        parts.append(part)
        size += len(part)
        if size > limit_bytes:
            raise too_large(limit_bytes)
    return b"".join(parts)


def _within(body: bytes, limit_bytes: int) -> bytes:
    if len(body) > limit_bytes:
        raise too_large(limit_bytes)
    return body


def too_large(limit_bytes: int) -> BadRequest:
    return BadRequest(
        f"The request body is larger than {limit_bytes // 1_048_576} MB (setting MAX_BODY_MB).",
        kind=ProblemKind.TOO_LARGE,
    )
