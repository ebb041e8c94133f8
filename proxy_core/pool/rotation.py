"""The order in which free credentials are taken: one pure key per policy, smallest first.

A key depends on nothing but the plain facts it is given, so an order can be kept in a heap
and any two lanes agree. Stickiness is not an order; the pool looks it up before it asks here.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

PolicyName: TypeAlias = Literal["balanced", "round-robin", "fill-first"]
Key: TypeAlias = tuple[float, ...]


@dataclass(slots=True)
class Facts:
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
    head = (float(facts.paid), float(facts.near_limit))
    match policy:
        case "balanced":
            return (*head, facts.in_flight, facts.share, facts.turn, facts.position)
        case "round-robin":
            return (*head, facts.turn, facts.position)
        case "fill-first":
            return (*head, facts.position)
