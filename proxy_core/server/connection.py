"""Connections as aiohttp has them, with its own refusals said in our words.

What is not HTTP never reaches the front door: aiohttp answers it, by default in plain text
that quotes the request, and writes it into the log with whatever credential stood in it.
"""

import logging
from typing import Any

import orjson
from aiohttp import web
from aiohttp.http_exceptions import BadHttpMessage, LineTooLong

from proxy_core.server.ids import exchange_id
from proxy_core.server.outflow import CutOff

log = logging.getLogger(__name__)

SERVER = "pollux"
"The Server header: versions are nobody's business."


class Connection(web.RequestHandler):
    """One client connection."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - quotes the request, so it is left out
    ) -> web.StreamResponse:
        """The answer to what could not be parsed; the connection ends with it."""
        request_id = exchange_id()
        self.log_exception("%s could not be answered", request_id, exc_info=exc)
        if request.writer.output_size > 0:
            raise ConnectionError("the answer has begun")
        text = "Pollux failed through a bug of its own; its log tells more."
        if isinstance(exc, LineTooLong):
            status, text = 431, "The address or a header of this request is too long."
        elif status < 500:
            text = "This is not a valid HTTP request."
        error = {"code": status, "message": text, "type": "invalid_request_error"}
        response = web.Response(
            status=status,
            body=orjson.dumps({"error": error}),
            content_type="application/json",
            headers={"x-request-id": request_id, "Server": SERVER},
        )
        response.force_close()
        return response

    def log_exception(self, *args: Any, **kw: Any) -> None:
        """aiohttp's own reports; of what a client sent, only the kind."""
        error = kw.get("exc_info")
        if isinstance(error, CutOff):
            return  # why, was told where it was raised
        if isinstance(error, BadHttpMessage | web.RequestPayloadError):
            log.info("a request was refused as no HTTP: %s", type(error).__name__)
        else:
            log.error(*args, **kw)


class HttpServer(web.Server):
    """Makes a Connection of each accepted socket."""

    def __init__(self, handler: Any, *, handler_cancellation: bool, **options: Any) -> None:
        """options: of RequestHandler."""
        super().__init__(handler, handler_cancellation=handler_cancellation)
        self._options = options

    def __call__(self) -> Connection:
        return Connection(self, loop=self._loop, **self._options)
