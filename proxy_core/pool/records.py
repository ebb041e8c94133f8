"""How standings become records of a ledger, and come back from them: pure, no ledger is touched.

A record's subject is a credential's id, a unit's id (with a model), or one of these prefixes
and what it is about. A record that makes no sense, as a later version may leave it, counts
as none. Not here: when something is recorded (`pool`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeAlias

from proxy_core.credentials.model import AccountSecret
from proxy_core.gemini.faults import Cause, Fault
from proxy_core.gemini.states import CredentialState, ModelState
from proxy_core.pool.quota import pacific_day
from proxy_core.pool.standing import LimitRecord, Member, Pair, StandingRecord, Unit

Records: TypeAlias = Mapping[tuple[str, str | None], StandingRecord]

PROJECT = "projects/"
"With a unit's id: the whole project rests."
SWITCH = "switches/"
"With a credential's id: since when its owner has switched it off."
KEY_PROJECT = "keys/"
"With a key's id: its project, in `reason`, as an answer of Google named it."
CLIENT = "clients/"
"With an OAuth client's id: it was seen to end sign-ins after 7 days."


def by_subject(records: Iterable[StandingRecord]) -> Records:
    return {(record.subject, record.model): record for record in records}


def of_member(member: Member) -> StandingRecord:
    return _record(member.credential.id, None, member.state, member.since, 0.0, member.fault)


def of_unit(unit: Unit) -> StandingRecord:
    since, until = unit.rests_since, unit.rests_until
    return _record(PROJECT + unit.id, None, ModelState.COOLING, since, until, unit.fault)


def of_pair(pair: Pair) -> StandingRecord:
    return _record(
        pair.unit.id, pair.model, pair.state, pair.since, pair.until, pair.fault, pair.strikes
    )


def of_limits(pair: Pair, now: float) -> LimitRecord:
    use = pair.use
    limits = use.limit_minute, use.limit_day
    return LimitRecord(pair.unit.id, pair.model, *limits, use.in_day(now), pacific_day(now))


def note(subject: str, since: float, reason: str = "") -> StandingRecord:
    """A fact that is no state; its prefix is the state's slug."""
    return StandingRecord(subject, None, subject.partition("/")[0], since, 0.0, reason)


def _record(
    subject: str,
    model: str | None,
    state: str,
    since: float,
    until: float,
    fault: Fault | None,
    strikes: int = 0,
) -> StandingRecord:
    record = StandingRecord(subject, model, str(state), since, until, "", strikes)
    if fault is None:
        return record
    return replace(record, reason=fault.message, cause=str(fault.cause), link=fault.link)


def fault_of(record: StandingRecord) -> Fault | None:
    """The fault that led to a standing, as far as words for people need it."""
    try:
        cause = Cause(record.cause)
    except ValueError:
        return None
    return Fault(cause, 0, record.reason, link=record.link)


def restore_member(member: Member, records: Records) -> None:
    """A refusal from before the newest sign-in holds no more."""
    switch = records.get((SWITCH + member.credential.id, None))
    if switch is not None and not member.enabled:
        member.switched_at = switch.since
    record = records.get((member.credential.id, None))
    if record is None or record.since <= _signed_in_at(member):
        return
    try:
        member.state = CredentialState(record.state)
    except ValueError:
        return
    member.since, member.fault = record.since, fault_of(record)


def _signed_in_at(member: Member) -> float:
    secret = member.credential.secret
    return (secret.signed_in_at or 0.0) if isinstance(secret, AccountSecret) else 0.0


def restore_unit(unit: Unit, records: Records) -> None:
    record = records.get((PROJECT + unit.id, None))
    if record is not None:
        unit.rests_until, unit.rests_since = record.until, record.since
        unit.fault = fault_of(record)


def restore_pair(pair: Pair, record: StandingRecord) -> bool:
    """Whether the record makes sense; its rest is for the lane to begin."""
    try:
        pair.state = ModelState(record.state)
    except ValueError:
        return False
    pair.since, pair.strikes, pair.fault = record.since, record.strikes, fault_of(record)
    return True


def restore_limits(pair: Pair, record: LimitRecord, now: float) -> None:
    pair.use.limit_minute, pair.use.limit_day = record.limit_minute, record.limit_day
    if record.day == pacific_day(now):
        pair.use.resume(record.used_day, now)
