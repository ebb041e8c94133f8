"""Reads a client's body, and stops at the limit rather than after it."""

from aiohttp import StreamReader
from aiohttp.web import BaseRequest, RequestPayloadError

from proxy_core.errors import BadRequest, ProblemKind


async def read_body(request: BaseRequest, limit_bytes: int, *, is_form: bool = False) -> bytes:
    """The whole body, decompressed. Raises BadRequest beyond `limit_bytes`, before reading on.

    is_form: a form is what this route asks for.
    """
    if not request.body_exists:
        return b""
    if not is_form:
        _refuse_forms_of_pages(request)
    length = request.content_length
    if length is not None and length > limit_bytes:
        raise too_large(limit_bytes)
    try:
        return await _read(request, limit_bytes)
    except RequestPayloadError:
        # Its text quotes the body.
        raise BadRequest("The request body is damaged: its encoding does not hold.") from None


def _refuse_forms_of_pages(request: BaseRequest) -> None:
    """A page may send what is not declared as JSON to anyone, unasked; so that is no JSON here.

    Programs send no Origin, and `curl -d` calls everything a form: they may.
    Source: Fetch standard, CORS-safelisted request-header.
    """
    headers = request.headers
    if "Origin" in headers:
        kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise BadRequest("The Content-Type must be application/json.")


async def invite(request: BaseRequest) -> None:
    """Tells a client that waits for that to send its body."""
    if request.headers.get("Expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0


async def _read(request: BaseRequest, limit_bytes: int) -> bytes:
    await invite(request)
    content: StreamReader = request.content
    if content.is_eof():  # it has arrived with its head, as small bodies do
        return _within(content.read_nowait(), limit_bytes)
    # aiohttp would stop and start the socket for each 64 KiB.
    content.set_read_chunk_size(request.content_length or 0)
    parts: list[bytes] = []
    size = 0
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
