"""The credentials in rotation: leases, standings, and how long waiting for one may help.

Not here: the queues (`waiting`), judging failures (`retry`) and sending (`relay`). Everything
runs on one event loop; only `lease` awaits, so plain state needs no lock.
"""

from collections.abc import Iterable, Sequence

from proxy_core.clock import Clock
from proxy_core.credentials.marks import Mark, Rest, Revoke
from proxy_core.credentials.model import Credential
from proxy_core.events import Bus, StandingChanged
from proxy_core.gemini.faults import Cause, Fault
from proxy_core.gemini.states import CredentialState, ModelState, describe
from proxy_core.pool.affinity import Affinity
from proxy_core.pool.lane import Lane
from proxy_core.pool.lease import Lease, Want
from proxy_core.pool.rotation import PolicyName
from proxy_core.pool.standing import Ledger, Member, Pair, StandingRecord, Unit
from proxy_core.pool.waiting import Waiting

LANES = 128
"Models remembered at once; beyond, the oldest idle one goes."
JUMP_S = 2.0
"A wall clock that falls behind the monotonic one by more has been set back."


class Exhausted(Exception):
    """No credential is free for a model, nor will be in the time allowed."""

    def __init__(self, model: str) -> None:
        super().__init__(model)
        self.model = model


class Pool:
    """The credentials in rotation."""

    def __init__(
        self,
        *,
        clock: Clock,
        ledger: Ledger,
        bus: Bus,
        policy: PolicyName = "balanced",
        sticky: bool = True,
        cap: int = 0,
    ) -> None:
        self.members: dict[str, Member] = {}
        self.units: dict[str, Unit] = {}
        self.lanes: dict[str, Lane] = {}
        self._clock = clock
        self._ledger = ledger
        self._bus = bus
        self._policy: PolicyName = policy
        self._sticky = sticky
        self.cap = cap
        self._affinity = Affinity()
        self._turn = 0
        self._waiting = Waiting(clock)
        self._offset = clock.now() - clock.monotonic()

    # -- membership ------------------------------------------------------------------------

    def replace(self, credentials: Sequence[Credential]) -> None:
        """Makes these the pool's credentials; standings of those that stay are kept."""
        known, resting = self.members, self.units
        self.members = {}
        self.units = {}
        for position, credential in enumerate(credentials):
            unit_id = credential.project or credential.id
            unit = self.units.setdefault(unit_id, Unit(unit_id))
            if unit_id in resting:
                unit.rests_until = resting[unit_id].rests_until
            member = Member(credential, unit, position)
            if (old := known.get(credential.id)) is not None:
                member.enabled, member.state = old.enabled, old.state
                member.since, member.fault = old.since, old.fault
            unit.members.append(member)
            self.members[credential.id] = member
        self.lanes.clear()
        self._restore()
        self._waiting.call_all()

    def _restore(self) -> None:
        now = self._clock.now()
        for record in self._ledger.load():
            if record.model is None:
                if (member := self.members.get(record.subject)) is not None:
                    member.state = CredentialState(record.state)
                    member.since = record.since
            elif record.subject in self.units and record.until > now:
                lane = self._lane(record.model)
                pair = lane.pairs[record.subject]
                pair.state, pair.since = ModelState(record.state), record.since
                pair.strikes = record.strikes
                lane.rest(pair, record.until)

    # -- leases ----------------------------------------------------------------------------

    def take(self, want: Want) -> Lease | None:
        """A lease if a credential is free now."""
        now = self._now()
        lane = self.lanes.get(want.model) or self._lane(want.model)
        if want.continues and self._sticky and want.conversation is not None:
            lease = self._take_sticky(lane, want, now)
            if lease is not None:
                return lease
        found = lane.take(now, want.tried)
        if found is None:
            return None
        return self._lease(lane, *found, want, now)

    def _take_sticky(self, lane: Lane, want: Want, now: float) -> Lease | None:
        assert want.conversation is not None
        credential_id = self._affinity.get(want.conversation, self._clock.monotonic())
        member = self.members.get(credential_id) if credential_id else None
        if member is None or not member.usable or member.credential.id in want.tried:
            return None
        pair = lane.pairs[member.unit.id]
        return self._lease(lane, pair, member, want, now) if lane.claim(pair, now) else None

    def _lease(self, lane: Lane, pair: Pair, member: Member, want: Want, now: float) -> Lease:
        self._turn += 1
        pair.turn = member.turn = self._turn
        pair.in_flight += 1
        member.in_flight += 1
        pair.use.count(now)
        lane.enter(pair, now)
        return Lease(member, pair, pair.era, want.conversation, self._returned)

    async def lease(self, want: Want, wait_s: float) -> Lease:
        """A lease, waiting at most `wait_s` seconds for one. Raises Exhausted."""
        deadline = self._clock.monotonic() + wait_s
        has_room, place = self._waiting.has_room(want.model), self._waiting.place()
        while (lease := self.take(want)) is None:
            pause = self._pause(want, deadline - self._clock.monotonic())
            if pause is None or not has_room:
                raise Exhausted(want.model)
            await self._waiting.wait(want.model, place, pause)
        return lease

    def _pause(self, want: Want, left: float) -> float | None:
        """Seconds until something may be free, within those `left`; None: nothing will be."""
        if left <= 0 or not self._leasable(want):
            return None
        lane = self._lane(want.model)
        now = self._now()
        returns = lane.next_return(now)
        if returns is not None and returns - now <= left:
            return max(returns - now, 0.01)
        return left if lane.busy() else None

    def _leasable(self, want: Want) -> bool:
        return any(
            member.usable and member.credential.id not in want.tried
            for member in self.members.values()
        )

    def _returned(self, lease: Lease) -> None:
        pair = lease.pair
        pair.in_flight -= 1
        lease.member.in_flight -= 1
        if (lane := self._lane_of(pair)) is not None:
            lane.enter(pair, self._clock.now())
        self._waiting.call(pair.model)

    def _lane_of(self, pair: Pair) -> Lane | None:
        """The lane a pair still belongs to; None when the pool was replaced meanwhile."""
        lane = self.lanes.get(pair.model)
        return lane if lane is not None and lane.pairs.get(pair.unit.id) is pair else None

    # -- standings -------------------------------------------------------------------------

    def succeed(self, lease: Lease) -> None:
        """Google answered: the pair is proved, and the conversation belongs to it."""
        pair = lease.pair
        if pair.era == lease.era and (pair.half_open or pair.strikes):
            pair.half_open, pair.strikes, pair.fault = False, 0, None
            pair.state, pair.since = ModelState.READY, self._clock.now()
            self._ledger.delete(pair.unit.id, pair.model)
            self._tell_pair(pair)
            if (lane := self._lane_of(pair)) is not None:
                lane.enter(pair, self._clock.now())
            self._waiting.call_all(pair.model)  # one probe opened it for all
        if lease.conversation is not None and self._sticky:
            self._affinity.put(lease.conversation, lease.credential.id, self._clock.monotonic())

    def mark(self, lease: Lease, mark: Mark, fault: Fault) -> None:
        """Google refused: what rests or is revoked from now on."""
        self._now()  # a clock that was set back moves the older rests only
        match mark:
            case Revoke(state, whole_project):
                members = lease.member.unit.members if whole_project else [lease.member]
                for member in members:
                    self._revoke(member, state, fault)
                self._waiting.call_all()  # there may be nothing left to wait for
            case Rest(state, until, whole_project):
                if whole_project:
                    lease.member.unit.rests_until = max(lease.member.unit.rests_until, until)
                self._learn(lease.pair, fault)
                self._rest(lease, state, until, fault)

    def _revoke(self, member: Member, state: CredentialState, fault: Fault) -> None:
        member.state, member.fault, member.since = state, fault, self._clock.now()
        self._ledger.save(
            StandingRecord(member.credential.id, None, state, member.since, 0.0, fault.message)
        )
        self._tell_member(member)

    def _rest(self, lease: Lease, state: ModelState, until: float, fault: Fault) -> None:
        pair, now = lease.pair, self._clock.now()
        if (lane := self._lane_of(pair)) is None:
            return
        if lease.era != pair.era:
            # Sent before the rest began: it may lengthen it, but proves nothing new.
            if pair.until < until and state is pair.state:
                lane.rest(pair, until)
            return
        pair.era += 1
        pair.state, pair.since, pair.fault, pair.half_open = state, now, fault, False
        if fault.cause is Cause.DAY_QUOTA:
            pair.strikes += 1
        lane.rest(pair, until)
        self._ledger.save(
            StandingRecord(pair.unit.id, pair.model, state, now, until, fault.message, pair.strikes)
        )
        self._tell_pair(pair)
        self._waiting.call_all(pair.model)  # whoever waited for this probe must think again

    def _learn(self, pair: Pair, fault: Fault) -> None:
        if fault.limit and fault.unit == "requests":
            if fault.cause is Cause.DAY_QUOTA:
                pair.use.limit_day = fault.limit
            elif fault.cause is Cause.MINUTE_QUOTA:
                pair.use.limit_minute = fault.limit

    def clear(self, credential_id: str) -> None:
        """Frees a credential of every rest and refusal; what Google says next counts."""
        member = self.members[credential_id]
        member.state, member.fault, member.since = CredentialState.READY, None, self._clock.now()
        member.unit.rests_until = 0.0
        self._ledger.delete(credential_id, None)
        for lane in self.lanes.values():
            pair = lane.pairs.get(member.unit.id)
            if pair is not None:
                pair.until, pair.strikes, pair.half_open = 0.0, 0, False
                pair.state, pair.fault, pair.era = ModelState.READY, None, pair.era + 1
                self._ledger.delete(pair.unit.id, pair.model)
        self._refill(self.lanes.values())
        self._tell_member(member)

    def enable(self, credential_id: str, *, enabled: bool) -> None:
        self.members[credential_id].enabled = enabled
        self._refill(self.lanes.values())
        self._tell_member(self.members[credential_id])

    # -- lanes and time --------------------------------------------------------------------

    def _lane(self, model: str) -> Lane:
        lane = self.lanes.get(model)
        if lane is None:
            lane = self.lanes[model] = Lane(model, self._policy, self.cap)
            lane.pairs = {unit_id: Pair(unit, model) for unit_id, unit in self.units.items()}
            lane.refill(self._clock.now())
            if len(self.lanes) > LANES:
                self._forget_a_lane(model)
        return lane

    def _forget_a_lane(self, but: str) -> None:
        """The oldest idle one; one that rests only where all do, for its rests go with it."""
        idle = [
            lane
            for lane in self.lanes.values()
            if lane.model != but and lane.model not in self._waiting and lane.idle()
        ]
        if idle:
            del self.lanes[min(idle, key=Lane.rests).model]

    def _refill(self, lanes: Iterable[Lane]) -> None:
        now = self._clock.now()
        for lane in lanes:
            lane.refill(now)
        self._waiting.call_all()

    def _now(self) -> float:
        """Wall time; a clock that was set back takes the ends of all rests with it."""
        now = self._clock.now()
        offset = now - self._clock.monotonic()
        if offset < self._offset - JUMP_S:
            self._shift(offset - self._offset)
        if abs(offset - self._offset) > JUMP_S:
            self._offset = offset
        return now

    def _shift(self, seconds: float) -> None:
        for unit in self.units.values():
            if unit.rests_until:
                unit.rests_until += seconds
        for lane in self.lanes.values():
            for pair in lane.pairs.values():
                if pair.until > 0:
                    pair.until += seconds
                    pair.since += seconds
            lane.refill(self._clock.now())

    # -- telling ---------------------------------------------------------------------------

    def _tell_member(self, member: Member) -> None:
        state = member.state if member.enabled else CredentialState.DISABLED
        self._tell(member.credential.id, member.credential.label, None, state, None, member.fault)

    def _tell_pair(self, pair: Pair) -> None:
        label = pair.unit.members[0].credential.label
        until = pair.until or None
        self._tell(pair.unit.id, label, pair.model, pair.state, until, pair.fault)

    def _tell(
        self,
        subject: str,
        label: str,
        model: str | None,
        state: CredentialState | ModelState,
        until: float | None,
        fault: Fault | None,
    ) -> None:
        sentence = describe(state, fault, until).sentence
        self._bus.publish(
            StandingChanged(self._clock.now(), subject, label, model, state, until, sentence)
        )
