"""Calls that one unit alone can serve, since they name something that its project keeps.

Pure: looks at a lane and a unit. Not here: which unit that is (`relay.owners`).
"""

from proxy_core.pool.lane import Lane
from proxy_core.pool.lease import Want
from proxy_core.pool.standing import Member, Pair, Unit


def claim(lane: Lane, unit: Unit | None, want: Want, now: float) -> tuple[Pair, Member] | None:
    """The unit's pair with the member to use, if it is free now; None: there is no such unit."""
    if unit is None or unit.service not in want.services:
        return None
    pair, member = lane.pairs[unit.id], unit.pick(want.tried)
    return None if member is None or not lane.free(pair, now) else (pair, member)


def pause(lane: Lane, unit: Unit | None, want: Want, now: float, left: float) -> float | None:
    """Seconds until the unit may be free, within those `left`; None: it will not be."""
    if unit is None or unit.service not in want.services or unit.pick(want.tried) is None:
        return None
    seconds = max(lane.pairs[unit.id].until, unit.rests_until) - now
    if seconds <= 0:
        return left  # all of its places are taken
    return max(seconds, 0.01) if seconds <= left else None
