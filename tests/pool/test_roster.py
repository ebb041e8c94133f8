"""Credentials that come and go while the pool is in use."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from proxy_core.credentials.marks import Rest, Revoke
from proxy_core.credentials.model import Credential, Service
from proxy_core.gemini.faults import Cause
from proxy_core.gemini.states import CredentialState, ModelState
from proxy_core.pool.lease import Lease
from proxy_core.pool.pool import Pool
from proxy_core.pool.standing import MemoryLedger
from tests.fakes.clock import FakeClock
from tests.pool.made_up import (
    OwnersNotes,
    account,
    credential,
    made_pool,
    refusal,
    refuse,
    rest,
    revoke,
    served,
    taken,
    want,
)

TALK = b"a conversation"


def test_standings_survive_a_new_list_of_credentials() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a", "b", "c")
    resting = taken(pool)
    rest(pool, resting, clock.now() + 60)
    dead = taken(pool)
    revoke(pool, dead)
    pool.replace([credential(name, f"project-{name}") for name in "abcd"])
    assert {served(pool) for _ in range(6)} == {"c", "d"}


def test_a_rest_of_a_whole_project_survives_a_new_list_too() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a")
    rest(pool, taken(pool), clock.now() + 60, Cause.SPEND_CAP, whole_project=True)
    pool.replace([credential("a", "project-a")])
    assert pool.take(want(model="gemini-2.5-flash")) is None


def test_requests_in_flight_count_over_a_new_list() -> None:
    pool = made_pool(FakeClock(), "a", "b", cap=1)
    held = taken(pool)
    pool.replace([credential(name, f"project-{name}") for name in "bca"])
    assert {served(pool) for _ in range(4)} == {"b", "c"}
    held.give_back()
    assert {served(pool) for _ in range(4)} == {"a", "b", "c"}


def test_a_lease_of_a_credential_that_left_comes_back_without_harm() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a", "b@shared", "c@shared")
    leases = [taken(pool), taken(pool), taken(pool, want("a", "b"))]
    pool.replace([credential("c", "shared")])
    rest(pool, leases[0], clock.now() + 60)
    revoke(pool, leases[1])
    pool.succeed(leases[2])
    leases[2].give_back()
    assert served(pool) == "c"
    assert pool.members["key-c"].in_flight == 0
    assert {record.subject for record in pool.ledger.load()} == set()


def test_what_a_probe_was_out_for_still_counts_over_a_new_list() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a")
    rest(pool, taken(pool), clock.now() + 60)
    clock.advance(60)
    probe = taken(pool)
    pool.replace([credential("a", "project-a")])
    assert pool.take(want()) is None
    pool.succeed(probe)
    assert pool.take(want()) is not None


def test_a_credential_that_changes_its_project_moves() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a@old", "b@old")
    rest(pool, taken(pool), clock.now() + 60)
    pool.replace([credential("a", "new"), credential("b", "old")])
    assert {served(pool) for _ in range(3)} == {"a"}
    assert [member.label for member in pool.units["old"].members] == ["b"]


def test_a_conversation_keeps_its_credential_over_a_new_list() -> None:
    pool = made_pool(FakeClock(), "a", "b", "c")
    served(pool, want(conversation=TALK))
    pool.replace([credential(name, f"project-{name}") for name in "cba"])
    assert served(pool, want(conversation=TALK, continues=True)) == "a"


def test_an_owners_label_and_switch_are_taken() -> None:
    pool = made_pool(FakeClock(), "a", "b")
    made = [credential(name, f"project-{name}") for name in "ab"]
    pool.replace(made, OwnersNotes({"key-a": "mine"}, {"key-b"}))
    assert [member.label for member in pool.members.values()] == ["mine", "b"]
    assert {served(pool) for _ in range(3)} == {"a"}
    pool.replace(made)
    assert pool.members["key-a"].label == "mine"
    pool.replace(made, OwnersNotes({}, set()))
    assert pool.members["key-a"].label == "a"
    assert {served(pool) for _ in range(3)} == {"a", "b"}


def test_a_new_sign_in_ends_a_refusal_and_an_answer_to_the_older_one_means_nothing() -> None:
    pool = made_pool(FakeClock())
    pool.replace([account("ada", "p"), credential("b", "q")])
    late, dead = taken(pool, want("b")), taken(pool, want("b"))
    refuse(pool, dead)
    assert {served(pool) for _ in range(2)} == {"b"}
    pool.replace([account("ada", "p", refresh_token="1//newer"), credential("b", "q")])
    assert pool.members["acc-ada"].state is CredentialState.READY
    assert not pool.ledger.load()
    refuse(pool, late)
    assert pool.members["acc-ada"].state is CredentialState.READY


def test_a_new_sign_in_does_not_end_a_suspension() -> None:
    pool = made_pool(FakeClock())
    pool.replace([account("ada", "p")])
    pool.revoke(["acc-ada"], CredentialState.SUSPENDED, refusal(Cause.SUSPENDED))
    pool.replace([account("ada", "p", refresh_token="1//newer")])
    assert pool.members["acc-ada"].state is CredentialState.SUSPENDED


# -- projects of keys ----------------------------------------------------------------------


def lone_keys(pool: Pool, *names: str) -> None:
    pool.replace([credential(name) for name in names])


def test_keys_whose_project_an_answer_named_share_its_quota() -> None:
    clock = FakeClock()
    pool = made_pool(clock)
    lone_keys(pool, "a", "b", "c")
    assert len(pool.units) == 3
    for name, project in (("a", "123"), ("b", "123"), ("c", "456")):
        others = [other for other in "abc" if other != name]
        lease = taken(pool, want(*others))
        rest(pool, lease, clock.now() + 60, project=project)
    assert list(pool.units) == ["123", "456"]
    assert [member.project for member in pool.members.values()] == ["123", "123", "456"]
    assert {r.subject for r in pool.ledger.load() if r.model} == {"123", "456"}
    assert pool.take(want()) is None
    clock.advance(60)
    assert {served(pool) for _ in range(6)} == {"a", "b", "c"}


def test_a_rest_of_its_whole_project_moves_with_a_key() -> None:
    clock, ledger = FakeClock(), MemoryLedger()
    pool = made_pool(clock, ledger=ledger)
    lone_keys(pool, "a", "b")
    lease, until = taken(pool, want("b")), clock.now() + 60
    rest(pool, lease, until, Cause.SPEND_CAP, whole_project=True, project="123")
    pool.learn_project("key-b", "123")
    assert pool.take(want(model="gemini-2.5-flash")) is None
    assert {record.subject for record in ledger.load() if record.until} == {"projects/123", "123"}


def test_a_learned_project_is_known_after_a_restart() -> None:
    clock, ledger = FakeClock(), MemoryLedger()
    pool = made_pool(clock, ledger=ledger)
    lone_keys(pool, "a", "b")
    pool.learn_project("key-a", "123")
    pool.learn_project("key-b", "123")
    after = made_pool(clock, ledger=ledger)
    lone_keys(after, "a", "b")
    assert list(after.units) == ["123"]


def test_a_project_that_the_owner_named_is_not_replaced_by_a_number() -> None:
    pool = made_pool(FakeClock(), "a@mine")
    pool.learn_project("key-a", "123")
    pool.learn_project("gone", "123")
    assert list(pool.units) == ["mine"]


# -- anything at any time ------------------------------------------------------------------

NAMES = "abcdef"
OF_THE_POOL = ("take", "list", "learn", "clear", "switch", "pass", "jump")
OF_A_LEASE = ("give back", "succeed", "rest", "revoke")
STEPS = st.tuples(
    st.sampled_from([*OF_THE_POOL, *OF_A_LEASE]), st.integers(0, 5), st.integers(0, 63)
)


class Trial:
    """A pool to which anything happens, and the leases that are out."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.pool = made_pool(self.clock, *NAMES, cap=2)
        self.out: list[Lease] = []

    def step(self, what: str, which: int, bits: int) -> None:
        if what in OF_THE_POOL:
            self.happen(what, which, bits)
        elif self.out:
            self.end(what, self.out[which % len(self.out)], bits)

    def happen(self, what: str, which: int, bits: int) -> None:
        pool, key = self.pool, f"key-{NAMES[which]}"
        match what:
            case "take":
                if (lease := pool.take(want(model=f"model-{which % 2}"))) is not None:
                    assert lease.member.usable
                    self.out.append(lease)
            case "list":
                names = [name for place, name in enumerate(NAMES) if bits >> place & 1]
                projects = (None, "shared", "own")
                pool.replace(
                    [credential(n, projects[(which + i) % 3]) for i, n in enumerate(names)]
                )
            case "learn":
                pool.learn_project(key, str(bits % 3))
            case "clear" if key in pool.members:
                pool.clear(key)
            case "switch" if key in pool.members:
                pool.enable(key, enabled=bool(bits & 1))
            case "pass":
                self.clock.advance(bits)
            case "jump":
                self.clock.jump((bits - 32) * 4_000)

    def end(self, what: str, lease: Lease, bits: int) -> None:
        whole = bool(bits & 1)
        match what:
            case "give back":
                self.out.remove(lease)
                lease.give_back()
            case "succeed":
                self.pool.succeed(lease)
            case "rest":
                mark = Rest(ModelState.COOLING, self.clock.now() + bits, whole_project=whole)
                self.pool.mark(lease, mark, refusal())
            case "revoke":
                revoked = Revoke(CredentialState.LEAKED, whole_project=whole)
                self.pool.mark(lease, revoked, refusal(Cause.LEAKED))

    def check(self) -> None:
        pool = self.pool
        assert all(lane.pairs.keys() == pool.units.keys() for lane in pool.lanes.values())
        assert sum(len(unit.members) for unit in pool.units.values()) == len(pool.members)
        for member in pool.members.values():
            assert pool.units[member.unit.id] is member.unit
            assert member.in_flight == sum(lease.member is member for lease in self.out)
        for pair in (pair for lane in pool.lanes.values() for pair in lane.pairs.values()):
            assert pair.in_flight == sum(lease.pair is pair for lease in self.out)


@settings(max_examples=60, deadline=None)
@given(st.lists(STEPS, max_size=60))
def test_whatever_comes_and_goes_every_lease_counts_and_comes_back(
    steps: list[tuple[str, int, int]],
) -> None:
    trial = Trial()
    for step in steps:
        trial.step(*step)
        trial.check()
    for lease in trial.out:
        lease.give_back()
    trial.out.clear()
    trial.check()
    trial.pool.replace([credential(name, f"fresh-{name}") for name in NAMES])
    for name in NAMES:
        trial.pool.clear(f"key-{name}")
        trial.pool.enable(f"key-{name}", enabled=True)
    assert {served(trial.pool) for _ in range(12)} == set(NAMES)


def at_vertex(one: Credential, location: str = "global") -> Credential:
    return replace(one, service=Service.VERTEX, location=location)


def test_the_quota_of_a_project_at_vertex_is_another() -> None:
    pool = made_pool(FakeClock())
    pool.replace([credential("a", "home"), at_vertex(account("b", "home"), "eu")])
    assert list(pool.units) == ["home", "home@vertex"]
    assert pool.services == {Service.GEMINI, Service.VERTEX}
    for member in pool.members.values():
        assert member.project == "home"
    member = pool.members["acc-b"]
    assert (member.service, member.location, member.unit.paid) == (Service.VERTEX, "eu", True)


def test_a_key_of_vertex_without_a_project_is_alone_until_an_answer_names_it() -> None:
    ledger = MemoryLedger()
    pool = made_pool(FakeClock(), ledger=ledger)
    key = at_vertex(credential("a"))
    pool.replace([key])
    assert list(pool.units) == ["key-a"]
    assert [member.project for member in pool.members.values()] == [None]
    pool.learn_project("key-a", "123")
    assert list(pool.units) == ["123@vertex"]
    assert [member.project for member in pool.members.values()] == ["123"]
    again = made_pool(FakeClock(), ledger=ledger)
    again.replace([key])
    assert list(again.units) == ["123@vertex"]


def test_a_credential_may_change_its_service() -> None:
    pool = made_pool(FakeClock(), "a@home")
    assert pool.services == {Service.GEMINI}
    pool.replace([at_vertex(credential("a", "home"))])
    assert list(pool.units) == ["home@vertex"]
    assert pool.services == frozenset({Service.VERTEX})
    pool.replace([at_vertex(credential("b"))])
    pool.replace([credential("b")])
    assert pool.units["key-b"].service is Service.GEMINI


def chosen(location: str = "global") -> OwnersNotes:
    return OwnersNotes(services={"key-a": (Service.VERTEX, location)})


def test_the_service_that_the_owner_chose_goes_before_the_credential_s_own() -> None:
    pool = made_pool(FakeClock(), "a@home")
    pool.replace([credential("a", "home"), credential("b", "home")], chosen("eu"))
    assert list(pool.units) == ["home@vertex", "home"]
    member = pool.members["key-a"]
    assert (member.service, member.location, member.unit.paid) == (Service.VERTEX, "eu", True)
    assert served(pool) == "b"
    kept = member.credential
    pool.replace([credential("a", "home")])
    assert pool.members["key-a"].credential is kept
    back = OwnersNotes(services={"key-a": (Service.GEMINI, "global")})
    pool.replace([at_vertex(credential("a", "home"), "eu")], back)
    assert list(pool.units) == ["home"]


def test_a_learned_project_does_not_undo_what_the_owner_chose() -> None:
    pool = made_pool(FakeClock())
    pool.replace([credential("a")], chosen())
    pool.learn_project("key-a", "123")
    assert list(pool.units) == ["123@vertex"]


def test_rests_of_one_service_wait_for_the_credential_to_come_back() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a@home")
    rest(pool, taken(pool), clock.now() + 60)
    assert pool.take(want()) is None
    pool.replace([credential("a", "home")], chosen())
    assert served(pool) == "a"
    lease = taken(pool)
    pool.replace([credential("a", "home")], OwnersNotes())
    lease.give_back()
    assert pool.members["key-a"].in_flight == 0
    assert pool.take(want()) is None
    clock.advance(60)
    assert served(pool) == "a"


def test_a_refusal_of_one_service_ends_with_the_switch_to_the_other() -> None:
    pool = made_pool(FakeClock(), "a@home")
    for state, cause, stays in (
        (CredentialState.KEY_RESTRICTED, Cause.KEY_RESTRICTED, False),
        (CredentialState.SUSPENDED, Cause.SUSPENDED, True),
    ):
        pool.revoke(["key-a"], state, refusal(cause))
        pool.replace([credential("a", "home")], chosen())
        assert (pool.members["key-a"].state is state) is stays
        assert bool(pool.ledger.load()) is stays
        pool.replace([credential("a", "home")], OwnersNotes())
