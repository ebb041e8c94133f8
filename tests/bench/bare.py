"""The bare proxy: aiohttp passing bytes through, with a bearer check and rotation.

As fast as a plain aiohttp server with a plain aiohttp client goes when both are set up with care.
It retries nothing, knows no faults and keeps no figures.

`python -m tests.bench.bare PORT UPSTREAM_URL` serves.
"""

import hmac
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from itertools import cycle

import aiohttp
import uvloop
from aiohttp import web
from yarl import URL

BEARER_TOKEN = "bench-token"
CREDENTIALS = 8


class Bare:
    """The one session and the rotation, for the life of the process."""

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream
        self._keys = cycle([f"AIza-bench-{number}" for number in range(CREDENTIALS)])
        self._expected = f"Bearer {BEARER_TOKEN}".encode()
        self._session: aiohttp.ClientSession

    async def run(self, app: web.Application) -> AsyncIterator[None]:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=600),
            auto_decompress=False,
        )
        yield
        await self._session.close()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if not self.admits(request):
            return web.Response(status=401)
        url = self.upstream + request.raw_path
        async with self.send(request.method, url, await request.read()) as reply:
            if reply.content_type == "text/event-stream":
                return await _stream(request, reply)
            return web.Response(
                body=await reply.read(),
                status=reply.status,
                headers={"Content-Type": reply.headers["Content-Type"]},
            )

    def admits(self, request: web.Request) -> bool:
        given = request.headers.get("Authorization", "").encode()
        return hmac.compare_digest(given, self._expected)

    def send(
        self, method: str, url: str, body: bytes
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        headers = {"x-goog-api-key": next(self._keys), "Content-Type": "application/json"}
        return self._session.request(
            method, URL(url, encoded=True), data=body or None, headers=headers
        )


async def _stream(request: web.Request, reply: aiohttp.ClientResponse) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    while data := await reply.content.readany():
        await response.write(data)
    await response.write_eof()
    return response


def build(upstream: str) -> web.Application:
    bare = Bare(upstream)
    app = web.Application(client_max_size=100 * 2**20)
    app.cleanup_ctx.append(bare.run)
    app.router.add_get("/healthz", alive)
    app.router.add_route("*", "/{path:.*}", bare.answer)
    return app


async def alive(request: web.Request) -> web.Response:
    return web.Response()


def serve(make: Callable[[str], web.Application]) -> None:
    """Serve on the port and for the upstream of the command line, until killed."""
    port, upstream = sys.argv[1:]
    web.run_app(
        make(upstream),
        host="127.0.0.1",
        port=int(port),
        access_log=None,
        handler_cancellation=True,
        backlog=4096,
        shutdown_timeout=1,
        print=None,
        loop=uvloop.new_event_loop(),
    )


if __name__ == "__main__":
    serve(build)
