"""Answers exchanges of translated dialects: parse, relay, render.

The same renderer folds the chunks of a stream and of a whole answer, so the two say the
same. Not here: what a dialect looks like.
"""

import asyncio
from dataclasses import replace
from functools import partial

import orjson
from aiohttp.web import StreamResponse

from proxy_core.dialects.contract import Dialect, ParseContext, ParsedRequest, Renderer, Stamp
from proxy_core.dialects.missing_models import advice
from proxy_core.dialects.model_names import models_of
from proxy_core.errors import Failed, Problem, ProblemKind
from proxy_core.events import Tokens
from proxy_core.gemini.replies import MISSING_SIGNATURE, MODEL_ERRORS, finish_reason, has_content
from proxy_core.gemini.stream import event_data
from proxy_core.gemini.wire import Call, Chunk
from proxy_core.relay.exchange import Exchange
from proxy_core.relay.owners import Owners
from proxy_core.relay.receive import Rejected, tokens_of
from proxy_core.retry import problem_of
from proxy_core.server.chain import Chain
from proxy_core.server.context import Services, Visit
from proxy_core.server.ids import new_id
from proxy_core.server.outflow import CutOff, Outflow

NO_ANSWER = MODEL_ERRORS | {MISSING_SIGNATURE}
"Ends that are none of an answer, where nothing was said before."
SESSION_HEADER = "x-claude-code-session-id"
"Names the conversation, where the body does not."


async def answer(visit: Visit, dialect: Dialect, services: Services, body: bytes) -> StreamResponse:
    """Answers one request in `dialect`. Raises BadRequest and Failed before the first frame."""
    context = services.parsing
    session = visit.request.headers.get(SESSION_HEADER, "")
    if visit.form or session:
        context = replace(context, form=visit.form, session=session)
    request = _Request(visit.exchange, dialect, context, body, services.owners)
    if request.parsed.stream:
        return await _stream(visit, request, services)
    while True:
        try:
            await _fold(visit.exchange, request.parsed, request.renderer, services)
        except Failed as failed:
            request.go_on(failed)
        else:
            return visit.answer(request.renderer.whole(), request.renderer.whole_type)


class _Request:
    """One request, parsed for the model at hand; an alias may name several. Per exchange."""

    def __init__(
        self,
        exchange: Exchange,
        dialect: Dialect,
        context: ParseContext,
        body: bytes,
        owners: Owners,
    ) -> None:
        self._exchange, self._dialect = exchange, dialect
        self._context, self._body, self._owners = context, body, owners
        self._opened = False
        self.committed = False
        "Whether frames of an answer went out: no other model can answer from then on."
        self._take(self._parse(0))
        exchange.stream = self.parsed.stream
        name = self.parsed.model
        models = self.parsed.models or models_of(name, context)
        self._chain = Chain(exchange, models, partial(advice, name, context))

    def opening(self) -> bytes:
        """What goes out with a head that has to go before the first chunk."""
        self._opened = True
        return self.renderer.opening()

    def go_on(self, failed: Failed) -> None:
        """Parses again for the next model. Raises Failed where there is none."""
        self._take(self._chain.go_on(failed, self._parse))

    def _parse(self, step: int) -> ParsedRequest:
        context = replace(self._context, step=step) if step else self._context
        parsed = self._dialect.parse(self._body, context)
        if not self._owners.know_any:
            return parsed
        return parsed._replace(calls=tuple(map(self._owners.pinned, parsed.calls)))

    def _take(self, parsed: ParsedRequest) -> None:
        exchange = self._exchange
        exchange.model = parsed.calls[0].model
        self.parsed = parsed
        self.renderer = parsed.renderer(Stamp(exchange.id, int(exchange.at), new_id))
        if self._opened:
            self.renderer.opening()  # the client has these frames already


async def _fold(
    exchange: Exchange, parsed: ParsedRequest, renderer: Renderer, services: Services
) -> None:
    if len(parsed.calls) == 1:
        answers = [await _chunks(exchange, parsed.calls[0], services)]
    else:
        answers = await _side_by_side(exchange, parsed.calls, services)
    for index, chunks in enumerate(answers):
        for chunk in chunks:
            renderer.chunk(chunk, index)
        _count(exchange, tokens_of(chunks[-1]))


async def _chunks(exchange: Exchange, call: Call, services: Services) -> list[Chunk]:
    """A call's answer, streamed by Google where the action is one that streams."""
    if call.streams:
        return await services.relay.chunks(exchange, call)
    return [(await services.relay.whole(exchange, call)).chunk]


async def _side_by_side(
    exchange: Exchange, calls: tuple[Call, ...], services: Services
) -> list[list[Chunk]]:
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_chunks(exchange, call, services)) for call in calls]
    except* Failed as failures:
        raise _first(failures) from None
    return [task.result() for task in tasks]


async def _stream(visit: Visit, request: _Request, services: Services) -> StreamResponse:
    form = request.renderer
    out = visit.outflow(form.content_type, form.keep_alive, services.pace, request.opening)
    try:
        try:
            last = await _send(visit.exchange, request, out, services)
        except Failed as failed:
            if not out.started:
                raise
            visit.exchange.error = failed.problem.kind
            told = request.renderer.fail(failed.problem)
            if told is None:
                raise CutOff from None
            last = told
        await out.write(last)
        return await out.end()
    finally:
        out.close()


async def _send(exchange: Exchange, request: _Request, out: Outflow, services: Services) -> bytes:
    """Sends the frames of an answer as they arise; returns the closing ones."""
    while True:
        try:
            if len(request.parsed.calls) == 1:
                await _pump(exchange, request, 0, out, services)
            else:
                await _pump_all(exchange, request, out, services)
            return request.renderer.end()
        except Failed as failed:
            if request.committed:
                raise
            request.go_on(failed)


async def _pump(
    exchange: Exchange, request: _Request, index: int, out: Outflow, services: Services
) -> None:
    """Sends the frames of one call's chunks as they arrive."""
    call = request.parsed.calls[index]
    reply = await services.relay.stream(exchange, call)
    translation = _Translation(request.renderer, index)
    try:
        while blocks := await reply.blocks():
            if frames := translation.frames(blocks):  # without any, the status is still open
                request.committed = True
                await out.write(frames)
    except Rejected as rejected:
        raise Failed(problem_of(rejected.fault, call.model)) from rejected
    finally:
        _count(exchange, reply.tokens())
        reply.close()


class _Translation:
    """One call's blocks into frames; those that arrived together leave together."""

    __slots__ = ("_index", "_renderer", "_spoke")

    def __init__(self, renderer: Renderer, index: int) -> None:
        self._renderer = renderer
        self._index = index
        self._spoke = False

    def frames(self, blocks: list[bytes]) -> bytes:
        if len(blocks) == 1:
            return self._frame(blocks[0])
        return b"".join([self._frame(block) for block in blocks])

    def _frame(self, block: bytes) -> bytes:
        payload = event_data(block)
        if not payload:
            return b""
        chunk = _parsed(payload)
        if not self._spoke:
            self._spoke = has_content(chunk)
            if not self._spoke and finish_reason(chunk) in NO_ANSWER:
                raise Failed(_broken_call(chunk))
        return self._renderer.chunk(chunk, self._index)


async def _pump_all(
    exchange: Exchange, request: _Request, out: Outflow, services: Services
) -> None:
    try:
        async with asyncio.TaskGroup() as group:
            for index in range(len(request.parsed.calls)):
                group.create_task(_pump(exchange, request, index, out, services))
    except* (Failed, OSError) as failures:  # OSError: the client left
        raise _first(failures) from None


def _parsed(payload: bytes) -> Chunk:
    try:
        chunk = orjson.loads(payload)
    except orjson.JSONDecodeError:
        chunk = None
    if not isinstance(chunk, dict):
        raise Failed(
            Problem(ProblemKind.BAD_UPSTREAM, "Google sent something that is not a chunk.")
        )
    return chunk  # type: ignore[return-value]  # a dict by now; its keys are Google's affair


def _broken_call(chunk: Chunk) -> Problem:
    return Problem(
        ProblemKind.BAD_UPSTREAM,
        f"The model broke off its own answer ({finish_reason(chunk)}); ask again.",
    )


def _first(failures: BaseExceptionGroup[Failed | OSError]) -> Failed | OSError:
    failure: BaseException = failures
    while isinstance(failure, BaseExceptionGroup):
        failure = failure.exceptions[0]
    assert isinstance(failure, Failed | OSError)
    return failure


def _count(exchange: Exchange, tokens: Tokens | None) -> None:
    """Adds the use of one call to the exchange's."""
    if tokens is None:
        return
    before = exchange.tokens
    exchange.tokens = tokens if before is None else before.plus(tokens)
