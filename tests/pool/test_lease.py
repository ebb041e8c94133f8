"""Leases come back exactly once."""

from tests.fakes.clock import FakeClock
from tests.pool.made_up import made_pool, rest, taken


def test_giving_back_twice_counts_once() -> None:
    pool = made_pool(FakeClock(), "a")
    first, second = taken(pool), taken(pool)
    first.give_back()
    first.give_back()
    assert second.pair.in_flight == 1
    assert second.member.in_flight == 1


def test_a_lease_names_its_credential() -> None:
    assert taken(made_pool(FakeClock(), "a")).credential.id == "key-a"


def test_a_lease_from_before_a_rest_adds_to_no_strikes() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a")
    early, late = taken(pool), taken(pool)
    pool_rest = clock.now() + 30
    rest(pool, early, pool_rest)
    assert late.strikes == 0
    late.pair.strikes = 1
    assert late.strikes == 0
