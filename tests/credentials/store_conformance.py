"""What every writable store does; `test_stores.py` runs it on each of them."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from pydantic import SecretStr

from proxy_core.credentials.model import AccountSecret, Credential
from proxy_core.credentials.stores import WritableStore
from tests.credentials.made_up import kept, parse_one
from tests.credentials.test_files import SERVICE_ACCOUNT

ACCOUNT = kept()
OTHER_PROJECT = kept(project_id="second-project")
WITHOUT_PROJECT = kept(project_id=None, email="a_b@x_y.com", sub="117")
KEY = parse_one({"type": "api_key", "key": "AQ.made-up-key", "label": "Ada's ä"})
SERVICE = parse_one(SERVICE_ACCOUNT)
ALL = (ACCOUNT, OTHER_PROJECT, WITHOUT_PROJECT, KEY, SERVICE)


def renewed(credential: Credential, refresh_token: str) -> Credential:
    assert isinstance(credential.secret, AccountSecret)
    return replace(
        credential, secret=replace(credential.secret, refresh_token=SecretStr(refresh_token))
    )


def essence(credential: Credential) -> Credential:
    """What a store keeps of a credential: all but where it came from and an access token."""
    secret = credential.secret
    if isinstance(secret, AccountSecret):
        secret = replace(secret, access_token=None, expires_at=None)
    return replace(credential, store="", source="", secret=secret)


def held(store: WritableStore) -> dict[str, Credential]:
    loaded = store.load()
    assert loaded.unreadable == ()
    assert {one.store for one in loaded.credentials} <= {store.name}
    assert len({one.id for one in loaded.credentials}) == len(loaded.credentials)
    return {one.id: essence(one) for one in loaded.credentials}


def expected(*credentials: Credential) -> dict[str, Credential]:
    return {one.id: essence(one) for one in credentials}


@dataclass(frozen=True)
class Place:
    """A store in a folder of its own, which can be opened as often as wanted."""

    path: Path
    opened: Callable[[], WritableStore]


class StoreConformance:
    """Subclasses give the fixture `place`."""

    def test_it_is_empty_at_first_and_loading_makes_nothing(self, place: Place) -> None:
        assert held(place.opened()) == {}
        assert not place.path.exists() or list(place.path.iterdir()) == []

    def test_what_is_saved_is_there_for_another_program(self, place: Place) -> None:
        place.opened().save(ALL)
        assert held(place.opened()) == expected(*ALL)

    def test_a_later_save_adds_and_replaces_by_id(self, place: Place) -> None:
        store = place.opened()
        store.save([ACCOUNT, KEY])
        newer = renewed(ACCOUNT, "1//made-up-newer")
        store.save([newer, SERVICE])
        assert held(store) == expected(newer, KEY, SERVICE)

    def test_an_id_stays_when_more_becomes_known_of_an_account(self, place: Place) -> None:
        store = place.opened()
        nameless = kept(email=None)
        store.save([nameless])
        assert isinstance(nameless.secret, AccountSecret)
        secret = replace(nameless.secret, subject="1234567", email="ada@example.com")
        store.save([renewed(replace(nameless, secret=secret), "1//made-up-newer")])
        (found,) = held(store).values()
        assert found.id == nameless.id
        assert found.secret == replace(
            secret,
            refresh_token=SecretStr("1//made-up-newer"),
            access_token=None,
            expires_at=None,
        )

    def test_deleting_takes_out_only_what_is_named(self, place: Place) -> None:
        store = place.opened()
        store.save(ALL)
        store.delete([ACCOUNT.id, KEY.id])
        assert held(place.opened()) == expected(OTHER_PROJECT, WITHOUT_PROJECT, SERVICE)
        store.delete([one.id for one in ALL])
        assert held(store) == {}

    def test_unknown_ids_and_empty_lists_are_no_errors(self, place: Place) -> None:
        store = place.opened()
        store.delete(["accnobody"])
        store.save([])
        store.save([ACCOUNT])
        store.delete(["accnobody", "badnothing"])
        store.delete([])
        assert held(store) == expected(ACCOUNT)

    def test_two_programs_do_not_undo_each_others_changes(self, place: Place) -> None:
        one, other = place.opened(), place.opened()
        one.save([ACCOUNT])
        assert held(other) == expected(ACCOUNT)
        other.save([KEY])
        one.save([SERVICE])
        other.delete([ACCOUNT.id])
        assert held(one) == held(other) == expected(KEY, SERVICE)

    @pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
    def test_nothing_but_the_owner_may_read_it(self, place: Place) -> None:
        place.opened().save(ALL)
        for path in place.path.iterdir():
            assert path.stat().st_mode & 0o077 == 0, path

    def test_access_tokens_are_not_written(self, place: Place) -> None:
        assert isinstance(ACCOUNT.secret, AccountSecret)
        assert ACCOUNT.secret.access_token is not None
        place.opened().save([ACCOUNT])
        secret: Any = place.opened().load().credentials[0].secret
        assert secret.access_token is None

    def test_left_temporary_files_go_with_the_next_write(self, place: Place) -> None:
        store = place.opened()
        store.save([ACCOUNT])
        (name,) = [one.name for one in place.path.iterdir() if not one.name.startswith(".")]
        (place.path / f".{name}.0badcafe.tmp").write_bytes(b"half a fi")
        store.save([KEY])
        assert not list(place.path.glob("*.tmp"))
        assert held(store) == expected(ACCOUNT, KEY)

    def test_any_order_of_changes_ends_as_it_should(self, place: Place) -> None:
        class Machine(RuleBasedStateMachine):
            def __init__(self) -> None:
                super().__init__()
                self.store = place.opened()
                self.store.delete([one.id for one in self.store.load().credentials])
                self.model: dict[str, Credential] = {}

            @rule(chosen=st.lists(st.sampled_from(ALL), unique_by=lambda one: one.id))
            def save(self, chosen: list[Credential]) -> None:
                self.store.save(chosen)
                self.model |= expected(*chosen)
                assert held(self.store) == self.model

            @rule(token=st.sampled_from(["1//x", "1//y"]))
            def renew(self, token: str) -> None:
                newer = renewed(OTHER_PROJECT, token)
                self.store.save([newer])
                self.model |= expected(newer)
                assert held(self.store) == self.model

            @rule(chosen=st.lists(st.sampled_from(ALL)))
            def delete(self, chosen: list[Credential]) -> None:
                self.store.delete([one.id for one in chosen])
                for one in chosen:
                    self.model.pop(one.id, None)
                assert held(self.store) == self.model

            @rule()
            def open_again(self) -> None:
                self.store = place.opened()

        few = settings(max_examples=8, stateful_step_count=8, deadline=None)
        run_state_machine_as_test(Machine, settings=few)
