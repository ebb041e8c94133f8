"""Sessions: random, bounded, ended by idleness and by a new bearer token."""

from proxy_core.server.admin.sessions import IDLE_S, MOST, Sessions
from tests.fakes.clock import FakeClock


def test_a_session_is_found_by_its_secret_only() -> None:
    sessions = Sessions(FakeClock())
    secret = sessions.open(by_password=True, generation=0)
    found = sessions.find(secret, 0)
    assert found is not None
    assert found.by_password
    assert sessions.find(secret[:-1], 0) is None
    assert sessions.find("\udcff", 0) is None
    assert len(secret) >= 43  # 256 bits


def test_the_secret_itself_is_not_kept() -> None:
    sessions = Sessions(FakeClock())
    secret = sessions.open(by_password=False, generation=0)
    assert secret not in repr(sessions._sessions)


def test_use_keeps_a_session_and_idleness_ends_it() -> None:
    clock = FakeClock()
    sessions = Sessions(clock)
    secret = sessions.open(by_password=False, generation=0)
    for _ in range(3):
        clock.advance(IDLE_S - 1)
        assert sessions.find(secret, 0)
    clock.advance(IDLE_S + 1)
    assert sessions.find(secret, 0) is None


def test_a_new_bearer_token_ends_every_session() -> None:
    sessions = Sessions(FakeClock())
    secret = sessions.open(by_password=False, generation=0)
    assert sessions.find(secret, 1) is None


def test_signing_out_ends_that_session_alone() -> None:
    sessions = Sessions(FakeClock())
    one, other = (sessions.open(by_password=False, generation=0) for _ in range(2))
    sessions.end(one)
    assert sessions.find(one, 0) is None
    assert sessions.find(other, 0)


def test_beyond_the_bound_the_longest_unused_one_goes() -> None:
    sessions = Sessions(FakeClock())
    secrets = [sessions.open(by_password=False, generation=0) for _ in range(MOST)]
    sessions.find(secrets[0], 0)
    sessions.open(by_password=False, generation=0)
    assert sessions.find(secrets[0], 0)
    assert sessions.find(secrets[1], 0) is None
    assert len(sessions._sessions) == MOST
