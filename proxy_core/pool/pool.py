"""The credentials in rotation: leases, standings, and how long waiting for one may help.

Not here: the queues (`waiting`), judging failures (`retry`) and sending (`relay`). Everything
runs on one event loop; only `lease` awaits, so plain state needs no lock.
"""

from collections.abc import Iterable, Sequence

from proxy_core.clock import Clock
from proxy_core.credentials.grants import concerned
from proxy_core.credentials.marks import Mark, Rest, Revoke
from proxy_core.credentials.model import Credential, KeySecret, Service
from proxy_core.events import Bus
from proxy_core.gemini.faults import Cause, Fault
from proxy_core.gemini.states import CREDENTIAL_STATES, CredentialState, ModelState
from proxy_core.pool import pins
from proxy_core.pool.affinity import Affinity
from proxy_core.pool.books import Books
from proxy_core.pool.lane import Lane
from proxy_core.pool.lease import Lease, Want
from proxy_core.pool.records import Records, restore_member, restore_pair, restore_unit
from proxy_core.pool.roster import Roster, as_noted, enrol, take_notes
from proxy_core.pool.rotation import PolicyName
from proxy_core.pool.standing import Ledger, Member, Notes, Pair, Unit
from proxy_core.pool.telling import Teller
from proxy_core.pool.together import TOGETHER, is_home
from proxy_core.pool.waiting import Waiting

LANES = 128
"Models remembered at once; beyond, the idle one used the longest ago goes."
REMEMBERED_S = 86_400.0
"How long after its end a rest still makes the first request a probe, over a restart."
PAID = frozenset({Service.VERTEX})
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
        self.services: frozenset[Service] = frozenset()
        "Those that any credential is used with."
        self.lanes: dict[str, Lane] = {}
        self.books = Books(ledger)
        self.cap = cap
        self._clock = clock
        self._policy: PolicyName = policy
        self._sticky = sticky
        self._tell = Teller(clock, bus)
        self._notes: Notes | None = None
        self._noted = 0
        "Turn up to which the day's use was saved."
        self._affinity = Affinity()
        self._turn = 0
        self._waiting = Waiting(clock)
        self._offset = clock.now() - clock.monotonic()

    def configure(self, *, policy: PolicyName, sticky: bool, cap: int) -> None:
        """Goes by these settings from now on; leases that are out go on."""
        self._policy, self._sticky, self.cap = policy, sticky, cap
        for lane in self.lanes.values():
            lane.configure(policy, cap)
        self._refill(self.lanes.values())

    @property
    def policy(self) -> PolicyName:
        return self._policy

    @property
    def turn(self) -> int:
        """Number of the last lease."""
        return self._turn

    @property
    def ledger(self) -> Ledger:
        return self.books.ledger

    @ledger.setter
    def ledger(self, ledger: Ledger) -> None:
        """To be set before the first credentials come; it may take time to open."""
        self.books.ledger = ledger

    # -- membership ------------------------------------------------------------------------

    def replace(self, credentials: Sequence[Credential], notes: Notes | None = None) -> None:
        """Makes these the pool's credentials; everything about those that stay goes on.

        What the ledger says is taken for newcomers only. notes: the owner's decisions.
        """
        now = self._clock.now()
        if notes is not None:
            self._notes = notes
        records = self.books.read()
        before = Roster(self.members, self.units)
        noted = [as_noted(credential, self._notes) for credential in credentials]
        roster = enrol(noted, before, records, now)
        self.members, self.units = roster.members, roster.units
        self.services = frozenset(unit.service for unit in roster.units.values())
        for member in self.members.values():
            take_notes(member, self._notes, now)
        for lane in self.lanes.values():
            lane.pairs = {
                unit_id: lane.pairs.get(unit_id) or self.books.open_pair(unit, lane.model, now)
                for unit_id, unit in self.units.items()
            }
        self._restore(roster, records, now)
        for member in roster.renewed:
            self.books.forget_member(member.credential.id)
            self._tell.member(member)
        self._refill(self.lanes.values())

    def _restore(self, roster: Roster, records: Records, now: float) -> None:
        for member in roster.new_members:
            restore_member(member, records)
        for unit in roster.new_units:
            restore_unit(unit, records)
        new = {unit.id for unit in roster.new_units}
        for record in records.values():
            if record.model is None or record.subject not in new:
                continue
            if record.until < now - REMEMBERED_S:
                self.ledger.delete(record.subject, record.model)
                continue
            lane = self._lane(record.model)
            pair = lane.pairs[record.subject]
            if restore_pair(pair, record):
                lane.rest(pair, record.until)
        for model in self.books.models_of_today(new, now):
            if len(self.lanes) < LANES:
                self._lane(model)

    def forget(self, credential_id: str) -> None:
        """Its owner removed it for good: the ledger need not know it any more."""
        self.books.forget_credential(credential_id)

    def learn_project(self, credential_id: str, project: str) -> None:
        """Google named the project of a key: it shares the quota of that project from now on.

        project: its number, which is told apart from the id that an owner gave to another key.
        """
        member = self.members.get(credential_id)
        if member is None or member.project is not None:
            return
        self.books.note_project(credential_id, project, self._clock.now())
        alone = member.unit
        pairs = [lane.pairs[alone.id] for lane in self.lanes.values()]
        self.replace([member.credential for member in self.members.values()])
        unit = member.unit
        if alone.rests_until > unit.rests_until:
            self._rest_project(unit, alone.rests_until, alone.fault)
        for pair in pairs:
            self._inherit(self._lane(pair.model).pairs[unit.id], pair)
        self.books.forget_rests(alone)

    def _inherit(self, pair: Pair, old: Pair) -> None:
        if not pair.use.known:
            pair.use, pair.exists = old.use, old.exists
        if old.until > pair.until:
            pair.state, pair.since, pair.fault = old.state, old.since, old.fault
            pair.strikes = old.strikes
            self.lanes[pair.model].rest(pair, old.until)
            self.books.note_pair(pair)

    # -- leases ----------------------------------------------------------------------------

    def take(self, want: Want) -> Lease | None:
        """A lease if a credential is free now."""
        now = self.now()
        lane = self.lanes.get(want.model) or self._lane(want.model)
        if want.unit is not None:
            pinned = pins.claim(lane, self.unit_of(want.unit), want, now)
            return None if pinned is None else self._lease(lane, *pinned, want, now)
        if want.continues and self._keeps(want.conversation):
            lease = self._take_sticky(lane, want, now)
            if lease is not None:
                return lease
        found = lane.take(now, want.tried, want.services)
        if found is None:
            return None
        return self._lease(lane, *found, want, now)

    def _take_sticky(self, lane: Lane, want: Want, now: float) -> Lease | None:
        assert want.conversation is not None
        credential_id = self._affinity.get(want.conversation, self._clock.monotonic())
        member = self.members.get(credential_id) if credential_id else None
        if member is None or not member.usable or member.credential.id in want.tried:
            return None
        if member.service not in want.services:
            return None
        if want.conversation == TOGETHER and not is_home(member.unit, self.lanes.values(), now):
            return None
        if member.unit.paid and (free := lane.take(now, want.tried, want.services - PAID)):
            return self._lease(lane, *free, want, now)  # money counts for more than a warm cache
        pair = lane.pairs[member.unit.id]
        return self._lease(lane, pair, member, want, now) if lane.claim(pair, now) else None

    def _keeps(self, conversation: bytes | None) -> bool:
        """Whether this conversation stays with its credential."""
        return conversation is not None and (self._sticky or conversation == TOGETHER)

    def unit_of(self, name: str) -> Unit | None:
        """The unit of this id, or of the credential of this id: the project of a key may have
        become known since it was named so."""
        unit = self.units.get(name)
        if unit is None and (member := self.members.get(name)) is not None:
            unit = member.unit
        return unit

    def _lease(self, lane: Lane, pair: Pair, member: Member, want: Want, now: float) -> Lease:
        self._turn += 1
        pair.turn = member.turn = self._turn
        pair.in_flight += 1
        member.in_flight += 1
        pair.use.count(now)
        lane.enter(pair, now)
        return Lease(member, pair, member.credential, pair.era, want.conversation, self._returned)

    async def lease(self, want: Want, wait_s: float) -> Lease:
        """A lease, waiting at most `wait_s` seconds for one. Raises Exhausted."""
        deadline = self._clock.monotonic() + wait_s
        has_room = self._waiting.has_room(want.model, self._line(want))
        place = self._waiting.place()
        while (lease := self.take(want)) is None:
            pause = self._pause(want, deadline - self._clock.monotonic())
            if pause is None or not has_room:
                raise Exhausted(want.model)
            await self._waiting.wait(want.model, place, pause, self._line(want))
        return lease

    def _line(self, want: Want) -> str | None:
        """The unit that a call waits for, as it is called now; None: any will do."""
        unit = None if want.unit is None else self.unit_of(want.unit)
        return None if unit is None else unit.id

    def _pause(self, want: Want, left: float) -> float | None:
        """Seconds until something may be free, within those `left`; None: nothing will be."""
        if left <= 0:
            return None
        lane = self._lane(want.model)
        now = self.now()
        if want.unit is not None:
            return pins.pause(lane, self.unit_of(want.unit), want, now, left)
        if not self._leasable(want):
            return None
        returns = lane.next_return(now)
        if returns is not None and returns - now <= left:
            return max(returns - now, 0.01)
        return left if lane.busy(want.services) else None

    def _leasable(self, want: Want) -> bool:
        return any(
            member.usable
            and member.credential.id not in want.tried
            and member.service in want.services
            for member in self.members.values()
        )

    def _returned(self, lease: Lease) -> None:
        pair = lease.pair
        pair.in_flight -= 1
        lease.member.in_flight -= 1
        if (lane := self._lane_of(pair)) is not None:
            lane.enter(pair, self._clock.now())
        self._waiting.call(pair.model, pair.unit.id)

    def _lane_of(self, pair: Pair) -> Lane | None:
        """The lane a pair still belongs to; None when the pool was replaced meanwhile."""
        lane = self.lanes.get(pair.model)
        return lane if lane is not None and lane.pairs.get(pair.unit.id) is pair else None

    # -- standings -------------------------------------------------------------------------

    def succeed(self, lease: Lease) -> None:
        """Google answered: the pair is proved, and the conversation belongs to it."""
        pair = lease.pair
        pair.exists = True
        if pair.era == lease.era and (pair.half_open or pair.strikes):
            self._prove_pair(pair)
        if lease.conversation is not None and self._keeps(lease.conversation):
            self._affinity.put(lease.conversation, lease.credential.id, self._clock.monotonic())

    def _prove_pair(self, pair: Pair) -> None:
        if (lane := self._lane_of(pair)) is None:
            return
        pair.half_open, pair.strikes, pair.fault = False, 0, None
        pair.state, pair.since = ModelState.READY, self._clock.now()
        self.books.forget_pair(pair)
        self._tell.pair(pair)
        lane.enter(pair, self._clock.now())
        self._waiting.call_all(pair.model)  # one probe opened it for all

    def mark(self, lease: Lease, mark: Mark, fault: Fault) -> None:
        """Google refused: what rests or is revoked from now on."""
        self.now()  # a clock that was set back moves the older rests only
        match mark:
            case Revoke(state, whole_project):
                if lease.member.credential is lease.credential:  # else it was renewed since
                    members = lease.member.unit.members if whole_project else [lease.member]
                    self.revoke([member.credential.id for member in members], state, fault)
            case Rest(state, until, whole_project):
                if whole_project:
                    self._rest_project(lease.member.unit, until, fault)
                self._learn(lease.pair, fault)
                self._rest(lease, state, until, fault)
        if fault.project is not None and isinstance(lease.credential.secret, KeySecret):
            self.learn_project(lease.credential.id, fault.project)

    def revoke(self, ids: Iterable[str], state: CredentialState, fault: Fault) -> None:
        """Google refuses these until someone acts; ids that left the pool are passed over."""
        for credential_id in ids:
            if (member := self.members.get(credential_id)) is not None:
                self._revoke(member, state, fault)
        self._waiting.call_all()  # there may be nothing left to wait for

    def refuse(self, credentials: Iterable[Credential], fault: Fault) -> None:
        """A refresh found that there will be no access token for these.

        Nor for any other credential of the same sign-in, or of the same refused OAuth client.
        """
        state = CREDENTIAL_STATES.get(fault.cause, CredentialState.NEEDS_SIGN_IN)
        members = [member.credential for member in self.members.values()]
        self.revoke([one.id for one in concerned(credentials, fault.cause, members)], state, fault)

    def _revoke(self, member: Member, state: CredentialState, fault: Fault) -> None:
        if member.state is state and member.fault == fault:
            return
        member.state, member.fault, member.since = state, fault, self._clock.now()
        self.books.note_member(member)
        self._tell.member(member)

    def _rest_project(self, unit: Unit, until: float, fault: Fault | None) -> None:
        if until > unit.rests_until and self.units.get(unit.id) is unit:
            unit.rests_until, unit.rests_since, unit.fault = until, self._clock.now(), fault
            self.books.note_unit(unit)

    def _rest(self, lease: Lease, state: ModelState, until: float, fault: Fault) -> None:
        pair, now = lease.pair, self._clock.now()
        if (lane := self._lane_of(pair)) is None:
            return
        if lease.era != pair.era:
            # Sent before the rest began: it may lengthen it, but proves nothing new.
            if pair.until < until and state is pair.state:
                lane.rest(pair, until)
                self.books.note_pair(pair)
            return
        pair.era += 1
        pair.state, pair.since, pair.fault, pair.half_open = state, now, fault, False
        if fault.cause is Cause.DAY_QUOTA:
            pair.strikes += 1
        lane.rest(pair, until)
        self.books.note_pair(pair)
        self._tell.pair(pair)
        self._waiting.call_all(pair.model)  # whoever waited for this probe must think again

    def _learn(self, pair: Pair, fault: Fault) -> None:
        pair.exists |= fault.cause in (Cause.DAY_QUOTA, Cause.MINUTE_QUOTA)
        if not fault.limit or fault.unit != "requests":
            return
        if fault.cause is Cause.DAY_QUOTA:
            pair.use.limit_day = fault.limit
        elif fault.cause is Cause.MINUTE_QUOTA:
            pair.use.limit_minute = fault.limit
        self.books.note_limits(pair, self._clock.now())

    def prove(self, credential_id: str) -> None:
        """Google answered this credential: what it once refused it for is over."""
        member = self.members[credential_id]
        if member.state is not CredentialState.READY:
            self._free(member)
            self._refill(self.lanes.values())

    def clear(self, credential_id: str) -> None:
        """Frees a credential of every rest and refusal; what Google says next counts."""
        member = self.members[credential_id]
        unit, now = member.unit, self._clock.now()
        unit.rests_until, unit.fault = 0.0, None
        for lane in self.lanes.values():
            pair = lane.pairs[unit.id]
            pair.until, pair.strikes, pair.half_open = 0.0, 0, False
            pair.state, pair.since, pair.fault = ModelState.READY, now, None
            pair.era += 1
        self.books.forget_rests(unit)
        self._free(member)
        self._refill(self.lanes.values())

    def _free(self, member: Member) -> None:
        member.state, member.fault, member.since = CredentialState.READY, None, self._clock.now()
        self.books.forget_member(member.credential.id)
        self._tell.member(member)

    def enable(self, credential_id: str, *, enabled: bool) -> None:
        member = self.members[credential_id]
        if member.enabled is enabled:
            return
        member.enabled, member.switched_at = enabled, self._clock.now()
        self.books.note_switch(member)
        self._refill(self.lanes.values())
        self._tell.member(member)

    # -- lanes and time --------------------------------------------------------------------

    def _lane(self, model: str) -> Lane:
        lane = self.lanes.get(model)
        if lane is None:
            now = self._clock.now()
            lane = self.lanes[model] = Lane(model, self._policy, self.cap)
            lane.pairs = {
                unit_id: self.books.open_pair(unit, model, now)
                for unit_id, unit in self.units.items()
            }
            lane.refill(now)
            if len(self.lanes) > LANES:
                self._forget_a_lane(model)
        return lane

    def _forget_a_lane(self, but: str) -> None:
        """The idle one used the longest ago; one that rests only where all do, for its rests go
        with it."""
        idle = [
            lane
            for lane in self.lanes.values()
            if lane.model != but and lane.model not in self._waiting and lane.idle()
        ]
        if idle:
            lane = min(idle, key=lambda each: (each.rests(), each.last_turn()))
            now = self._clock.now()
            for pair in lane.pairs.values():
                if pair.turn > self._noted:
                    self.books.note_limits(pair, now)
            del self.lanes[lane.model]

    def _refill(self, lanes: Iterable[Lane]) -> None:
        now = self._clock.now()
        for lane in lanes:
            lane.refill(now)
        self._waiting.call_all()

    def note_use(self, now: float) -> None:
        """Saves the day's use of the pairs that were used since; to be called once a minute."""
        for lane in self.lanes.values():
            for pair in lane.pairs.values():
                if pair.turn > self._noted:
                    self.books.note_limits(pair, now)
        self._noted = self._turn

    def now(self) -> float:
        """Wall time; a clock that was set back takes the ends of all rests with it."""
        now = self._clock.now()
        offset = now - self._clock.monotonic()
        if offset < self._offset - JUMP_S:
            self._shift(offset - self._offset)
        if abs(offset - self._offset) > JUMP_S:
            self._offset = offset
        return now

    def time_jumped(self) -> None:
        """The clock was set, or the computer slept: rests end when they should, and whoever waits
        thinks again at once."""
        self.now()
        self._refill(self.lanes.values())

    def _shift(self, seconds: float) -> None:
        for member in self.members.values():
            member.since += seconds
        for unit in self.units.values():
            if unit.rests_until:
                unit.rests_until += seconds
                unit.rests_since += seconds
                self.books.note_unit(unit)
        for lane in self.lanes.values():
            for pair in lane.pairs.values():
                pair.since += seconds
                if pair.until > 0:
                    pair.until += seconds
                    self.books.note_pair(pair)
            lane.refill(self._clock.now())
