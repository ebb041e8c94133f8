"""The heaps of a lane: they choose what a plain sorted list would, at a cost that does not grow."""

from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from proxy_core.credentials.model import Service
from proxy_core.gemini.faults import Cause
from proxy_core.pool.lane import REFRESH_S
from proxy_core.pool.lease import Lease
from proxy_core.pool.rotation import Facts, PolicyName, key
from tests.fakes.clock import FakeClock
from tests.pool.made_up import MODEL, credential, made_pool, rest, revoke, served, taken, want

POLICIES: tuple[PolicyName, ...] = ("balanced", "round-robin", "fill-first")
LETTERS = "abcdef"


@dataclass
class Naive:
    """What is true of one credential, in the words of the promise."""

    position: int
    until: float = 0.0
    half_open: bool = False
    dead: bool = False
    off: bool = False
    turn: int = 0
    out: list[Lease] = field(default_factory=list)

    def free(self, now: float, cap: int) -> bool:
        if self.dead or self.off or self.until > now:
            return False
        most = 1 if self.half_open or self.until else cap or 99
        return len(self.out) < most


class LaneAgainstSortedList(RuleBasedStateMachine):
    """Leases, failures and time in any order; a sorted list says who must be next."""

    @initialize(policy=st.sampled_from(POLICIES), cap=st.integers(0, 2), size=st.integers(1, 6))
    def build(self, policy: PolicyName, cap: int, size: int) -> None:
        self.clock = FakeClock()
        self.policy, self.cap, self.turn = policy, cap, 0
        self.pool = made_pool(self.clock, *LETTERS[:size], policy=policy, cap=cap)
        self.plain = {name: Naive(place) for place, name in enumerate(LETTERS[:size])}

    def expected(self, tried: set[str]) -> str | None:
        now = self.clock.now()
        for one in self.plain.values():
            if 0 < one.until <= now:
                one.until, one.half_open = 0.0, True
        free = [
            (key(self.policy, Facts(one.position, len(one.out), turn=one.turn)), name)
            for name, one in self.plain.items()
            if name not in tried and one.free(now, self.cap)
        ]
        return min(free)[1] if free else None

    @rule(tried=st.sets(st.sampled_from(LETTERS), max_size=3))
    def take(self, tried: set[str]) -> None:
        expected = self.expected(tried)
        lease = self.pool.take(want(*tried))
        assert (lease.credential.label if lease else None) == expected
        if lease is not None and expected is not None:
            self.turn += 1
            one = self.plain[expected]
            one.turn = self.turn
            one.out.append(lease)

    def _some_lease(self, data: Any) -> tuple[Naive, Lease]:
        busy = [one for one in self.plain.values() if one.out]
        one = data.draw(st.sampled_from(busy))
        return one, one.out.pop(data.draw(st.integers(0, len(one.out) - 1)))

    @precondition(lambda self: any(one.out for one in self.plain.values()))
    @rule(data=st.data(), twice=st.booleans())
    def succeed(self, data: Any, twice: bool) -> None:
        one, lease = self._some_lease(data)
        if lease.era == lease.pair.era:
            one.half_open = False
        self.pool.succeed(lease)
        lease.give_back()
        if twice:
            lease.give_back()

    @precondition(lambda self: any(one.out for one in self.plain.values()))
    @rule(data=st.data())
    def fail_without_fault(self, data: Any) -> None:
        self._some_lease(data)[1].give_back()

    @precondition(lambda self: any(one.out for one in self.plain.values()))
    @rule(data=st.data(), seconds=st.sampled_from([1.0, 30.0, 60.0]))
    def refuse(self, data: Any, seconds: float) -> None:
        one, lease = self._some_lease(data)
        until = self.clock.now() + seconds
        if lease.era == lease.pair.era:
            one.until, one.half_open = until, False
        elif one.until < until and lease.pair.state == "cooling":
            one.until = until
        rest(self.pool, lease, until)

    @precondition(lambda self: any(one.out for one in self.plain.values()))
    @rule(data=st.data())
    def kill(self, data: Any) -> None:
        one, lease = self._some_lease(data)
        one.dead = True
        revoke(self.pool, lease)

    @rule(name=st.sampled_from(LETTERS), on=st.booleans())
    def switch(self, name: str, on: bool) -> None:
        if name in self.plain:
            self.plain[name].off = not on
            self.pool.enable(f"key-{name}", enabled=on)

    @rule(name=st.sampled_from(LETTERS))
    def clear(self, name: str) -> None:
        if name in self.plain:
            one = self.plain[name]
            one.dead, one.until, one.half_open = False, 0.0, False
            self.pool.clear(f"key-{name}")

    @rule(seconds=st.sampled_from([0.5, 29.0, 31.0, 90.0]))
    def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @rule(seconds=st.sampled_from([-86_400.0, -3_600.0]))
    def set_the_clock_back(self, seconds: float) -> None:
        for one in self.plain.values():
            if 0 < one.until <= self.clock.now():  # over, though nobody has looked yet
                return
        self.clock.jump(seconds)
        for one in self.plain.values():
            if one.until:
                one.until += seconds

    @invariant()
    def what_is_out_is_counted(self) -> None:
        for name, one in getattr(self, "plain", {}).items():
            member = self.pool.members[f"key-{name}"]
            assert member.in_flight == len(one.out)
            if MODEL in self.pool.lanes:
                pair = self.pool.lanes[MODEL].pairs[member.unit.id]
                assert pair.in_flight == len(one.out)


TestLaneAgainstSortedList = LaneAgainstSortedList.TestCase
TestLaneAgainstSortedList.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None
)


class CountedPlace(int):
    """A place in the owner's list that counts how often it is compared."""

    compared = 0

    def __lt__(self, other: int) -> bool:
        CountedPlace.compared += 1
        return int(self) < int(other)

    __hash__ = int.__hash__


def comparisons(size: int) -> int:
    """Of 300 leases, one in ten of which ends in a rest."""
    clock = FakeClock()
    pool = made_pool(clock, *(f"c{number}" for number in range(size)), policy="fill-first")
    for member in pool.members.values():
        member.position = CountedPlace(member.position)
    taken(pool).give_back()  # the order is made once
    CountedPlace.compared = 0
    for number in range(300):
        lease = taken(pool)
        if number % 10 == 0:
            rest(pool, lease, clock.now() + 2.0)
        else:
            lease.give_back()
        clock.advance(1.0)
    return CountedPlace.compared


def test_two_thousand_credentials_cost_about_the_comparisons_of_eight() -> None:
    assert comparisons(2_000) < 6 * comparisons(8)


def test_a_free_credential_is_never_passed_over_for_long() -> None:
    for policy in ("balanced", "round-robin"):
        pool = made_pool(FakeClock(), *LETTERS, policy=policy)
        assert [served(pool) for _ in range(12)] == [*LETTERS, *LETTERS]


def test_fill_first_moves_on_only_when_the_first_rests() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a", "b", policy="fill-first")
    assert [served(pool) for _ in range(3)] == ["a", "a", "a"]
    rest(pool, taken(pool), clock.now() + 60)
    assert [served(pool) for _ in range(2)] == ["b", "b"]
    clock.advance(60)
    assert served(pool) == "a"


def test_a_pair_near_a_learned_limit_is_avoided_until_its_minute_has_rolled() -> None:
    clock = FakeClock(6_000_000.0)
    pool = made_pool(clock, "a", "b", policy="fill-first")
    for _ in range(5):
        served(pool)
    rest(pool, taken(pool), clock.now() + 1, Cause.MINUTE_QUOTA, limit=6)
    clock.advance(2)
    assert served(pool) == "b"
    clock.advance(120 + REFRESH_S)
    assert served(pool) == "a"


def test_a_pair_near_its_limit_still_serves_when_it_is_the_only_one() -> None:
    clock = FakeClock(6_000_000.0)
    pool = made_pool(clock, "a")
    rest(pool, taken(pool), clock.now() + 1, limit=1)
    clock.advance(2)
    assert served(pool) == "a"


def test_stale_entries_do_not_pile_up() -> None:
    pool = made_pool(FakeClock(), "a", "b")
    for _ in range(1_000):
        served(pool)
    assert len(pool.lanes[MODEL]._order) < 200


def test_pairs_of_other_services_are_set_aside_and_keep_their_place() -> None:
    pool = made_pool(FakeClock())
    paid = replace(credential("paid", "p"), service=Service.VERTEX)
    pool.replace([credential("a", "home"), paid])
    only_vertex = want(services=frozenset({Service.VERTEX}))
    only_gemini = want(services=frozenset({Service.GEMINI}))
    assert served(pool, only_vertex) == "paid"
    assert [served(pool, only_gemini) for _ in range(2)] == ["a", "a"]
    assert [served(pool) for _ in range(2)] == ["a", "a"]


def test_what_is_billed_comes_after_all_else_under_every_policy() -> None:
    for policy in ("balanced", "round-robin", "fill-first"):
        pool = made_pool(FakeClock(), policy=policy, cap=1)
        paid = replace(credential("paid", "p"), service=Service.VERTEX)
        pool.replace([paid, credential("a", "home"), credential("b", "other")])
        assert {taken(pool).credential.label for _ in range(2)} == {"a", "b"}
        assert taken(pool).credential.label == "paid"
