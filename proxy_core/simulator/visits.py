"""One request while the simulator answers it: what every endpoint is handed."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from proxy_core.simulator.access import Caller
from proxy_core.simulator.delivery import send_whole
from proxy_core.simulator.refusals import JsonObject, json_answer
from proxy_core.simulator.scripts import Reply
from proxy_core.simulator.world import Received, World


@dataclass(frozen=True, slots=True)
class Visit:
    """Lives as long as the exchange."""

    world: World
    request: web.Request
    received: Received
    caller: Caller
    reply: Reply
    """What a script ordered; the empty reply when nothing was."""
    now: float

    async def answer(self, body: JsonObject) -> web.StreamResponse:
        """200 with this JSON."""
        return await send_whole(self.request, json_answer(200, body), self.reply)
