"""The order in which free credentials are taken: one pure key per policy, smallest first.

A key depends on nothing but the plain facts it is given, so an order can be kept in a heap
and any two lanes agree. Stickiness is not an order; the pool looks it up before it asks here.
"""

from typing import Literal, NamedTuple, TypeAlias

PolicyName: TypeAlias = Literal["balanced", "round-robin", "fill-first"]
Key: TypeAlias = tuple[float, ...]


class Facts(NamedTuple):
    """What an order may depend on, for one (project, model)."""

    position: int
    "Place in the owner's list of credentials, from 0."
    in_flight: int = 0
    share: float = 0.0
    "Used part of the tightest known limit; 0 where no limit is known."
    near_limit: bool = False
    turn: int = 0
    "Number of the lease that used it last; 0: never used."
    paid: bool = False
    "Billed per call: used last."


def key(policy: PolicyName, facts: Facts) -> Key:
    """Sort key of one pair under `policy`; a pair near a known limit comes after all others."""
    position, in_flight, share, near_limit, turn, paid = facts
    match policy:
        case "balanced":
            return (paid, near_limit, in_flight, share, turn, position)
        case "round-robin":
            return (paid, near_limit, turn, position)
        case "fill-first":
            return (paid, near_limit, position)
