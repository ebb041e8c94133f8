"""All pairs of one model: the free ones in order, the resting ones by the end of their rest.

Both are heaps, so that a lease costs the same with 2,000 credentials as with 8. An entry
whose serial is not its pair's current one is stale and is dropped when it comes up. The
alternative that lost: sorting all candidates for each request.
"""

from heapq import heapify, heappop, heappush
from typing import TypeAlias

from proxy_core.credentials.model import EVERY_SERVICE, Service
from proxy_core.gemini.states import ModelState
from proxy_core.pool.quota import NEAR
from proxy_core.pool.rotation import Facts, Key, PolicyName, key
from proxy_core.pool.standing import Member, Pair

Entry: TypeAlias = tuple[Key, int, Pair]
REFRESH_S = 5.0
"How old an order may be: shares of rolling limits fall by themselves."


def facts_of(pair: Pair, now: float) -> Facts:
    """What the order of rotation depends on, as it is now."""
    use = pair.use
    share = use.share(now) if use.limit_minute or use.limit_day else 0.0
    unit = pair.unit
    return Facts(
        unit.members[0].position, pair.in_flight, share, share >= NEAR, pair.turn, unit.paid
    )


class Lane:
    """The pairs of one model."""

    def __init__(self, model: str, policy: PolicyName, cap: int) -> None:
        self.model = model
        self.pairs: dict[str, Pair] = {}
        self._policy: PolicyName = policy
        self._cap = cap
        self._order: list[Entry] = []
        self._resting: list[tuple[float, int, Pair]] = []
        self._serial = 0
        self._limited = False
        self._refreshed = 0.0

    def take(
        self, now: float, tried: set[str], services: frozenset[Service] = EVERY_SERVICE
    ) -> tuple[Pair, Member] | None:
        """The first free pair of these services, with the member to use; takes its entry out of
        the order."""
        self._wake(now)
        aside: list[Entry] = []
        found: tuple[Pair, Member] | None = None
        order = self._order
        while order:
            entry = heappop(order)
            pair = entry[2]
            if entry[1] != pair.serial:
                continue
            if pair.unit.service not in services:
                aside.append(entry)
            elif pair.unit.rests_until > now:
                unit = pair.unit
                pair.state, pair.since, pair.fault = (
                    ModelState.COOLING,
                    unit.rests_since,
                    unit.fault,
                )
                self.rest(pair, pair.unit.rests_until)
            elif not pair.free(self._cap):
                pair.serial = 0
            elif (member := pair.unit.pick(tried)) is not None:
                pair.serial = 0
                found = pair, member
                break
            elif tried and pair.unit.usable:
                aside.append(entry)
            else:
                pair.serial = 0
        for entry in aside:
            heappush(order, entry)
        return found

    def claim(self, pair: Pair, now: float) -> bool:
        """Whether this very pair may be used now, out of turn (a sticky conversation)."""
        return self.free(pair, now) and pair.use.share(now) < NEAR

    def free(self, pair: Pair, now: float) -> bool:
        """Whether this very pair may be used now, however near its limit."""
        self._wake(now)
        return pair.until <= now and pair.unit.rests_until <= now and pair.free(self._cap)

    def enter(self, pair: Pair, now: float) -> None:
        """Puts a pair into the order, with a key for what is true of it now."""
        if pair.until > 0:
            return
        if not pair.free(self._cap):
            pair.serial = 0
            return
        if pair.use.limit_minute or pair.use.limit_day:
            self._limited = True
        facts = facts_of(pair, now)
        self._serial += 1
        pair.serial = self._serial
        heappush(self._order, (key(self._policy, facts), pair.serial, pair))
        if len(self._order) > 4 * len(self.pairs) + 64:
            self._compact()

    def rest(self, pair: Pair, until: float) -> None:
        """Takes a pair out of the order until `until`."""
        pair.serial = 0
        pair.until = until
        self._serial += 1
        heappush(self._resting, (until, self._serial, pair))

    def refill(self, now: float) -> None:
        """Makes the order anew: pairs came or went, or what keys depend on has changed."""
        self._order.clear()
        self._limited = False
        self._refreshed = now
        for pair in self.pairs.values():
            self.enter(pair, now)
        self._resting = [(p.until, i, p) for i, p in enumerate(self.pairs.values()) if p.until > 0]
        self._serial += len(self.pairs)
        heapify(self._resting)

    def next_return(self, now: float) -> float | None:
        """When the first resting pair that could serve then comes back, epoch seconds."""
        while self._resting:
            until, _, pair = self._resting[0]
            if pair.until == until and pair.unit.usable:
                return max(until, now)
            heappop(self._resting)
        return None

    def idle(self) -> bool:
        return not any(pair.in_flight for pair in self.pairs.values())

    def rests(self) -> bool:
        return any(pair.until > 0 for pair in self.pairs.values())

    def configure(self, policy: PolicyName, cap: int) -> None:
        """Goes by other settings; a `refill` is due."""
        self._policy, self._cap = policy, cap

    def last_turn(self) -> int:
        return max((pair.turn for pair in self.pairs.values()), default=0)

    def busy(self, services: frozenset[Service] = EVERY_SERVICE) -> bool:
        """Whether a pair is taken up by requests in flight, so that waiting may help."""
        return any(
            pair.until == 0
            and pair.unit.service in services
            and pair.unit.usable
            and not pair.free(self._cap)
            for pair in self.pairs.values()
        )

    def _wake(self, now: float) -> None:
        while self._resting and self._resting[0][0] <= now:
            until, _, pair = heappop(self._resting)
            if pair.until == until:
                pair.until = 0.0
                pair.half_open = True
                self.enter(pair, now)
        if self._limited and not self._refreshed <= now < self._refreshed + REFRESH_S:
            self.refill(now)

    def _compact(self) -> None:
        self._order = [entry for entry in self._order if entry[1] == entry[2].serial]
        heapify(self._order)
