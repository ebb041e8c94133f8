"""The listener of the pretend Google: routes every endpoint of every Google host by its path.

`GOOGLE_API_BASE_URL` replaces scheme, host and port of every Google address, so one listener is all
of Google. It shares no code with the product, so that the two can disagree.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from aiohttp import web

from proxy_core.simulator import (
    batches_api,
    cloud_api,
    gemini_api,
    interactions_api,
    live_api,
    oauth_api,
    storage_api,
    stores_api,
    uploads_api,
    vertex_api,
)
from proxy_core.simulator.access import identify
from proxy_core.simulator.delivery import send_whole
from proxy_core.simulator.fault_rows import FAULTS
from proxy_core.simulator.refusals import Answer, Refusal, not_found
from proxy_core.simulator.scripts import Reply
from proxy_core.simulator.visits import Visit
from proxy_core.simulator.world import Received, World

Endpoint = Callable[[Visit], Awaitable[web.StreamResponse]]

_MOST_BODY_BYTES = 128 * 1024 * 1024
_PLAIN = Reply()


class Simulator:
    """A running pretend Google on one loopback port.

    Per process: world and clock. Per exchange: a Visit. Start it on the loop that shall serve it.
    """

    def __init__(self, world: World, clock: Callable[[], float] = time.time) -> None:
        self.world = world
        self.base_url = ""
        self._clock = clock
        self._runner: web.AppRunner | None = None

    async def start(self, port: int = 0) -> str:
        """Listen on 127.0.0.1; returns `http://127.0.0.1:PORT`."""
        app = web.Application(client_max_size=_MOST_BODY_BYTES)
        for method, path, action, endpoint in _ROUTES:
            app.router.add_route(method, path, self._serve(endpoint, action))
        app.router.add_route("*", "/{rest:.*}", self._serve(_unknown_path, "unknown"))
        self._runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.base_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self.base_url

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def _serve(
        self, endpoint: Endpoint, action: str
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def serve(request: web.Request) -> web.StreamResponse:
            received = await self._receive(request, action)
            try:
                response = await self._answer(request, received, endpoint)
            except asyncio.CancelledError:
                self.world.note_hang_up(self._clock(), received)
                raise
            received.status = response.status
            return response

        return serve

    async def _receive(self, request: web.Request, action: str) -> Received:
        """Write the request down; who asks is filled in by `_answer`."""
        match: Mapping[str, str] = request.match_info
        received = Received(
            at=self._clock(),
            method=request.method,
            path=request.path,
            query=request.query,
            headers=request.headers,
            raw_body=b"" if action in STREAMED else await request.read(),
            model=match.get("model", ""),
            action=match.get("action", action),
        )
        self.world.remember(received)
        return received

    async def _answer(
        self, request: web.Request, received: Received, endpoint: Endpoint
    ) -> web.StreamResponse:
        caller = identify(self.world, received.headers, received.query)
        received.credential, received.project = caller.name, caller.project
        reply = _PLAIN
        try:
            if caller.several:
                raise FAULTS["multiple_credentials"].refusal()
            if received.action in oauth_api.TOKEN_ACTIONS:
                received.credential = oauth_api.subject_of(self.world, received)
            reply = self.world.scripted(received) or _PLAIN
            ordered = reply.answer(model=received.model, project=received.project)
            if ordered is not None:
                received.scripted = True
                return await send_whole(request, ordered, reply)
            visit = Visit(self.world, request, received, caller, reply, received.at)
            return await endpoint(visit)
        except Refusal as refusal:
            received.refusal = str(refusal)
            return await send_whole(request, _as_streamed(refusal, received), reply)


def _as_streamed(refusal: Refusal, received: Received) -> Answer:
    """The array form of a stream wraps its error in an array, at times.

    Both forms are seen: a row ordered by a script comes bare.
    """
    answer = refusal.answer
    # Vertex AI does so in the other form too.
    sse = received.query.get("alt") == "sse" and "/publishers/" not in received.path
    array = received.action == "streamGenerateContent" and not sse
    if not array or not answer.content_type.startswith("application/json"):
        return answer
    return replace(answer, body=b"[" + answer.body + b"\n]")


async def _unknown_path(visit: Visit) -> web.StreamResponse:
    raise not_found(f"The requested URL {visit.received.path} was not found on this server.")


STREAMED = frozenset({"upload_bytes"})
"""What reads its body for itself, since that may be large."""
_GEMINI = "/{version:v1|v1beta|v1alpha}"
_MODEL = _GEMINI + "/models/{model:[^/:]+}"
_PUBLISHER = "/publishers/google/models"
_EXPRESS = "/{version:v1|v1beta1}" + _PUBLISHER
_VERTEX = "/{version:v1|v1beta1}/projects/{project}/locations/{location}" + _PUBLISHER
_ACTION = "/{model:[^/:]+}:{action:[A-Za-z]+}"
_LIVE = (
    "/ws/google.ai.generativelanguage.{version:v1|v1beta|v1alpha}"
    ".GenerativeService.BidiGenerateContent"
)
_BEGINS = ":{action:batchGenerateContent|asyncBatchEmbedContent}"
_STORE = _GEMINI + "/fileSearchStores/{id:[^/:]+}"
_INTO_STORE = _GEMINI + "/fileSearchStores/{store:[^/:]+}:uploadToFileSearchStore"
_PART = "/{kind:documents|operations}/{part:[^/:]+}"
_INTERACTION = _GEMINI + "/interactions/{id:[^/:]+}"
_KINDS = "/{kind:files|cachedContents|fileSearchStores|tunedModels}"
_SERVICES = "/v1/projects/{project}"

_ROUTES: tuple[tuple[str, str, str, Endpoint], ...] = (
    ("POST", _MODEL + _BEGINS, "", batches_api.create_batch),
    ("POST", _MODEL + ":{action:[A-Za-z]+}", "", gemini_api.act),
    ("GET", _LIVE, live_api.ACTION, live_api.converse),
    ("GET", _MODEL, "model", gemini_api.show_model),
    ("GET", _GEMINI + "/models", "models", gemini_api.list_models),
    ("POST", "/upload" + _GEMINI + "/files", "upload", uploads_api.start_upload),
    ("POST", "/upload" + _INTO_STORE, "upload", uploads_api.start_upload),
    ("POST", "/upload/session/{session}", "upload_bytes", uploads_api.receive_bytes),
    ("PUT", "/upload/session/{session}", "upload_bytes", uploads_api.receive_bytes),
    ("GET", _GEMINI + "/files/{id:[^/:]+}:download", "download", uploads_api.download),
    ("POST", _GEMINI + "/files:register", "register", uploads_api.register),
    ("GET", _GEMINI + "/batches", "list_batches", batches_api.show_batches),
    ("GET", _GEMINI + "/batches/{id:[^/:]+}", "get_batch", batches_api.show_batch),
    ("POST", _GEMINI + "/batches/{id:[^/:]+}:cancel", "cancel_batch", batches_api.cancel_batch),
    ("DELETE", _GEMINI + "/batches/{id:[^/:]+}", "delete_batch", batches_api.delete_batch),
    ("POST", _GEMINI + "/fileSearchStores", "create_store", stores_api.create_store),
    ("POST", _STORE + ":importFile", "import_file", stores_api.import_file),
    ("DELETE", _STORE, "delete_store", stores_api.delete_store),
    ("GET", _STORE + "/documents", "list_documents", stores_api.show_documents),
    ("GET", _STORE + _PART, "get_part", stores_api.show_part),
    ("DELETE", _STORE + _PART, "delete_part", stores_api.delete_part),
    ("POST", _GEMINI + "/interactions", "interact", interactions_api.create_interaction),
    ("GET", _INTERACTION, "get_interaction", interactions_api.show_interaction),
    ("DELETE", _INTERACTION, "delete_interaction", interactions_api.delete_interaction),
    ("POST", _INTERACTION + "/cancel", "cancel_interaction", interactions_api.cancel_interaction),
    ("GET", _GEMINI + _KINDS, "list_stored", storage_api.show_all),
    ("POST", _GEMINI + "/cachedContents", "create_cache", storage_api.create_cache),
    ("GET", _GEMINI + _KINDS + "/{id:[^/:]+}", "get_stored", storage_api.show),
    ("PATCH", _GEMINI + "/cachedContents/{id}", "patch_cache", storage_api.prolong_cache),
    ("DELETE", _GEMINI + "/{kind:files|cachedContents}/{id}", "delete_stored", storage_api.delete),
    ("POST", _VERTEX + _ACTION, "", vertex_api.act),
    ("POST", _EXPRESS + _ACTION, "", vertex_api.act),
    ("GET", _EXPRESS, "models", vertex_api.list_models),
    ("GET", "/o/oauth2/v2/auth", "authorize", oauth_api.authorize),
    ("GET", "/o/oauth2/auth", "authorize", oauth_api.authorize),
    ("POST", "/token", "token", oauth_api.token),
    ("POST", "/revoke", "revoke", oauth_api.revoke),
    ("GET", "/tokeninfo", "tokeninfo", oauth_api.tokeninfo),
    ("GET", "/v1/userinfo", "userinfo", oauth_api.userinfo),
    ("GET", "/oauth2/v2/userinfo", "userinfo", oauth_api.userinfo),
    ("GET", "/v3/projects:search", "projects", cloud_api.search_projects),
    ("GET", "/v1/projects", "projects", cloud_api.list_projects),
    ("POST", "/v3/projects", "create_project", cloud_api.create_project),
    ("POST", "/v3/projects/{project}:testIamPermissions", "iam", cloud_api.test_permissions),
    ("GET", _SERVICES + "/billingInfo", "billing", cloud_api.billing),
    ("GET", _SERVICES + "/services:batchGet", "services", cloud_api.show_services),
    ("POST", _SERVICES + "/services:batchEnable", "enable", cloud_api.enable_services),
    ("GET", _SERVICES + "/services/{service}", "services", cloud_api.show_service),
    ("POST", _SERVICES + "/services/{service}:enable", "enable", cloud_api.enable_service),
    ("GET", "/v1/operations/{operation}", "operation", cloud_api.show_operation),
)
