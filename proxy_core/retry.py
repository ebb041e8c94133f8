"""Verdicts: what to do about a cause. A pure table and one pure function; `relay` acts.

Source of the rules: the error table of the Gemini API, and Pollux's own promises: a
client's mistake never rotates and never marks a credential; a policy refusal is never
retried on another credential.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from proxy_core.credentials.marks import Mark, Rest, Revoke
from proxy_core.errors import Problem, ProblemKind
from proxy_core.gemini.faults import Cause, Fault
from proxy_core.gemini.states import CREDENTIAL_STATES, MODEL_STATES, ModelState

MINUTE_S = 60.0
DAY_S = 86_400.0
CAPACITY_REST_S = 5.0
REFUSED_REST_S = 5.0
UNAVAILABLE_REST_S = 3_600.0
LEAST_REST_S = 0.5
LONGEST_REST_S = DAY_S
"Whatever a broken gateway may ask for."
SPEND_REST_S = (60.0, 600.0)
BACK_OFF_S = (1.0, 8.0)


class Step(StrEnum):
    """What the failure loop does next."""

    SURFACE = "surface"
    "Tell the client."
    REPAIR = "repair"
    "Send once more on the same lease, after mending the cause."
    ROTATE = "rotate"
    "The credential is out or rests; take the next. Does not count."
    RETRY = "retry"
    "Nobody's fault: another credential, or the same after a back-off. Counts."


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do now, and what to mark."""

    step: Step
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table."""

    step: Step
    kind: ProblemKind
    "What the client is told when nothing else helps."
    whole_project: bool = False
    "Whether what the cause marks is the project rather than the credential or pair."
    rest_s: float = MINUTE_S
    "Length of the rest where Google names none."
    tries: int | None = None
    "Most sends of one request that may end so; None: MAX_ATTEMPTS."
    then: Step = Step.SURFACE
    "For REPAIR: what follows when the same cause comes back."


_BAD = ProblemKind.BAD_REQUEST
_UNUSABLE = ProblemKind.UNUSABLE_CREDENTIALS
_BROKEN = ProblemKind.BAD_UPSTREAM
_LIMITED = ProblemKind.RATE_LIMITED


_REVOKED = Rule(Step.ROTATE, _UNUSABLE)
_PROJECT_REVOKED = Rule(Step.ROTATE, _UNUSABLE, whole_project=True)
_RESTS = Rule(Step.ROTATE, _LIMITED)

RULES: Mapping[Cause, Rule] = MappingProxyType(
    {
        Cause.BAD_REQUEST: Rule(Step.SURFACE, _BAD),
        Cause.CONTEXT_TOO_LONG: Rule(Step.SURFACE, ProblemKind.CONTEXT_TOO_LONG),
        Cause.TOO_LARGE: Rule(Step.SURFACE, ProblemKind.TOO_LARGE),
        # Repaired where it may be a file that we uploaded ourselves.
        Cause.NOT_OWNED: Rule(Step.REPAIR, ProblemKind.NOT_FOUND),
        Cause.NOT_FOUND: Rule(Step.REPAIR, ProblemKind.NOT_FOUND),
        Cause.SIGNATURE: Rule(Step.REPAIR, _BAD),
        Cause.SCHEMA: Rule(Step.REPAIR, _BAD),
        Cause.THINKING: Rule(Step.REPAIR, _BAD),
        Cause.PENALTY: Rule(Step.REPAIR, _BAD),
        Cause.TOKEN_EXPIRED: Rule(Step.REPAIR, _UNUSABLE, then=Step.ROTATE),
        Cause.KEY_INVALID: _REVOKED,
        Cause.KEY_RETIRED: _REVOKED,
        Cause.KEY_RESTRICTED: _REVOKED,
        Cause.LEAKED: _REVOKED,
        # A policy refusal is shown, and not answered by somebody else's account.
        Cause.SUSPENDED: Rule(Step.SURFACE, _UNUSABLE),
        Cause.NEEDS_SIGN_IN: _REVOKED,
        Cause.SCOPE_MISSING: _REVOKED,
        Cause.CLIENT_INVALID: _REVOKED,
        Cause.BLOCKED_BY_ADMIN: _REVOKED,
        Cause.API_OFF: _PROJECT_REVOKED,
        Cause.PROJECT_DENIED: _REVOKED,
        Cause.BILLING: _PROJECT_REVOKED,
        Cause.REGION: _PROJECT_REVOKED,
        Cause.SPEND_CAP: Rule(Step.ROTATE, _LIMITED, whole_project=True),
        Cause.MODEL_UNAVAILABLE: Rule(
            Step.ROTATE, ProblemKind.MODEL_NOT_FOUND, rest_s=UNAVAILABLE_REST_S, tries=20
        ),
        Cause.NOT_IN_TIER: Rule(Step.ROTATE, _LIMITED, rest_s=DAY_S),
        Cause.MINUTE_QUOTA: _RESTS,
        Cause.DAY_QUOTA: _RESTS,
        Cause.CAPACITY: Rule(Step.ROTATE, _LIMITED, rest_s=CAPACITY_REST_S),
        # Nothing rests for it, so it has to count: else it would be tried for ever.
        Cause.FILE_QUOTA: Rule(Step.RETRY, _LIMITED),
        # Perhaps the project's, perhaps the client's own (a private video): three say so, so it is.
        Cause.REFUSED: Rule(Step.ROTATE, _BROKEN, rest_s=REFUSED_REST_S, tries=3),
        Cause.SERVER_ERROR: Rule(Step.RETRY, _BROKEN, tries=3),
        Cause.OVERLOADED: Rule(Step.RETRY, ProblemKind.OVERLOADED),
        Cause.UPSTREAM_TIMEOUT: Rule(Step.RETRY, ProblemKind.UPSTREAM_TIMEOUT, tries=2),
        Cause.NETWORK: Rule(Step.RETRY, _BROKEN),
        Cause.TRUNCATED: Rule(Step.RETRY, _BROKEN, tries=2),
        Cause.EMPTY: Rule(Step.RETRY, _BROKEN),
        Cause.SIGNATURE_MISSED: Rule(Step.REPAIR, _BROKEN),
        Cause.MALFORMED_CALL: Rule(Step.REPAIR, _BROKEN),
        Cause.BAD_ANSWER: Rule(Step.RETRY, _BROKEN),
        Cause.OUR_BUG: Rule(Step.SURFACE, ProblemKind.INTERNAL),
    }
)


@dataclass(frozen=True, slots=True)
class History:
    """What one call has been through already."""

    sends: int
    "Sends that ended in a failure that counts, this one included."
    same_cause: int
    "Sends of this call that ended in this cause, this one included."
    repaired: bool
    "Whether this cause was already repaired on this lease, or cannot be."
    strikes: int
    "Per-day refusals of this pair in a row before this one."


def judge(
    fault: Fault,
    history: History,
    *,
    max_attempts: int,
    now: float,
    day_ends: float,
    jitter: float = 0.0,
) -> Verdict:
    """What to do about one failed send.

    now, day_ends: epoch seconds, the latter the next midnight Pacific.
    jitter: 0 to 1, lengthens a rest a little so that clients do not return all at once.
    """
    rule = RULES[fault.cause]
    if rule.step is Step.REPAIR and not history.repaired:
        return Verdict(Step.REPAIR)
    step = rule.then if rule.step is Step.REPAIR else rule.step
    if step is Step.RETRY and history.sends >= max_attempts:
        step = Step.SURFACE
    if rule.tries is not None and history.same_cause >= rule.tries:
        step = Step.SURFACE
    return Verdict(step, _mark(rule, fault, history.strikes, now, day_ends, jitter))


def _mark(
    rule: Rule, fault: Fault, strikes: int, now: float, day_ends: float, jitter: float
) -> Mark | None:
    if (revoked := CREDENTIAL_STATES.get(fault.cause)) is not None:
        return Revoke(revoked, rule.whole_project)
    if (rested := MODEL_STATES.get(fault.cause)) is None:
        return None
    if fault.cause is Cause.DAY_QUOTA:
        if strikes > 0:
            return Rest(rested, day_ends)
        # The short delay beside a per-day refusal says nothing about the day: probe once.
        rested = ModelState.COOLING
    seconds = fault.retry_after_s
    if seconds is None or fault.cause is Cause.NOT_IN_TIER:
        # Google names a short delay beside `limit: 0` too, after which nothing is different.
        seconds = rule.rest_s
    if fault.cause is Cause.SPEND_CAP:
        seconds = min(max(seconds, SPEND_REST_S[0]), SPEND_REST_S[1])
    seconds = min(max(seconds, LEAST_REST_S), LONGEST_REST_S)
    seconds += jitter * min(2.0, 0.1 * seconds)
    return Rest(rested, now + seconds, rule.whole_project)


def back_off_s(rounds: int, jitter: float) -> float:
    """Seconds before a credential is tried again; `rounds`: how often all were, from 1."""
    low, high = BACK_OFF_S
    return float(min(low * 2.0 ** (rounds - 1), high) * (0.75 + 0.25 * jitter))


def problem_of(fault: Fault, model: str) -> Problem:
    """What the client is told of a failure that is not retried any more."""
    kind = RULES[fault.cause].kind
    message = fault.message
    if kind is _UNUSABLE:
        # Google's 401 and 403 speak of our credential, not of the client's.
        message = f"Google refused the credential that was used: {fault.message}"
    elif kind is _BROKEN or kind in (ProblemKind.OVERLOADED, ProblemKind.UPSTREAM_TIMEOUT):
        message = f"Google did not answer usably: {fault.message}"
    return Problem(
        kind,
        message,
        model=model,
        envelope=fault.envelope if kind in _PASSED_ON else None,
        retry_after_s=fault.retry_after_s if kind is ProblemKind.OVERLOADED else None,
    )


_PASSED_ON = frozenset(
    {
        _BAD,
        ProblemKind.CONTEXT_TOO_LONG,
        ProblemKind.TOO_LARGE,
        ProblemKind.NOT_FOUND,
        ProblemKind.MODEL_NOT_FOUND,
        ProblemKind.OVERLOADED,
    }
)
"Failures of which Google's own `error` object is the best account."
