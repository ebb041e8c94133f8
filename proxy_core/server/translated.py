"""Answers exchanges of translated dialects: parse, relay, render.

The same renderer folds the chunks of a stream and of a whole answer, so the two say the
same. Not here: what a dialect looks like.
"""

import asyncio
from dataclasses import replace

import orjson
from aiohttp.web import StreamResponse

from proxy_core.dialects.contract import Dialect, ParsedRequest, Renderer, Stamp
from proxy_core.errors import Failed, Problem, ProblemKind
from proxy_core.events import Tokens
from proxy_core.gemini.replies import MODEL_ERRORS, finish_reason, has_content
from proxy_core.gemini.stream import event_data
from proxy_core.gemini.wire import Call, Chunk
from proxy_core.relay.exchange import Exchange
from proxy_core.relay.receive import Rejected, tokens_of
from proxy_core.retry import problem_of
from proxy_core.server.context import Services, Visit
from proxy_core.server.ids import new_id
from proxy_core.server.outflow import Outflow


async def answer(visit: Visit, dialect: Dialect, services: Services, body: bytes) -> StreamResponse:
    """Answers one request in `dialect`. Raises BadRequest and Failed before the first frame."""
    exchange = visit.exchange
    context = services.parsing
    if visit.form:
        context = replace(context, form=visit.form)
    parsed = dialect.parse(body, context)
    exchange.stream = parsed.stream
    exchange.model = parsed.calls[0].model
    renderer = parsed.renderer(Stamp(exchange.id, int(exchange.at), new_id))
    if parsed.stream:
        return await _stream(visit, parsed, renderer, services)
    await _fold(exchange, parsed, renderer, services)
    return visit.answer(renderer.whole(), renderer.whole_type)


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


async def _stream(
    visit: Visit, parsed: ParsedRequest, renderer: Renderer, services: Services
) -> StreamResponse:
    out = visit.outflow(renderer.content_type, renderer.keep_alive, services.pace, renderer.opening)
    exchange = visit.exchange
    try:
        try:
            if len(parsed.calls) == 1:
                await _pump(exchange, parsed.calls[0], 0, renderer, out, services)
            else:
                await _pump_all(exchange, parsed.calls, renderer, out, services)
        except Failed as failed:
            if not out.started:
                raise
            exchange.error = failed.problem.kind
            await out.write(renderer.fail(failed.problem))
            return await out.end()
        await out.write(renderer.end())
        return await out.end()
    finally:
        out.close()


async def _pump(
    exchange: Exchange,
    call: Call,
    index: int,
    renderer: Renderer,
    out: Outflow,
    services: Services,
) -> None:
    """Sends the frames of one call's chunks as they arrive."""
    reply = await services.relay.stream(exchange, call)
    translation = _Translation(renderer, index)
    try:
        while blocks := await reply.blocks():
            await out.write(translation.frames(blocks))
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
            if not self._spoke and finish_reason(chunk) in MODEL_ERRORS:
                raise Failed(_broken_call(chunk))
        return self._renderer.chunk(chunk, self._index)


async def _pump_all(
    exchange: Exchange,
    calls: tuple[Call, ...],
    renderer: Renderer,
    out: Outflow,
    services: Services,
) -> None:
    try:
        async with asyncio.TaskGroup() as group:
            for index, call in enumerate(calls):
                group.create_task(_pump(exchange, call, index, renderer, out, services))
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
