"""The line of credentials as it is shown: true to what rotation does next, and without a trace."""

import copy

import pytest

from proxy_core.pool.line import line
from proxy_core.pool.pool import Pool
from proxy_core.pool.rotation import PolicyName
from tests.fakes.clock import FakeClock
from tests.pool.made_up import MODEL, made_pool, rest, revoke, served, taken


def names(pool: Pool, clock: FakeClock, model: str | None = MODEL) -> list[str]:
    return [place.label for place in line(pool, model, clock.now()).places]


@pytest.mark.parametrize("policy", ["balanced", "round-robin", "fill-first"])
def test_the_first_of_the_line_is_the_next_to_be_taken(policy: PolicyName) -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a@p", "b@p", "c", "d", policy=policy)
    for _ in range(9):
        expected = names(pool, clock)[0]
        assert served(pool) == expected


@pytest.mark.parametrize("policy", ["balanced", "round-robin", "fill-first"])
def test_whoever_was_tried_in_vain_leaves_the_line_as_it_was(policy: PolicyName) -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a@p", "b@p", "c", "d", policy=policy)
    served(pool)
    expected, seen = names(pool, clock), []
    for _ in expected:
        lease = taken(pool)
        seen.append(lease.credential.label)
        revoke(pool, lease)
    assert seen == expected


def known(pool: Pool) -> list[tuple[object, ...]]:
    pairs = [pair for lane in pool.lanes.values() for pair in lane.pairs.values()]
    return [(p.turn, p.in_flight, p.state, p.until, p.half_open, p.serial, p.use) for p in pairs]


def test_looking_changes_nothing() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a@p", "b@p", "c", "d")
    served(pool)
    rest(pool, taken(pool), clock.now() + 60)
    twin = copy.deepcopy(pool)
    for model in (MODEL, "never-asked-for", None):
        line(pool, model, clock.now())
    assert list(pool.lanes) == [MODEL]
    assert pool.turn == twin.turn
    assert known(pool) == known(twin)
    assert [served(pool) for _ in range(6)] == [served(twin) for _ in range(6)]


def test_the_others_stand_behind_the_first_to_return_before_them_and_say_why() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a", "b", "c", "d")
    revoke(pool, taken(pool))
    rest(pool, taken(pool), clock.now() + 90)
    rest(pool, taken(pool), clock.now() + 30)
    places = line(pool, MODEL, clock.now()).places
    assert [place.label for place in places] == ["d", "c", "b", "a"]
    assert [place.free for place in places] == [True, False, False, False]
    assert [place.reason for place in places] == ["", "cooling", "cooling", "key_invalid"]
    assert places[1].until == clock.now() + 30
    assert "quota of this minute is spent" in places[1].sentence
    assert places[3].until is None
    clock.advance(31)
    assert [p.label for p in line(pool, MODEL, clock.now()).places if p.free] == ["d", "c"]


def test_one_that_is_switched_off_is_told_as_such() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a", "b")
    pool.enable("key-a", enabled=False)
    assert [(p.label, p.reason) for p in line(pool, MODEL, clock.now()).places] == [
        ("b", ""),
        ("a", "disabled"),
    ]


def test_without_a_model_it_is_the_one_used_last() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a", "b")
    assert line(pool, None, clock.now()).model == ""
    assert names(pool, clock, None) == ["a", "b"]
    served(pool)
    assert line(pool, None, clock.now()).model == MODEL
    assert names(pool, clock, None) == ["b", "a"]


def test_an_empty_pool_has_an_empty_line() -> None:
    clock = FakeClock()
    assert line(made_pool(clock), MODEL, clock.now()).places == ()
