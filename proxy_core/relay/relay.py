"""Sends one call to Google with one credential after another until one answers.

The only loop over failures: `faults` names the cause, `retry` gives the verdict, this acts.
Up to the commit point (first chunk of a stream, last byte of a whole answer) a failure may
move on; after it nothing is retried. Not here: HTTP in, dialects.
"""

import asyncio
import random
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol, TypeVar
from weakref import WeakSet

import orjson

from proxy_core.clock import Clock
from proxy_core.credentials.tokens import Authorizer, TokenRefused, TokenUnavailable
from proxy_core.errors import Failed, ProblemKind
from proxy_core.events import AttemptRecord
from proxy_core.gemini import faults
from proxy_core.gemini.conversation import continues, conversation_key
from proxy_core.gemini.faults import Cause, Fault
from proxy_core.gemini.wire import Call, Chunk
from proxy_core.pool.lease import Lease, Want
from proxy_core.pool.pool import Exhausted, Pool
from proxy_core.pool.quota import midnight_pacific
from proxy_core.pool.survey import exhausted_problem
from proxy_core.relay.exchange import Exchange
from proxy_core.relay.mending import Mender, Rungs
from proxy_core.relay.opening import opened
from proxy_core.relay.receive import (
    Rejected,
    StreamReply,
    WholeReply,
    receive_chunks,
    receive_error,
    receive_stream,
    receive_whole,
)
from proxy_core.retry import RULES, History, Step, back_off_s, judge, problem_of
from proxy_core.upstream.google import Answer, NetworkFailure, Upstream

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")
LONGEST_TRIP_S = 300.0
"""No call goes round the pool for longer: with slow refusals and short rests it never ended, and
no client waits so long."""
JSON_BODY = ("Content-Type", "application/json")
PASSED_ON = ("x-goog-api-client", "x-server-timeout")
LATE = History(sends=1, same_cause=1, repaired=True, strikes=0)
"Of a fault behind the commit point, which is marked but never retried."
CONVERSATIONAL = frozenset({"generateContent", "streamGenerateContent"})
"Actions whose requests belong to a conversation."


class Receive(Protocol[T_co]):
    """Reads an answer up to its commit point; raises Rejected."""

    def __call__(self, answer: Answer, lease: Lease, *, tolerant: bool) -> Awaitable[T_co]: ...


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one call may try (settings MAX_ATTEMPTS, MAX_WAIT_S)."""

    max_attempts: int = 5
    max_wait_s: float = 20.0


@dataclass(slots=True)
class Trip:
    """One call on its way. Per call, then per lease."""

    call: Call
    exchange: Exchange
    want: Want
    mender: Mender
    path: str
    wait_left: float
    ends_at: float
    "When no further credential is tried, monotonic."
    causes: list[Cause] = field(default_factory=list)
    "Of every failed send, in order."
    sends: int = 0
    "Sends that ended in a failure that counts."
    rounds: int = 0
    last: Fault | None = None
    "The last failure that was nobody's fault."
    tolerant: bool = False

    refreshed: bool = False
    "Whether this lease's access token was renewed after a 401."


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
        self._streams: WeakSet[StreamReply] = WeakSet()

    async def stream(self, exchange: Exchange, call: Call) -> StreamReply:
        """A stream whose first chunk has arrived. Raises Failed. Close what it returns."""
        reply = await self._run(exchange, call, receive_stream, holds_lease=True)
        self._streams.add(reply)
        reply.on_late_fault = partial(self._mark, reply.lease, history=LATE)
        return reply

    def cut_off(self) -> None:
        """Breaks off every running stream, so that each client is told in its own words."""
        for reply in tuple(self._streams):
            reply.abort()

    async def chunks(self, exchange: Exchange, call: Call) -> list[Chunk]:
        """All chunks of a complete streamed answer. Raises Failed."""
        return await self._run(exchange, call, receive_chunks)

    async def whole(self, exchange: Exchange, call: Call) -> WholeReply:
        """A complete answer to a call that does not stream. Raises Failed."""
        return await self._run(exchange, call, receive_whole)

    async def _run(
        self, exchange: Exchange, call: Call, receive: Receive[T], *, holds_lease: bool = False
    ) -> T:
        if not self._loaded.is_set():
            await opened(self._loaded, self._clock)
        trip = self._trip(exchange, call)
        while True:
            lease = await self._lease(trip)
            kept = False
            try:
                reply = await self._use(lease, trip, receive)
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
        return Trip(
            call=call,
            exchange=exchange,
            want=Want(_standing(call), set(), key, goes_on),
            mender=Mender(call, self._rungs),
            path=_path(call),
            wait_left=self.patience.max_wait_s,
            ends_at=self._clock.monotonic() + LONGEST_TRIP_S,
        )

    # -- which credential ------------------------------------------------------------------

    async def _lease(self, trip: Trip) -> Lease:
        want = trip.want
        while (lease := self._pool.take(want)) is None:
            if want.tried:  # all others were tried or rest: begin again, later
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
            problem = exhausted_problem(self._pool, trip.want.model, now)
            if trip.last is not None and problem.kind is not ProblemKind.RATE_LIMITED:
                problem = problem_of(trip.last, trip.want.model)
            raise Failed(problem) from None
        finally:
            trip.wait_left -= self._clock.monotonic() - began

    # -- one lease -------------------------------------------------------------------------

    async def _use(self, lease: Lease, trip: Trip, receive: Receive[T]) -> T | None:
        """Sends on one lease, repairs included; None: take another credential."""
        while True:
            began = self._clock.monotonic()
            try:
                reply = await self._send(lease, trip, receive)
            except Rejected as rejected:
                fault = rejected.fault
            else:
                self._succeeded(lease, trip, began)
                return reply
            self._record(lease, trip, str(fault.cause), began)
            if not self._act(lease, trip, fault):
                return None

    async def _send(self, lease: Lease, trip: Trip, receive: Receive[T]) -> T:
        credential = lease.credential
        headers = self._authorizer.ready(credential)
        if headers is None:
            try:
                headers = await self._authorizer.headers(credential)
            except (TokenRefused, TokenUnavailable) as refusal:
                raise Rejected(refusal.fault) from refusal
        sent = (JSON_BODY, *headers, *trip.exchange.headers)
        mender = trip.mender
        if mender.raw is None:
            mender.raw = orjson.dumps(mender.body)
        try:
            answer = await self._upstream.send("POST", trip.path, sent, mender.raw)
        except NetworkFailure as failure:
            raise Rejected(faults.network_fault(str(failure))) from failure
        kept = False
        try:
            if answer.status != 200:
                fault = await receive_error(answer, lease)
                if fault.cause is Cause.TOKEN_EXPIRED:
                    self._authorizer.expire(credential, headers)
                raise Rejected(fault)
            reply = await receive(answer, lease, tolerant=trip.tolerant)
            kept = isinstance(reply, StreamReply)
            return reply
        finally:
            if not kept:
                answer.release()

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
        mended = self._mend(trip, cause)
        if RULES[cause].step is Step.RETRY:
            trip.sends += 1
            trip.last = fault
        history = History(trip.sends, trip.causes.count(cause), not mended, lease.strikes)
        step = self._mark(lease, fault, history)
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

    def _mend(self, trip: Trip, cause: Cause) -> bool:
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
            case _:
                return trip.mender.mend(cause)


def _standing(call: Call) -> str:
    """What a refusal of this call speaks for: the model, or another action of it.

    Google counts them apart, and answers 404 for an action that a model does not have, or that
    there is not: no word about the model's answers.
    """
    return call.model if call.action in CONVERSATIONAL else f"{call.model}:{call.action}"


def _path(call: Call) -> str:
    path = f"/{call.version}/models/{call.model}:{call.action}"
    if call.streams:
        path += "?alt=sse"
    if call.query:
        path += ("&" if "?" in path else "?") + call.query
    return path


def lean_headers(headers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The client's headers that may go on to Google."""
    return tuple([(name, headers[name]) for name in PASSED_ON if name in headers])
