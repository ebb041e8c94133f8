"""Live sessions: a client's websocket and one of Google's, joined frame by frame.

The client's first message, its setup, decides which credential serves; until Google has answered
that, the next one may be tried (`relay`). From then on nothing is looked into but what Google says
of use and of resuming, and everything is passed on as it came: text and binary messages, pings,
close codes, unless they speak of our credential. One frame at a time is held for each way, so
whoever reads slowly slows the other. Clients in Vertex mode get sessions of the Gemini API too;
where the two differ, messages are rewritten (`gemini.vertex_live`).
"""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Literal, NamedTuple

from aiohttp.web import StreamResponse, WebSocketResponse

from proxy_core.dialects.gemini_native.errors import error_reply
from proxy_core.dialects.gemini_native.parse import check_model
from proxy_core.errors import BadRequest, Failed, Problem, ProblemKind
from proxy_core.gemini.faults import Fault
from proxy_core.gemini.live_setup import LiveSetup, read_setup
from proxy_core.gemini.resources import named_in
from proxy_core.gemini.vertex_live import message_to_vertex, setup_to_gemini
from proxy_core.gemini.wire import Call
from proxy_core.relay.live import ACTION, RESUMABLE_S, LiveReply, handle_name, open_session
from proxy_core.retry import problem_of
from proxy_core.server.chain import Request
from proxy_core.server.context import Services, Visit
from proxy_core.server.routes import Route, Target
from proxy_core.upstream.live import (
    ABNORMAL,
    BROKEN,
    CLOSE_PATIENCE_S,
    GOING_AWAY,
    MOST_BYTES,
    Closing,
    Frame,
    Socket,
)

SETUP_PATIENCE_S = 30.0
"For a client's first message."
EARLY_BYTES = 1 << 20
"Of messages that come before Google has answered; a client that sends more has to wait."
SWITCHED = 101
VERSIONS = {"v1": "v1beta"}
"`v1` has no Live API, but google-genai 3 names it unless told otherwise."


class _Left(Exception):
    """The client ended it before it began."""


class _Form(NamedTuple):
    """How a client's messages differ from those of the Gemini API."""

    version: str
    "Of the Gemini API."
    setup: Callable[[bytes], bytes]
    "The first message, from the client."
    message: Callable[[bytes], bytes]
    "Each message, to the client."


def _as_it_is(message: bytes) -> bytes:
    return message


def _form_of(route: Route) -> _Form:
    if route.target is Target.VERTEX_LIVE:
        return _Form("v1beta", setup_to_gemini, message_to_vertex)
    return _Form(VERSIONS.get(route.version, route.version), _as_it_is, _as_it_is)


async def answer(visit: Visit, route: Route, services: Services) -> StreamResponse:
    """Serves one session to its end. Raises BadRequest while the connection still speaks HTTP."""
    websocket: WebSocketResponse[Literal[False]] = WebSocketResponse(
        timeout=CLOSE_PATIENCE_S,
        autoclose=False,
        autoping=False,
        compress=False,  # of our own making, between programs of one machine: CPU for nothing
        max_msg_size=MOST_BYTES,
        decode_text=False,
    )
    if not websocket.can_prepare(visit.request).ok:
        raise BadRequest("Live sessions are websockets: this request does not ask for one.")
    websocket.headers.update(visit.headers())
    await websocket.prepare(visit.request)
    visit.status, visit.switched = SWITCHED, True
    client = Socket(websocket)
    try:
        closing = await _serve(visit, client, _form_of(route), services)
    except (BadRequest, Failed) as failure:
        closing = _told(visit, failure.problem)
    except _Left:
        closing = Closing(GOING_AWAY)
    await client.close(closing)
    return websocket


async def _serve(visit: Visit, client: Socket, form: _Form, services: Services) -> Closing:
    """Runs the session; what to close the client's end with."""
    services.arriving.add(client)
    try:
        reply, early = await _begin(visit, client, form, services)
    finally:
        services.arriving.discard(client)
    exchange = visit.exchange
    try:
        reply.on_handle = partial(_keep, services, reply.lease.member.unit.id)
        return await _run(client, reply, early, form)
    finally:
        exchange.tokens = reply.tokens()
        if reply.fault is not None:
            exchange.error = problem_of(reply.fault, exchange.model).kind
        reply.close()


async def _begin(
    visit: Visit, client: Socket, form: _Form, services: Services
) -> tuple[LiveReply, list[Frame]]:
    """The session that the client's setup asks for, and what came behind that."""
    frame = await _first_message(client)
    if visit.debug is not None:
        visit.debug.request(visit.exchange.id, "SETUP", visit.path, frame.data)
    setup = read_setup(form.setup(frame.data))
    visit.exchange.stream = True

    def read(model: str) -> Call:
        return _call(setup, model, form.version, services)

    async def ask(call: Call) -> LiveReply:
        assert call.raw is not None
        opening = partial(open_session, services.live, call.version, Frame(frame.kind, call.raw))
        return await services.relay.live(visit.exchange, call, opening)

    request = Request(visit.exchange, setup.model, services.parsing, read)
    return await _open(client, request.answered(ask))


def send_off(services: Services) -> None:
    """We stop: clients whose session has not begun are told at once."""
    for client in services.arriving:
        client.drop(Closing(GOING_AWAY, STOPPING))


async def _open(
    client: Socket, opening: Coroutine[Any, Any, LiveReply]
) -> tuple[LiveReply, list[Frame]]:
    """The session, and what the client did not wait for it with.

    Raises _Left as soon as the client does.
    """
    early: list[Frame] = []
    listening = asyncio.create_task(_listen(client, early), name="early messages of a client")
    opened = asyncio.create_task(opening, name="open a Live session")
    kept = False
    try:
        await asyncio.wait((listening, opened), return_when=asyncio.FIRST_COMPLETED)
        if listening.done() and listening.result():
            raise _Left
        reply = await opened
        await _end(listening)
        if not listening.cancelled() and listening.result():
            raise _Left
        kept = True
        return reply, early
    finally:
        if not kept:  # nothing is waited for here: a second cancellation would end that
            listening.cancel()
            opened.cancel()
            opened.add_done_callback(_close_unused)


def _close_unused(opened: "asyncio.Task[LiveReply]") -> None:
    if not opened.cancelled() and opened.exception() is None:
        opened.result().close()


async def _listen(client: Socket, early: list[Frame]) -> bool:
    """Collects what comes, as long as it is little; whether the client has left."""
    held = 0
    while held < EARLY_BYTES:
        got = await client.message()
        if isinstance(got, Closing):
            return True
        early.append(got)
        held += len(got.data)
    return False


async def _first_message(client: Socket) -> Frame:
    try:
        async with asyncio.timeout(SETUP_PATIENCE_S):
            got = await client.message()
    except TimeoutError:
        raise BadRequest("No setup came.", "setup") from None
    if isinstance(got, Closing):
        raise _Left
    return got


def _call(setup: LiveSetup, model: str, version: str, services: Services) -> Call:
    """The call to a model, with the project that owns what the setup names. Raises BadRequest."""
    check_model(model)
    call = Call(model, ACTION, setup.body, setup.asking(model), version)
    names = named_in(setup.body)
    if setup.handle is not None:
        names.append(handle_name(setup.handle))
    pin = services.owners.of(names)
    return call if pin is None else call._replace(project=pin.unit, resource=pin.told)


def _keep(services: Services, unit: str, handle: str) -> None:
    services.owners.note(handle_name(handle), unit, RESUMABLE_S)


async def _run(client: Socket, reply: LiveReply, early: list[Frame], form: _Form) -> Closing:
    """Passes everything on until one side ends it."""
    up = asyncio.create_task(_up(client, reply, early), name="from a client to Google")
    down = asyncio.create_task(_down(client, reply, form), name="from Google to a client")
    cut = asyncio.create_task(reply.cut.wait(), name="the end of a Live session")
    running: set[asyncio.Task[Any]] = {up, down, cut}
    try:
        while cut in running and len(running) > 1:
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            if down in done and (closing := down.result()) is not None:
                reply.ended(closing)
                return _passed_on(closing, reply.fault)
            if up in done and (closing := up.result()) is not None:
                reply.farewell = closing
                return closing
        if not cut.done():
            return Closing(BROKEN, GOOGLE_LEFT)
        return Closing(GOING_AWAY, TAKEN_OUT if reply.recalled else STOPPING)
    finally:
        await _end(up, down, cut)


def _passed_on(closing: Closing, fault: Fault | None) -> Closing:
    """Google's own words, but not those about our credential: they are no client's business."""
    if closing.code == ABNORMAL:
        return Closing(BROKEN, GOOGLE_LEFT)
    problem = None if fault is None else problem_of(fault, "")
    if problem is None or problem.kind is not ProblemKind.UNUSABLE_CREDENTIALS:
        return closing
    return Closing(BROKEN, problem.message)


async def _up(client: Socket, reply: LiveReply, early: list[Frame]) -> Closing | None:
    """How the client ended it; None where Google does not take any more."""
    try:
        for frame in early:
            await reply.socket.send(frame)
        while not isinstance(got := await client.receive(), Closing):
            await reply.socket.send(got)
    except OSError:
        return None
    return got


async def _down(client: Socket, reply: LiveReply, form: _Form) -> Closing | None:
    """How Google ended it; None where the client does not take any more."""
    got: Frame | Closing = reply.first
    try:
        while not isinstance(got, Closing):
            reply.note(got.data)
            await client.send(got._replace(data=form.message(got.data)))
            got = await reply.socket.receive()
    except OSError:
        return None
    return got


async def _end(*tasks: "asyncio.Task[Any]") -> None:
    """Ends tasks, whatever becomes of them."""
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


def _told(visit: Visit, problem: Problem) -> Closing:
    """A close frame for what would have been an HTTP error a moment before."""
    visit.status = error_reply(problem).status
    visit.exchange.error = problem.kind
    reason = problem.message
    if problem.kind is ProblemKind.MODEL_NOT_FOUND and problem.model:
        reason = NOT_LIVE.format(problem.model)  # short enough for a close frame
    return Closing(_CODES.get(problem.kind, BROKEN), reason)


_CODES = {
    ProblemKind.BAD_REQUEST: 1007,
    ProblemKind.CONTEXT_TOO_LONG: 1007,
    ProblemKind.TOO_LARGE: 1009,
    ProblemKind.FORBIDDEN: 1008,
    ProblemKind.MODEL_NOT_FOUND: 1008,
    ProblemKind.NOT_FOUND: 1008,
}
"Close codes, as Google uses them; everything else is 1011."
NOT_LIVE = "No credential of the pool offers Live sessions of {}; gemini-3.8-live has them."
GOOGLE_LEFT = "Google closed the connection of the session."
STOPPING = "Pollux is stopping."
TAKEN_OUT = "The credential of this session was switched off or removed; begin a new session."
