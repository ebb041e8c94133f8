"""Waits on a free port of 127.0.0.1 for the redirect that ends one sign-in.

Answers the browser only once `answer` knows the true result. Favicons, scanners and forged
states are turned away and end nothing. Not here: what a redirect means (`sign_in`), and when the
waiting is over: whoever started it closes it.
"""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from aiohttp import web

from proxy_core.engine.end_pages import EndPage, stray_page
from proxy_core.server.connection import HttpServer

CALLBACK_PATH = "/oauth2/callback"
_LAST_ANSWER_S = 2.0
"For the browser to take its page while the listener closes."
_LONGEST_LINE = 16 * 1_024
"Google's redirect: a code of 256 bytes, the scopes, and whatever it adds."

Answer: TypeAlias = Callable[[str], Awaitable[EndPage | None]]
"From the redirect's query to its page; None where it is not the one that is waited for."


class LoopbackListener:
    """One listener for one sign-in."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._runner: web.ServerRunner | None = None

    async def start(self) -> str:
        """Listens; returns the redirect's address. Raises OSError."""
        server = HttpServer(
            self._handle,
            # A browser that leaves early must not end the exchange.
            handler_cancellation=False,
            access_log=None,
            keepalive_timeout=5.0,
            max_line_size=_LONGEST_LINE,
        )
        self._runner = runner = web.ServerRunner(server, shutdown_timeout=_LAST_ANSWER_S)
        await runner.setup()
        try:
            # The literal address: `localhost` may be ::1 to the browser (RFC 8252, section 8.3).
            await web.TCPSite(runner, "127.0.0.1", 0).start()
        except BaseException:
            await self.close()
            raise
        return f"http://127.0.0.1:{runner.addresses[0][1]}{CALLBACK_PATH}"

    async def close(self) -> None:
        """Takes no more; a page that is on its way still arrives."""
        if self._runner is not None:
            runner, self._runner = self._runner, None
            await runner.cleanup()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path != CALLBACK_PATH or request.method != "GET":
            return web.Response(status=404, text="Not found.", headers={"Connection": "close"})
        page = await self._answer(request.query_string) or stray_page()
        response = web.Response(status=page.status, body=page.body, headers=page.headers)
        response.force_close()
        return response
