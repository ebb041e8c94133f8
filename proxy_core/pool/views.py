"""The pool as front ends see it: states, words and figures of every credential, as plain data.

Not here: entries that cannot be read, and the state of the engine (`engine`).
"""

from collections.abc import Iterable

from proxy_core.gemini.states import (
    CredentialState,
    Description,
    ModelState,
    describe,
    sign_in_warning,
)
from proxy_core.pool.pool import Pool
from proxy_core.pool.standing import Member, Pair
from proxy_core.snapshot import CredentialView, ModelView


def credential_views(pool: Pool) -> tuple[CredentialView, ...]:
    """Every credential, in the owner's order, with the models that there is something to tell of.

    Of all models, two thousand credentials would stop the loop for a tenth of a second.
    """
    now = pool.now()
    lanes = [lane.pairs for lane in pool.lanes.values()]
    pairs = {
        unit_id: [pair for lane in lanes if not (pair := lane[unit_id]).blank and pair.of_model]
        for unit_id in pool.units
    }
    models = {unit_id: tuple(_model_view(p, now) for p in ps) for unit_id, ps in pairs.items()}
    return tuple(
        _view(pool, member, pairs[member.unit.id], models[member.unit.id], now)
        for member in pool.members.values()
    )


def state_of_member(member: Member, pairs: Iterable[Pair], cap: int) -> CredentialState:
    """pairs: those of its project, one per model; it is busy where none in use has a place left.

    cap: requests in flight that a pair may have, 0: no limit.
    """
    if not member.enabled:
        return CredentialState.DISABLED
    if member.state is CredentialState.READY and cap:
        in_use = [pair for pair in pairs if pair.in_flight]
        if in_use and all(pair.in_flight >= cap for pair in in_use):
            return CredentialState.BUSY
    return member.state


def _view(
    pool: Pool, member: Member, pairs: list[Pair], models: tuple[ModelView, ...], now: float
) -> CredentialView:
    credential = member.credential
    state = state_of_member(member, pairs, pool.cap)
    words, until = _words(pool, member, state, now)
    return CredentialView(
        id=credential.id,
        kind=credential.kind,
        label=member.label,
        project=member.project,
        store=credential.store,
        enabled=member.enabled,
        state=state,
        since=member.switched_at or member.since if not member.enabled else member.since,
        until=until,
        sentence=words.sentence,
        next_step=words.next_step,
        in_flight=member.in_flight,
        models=models,
        service=member.service,
        location=member.location if member.unit.paid else None,
    )


def _words(
    pool: Pool, member: Member, state: CredentialState, now: float
) -> tuple[Description, float | None]:
    """The words for a state, and when it ends by itself."""
    ends = pool.books.sign_in_ends(member) if state is CredentialState.READY else None
    if ends is None or ends[0] <= now:
        return describe(state, member.fault, vertex=member.unit.paid), None
    ends_at, certain = ends
    return sign_in_warning(ends_at, now, certain=certain), ends_at


def _model_view(pair: Pair, now: float) -> ModelView:
    unit, use = pair.unit, pair.use
    state, until = pair.state, max(pair.until, unit.rests_until)
    if unit.rests_until > pair.until:
        state = ModelState.COOLING
    resting = until > now
    return ModelView(
        model=pair.model,
        state=state if resting else ModelState.READY,
        until=until if resting else None,
        used_minute=use.in_minute(now),
        limit_minute=use.limit_minute,
        used_day=use.in_day(now),
        limit_day=use.limit_day,
    )
