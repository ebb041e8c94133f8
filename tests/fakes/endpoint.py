"""A pretend local endpoint: answers `/v1/chat/completions` and `/v1/models` as a test scripts it.

Not here: a Pollux; that is `tests.fakes.pollux`.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

TRACE = {
    "x-request-id": "req-1",
    "x-pollux-attempts": "1",
    "x-pollux-credential": "ada@example.com",
}
DONE = b"data: [DONE]\n\n"


def frame(**delta: Any) -> bytes:
    """One chunk of a streamed answer."""
    return b"data: %b\n\n" % json.dumps({"choices": [{"index": 0, "delta": delta}]}).encode()


def finish(reason: str = "stop") -> bytes:
    choice = {"index": 0, "delta": {}, "finish_reason": reason}
    return b"data: %b\n\n" % json.dumps({"choices": [choice]}).encode()


def usage(prompt: int, output: int) -> bytes:
    counted = {"prompt_tokens": prompt, "completion_tokens": output}
    return b"data: %b\n\n" % json.dumps({"choices": [], "usage": counted}).encode()


@dataclass
class Endpoint:
    """Scripted by its fields; notes what it was asked."""

    url: str = ""
    models: tuple[str, ...] = ("gemini-3.8-flash", "gemini-3.8-pro")
    pieces: list[bytes] = field(default_factory=lambda: [frame(content="Hello."), finish(), DONE])
    "Of the streamed answer; each is its own write."
    hold_after: int | None = None
    "After so many pieces it waits for `go_on`."
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    refusal: tuple[int, str] | None = None
    "Status and message of an error instead of an answer."
    headers: dict[str, str] = field(default_factory=lambda: dict(TRACE))
    bodies: list[dict[str, Any]] = field(default_factory=list)
    asked: list[web.Request] = field(default_factory=list)
    left: bool = False
    "Whether a client hung up in the middle of an answer."
    redirect: str = ""

    async def chat(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        self.bodies.append(await request.json())
        if self.redirect:
            raise web.HTTPTemporaryRedirect(self.redirect)
        if self.refusal is not None:
            status, message = self.refusal
            return web.json_response({"error": {"message": message}}, status=status)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", **self.headers})
        await response.prepare(request)
        try:
            for at, piece in enumerate(self.pieces):
                if at == self.hold_after:
                    await self.go_on.wait()
                await response.write(piece)
        except asyncio.CancelledError:
            self.left = True
            raise
        return response

    async def list(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        return web.json_response({"data": [{"id": name} for name in self.models]})

    async def other(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        return web.Response(status=404)


@asynccontextmanager
async def endpoint() -> AsyncIterator[Endpoint]:
    """Serves on a free port of 127.0.0.1 while the block runs."""
    fake = Endpoint()
    app = web.Application()
    app.router.add_post("/v1/chat/completions", fake.chat)
    app.router.add_get("/v1/models", fake.list)
    app.router.add_route("*", "/{rest:.*}", fake.other)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=1.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        fake.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield fake
    finally:
        await runner.cleanup()
