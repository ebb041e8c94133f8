"""How all credentials stand for one model, and what to tell a client when none is free."""

import math
from collections import Counter
from dataclasses import dataclass, replace

from proxy_core.credentials.model import EVERY_SERVICE, Service
from proxy_core.errors import Problem, ProblemKind
from proxy_core.gemini.faults import Cause
from proxy_core.gemini.states import CredentialState, ModelState, describe
from proxy_core.pool.lease import Want
from proxy_core.pool.pool import Pool
from proxy_core.pool.standing import Member, Unit

LONG_S = 120.0
"Clients give up on a Retry-After beyond this (OpenAI's and Anthropic's SDKs)."

_WORDS = {
    "cooling": "reached a short limit",
    "day_spent": "spent the quota of the day",
    "not_in_tier": "have no quota for this model",
    "unavailable": "do not offer this model",
    "busy": "are busy",
    "disabled": "are switched off",
    "needs_sign_in": "need a new sign-in",
    "scope_missing": "lack a permission of the sign-in",
    "key_invalid": "have an invalid API key",
    "key_restricted": "have a restricted API key",
    "suspended": "are suspended by Google",
    "leaked": "have a leaked API key",
    "billing": "have a billing problem",
    "api_off": "have the Gemini API switched off",
    "project_denied": "may not use the project",
    "client_invalid": "have an invalid OAuth client",
    "blocked_by_admin": "are blocked by an administrator",
    "region": "may not be used from this region",
}
_CAUSE_WORDS = {
    Cause.REFUSED: "were refused by Google for no known reason",
    Cause.CAPACITY: "met a shortage of capacity at Google",
    Cause.SPEND_CAP: "reached a spending limit",
}
"Short rests that no quota of the project's led to."
_OF_ONE = {
    "are": "is",
    "were": "was",
    "have": "has",
    "do": "does",
    "need": "needs",
    "lack": "lacks",
}
"The first of these words where it is said of a single credential."


@dataclass(frozen=True, slots=True)
class Position:
    """One credential's standing for one model."""

    state: str
    "Slug of a credential or model state; `ready` where it may be used now."
    until: float | None
    sentence: str
    why: str
    "Behind a number of several credentials: `2 need a new sign-in`."
    next_step: str


def survey(
    pool: Pool, model: str, now: float, services: frozenset[Service] = EVERY_SERVICE
) -> list[Position]:
    """Every credential of the pool that is used with these services, in the owner's order."""
    return [
        position_of(pool, member, model, now)
        for member in pool.members.values()
        if member.service in services
    ]


def position_of(pool: Pool, member: Member, model: str, now: float) -> Position:
    """How one credential stands for a model; changes nothing."""
    state: CredentialState | ModelState = member.state
    fault, until = member.fault, None
    if not member.enabled:
        state, fault = CredentialState.DISABLED, None
    elif member.usable:
        lane = pool.lanes.get(model)
        pair = lane.pairs.get(member.unit.id) if lane is not None else None
        if member.unit.rests_until > now:
            state, until, fault = ModelState.COOLING, member.unit.rests_until, member.unit.fault
        if pair is not None and pair.until > now:
            state, until, fault = pair.state, max(pair.until, until or 0.0), pair.fault
        elif pair is not None and not pair.free(pool.cap):
            state = CredentialState.BUSY
    why = _WORDS.get(state, state)
    if fault is not None and state is ModelState.COOLING:
        why = _CAUSE_WORDS.get(fault.cause, why)
    words = describe(state, fault, vertex=member.unit.paid)
    return Position(state, until, words.sentence, why, words.next_step)


def exhausted_problem(
    pool: Pool, model: str, now: float, services: frozenset[Service] = EVERY_SERVICE
) -> Problem:
    """Why no credential can serve `model`: how many rest, why, and when the first returns."""
    places = survey(pool, model, now, services)
    if not places:
        return Problem(
            ProblemKind.NO_CREDENTIALS,
            "Pollux has no credentials yet. Add an API key or a Google account: in its window, on "
            "its web page, or in a terminal with pollux accounts add-key or pollux accounts add.",
            model=model,
        )
    return _told(places, model, now)


def pinned_problem(pool: Pool, want: Want, resource: str, now: float) -> Problem:
    """Why no credential can serve a call that names `resource`, which one project alone reaches."""
    unit = pool.unit_of(want.unit or "")
    members = [] if unit is None else unit.members
    places = [position_of(pool, member, want.model, now) for member in members]
    belongs = f"{resource} belongs to {_whose(unit, want.unit or '')}"
    if not places:
        return Problem(
            ProblemKind.NOT_FOUND,
            f"{belongs}, and no credential of that project is in the pool. Add one, or make "
            f"{resource} anew.",
        )
    problem = _told(places, want.model, now)
    if problem.retry_after_s is not None or problem.kind is ProblemKind.MODEL_NOT_FOUND:
        return replace(problem, message=f"{belongs}, where it has to be used. {problem.message}")
    return replace(problem, kind=ProblemKind.NOT_FOUND, message=f"{belongs}. {problem.message}")


def _whose(unit: Unit | None, name: str) -> str:
    """A project in words, where only a credential of it is known by that."""
    if unit is None:
        return f"the Google Cloud project {name}"
    if unit.members[0].project is None:
        return f"the project of {unit.members[0].label}"
    return f"the Google Cloud project {unit.project}"


def _told(places: list[Position], model: str, now: float) -> Problem:
    bare, _, _ = model.partition(":")
    counts = Counter(place.state for place in places)
    told = _counted(places)
    back = [p for p in places if p.until is not None and p.state != ModelState.UNAVAILABLE]
    busy = counts[CredentialState.BUSY] + counts[CredentialState.READY]
    if not back and not busy:
        return _lasting(places, told, model)
    first = min(back, key=lambda place: place.until or 0.0) if back else None
    seconds = 1.0 if busy or first is None else max((first.until or now) - now, 1.0)
    spent = seconds > LONG_S and first is not None and first.state in _LONG_RESTS
    return Problem(
        ProblemKind.QUOTA_SPENT if spent else ProblemKind.RATE_LIMITED,
        f"No credential is free for {bare.removeprefix('/')}: {told}. "
        f"The first returns in {_duration(seconds)}.",
        model="" if bare.startswith("/") else bare,
        retry_after_s=seconds,
    )


def _counted(places: list[Position]) -> str:
    """Why they cannot serve: `the only one is busy`, `of 3, 2 are busy, 1 is switched off`."""
    if len(places) == 1:
        return f"the only one {_of_one(places[0].why)}"
    whys = Counter(place.why for place in places)
    told = (f"{count} {why if count > 1 else _of_one(why)}" for why, count in whys.items())
    return f"of {len(places)}, {', '.join(told)}"


def _of_one(why: str) -> str:
    verb, _, rest = why.partition(" ")
    return f"{_OF_ONE.get(verb, verb)} {rest}"


_LONG_RESTS = frozenset({ModelState.DAY_SPENT, ModelState.NOT_IN_TIER})


def _lasting(places: list[Position], told: str, model: str) -> Problem:
    bare, _, action = model.partition(":")
    if any(place.state == ModelState.UNAVAILABLE for place in places):
        missing = f"{action} of the model {bare}" if action else f"the model {bare}"
        return Problem(
            ProblemKind.MODEL_NOT_FOUND,
            f"No credential of the pool offers {missing}.",
            model=bare,
        )
    steps = " ".join(dict.fromkeys(place.next_step for place in places if place.next_step))
    no_credit = all(place.state == CredentialState.BILLING for place in places)
    return Problem(
        ProblemKind.NO_CREDIT if no_credit else ProblemKind.UNUSABLE_CREDENTIALS,
        f"No credential can be used: {told}. {steps}".strip(),
        model=bare,
    )


def _duration(seconds: float) -> str:
    """Rounded up as Retry-After is, for who waits must not come back too early; hours are not
    waited for."""
    if seconds < LONG_S:
        return f"{math.ceil(seconds)} s"
    if seconds < 2 * 3_600:
        return f"{math.ceil(seconds / 60)} min"
    return f"{round(seconds / 3_600)} h"
