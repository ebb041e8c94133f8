"""The vault beyond what every store does (`store_conformance`): its key, damage, other versions."""

import base64
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import orjson
import pytest
from keyring.errors import KeyringLocked, NoKeyringError
from pydantic import SecretStr

from proxy_core.credentials import sealed
from proxy_core.credentials.keychain import EnvironmentKeychain, SystemKeychain
from proxy_core.credentials.oauth_client import OAuthClient
from proxy_core.credentials.stores import StoreFailed
from proxy_core.credentials.vault import VAULT_FILE, Vault
from tests.credentials.made_up import PLANTED, kept
from tests.credentials.store_conformance import ACCOUNT, ALL, KEY, expected, held
from tests.fakes.keychain import MemoryKeyring

CLIENT = OAuthClient("made-up-id", SecretStr(PLANTED), "web", "imported", ("https://p.test/cb",))
THEIR_KEY = bytes(range(32))


def owners_key(key: bytes = THEIR_KEY) -> EnvironmentKeychain:
    return EnvironmentKeychain(SecretStr(base64.b64encode(key).decode()))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / VAULT_FILE


def content_of(path: Path) -> dict[str, object]:
    content = orjson.loads(sealed.read(path.read_bytes()).unseal(THEIR_KEY))
    assert isinstance(content, dict)
    return content


def write_content(path: Path, content: object) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(sealed.seal(orjson.dumps(content), "0" * 16, THEIR_KEY))


def names(path: Path) -> set[str]:
    return {one.name for one in path.parent.iterdir() if not one.name.startswith(".")}


def test_without_a_vault_the_keyring_is_never_asked(path: Path) -> None:
    keyring = MemoryKeyring(failure=NoKeyringError())
    vault = Vault(path, SystemKeychain(keyring))
    assert vault.open().state == "none"
    assert held(vault) == {}
    assert vault.load_client() is None
    vault.delete(["accnobody"])
    vault.delete_client()
    vault.save([])
    assert keyring.calls == []
    assert not path.parent.exists()


def test_the_keyring_is_asked_once_for_all_that_follows(path: Path) -> None:
    keyring = MemoryKeyring()
    Vault(path, SystemKeychain(keyring)).save([ACCOUNT])
    keyring.calls.clear()
    vault = Vault(path, SystemKeychain(keyring))
    assert vault.open().state == "open"
    assert held(vault) == expected(ACCOUNT)
    assert vault.load_client() is None
    vault.save([KEY])
    assert keyring.calls == ["get"]


def test_a_vault_keeps_its_key_when_its_folder_moves(path: Path, tmp_path: Path) -> None:
    keyring = MemoryKeyring()
    Vault(path, SystemKeychain(keyring)).save([ACCOUNT])
    path.parent.rename(tmp_path / "moved")
    assert held(Vault(tmp_path / "moved" / VAULT_FILE, SystemKeychain(keyring)))


def test_nothing_of_a_secret_is_in_the_file(path: Path) -> None:
    vault = Vault(path, owners_key())
    vault.save(ALL)
    vault.save_client(CLIENT)
    data = path.read_bytes()
    assert PLANTED.encode() not in data
    assert b"example" not in data


def lose(keyring: MemoryKeyring) -> None:
    keyring.entries.clear()


def change(keyring: MemoryKeyring) -> None:
    for entry in keyring.entries:
        keyring.entries[entry] = base64.b64encode(bytes(32)).decode()


def lock(keyring: MemoryKeyring) -> None:
    keyring.failure = KeyringLocked()


@pytest.mark.parametrize(
    ("misfortune", "sentence"),
    [(lose, "is not in the keyring"), (change, "not the one of this vault"), (lock, "is locked")],
)
def test_without_its_key_a_vault_stays_as_it_is(
    path: Path, misfortune: Callable[[MemoryKeyring], None], sentence: str
) -> None:
    keyring = MemoryKeyring()
    Vault(path, SystemKeychain(keyring)).save([ACCOUNT])
    before = path.read_bytes()
    misfortune(keyring)
    vault = Vault(path, SystemKeychain(keyring))
    loaded = vault.load()
    assert loaded.credentials == ()
    assert [one.source for one in loaded.unreadable] == [VAULT_FILE]
    assert sentence in loaded.unreadable[0].reason
    assert vault.open().state == "closed"
    calls = len(keyring.calls)
    assert vault.load_client() is None
    assert len(keyring.calls) == calls, "one refusal is enough"
    attempts: list[Callable[[], None]] = [
        lambda: vault.save([KEY]),
        lambda: vault.save_client(CLIENT),
        lambda: vault.delete([ACCOUNT.id]),
        vault.delete_client,
    ]
    for attempt in attempts:
        with pytest.raises(StoreFailed, match=sentence):
            attempt()
    assert path.read_bytes() == before
    assert names(path) == {VAULT_FILE}


def test_a_vault_without_its_key_can_be_set_aside_for_a_new_one(path: Path) -> None:
    keyring = MemoryKeyring()
    Vault(path, SystemKeychain(keyring)).save([ACCOUNT])
    before, entries = path.read_bytes(), dict(keyring.entries)
    lose(keyring)
    (bad,) = Vault(path, SystemKeychain(keyring)).load().unreadable
    vault = Vault(path, SystemKeychain(keyring))  # another program, which has loaded nothing
    vault.delete([bad.id])
    assert held(vault) == {}
    vault.save([KEY])
    assert held(vault) == expected(KEY)
    assert (path.parent / "vault.damaged-1").read_bytes() == before
    # Should the key turn up again, the old vault opens beside the new one.
    keyring.entries |= entries
    assert held(Vault(path.parent / "vault.damaged-1", SystemKeychain(keyring)))
    assert held(vault) == expected(KEY)


def test_a_vault_opens_again_once_the_keyring_does(path: Path) -> None:
    keyring = MemoryKeyring()
    vault = Vault(path, SystemKeychain(keyring))
    vault.save([ACCOUNT])
    vault.save_client(CLIENT)
    vault = Vault(path, SystemKeychain(keyring))
    lock(keyring)
    assert vault.load().unreadable
    keyring.failure = None
    assert held(vault) == expected(ACCOUNT)
    assert vault.load_client() == CLIENT


def test_where_there_is_no_keyring_a_first_save_says_what_to_do(path: Path) -> None:
    vault = Vault(path, SystemKeychain(MemoryKeyring(failure=NoKeyringError())))
    with pytest.raises(StoreFailed) as caught:
        vault.save([ACCOUNT])
    assert "no keyring" in caught.value.sentence
    assert "PERSISTENT_STORAGE_PATH" in caught.value.next_step
    assert names(path) == set()


@pytest.mark.parametrize("damage", [b"", b"no vault at all, but long enough to be one" * 2])
def test_a_damaged_vault_is_set_aside_and_a_new_one_begins(path: Path, damage: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(damage)
    vault = Vault(path, owners_key())
    for _ in range(2):
        (bad,) = vault.load().unreadable
        assert "vault.damaged-1" in bad.reason
    vault.save([ACCOUNT])
    assert (path.parent / "vault.damaged-1").read_bytes() == damage
    vault.delete([bad.id])
    assert held(vault) == expected(ACCOUNT)
    assert names(path) == {"vault", "vault.damaged-1"}


def test_a_flipped_bit_is_damage_and_not_a_wrong_key(path: Path) -> None:
    Vault(path, owners_key()).save([ACCOUNT])
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    (bad,) = Vault(path, owners_key()).load().unreadable
    assert "damaged" in bad.reason


@pytest.mark.parametrize("content", [[], {"credentials": []}, {}])
def test_what_is_sealed_but_no_content_is_damage(path: Path, content: object) -> None:
    write_content(path, content)
    assert "damaged" in Vault(path, owners_key()).load().unreadable[0].reason


def damage(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("misfortune", [damage, Path.unlink])
def test_what_was_read_from_a_vault_that_is_gone_goes_into_the_new_one(
    path: Path, misfortune: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    keyring = MemoryKeyring()
    vault = Vault(path, SystemKeychain(keyring))
    vault.save([ACCOUNT])
    vault.save_client(CLIENT)
    vault = Vault(path, SystemKeychain(keyring))
    vault.load()
    misfortune(path)
    assert [one.id for one in vault.load().credentials] == [ACCOUNT.id], "nothing is lost"
    vault.save([KEY])
    assert "a new one begins with what was read" in caplog.text
    again = Vault(path, SystemKeychain(keyring))
    assert (held(again), again.load_client()) == (expected(ACCOUNT, KEY), CLIENT)
    assert len(keyring.entries) == 1
    if misfortune is damage:
        (bad,) = vault.load().unreadable
        assert "goes into a new vault" in bad.reason


def test_a_new_vault_gets_a_new_key_where_the_keyring_has_lost_the_old_one(path: Path) -> None:
    keyring = MemoryKeyring()
    vault = Vault(path, SystemKeychain(keyring))
    vault.save([ACCOUNT])
    lose(keyring)
    path.unlink()
    vault.save([KEY])
    assert held(Vault(path, SystemKeychain(keyring))) == expected(ACCOUNT, KEY)


def test_a_first_save_that_fails_leaves_one_key_for_all_later_ones(path: Path) -> None:
    keyring = MemoryKeyring()
    vault = Vault(path, SystemKeychain(keyring))
    path.mkdir(parents=True)  # nothing can be renamed into its place
    for _ in range(2):
        with pytest.raises(StoreFailed):
            vault.save([ACCOUNT])
    path.rmdir()
    vault.save([ACCOUNT])
    assert held(Vault(path, SystemKeychain(keyring))) == expected(ACCOUNT)
    assert len(keyring.entries) == 1


def test_a_refusal_that_is_over_does_not_keep_credentials_from_being_taken_out(path: Path) -> None:
    keyring = MemoryKeyring()
    Vault(path, SystemKeychain(keyring)).save([ACCOUNT])
    vault = Vault(path, SystemKeychain(keyring))
    lock(keyring)
    assert vault.load().closed
    keyring.failure = None
    vault.delete([ACCOUNT.id])
    assert held(vault) == {}


def test_a_vault_of_a_newer_version_is_left_alone(path: Path) -> None:
    Vault(path, owners_key()).save([ACCOUNT])
    data = path.read_bytes()
    path.write_bytes(data[:8] + b"\x02" + data[9:])
    vault = Vault(path, owners_key())
    assert "newer version" in vault.load().unreadable[0].reason
    with pytest.raises(StoreFailed, match="newer version"):
        vault.save([KEY])
    assert names(path) == {VAULT_FILE}


def test_an_unreadable_entry_is_told_of_kept_and_set_aside_when_removed(path: Path) -> None:
    strange = {"type": "of the future", "secret": PLANTED}
    write_content(path, {"credentials": {"accfuture": strange}, "client": None, "more": 1})
    vault = Vault(path, owners_key())
    vault.save([ACCOUNT])
    loaded = vault.load()
    assert [one.id for one in loaded.credentials] == [ACCOUNT.id]
    (bad,) = loaded.unreadable
    assert bad.source == "vault entry accfuture"
    assert PLANTED not in bad.reason
    content = content_of(path)
    assert content["more"] == 1
    assert isinstance(content["credentials"], dict)
    assert content["credentials"]["accfuture"] == strange
    vault.delete([bad.id])
    assert held(vault) == expected(ACCOUNT)
    assert content_of(path)["set_aside"] == [strange]


def test_the_id_that_something_was_saved_under_counts(path: Path) -> None:
    nameless = kept(email=None)
    vault = Vault(path, owners_key())
    vault.save([nameless])
    write_content(path, {"credentials": {"accolder": dict(_entry(path))}})
    assert [one.id for one in vault.load().credentials] == ["accolder"]
    vault.delete(["accolder"])
    assert held(vault) == {}


def _entry(path: Path) -> dict[str, object]:
    credentials = content_of(path)["credentials"]
    assert isinstance(credentials, dict)
    entry: dict[str, object] = next(iter(credentials.values()))
    return entry


def test_the_oauth_client_is_kept_beside_the_credentials(path: Path) -> None:
    vault = Vault(path, owners_key())
    vault.save_client(CLIENT)
    vault.save([ACCOUNT])
    assert Vault(path, owners_key()).load_client() == CLIENT
    vault.delete_client()
    assert vault.load_client() is None
    assert held(vault) == expected(ACCOUNT)


@pytest.mark.parametrize("stored", [17, {}, {"client_id": "x"}])
def test_a_stored_client_that_is_none_counts_as_none(path: Path, stored: object) -> None:
    write_content(path, {"credentials": {}, "client": stored})
    assert Vault(path, owners_key()).load_client() is None


def test_many_writers_at_once_lose_nothing(path: Path) -> None:
    credentials = [kept(email=f"u{number}@example.com") for number in range(12)]
    vaults = [Vault(path, owners_key()) for _ in credentials]
    with ThreadPoolExecutor(6) as threads:
        for done in [
            threads.submit(vault.save, [one])
            for vault, one in zip(vaults, credentials, strict=True)
        ]:
            done.result()
    assert held(vaults[0]) == expected(*credentials)


def test_two_first_saves_at_once_make_one_vault_with_one_key(path: Path) -> None:
    keyring = MemoryKeyring()
    with ThreadPoolExecutor(2) as threads:
        for done in [
            threads.submit(Vault(path, SystemKeychain(keyring)).save, [one])
            for one in (ACCOUNT, KEY)
        ]:
            done.result()
    assert held(Vault(path, SystemKeychain(keyring))) == expected(ACCOUNT, KEY)
    assert len(keyring.entries) == 1


def test_a_vault_that_cannot_be_locked_is_read_but_not_written(path: Path) -> None:
    Vault(path, owners_key()).save([ACCOUNT])
    (path.parent / ".vault.lock").unlink()
    (path.parent / ".vault.lock").mkdir()
    vault = Vault(path, owners_key())
    assert held(vault) == expected(ACCOUNT)
    with pytest.raises(StoreFailed, match="cannot be written"):
        vault.save([KEY])


def test_a_folder_in_the_vaults_place_cannot_be_read(path: Path) -> None:
    path.mkdir(parents=True)
    assert "cannot be read" in Vault(path, owners_key()).load().unreadable[0].reason
