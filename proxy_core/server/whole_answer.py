"""A whole answer to a client, head and body in one write.

aiohttp's own Response takes eleven steps from the handler to the socket, for codings, cookies and
payloads that no answer here has: 2 to 3 % of a small request. What is out of the ordinary (HEAD,
HTTP/1.0, a status without a body) still goes that way. The price is two of aiohttp's private
fields; its minor version is pinned.
"""

from aiohttp import HttpVersion11
from aiohttp.abc import AbstractStreamWriter
from aiohttp.helpers import rfc822_formatted_time
from aiohttp.web import BaseRequest, Response

BODILESS = frozenset({204, 304})


class WholeAnswer(Response):
    """An answer whose body is all there. Per exchange."""

    async def prepare(self, request: BaseRequest) -> AbstractStreamWriter | None:
        """Sends everything; `write_eof`, which aiohttp calls next, finds nothing left to do."""
        body = self.body
        if (
            self.prepared
            or not isinstance(body, bytes)
            or self.status in BODILESS
            or request.method == "HEAD"
            or request.version != HttpVersion11
        ):
            return await super().prepare(request)
        if self._keep_alive is None:
            self._keep_alive = request.keep_alive
        headers = self.headers
        headers["Content-Length"] = str(len(body))
        headers["Date"] = rfc822_formatted_time()
        if not self._keep_alive:
            headers["Connection"] = "close"
        writer = request.writer
        await writer.write_headers(f"HTTP/1.1 {self.status} {self.reason}", headers)
        await writer.write_eof(body)
        self._eof_sent = True
        return None
