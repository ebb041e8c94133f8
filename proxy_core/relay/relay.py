"""Sends one call to Google with one credential after another until one answers.

The only loop over failures: `faults` names the cause, `retry` gives the verdict, this acts.
Up to the commit point (first chunk of a stream, last byte of a whole answer) a failure may
move on; after it nothing is retried, but a long answer goes on where Google says that it can
(`continuing`). Not here: HTTP in, dialects.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from functools import partial
from typing import NoReturn, TypeVar
from weakref import WeakSet

import orjson

from proxy_core.clock import Clock
from proxy_core.credentials.model import Service
from proxy_core.credentials.tokens import Authorizer, Headers, TokenRefused, TokenUnavailable
from proxy_core.errors import Failed, ProblemKind
from proxy_core.events import AttemptRecord, CredentialsLoaded, Event, StandingChanged
from proxy_core.gemini import faults
from proxy_core.gemini.conversation import continues, conversation_key
from proxy_core.gemini.faults import Cause, Fault
from proxy_core.gemini.inline_media import INLINE_LIMIT_BYTES
from proxy_core.gemini.wire import Call, Chunk
from proxy_core.pool.lease import Lease, Want
from proxy_core.pool.pool import Exhausted, Pool
from proxy_core.pool.quota import midnight_pacific
from proxy_core.pool.survey import exhausted_problem, pinned_problem
from proxy_core.pool.together import TOGETHER
from proxy_core.relay.asking import JSON_BODY
from proxy_core.relay.continuing import LongStream, Part, resumable, whole_answer
from proxy_core.relay.exchange import Exchange
from proxy_core.relay.live import LiveReply, Opening
from proxy_core.relay.mending import Mender, Rungs
from proxy_core.relay.offloading import Offloading
from proxy_core.relay.opening import opened
from proxy_core.relay.passing import Passage, PassedReply, pass_on
from proxy_core.relay.receive import (
    Rejected,
    StreamReply,
    WholeReply,
    receive_chunks,
    receive_error,
    receive_spoken,
    receive_stream,
    receive_whole,
)
from proxy_core.relay.serving import Serving, said_by
from proxy_core.relay.trip import (
    CONVERSATIONAL,
    Attempt,
    Receive,
    Trip,
    about_the_named,
    path_of,
    standing,
)
from proxy_core.retry import RULES, History, Step, back_off_s, judge, problem_of
from proxy_core.upstream.google import Answer, NetworkFailure, Upstream

T = TypeVar("T")
LONGEST_TRIP_S = 300.0
"""No call goes round the pool for longer: with slow refusals and short rests it never ended, and
no client waits so long."""
PASSED_ON = ("x-goog-api-client", "x-server-timeout")
LATE = History(sends=1, same_cause=1, repaired=False, strikes=0)
"Of a fault behind the commit point, which is marked but never retried. What can be repaired is no "
"mark: an access token that has run out meanwhile is renewed for the next call."
UNCERTAIN = frozenset(
    {Cause.NETWORK, Cause.UPSTREAM_TIMEOUT, Cause.TRUNCATED, Cause.EMPTY, Cause.BAD_ANSWER}
)
"Failures after which Google may have done what it was asked."


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one call may try (settings MAX_ATTEMPTS, MAX_WAIT_S)."""

    max_attempts: int = 5
    max_wait_s: float = 20.0


class Relay:
    """Leases, sends, judges. Per process."""

    def __init__(
        self,
        *,
        pool: Pool,
        authorizer: Authorizer,
        upstream: Upstream,
        clock: Clock,
        loaded: asyncio.Event,
        patience: Patience,
        jitter: random.Random | None = None,
    ) -> None:
        self._pool = pool
        self._authorizer = authorizer
        self._upstream = upstream
        self._clock = clock
        self._loaded = loaded
        self.patience = patience
        "May be replaced at any time."
        self._random = jitter or random.Random()  # noqa: S311 - spreads load, guards nothing
        self._rungs = Rungs()
        self._serving = Serving(pool)
        self._offloading = Offloading(upstream=upstream, clock=clock)
        self._streams: WeakSet[StreamReply | LiveReply | PassedReply] = WeakSet()

    async def stream(self, exchange: Exchange, call: Call) -> StreamReply | LongStream:
        """A stream whose first chunk has arrived. Raises Failed. Close what it returns."""
        trip = await self._begin(exchange, call)
        reply = await self._stream(trip)
        if call.raw is not None:
            return reply
        return LongStream(reply, partial(self._go_on, trip, self._stream))

    async def _stream(self, trip: Trip) -> StreamReply:
        reply = await self._travel(trip, partial(self._send, receive_stream), holds_lease=True)
        self._streams.add(reply)
        reply.on_late_fault = partial(self._mark, reply.lease, history=LATE)
        return reply

    async def live(self, exchange: Exchange, call: Call, opening: Opening) -> LiveReply:
        """A Live session that Google has set up. Raises Failed. Close what it returns."""

        async def attempt(lease: Lease, trip: Trip) -> LiveReply:  # noqa: ARG001
            headers = await self._authorized(lease)
            with self._noticing_expiry(lease, headers):
                return await opening((*headers, *exchange.headers), lease)

        reply = await self._run(exchange, call, attempt, holds_lease=True)
        self._streams.add(reply)
        reply.on_late_fault = partial(self._mark, reply.lease, history=LATE)
        self._recall_unless_in_use(reply)  # switched off meanwhile
        return reply

    async def pass_on(self, exchange: Exchange, passage: Passage) -> PassedReply:
        """An answer about what a project keeps. Raises Failed. Close what it returns."""

        async def attempt(lease: Lease, trip: Trip) -> PassedReply:  # noqa: ARG001
            headers = await self._authorized(lease)
            sent = (*passage.headers, *headers, *exchange.headers)
            with self._noticing_expiry(lease, headers):
                return await pass_on(self._upstream, passage, sent, lease)

        reply = await self._run(exchange, passage.call(), attempt, holds_lease=True)
        if reply.body is None:
            self._streams.add(reply)
        return reply

    def cut_off(self) -> None:
        """Breaks off every running stream, so that each client is told in its own words."""
        for reply in tuple(self._streams):
            reply.abort()

    def on_event(self, event: Event) -> None:
        """Ends each Live session whose credential its owner has switched off or removed.

        Other answers are as good as there; a session may go on for hours.
        """
        match event:
            case CredentialsLoaded() | StandingChanged(model=None):
                for reply in tuple(self._streams):
                    if isinstance(reply, LiveReply):
                        self._recall_unless_in_use(reply)

    def _recall_unless_in_use(self, reply: LiveReply) -> None:
        member = self._pool.members.get(reply.lease.credential.id)
        if member is None or not member.enabled:
            reply.recall()

    async def chunks(self, exchange: Exchange, call: Call) -> list[Chunk]:
        """All chunks of a complete streamed answer. Raises Failed."""
        trip = await self._begin(exchange, call)
        try:
            part = await self._travel(trip, self._gather)
            return await whole_answer(part, partial(self._go_on, trip, self._part))
        except Rejected as rejected:
            raise Failed(problem_of(rejected.fault, call.model)) from rejected

    async def _part(self, trip: Trip) -> Part:
        return await self._travel(trip, self._gather)

    async def _gather(self, lease: Lease, trip: Trip) -> Part:
        try:
            return Part(await self._send(receive_chunks, lease, trip), lease)
        except Rejected as rejected:
            if not (chunks := resumable(rejected)):
                raise
            self._mark(lease, rejected.fault, LATE)
            return Part(chunks, lease, rejected)

    async def _go_on(
        self, trip: Trip, ask: Callable[[Trip], Awaitable[T]], lease: Lease, token: str, tries: int
    ) -> T:
        """The rest of an answer, of the credential that began it or else of its project."""
        unit = lease.member.unit
        others = {member.credential.id for member in unit.members} - {lease.credential.id}
        rest = self._trip(trip.exchange, trip.call)
        rest.want = trip.want._replace(tried=others, continues=False, unit=unit.id)
        rest.mender = copy(trip.mender)
        rest.mender.go_on(token)
        rest.luggage = trip.luggage
        rest.exchange.patient = True  # no other model can answer any more
        rest.wait_left = self.patience.max_wait_s
        rest.sends = max(0, self.patience.max_attempts - tries)
        rest.tolerant = True  # a hop may well say nothing
        return await ask(rest)

    async def whole(self, exchange: Exchange, call: Call) -> WholeReply:
        """A complete answer to a call that does not stream. Raises Failed."""
        receive = receive_spoken if call.action in CONVERSATIONAL else receive_whole
        return await self._run(exchange, call, partial(self._send, receive))

    async def _run(
        self, exchange: Exchange, call: Call, attempt: Attempt[T], *, holds_lease: bool = False
    ) -> T:
        trip = await self._begin(exchange, call)
        return await self._travel(trip, attempt, holds_lease=holds_lease)

    async def opened(self) -> None:
        """Returns once credentials and memory were read. Raises Failed when that takes too long."""
        if not self._loaded.is_set():
            await opened(self._loaded, self._clock)

    async def _begin(self, exchange: Exchange, call: Call) -> Trip:
        if not self._loaded.is_set():
            await self.opened()
        return self._trip(exchange, call)

    async def _travel(self, trip: Trip, attempt: Attempt[T], *, holds_lease: bool = False) -> T:
        while True:
            lease = await self._lease(trip)
            kept = False
            try:
                reply = await self._use(lease, trip, attempt)
                if reply is not None:
                    kept = holds_lease
                    return reply
            finally:
                if not kept:
                    lease.give_back()

    def _trip(self, exchange: Exchange, call: Call) -> Trip:
        key, goes_on = None, False
        if call.action in CONVERSATIONAL:
            key, goes_on = conversation_key(call), continues(call)
        elif call.together:
            key, goes_on = TOGETHER, True
        services = self._serving.services_for(call)
        return Trip(
            call=call,
            exchange=exchange,
            want=Want(standing(call), set(), key, goes_on, services, call.project),
            mender=Mender(call, self._rungs),
            path=path_of(call),
            wait_left=self.patience.max_wait_s if exchange.patient else 0.0,
            ends_at=self._clock.monotonic() + LONGEST_TRIP_S,
            repeatable=call.repeatable,
        )

    # -- which credential ------------------------------------------------------------------

    async def _lease(self, trip: Trip) -> Lease:
        want = trip.want
        while (lease := self._pool.take(want)) is None:
            if want.tried:  # all others were tried or rest: begin again, later
                if trip.last is not None and not trip.exchange.patient:
                    raise Failed(problem_of(trip.last, trip.call.model))
                trip.rounds += 1
                await self._clock.sleep(back_off_s(trip.rounds, self._random.random()))
                want.tried.clear()
                continue
            lease = await self._wait(trip)
            break
        trip.refreshed = False
        return lease

    async def _wait(self, trip: Trip) -> Lease:
        began = self._clock.monotonic()
        try:
            return await self._pool.lease(trip.want, trip.wait_left)
        except Exhausted:
            now = self._clock.now()
            if trip.want.unit is not None:
                problem = pinned_problem(self._pool, trip.want, trip.call.resource, now)
                raise Failed(problem) from None
            problem = exhausted_problem(self._pool, trip.want.model, now, trip.want.services)
            if trip.last is not None and problem.kind is not ProblemKind.RATE_LIMITED:
                problem = problem_of(trip.last, trip.call.model)
            raise Failed(problem) from None
        finally:
            trip.wait_left -= self._clock.monotonic() - began

    # -- one lease -------------------------------------------------------------------------

    async def _use(self, lease: Lease, trip: Trip, attempt: Attempt[T]) -> T | None:
        """Sends on one lease, repairs included; None: take another credential."""
        while True:
            began = self._clock.monotonic()
            try:
                reply = await attempt(lease, trip)
            except Rejected as rejected:
                fault = about_the_named(trip, rejected.fault)
            else:
                self._succeeded(lease, trip, began)
                return reply
            self._record(lease, trip, str(fault.cause), began)
            self._serving.refused(trip.call, lease, fault)
            if not self._act(lease, trip, fault):
                return None

    async def _authorized(self, lease: Lease) -> Headers:
        """What authorizes an attempt. Raises Rejected."""
        headers = self._authorizer.ready(lease.credential)
        if headers is None:
            try:
                headers = await self._authorizer.headers(lease.credential)
            except (TokenRefused, TokenUnavailable) as refusal:
                raise Rejected(refusal.fault) from refusal
        return headers

    @contextmanager
    def _noticing_expiry(self, lease: Lease, headers: Headers) -> Iterator[None]:
        """An access token that Google calls stale is not used again."""
        try:
            yield
        except Rejected as rejected:
            self._notice_expiry(rejected, lease, headers)
            raise

    def _notice_expiry(self, rejected: Rejected, lease: Lease, headers: Headers) -> None:
        if rejected.fault.cause is Cause.TOKEN_EXPIRED:
            self._authorizer.expire(lease.credential, headers)

    async def _send(self, receive: Receive[T], lease: Lease, trip: Trip) -> T:
        """An attempt that is one request, its answer read by `receive`."""
        headers = await self._authorized(lease)
        origin, path, extra, body = self._serving.outgoing(trip.call, trip.path, trip.mender, lease)
        if len(body) > INLINE_LIMIT_BYTES and trip.call.raw is None:
            body = await self._lightened(body, lease, trip, headers)
        sent = (JSON_BODY, *headers, *extra, *trip.exchange.headers)
        try:
            answer = await self._upstream.send("POST", path, sent, body, origin)
        except NetworkFailure as failure:
            raise Rejected(faults.network_fault(str(failure))) from failure
        kept = False
        read = receive if answer.status == 200 else _receive_refusal
        try:
            reply = await read(answer, lease, tolerant=trip.tolerant)
        except Rejected as rejected:  # not _noticing_expiry, which costs each request more
            self._notice_expiry(rejected, lease, headers)
            raise
        else:
            kept = isinstance(reply, StreamReply)
            self._serving.arrived(reply, trip.call, lease)
            return reply
        finally:
            if not kept:
                answer.release()

    async def _lightened(self, body: bytes, lease: Lease, trip: Trip, headers: Headers) -> bytes:
        """The body with files in the place of its heaviest media. Raises Rejected."""
        if trip.luggage is None:
            trip.luggage = self._offloading.pack(trip.mender.body, len(body))
        if not trip.luggage.blobs or lease.credential.service is Service.VERTEX:
            return body  # Vertex AI knows no such files
        with self._noticing_expiry(lease, headers):
            lightened = await self._offloading.lighten(
                trip.mender.body, trip.luggage, lease, headers
            )
        return orjson.dumps(lightened)

    def _succeeded(self, lease: Lease, trip: Trip, began: float) -> None:
        trip.mender.worked()
        self._pool.succeed(lease)
        self._record(lease, trip, "ok", began)
        if trip.exchange.first_at is None:
            trip.exchange.first_at = self._clock.monotonic()

    def _record(self, lease: Lease, trip: Trip, outcome: str, began: float) -> None:
        trip.exchange.attempts.append(
            AttemptRecord(
                lease.credential.id, lease.member.label, outcome, self._clock.monotonic() - began
            )
        )

    def _act(self, lease: Lease, trip: Trip, fault: Fault) -> bool:
        """Carries out the verdict. True: send again on this lease; False: take another."""
        cause = fault.cause
        trip.causes.append(cause)
        mended = self._mend(trip, cause, vertex=lease.credential.service is Service.VERTEX)
        if RULES[cause].step is Step.RETRY:
            trip.sends += 1
            trip.last = fault
        history = History(trip.sends, trip.causes.count(cause), not mended, lease.strikes)
        step = self._mark(lease, fault, history)
        if step is Step.RETRY and cause in UNCERTAIN and not trip.repeatable:
            step = Step.SURFACE
        if step is not Step.REPAIR and self._clock.monotonic() > trip.ends_at:
            step = Step.SURFACE
        match step:
            case Step.REPAIR:
                return True
            case Step.SURFACE:
                raise Failed(problem_of(fault, trip.call.model))
            case Step.RETRY:
                trip.want.tried.update(m.credential.id for m in lease.member.unit.members)
            case Step.ROTATE:
                pass
        return False

    def _mark(self, lease: Lease, fault: Fault, history: History) -> Step:
        """Judges a fault and lets the pool bear the mark; returns what to do next."""
        now = self._clock.now()
        verdict = judge(
            fault,
            history,
            max_attempts=self.patience.max_attempts,
            now=now,
            day_ends=midnight_pacific(now),
            jitter=self._random.random(),
        )
        if verdict.mark is not None:
            self._pool.mark(lease, verdict.mark, fault)
        return verdict.step

    def _mend(self, trip: Trip, cause: Cause, *, vertex: bool) -> bool:
        """Whether sending once more on the same lease has a chance now."""
        match cause:
            case Cause.TOKEN_EXPIRED:
                first, trip.refreshed = not trip.refreshed, True
                return first
            case Cause.SIGNATURE_MISSED | Cause.MALFORMED_CALL | Cause.EMPTY:
                if cause is Cause.SIGNATURE_MISSED:
                    trip.mender.mend(Cause.SIGNATURE)
                first, trip.tolerant = not trip.tolerant, True
                return first
            case Cause.THINKING if vertex and trip.mender.lower_thinking():
                return True
            case Cause.NOT_OWNED | Cause.NOT_FOUND if trip.luggage is not None:
                return self._offloading.renew(trip.luggage)
            case _:
                return trip.mender.mend(cause)


def lean_headers(headers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The client's headers that may go on to Google."""
    return tuple([(name, headers[name]) for name in PASSED_ON if name in headers])


async def _receive_refusal(answer: Answer, lease: Lease, *, tolerant: bool) -> NoReturn:  # noqa: ARG001
    """Raises Rejected."""
    raise Rejected(said_by(lease.credential.service, await receive_error(answer, lease)))
