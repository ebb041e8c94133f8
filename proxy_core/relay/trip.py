"""One call on its way: what it wants, where it goes, and what it has met so far. Plain state.

Not here: what is done about it (`relay`).
"""

from collections.abc import Awaitable
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

from proxy_core.gemini.faults import Cause, Fault
from proxy_core.gemini.wire import Call
from proxy_core.pool.lease import Lease, Want
from proxy_core.relay.exchange import Exchange
from proxy_core.relay.mending import Mender
from proxy_core.relay.offloading import Luggage
from proxy_core.upstream.google import Answer

T_co = TypeVar("T_co", covariant=True)
CONVERSATIONAL = frozenset({"generateContent", "streamGenerateContent"})
"Actions whose requests belong to a conversation."


class Receive(Protocol[T_co]):
    """Reads an answer up to its commit point; raises Rejected."""

    def __call__(self, answer: Answer, lease: Lease, *, tolerant: bool) -> Awaitable[T_co]: ...


class Attempt(Protocol[T_co]):
    """One use of one lease up to its commit point; raises Rejected."""

    def __call__(self, lease: Lease, trip: "Trip") -> Awaitable[T_co]: ...


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
    repeatable: bool = True
    "Whether asking twice does no harm."
    luggage: Luggage | None = None
    "What of a body too large to travel inline goes ahead; None: it is not."

    refreshed: bool = False
    "Whether this lease's access token was renewed after a 401."


def standing(call: Call) -> str:
    """What a refusal of this call speaks for: the model, or another action of it.

    Google counts them apart, and answers 404 for an action that a model does not have, or that
    there is not: no word about the model's answers.
    """
    if call.action in CONVERSATIONAL:
        return call.model
    return call.action if is_passage(call) else f"{call.model}:{call.action}"


def path_of(call: Call) -> str:
    path = f"/{call.version}/models/{call.model}:{call.action}"
    if call.streams:
        path += "?alt=sse"
    if call.query:
        path += ("&" if "?" in path else "?") + call.query
    return path


def is_passage(call: Call) -> bool:
    return call.action.startswith("/")


def about_the_named(trip: Trip, fault: Fault) -> Fault:
    """A refusal of the thing that a request names is held against no credential and no model."""
    cause = fault.cause
    if cause is Cause.REFUSED and trip.want.unit is not None:
        cause = Cause.NOT_OWNED
    elif cause is Cause.MODEL_UNAVAILABLE and is_passage(trip.call):
        model = trip.call.model
        if not model or model not in fault.message:  # else a client's own words, said again
            cause = Cause.NOT_FOUND
    return fault if cause is fault.cause else replace(fault, cause=cause)
