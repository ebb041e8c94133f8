"""The line of credentials for a model: in which order rotation would try them now.

Only read: no turn, no rest and no lane changes by looking. Stickiness is left out, since it
depends on the conversation. Not here: the choosing itself (`lane`).
"""

from proxy_core.commands import Line, Place
from proxy_core.gemini.states import CredentialState
from proxy_core.pool.lane import facts_of
from proxy_core.pool.pool import Pool
from proxy_core.pool.rotation import Key, key
from proxy_core.pool.standing import Member, Pair, Unit
from proxy_core.pool.survey import position_of


def line(pool: Pool, model: str | None, now: float) -> Line:
    """The free credentials in their order, then the others, the first to return before them.

    model: None: the one that was used last; "" where there is none.
    """
    name = last_model(pool) if model is None else model
    free: list[tuple[Key, Place]] = []
    others: list[Place] = []
    for unit in pool.units.values():
        pair = _pair(pool, unit, name, now)
        members = sorted(unit.members, key=lambda one: one.turn)
        places = [_place(pool, member, name, now) for member in members]
        usable = [place for place in places if place.free]
        free += [(_key(pool, pair, rank, now), place) for rank, place in enumerate(usable)]
        others += [place for place in places if not place.free]
    free.sort(key=lambda entry: entry[0])
    others.sort(key=lambda place: place.until if place.until is not None else float("inf"))
    return Line(name, (*(place for _, place in free), *others))


def last_model(pool: Pool) -> str:
    """The model that was used last, empty where none was."""
    lanes = (lane for name, lane in pool.lanes.items() if not name.startswith("/"))
    latest = max(lanes, key=lambda lane: lane.last_turn(), default=None)
    return latest.model if latest is not None else ""


def _pair(pool: Pool, unit: Unit, model: str, now: float) -> Pair:
    """The pool's pair, or one that only looks like the one it would make."""
    lane = pool.lanes.get(model)
    return lane.pairs[unit.id] if lane is not None else pool.books.open_pair(unit, model, now)


def _key(pool: Pool, pair: Pair, rank: int, now: float) -> Key:
    """Of the `rank`-th credential of a project: its turn comes once those before it had theirs."""
    facts = facts_of(pair, now)
    return (*key(pool.policy, facts._replace(turn=pool.turn + rank) if rank else facts), rank)


def _place(pool: Pool, member: Member, model: str, now: float) -> Place:
    position = position_of(pool, member, model, now)
    is_free = position.state == CredentialState.READY
    return Place(
        credential_id=member.credential.id,
        label=member.label,
        free=is_free,
        reason="" if is_free else position.state,
        until=position.until,
        sentence=position.sentence,
    )
