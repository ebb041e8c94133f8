"""Uploads, Google's resumable protocol: the client gets an address of ours for its bytes.

Source: google-genai. A start is answered with the address that takes the bytes, to which clients
then send no credential: its random id stands for Google's address, which is one. The bytes go on
as they arrive; what breaks is the client's to resume, which asks how far it came (`query`).
Sessions live no longer than a credential of their project can be used: then an upload begins
again.
"""

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import orjson
from aiohttp.web import BaseRequest, RequestPayloadError, StreamResponse

from proxy_core.dialects.gemini_native.errors import error_reply
from proxy_core.errors import BadRequest, Failed, ProblemKind
from proxy_core.gemini import faults
from proxy_core.gemini.resources import root_of
from proxy_core.gemini.wire import JsonObject
from proxy_core.relay.passing import UPLOAD_HEADERS, Passage, passed_back
from proxy_core.retry import problem_of
from proxy_core.server.body import invite
from proxy_core.server.context import Services, Visit
from proxy_core.server.native_resources import passed_on, whole
from proxy_core.server.routes import Route
from proxy_core.upstream.body_stream import BodyBroken, BodyStream
from proxy_core.upstream.google import Answer, NetworkFailure

URL = "x-goog-upload-url"
STATUS = "x-goog-upload-status"
_OVER = frozenset({"final", "cancelled"})
_ANSWER_BYTES = 4 << 20


async def start(visit: Visit, route: Route, services: Services, body: bytes) -> StreamResponse:
    """Answers `/upload/{version}/…`: begins a session, or takes all of a small file at once."""
    request = visit.request
    verb = f":{route.action}" if route.action else ""
    root = root_of(route.path)
    pin = None if root is None else services.owners.of([root])
    query = "&".join(f"{name}={value}" for name, value in passed_on(visit.query))
    path = f"/upload/{route.version}/{route.path}{verb}"
    passage = Passage(
        method="POST",
        path=f"{path}?{query}" if query else path,
        lane=f"/{route.path.partition('/')[0]}",
        body=body,
        headers=_headers(request),
        project=None if pin is None else pin.unit,
        resource="" if pin is None else pin.resource,
        together=True,
    )
    reply = await services.relay.pass_on(visit.exchange, passage)
    try:
        services.owners.learn(reply.document, reply.unit)
        if (url := reply.headers.get(URL)) is not None:
            name = services.uploads.open(url, reply.unit)
            origin = _origin(request, services.domain_name)
            reply.headers[URL] = f"{origin}/upload/session/{name}"
        return whole(visit, reply)
    finally:
        reply.close()


async def receive(visit: Visit, route: Route, services: Services) -> StreamResponse:
    """Answers `/upload/session/{id}`: bytes on their way, or a question how far they came.

    Raises BadRequest and Failed.
    """
    await services.relay.opened()  # a session may be from before a restart
    session = services.uploads.get(route.path)
    if session is None or not services.owners.serves(session.unit):
        raise BadRequest(UNKNOWN, kind=ProblemKind.NOT_FOUND)
    request = visit.request
    stopping, visit.closing = visit.closing, True  # unless all of the body was read
    try:
        answer = await services.uploads.upstream.send(
            request.method, session.path, _headers(request), await _body(request)
        )
    except BodyBroken as broken:
        raise BadRequest(f"The upload broke off: {broken}.") from broken
    except NetworkFailure as failure:
        raise Failed(problem_of(faults.network_fault(str(failure)), "")) from failure
    try:
        content = await _read(answer)
    finally:
        answer.release()
    visit.closing = stopping or not request.content.is_eof()
    headers = passed_back(answer.headers)
    if headers.get(STATUS) in _OVER:
        services.uploads.forget(route.path)
    if answer.status >= 400:
        return _refused(visit, answer, content, headers)
    if headers.get(STATUS) == "final":
        services.owners.learn(_document(content), session.unit)
    headers.pop("content-length", None)
    kind = headers.pop("content-type", "application/json")
    return visit.answer(content, kind, answer.status, headers)


def _refused(
    visit: Visit, answer: Answer, content: bytes, headers: dict[str, str]
) -> StreamResponse:
    """Google's own words, but not its 401 and 403: they speak of our credential."""
    fault = faults.classify(answer.status, answer.headers, content, with_api_key=False)
    problem = problem_of(fault, "")
    reply = error_reply(problem)
    visit.exchange.error = problem.kind
    told = {name: value for name, value in headers.items() if name.startswith(UPLOAD_HEADERS)}
    return visit.answer(reply.body, reply.content_type, reply.status, {**reply.headers, **told})


async def _body(request: BaseRequest) -> BodyStream | bytes:
    if not request.body_exists:
        return b""
    await invite(request)
    encoded = "Content-Encoding" in request.headers  # aiohttp has undone that
    return BodyStream(_pieces(request), None if encoded else request.content_length)


async def _pieces(request: BaseRequest) -> AsyncIterator[bytes]:
    try:
        while piece := await request.content.readany():
            yield piece
    except (RequestPayloadError, OSError) as error:
        raise BodyBroken("the client's connection or encoding failed") from error


async def _read(answer: Answer) -> bytes:
    parts: list[bytes] = []
    size = 0
    try:
        while size < _ANSWER_BYTES and (data := await answer.readany()):
            parts.append(data)
            size += len(data)
    except NetworkFailure as failure:
        raise Failed(problem_of(faults.network_fault(str(failure)), "")) from failure
    return b"".join(parts)


def _document(content: bytes) -> JsonObject:
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError:
        return {}
    return document if isinstance(document, dict) else {}


def _headers(request: BaseRequest) -> tuple[tuple[str, str], ...]:
    """The protocol's own fields, and what the body is."""
    return tuple(
        (name, value)
        for name, value in request.headers.items()
        if name.lower().startswith(UPLOAD_HEADERS) or name.lower() == "content-type"
    )


def _origin(request: BaseRequest, domain_name: str) -> str:
    """Scheme and host as the client addressed us; TLS may end in front of us."""
    host = request.headers.get("Host", "")
    own = urlsplit(domain_name)
    secure = own.netloc.lower() == host.lower() and own.scheme == "https"
    secure = secure or request.headers.get("X-Forwarded-Proto", "").lower() == "https"
    return f"{'https' if secure else 'http'}://{host}"


UNKNOWN = "This upload session is unknown or over. Start the upload again."
