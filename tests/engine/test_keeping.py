"""The stores of one engine: which takes what, and what happens where one does not work."""

import asyncio
import base64
import json
import threading
from collections.abc import Collection, Coroutine, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from keyring.errors import KeyringLocked
from pydantic import SecretStr

from proxy_core.commands import Refusal, RefusalCode
from proxy_core.credentials.keychain import KeychainUnavailable, SystemKeychain
from proxy_core.credentials.model import AccountSecret, Credential
from proxy_core.credentials.oauth_client import OAuthClient, from_folder
from proxy_core.credentials.stores import EnvironmentStore, FolderStore, Loaded, StoreFailed
from proxy_core.credentials.vault import VAULT_FILE, Vault
from proxy_core.engine.keeping import CLIENT_FILE, Keeper, Places
from proxy_core.simulator import World
from tests.credentials.made_up import kept
from tests.fakes.home import VAULT_KEY, at_home, with_vault
from tests.fakes.keychain import MemoryKeyring

ADA = "ada@example.com"
CLIENT = OAuthClient("made-up-id", SecretStr("made-up-secret"), "installed", "imported")
OTHER = OAuthClient("another-id", SecretStr("another-secret"), "web", "imported")


# -- through an engine ------------------------------------------------------------------------


@pytest.fixture
def users_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where Pollux keeps its data unless PERSISTENT_STORAGE_PATH says otherwise."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path / "pollux"


def write(path: Path, content: object) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content))


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_new_credentials_go_to_the_vault_and_come_back_from_there(
    users_folder: Path,
) -> None:
    world = World()
    async with with_vault(users_folder, world) as home:
        report = await home.commands.add_keys(world.add_key("p1"), "mine")
        assert report.store == "vault"
        assert [view.store for view in home.views] == ["vault"]
        assert home.engine._parts.keeper.kept_in == "the vault"
        assert list(home.files()) == ["vault"]
    async with with_vault(users_folder, world) as again:
        (view,) = again.views
        assert (view.store, view.label) == ("vault", "mine")
        assert (await again.commands.check())[0].ok


async def test_a_chosen_folder_takes_new_ones_though_there_is_a_key_for_the_vault(
    tmp_path: Path,
) -> None:
    async with at_home(tmp_path, POLLUX_VAULT_KEY=VAULT_KEY) as home:
        report = await home.commands.add_keys(home.world.add_key("p1"))
        assert report.store == "folder"
        assert home.engine._parts.keeper.kept_in == f"files in {tmp_path}"
        assert not (tmp_path / "vault").exists()


async def test_the_vault_wins_where_both_hold_an_id(users_folder: Path) -> None:
    world = World()
    world.add_account(ADA, "p1")
    in_vault, in_file = (world.sign_in(ADA, "p1") for _ in range(2))
    async with with_vault(users_folder, world) as home:
        await home.take_in(in_vault)
    write(users_folder / "oauth_creds_copy.json", in_file)
    async with with_vault(users_folder, world) as home:
        (view,) = home.views
        assert view.store == "vault"
        (credential,) = home.engine._parts.keeper.credentials
        assert token_of(credential) == in_vault["refresh_token"]


async def test_a_renewed_one_stays_in_the_store_where_it_is(users_folder: Path) -> None:
    world = World()
    world.add_account(ADA, "p1")
    write(users_folder / "by_hand.json", {**world.sign_in(ADA, "p1"), "note": 1})
    async with with_vault(users_folder, world) as home:
        newer = world.sign_in(ADA, "p1")
        assert (await home.take_in(newer)).items[0].outcome == "renewed"
        assert list(home.files()) == ["by_hand.json"]
        stored = json.loads(home.files()["by_hand.json"])
        assert (stored["refresh_token"], stored["note"]) == (newer["refresh_token"], 1)


async def test_a_vault_whose_key_is_another_is_shown_and_new_ones_become_files(
    users_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    world = World()
    async with with_vault(users_folder, world) as home:
        await home.add()
        before = home.files()["vault"]
    async with with_vault(users_folder, world, VAULT_KEY.replace("A", "B", 1)) as home:
        (bad,) = home.views
        assert (bad.state, bad.store) == ("unreadable", "vault")
        assert "not the one of this vault" in bad.sentence
        report = await home.commands.add_keys(world.add_key("p2"))
        assert report.store == "folder"
        assert "files are used" in caplog.text
        assert home.engine._parts.keeper.kept_in.startswith("files in")
        assert home.files()["vault"] == before
        await home.commands.remove(bad.id)
        assert [view.store for view in home.views] == ["folder"]
        assert before in home.files().values()
        assert (await home.commands.add_keys(world.add_key("p3"))).store == "vault"
        assert home.engine._parts.keeper.kept_in == "the vault"


async def test_a_data_folder_that_is_a_file_refuses_and_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    async with at_home(tmp_path / "taken" / "data") as home:
        with home.refuses(RefusalCode.STORE_FAILED, "cannot be written"):
            await home.commands.add_keys(home.world.add_key("p1"))
        with home.refuses(RefusalCode.STORE_FAILED, "data folder cannot be written"):
            await home.commands.import_client(
                b'{"installed": {"client_id": "a", "client_secret": "b"}}'
            )
        report = await home.take_in('{"installed": {"client_id": "a", "client_secret": "b"}}')
        assert [item.outcome for item in report.items] == ["refused"]


# -- with stores that misbehave ---------------------------------------------------------------


class Shelf:
    """A store in memory that can be told to fail."""

    def __init__(self, name: str, *held: Credential) -> None:
        self.name = name
        self.held = {one.id: replace(one, store=name) for one in held}
        self.fails = False
        self.client: OAuthClient | None = None
        self.calls: list[str] = []

    def look(self) -> StoreFailed | None:
        return None

    def load(self) -> Loaded:
        return Loaded(tuple(self.held.values()))

    def load_client(self) -> OAuthClient | None:
        return self.client

    def save(self, credentials: Sequence[Credential]) -> None:
        self._called("save")
        self.held |= {one.id: replace(one, store=self.name) for one in credentials}

    def delete(self, ids: Collection[str]) -> None:
        self._called("delete")
        self.held = {key: one for key, one in self.held.items() if key not in ids}

    def save_client(self, client: OAuthClient) -> None:
        self._called("save_client")
        self.client = client

    def delete_client(self) -> None:
        self._called("delete_client")
        self.client = None

    def _called(self, what: str) -> None:
        self.calls.append(what)
        if self.fails:
            raise StoreFailed("The store does not work.", "Mend it.")


def find(folder: Path, imported: OAuthClient | None) -> OAuthClient | None:
    found = from_folder(folder)
    return imported or (None if found is None else found[1])


async def keeper_of(
    path: Path, vault: Shelf, folder: Shelf, *, folder_first: bool = False
) -> Keeper:
    """Read, with both stores."""
    places = Places(
        folder=cast("FolderStore", folder),
        path=path,
        vault=cast("Vault", vault),
        folder_first=folder_first,
    )
    keeper = Keeper(places, find)
    await keeper.read_files()
    await keeper.read_vault()
    return keeper


def token_of(credential: Credential) -> str:
    assert isinstance(credential.secret, AccountSecret)
    return credential.secret.refresh_token.get_secret_value()


def renewed(credential: Credential) -> Credential:
    assert isinstance(credential.secret, AccountSecret)
    newer = replace(credential.secret, refresh_token=SecretStr("1//newer"))
    return replace(credential, secret=newer)


FIRST, SECOND, THIRD = (kept(project_id=project) for project in ("first", "second", "third"))


async def test_each_old_one_goes_where_it_is_and_new_ones_to_the_vault(tmp_path: Path) -> None:
    vault, folder = Shelf("vault", FIRST), Shelf("folder", SECOND)
    keeper = await keeper_of(tmp_path, vault, folder)
    store = await keeper.save([renewed(FIRST), renewed(SECOND), THIRD])
    assert store == "vault"
    assert (set(vault.held), set(folder.held)) == ({FIRST.id, THIRD.id}, {SECOND.id})
    tokens = {one.id: token_of(one) for one in keeper.credentials}
    assert (tokens[FIRST.id], tokens[SECOND.id]) == ("1//newer", "1//newer")


@pytest.mark.parametrize("failing", ["vault", "folder"])
async def test_an_old_one_that_cannot_be_written_is_refused_and_stays(
    tmp_path: Path, failing: str
) -> None:
    shelves = {"vault": Shelf("vault", FIRST), "folder": Shelf("folder", SECOND)}
    keeper = await keeper_of(tmp_path, shelves["vault"], shelves["folder"])
    before = keeper.credentials
    shelves[failing].fails = True
    theirs = FIRST if failing == "vault" else SECOND
    changes: tuple[Coroutine[Any, Any, object], ...] = (
        keeper.save([renewed(theirs)]),
        keeper.delete([theirs.id]),
    )
    for change in changes:
        with pytest.raises(Refusal) as caught:
            await change
        assert caught.value.code == RefusalCode.STORE_FAILED
        assert (caught.value.sentence, caught.value.next_step) == (
            "The store does not work.",
            "Mend it.",
        )
    assert keeper.credentials == before


async def test_when_both_stores_fail_a_new_one_is_refused(tmp_path: Path) -> None:
    vault, folder = Shelf("vault"), Shelf("folder")
    keeper = await keeper_of(tmp_path, vault, folder)
    vault.fails = folder.fails = True
    with pytest.raises(Refusal):
        await keeper.save([FIRST])
    assert keeper.credentials == ()


async def test_deleting_what_nobody_holds_touches_no_store(tmp_path: Path) -> None:
    vault, folder = Shelf("vault", FIRST), Shelf("folder", SECOND)
    keeper = await keeper_of(tmp_path, vault, folder)
    await keeper.delete(["accnobody"])
    assert vault.calls == folder.calls == []


async def test_the_environment_hides_the_other_stores(tmp_path: Path) -> None:
    vault, folder = Shelf("vault", FIRST), Shelf("folder", SECOND)
    places = Places(
        folder=cast("FolderStore", folder),
        path=tmp_path,
        vault=cast("Vault", vault),
        environment=EnvironmentStore("[]"),
    )
    keeper = Keeper(places, find)
    assert keeper.vault_opened
    await keeper.read_files()
    await keeper.read_vault()
    assert keeper.credentials == ()
    assert keeper.read_only
    assert "CREDENTIALS_JSON_LIST" in keeper.kept_in
    assert (await keeper.vault_status()).state == "none"
    for changes in (keeper.save([THIRD]), keeper.delete([FIRST.id])):
        with pytest.raises(Refusal) as caught:
            await changes
        assert caught.value.code == RefusalCode.READ_ONLY
    await keeper.save([])


# -- the OAuth client -------------------------------------------------------------------------


def content_of(client: OAuthClient) -> bytes:
    fields = {
        "client_id": client.client_id,
        "client_secret": client.client_secret.get_secret_value(),
    }
    return json.dumps({client.kind: fields}).encode()


def client_of(keeper: Keeper) -> OAuthClient | None:
    return keeper.client


async def test_a_client_is_kept_in_the_vault_and_forgotten_there(tmp_path: Path) -> None:
    vault = Shelf("vault")
    keeper = await keeper_of(tmp_path, vault, Shelf("folder"))
    await keeper.save_client(CLIENT, content_of(CLIENT))
    assert (keeper.client, vault.client) == (CLIENT, CLIENT)
    assert names(tmp_path) == []
    again = await keeper_of(tmp_path, vault, Shelf("folder"))
    assert again.client == CLIENT
    await again.forget_client()
    assert client_of(again) is None
    assert vault.load_client() is None
    await again.forget_client()


async def test_without_a_vault_that_works_a_client_is_a_file(tmp_path: Path) -> None:
    vault = Shelf("vault")
    keeper = await keeper_of(tmp_path, vault, Shelf("folder"))
    vault.fails = True
    await keeper.save_client(CLIENT, content_of(CLIENT))
    assert client_of(keeper) == CLIENT
    assert (tmp_path / CLIENT_FILE).read_bytes() == content_of(CLIENT)
    await keeper.forget_client()
    assert client_of(keeper) is None
    assert not (tmp_path / CLIENT_FILE).exists()


@pytest.mark.parametrize("reason", ["the vault fails", "plain files were chosen"])
async def test_of_two_imported_clients_the_newest_is_used(tmp_path: Path, reason: str) -> None:
    vault = Shelf("vault")
    keeper = await keeper_of(tmp_path, vault, Shelf("folder"))
    await keeper.save_client(CLIENT, content_of(CLIENT))
    assert names(tmp_path) == []
    vault.fails = reason == "the vault fails"
    keeper = await keeper_of(tmp_path, vault, Shelf("folder"), folder_first=not vault.fails)
    await keeper.save_client(OTHER, content_of(OTHER))
    assert keeper.client == OTHER
    vault.fails = False
    keeper = await keeper_of(tmp_path, vault, Shelf("folder"))
    assert keeper.client == OTHER
    await keeper.save_client(CLIENT, content_of(CLIENT))
    assert (keeper.client, names(tmp_path)) == (CLIENT, [])


async def test_a_client_is_forgotten_in_both_places_or_in_none(tmp_path: Path) -> None:
    vault = Shelf("vault")
    keeper = await keeper_of(tmp_path, vault, Shelf("folder"))
    await keeper.save_client(CLIENT, content_of(CLIENT))
    keeper = await keeper_of(tmp_path, vault, Shelf("folder"), folder_first=True)
    await keeper.save_client(OTHER, content_of(OTHER))
    vault.fails = True
    with pytest.raises(Refusal) as caught:
        await keeper.forget_client()
    assert (caught.value.code, keeper.client) == (RefusalCode.STORE_FAILED, OTHER)
    vault.fails = False
    await keeper.forget_client()
    assert (client_of(keeper), vault.client, names(tmp_path)) == (None, None, [])


async def test_a_client_file_that_its_owner_put_there_is_only_read(tmp_path: Path) -> None:
    (tmp_path / "client_secret_123.json").write_bytes(content_of(CLIENT))
    keeper = await keeper_of(tmp_path, Shelf("vault"), Shelf("folder"))
    with pytest.raises(Refusal) as caught:
        await keeper.forget_client()
    assert caught.value.code == RefusalCode.READ_ONLY
    assert "client_secret_123.json" in caught.value.sentence
    assert keeper.client == CLIENT
    await keeper.save_client(OTHER, content_of(OTHER))
    await keeper.forget_client()
    assert client_of(keeper) == CLIENT


# -- a keyring that asks its owner ------------------------------------------------------------


def vault_behind(keyring: MemoryKeyring, folder: Path) -> Vault:
    return Vault(folder / VAULT_FILE, SystemKeychain(keyring))


async def test_a_keyring_that_hangs_is_told_as_closed(tmp_path: Path) -> None:
    keyring = MemoryKeyring()
    await asyncio.to_thread(vault_behind(keyring, tmp_path).save, [FIRST])
    keyring.answering = threading.Event()
    places = Places(FolderStore(tmp_path), tmp_path, vault_behind(keyring, tmp_path))
    keeper = Keeper(places, find)
    status = await keeper.vault_status(patience_s=0.01)
    assert (status.state, "does not answer" in status.sentence) == ("closed", True)
    keyring.answering.set()


async def test_a_keyring_that_is_locked_leaves_the_vault_as_it_is(tmp_path: Path) -> None:
    keyring = MemoryKeyring()
    await asyncio.to_thread(vault_behind(keyring, tmp_path).save, [FIRST])
    before = (tmp_path / VAULT_FILE).read_bytes()
    keyring.failure = KeyringLocked()
    keeper = Keeper(Places(FolderStore(tmp_path), tmp_path, vault_behind(keyring, tmp_path)), find)
    await keeper.read_files()
    await keeper.read_vault()
    assert keeper.vault_opened
    (bad,) = keeper.unreadable
    assert "locked" in bad.reason
    assert await keeper.save([SECOND]) == "folder"
    assert keeper.kept_in.startswith("files in")
    assert (tmp_path / VAULT_FILE).read_bytes() == before
    keyring.failure = None
    assert await keeper.save([THIRD]) == "vault"
    assert keeper.kept_in == "the vault"
    assert {one.id for one in keeper.credentials} == {FIRST.id, SECOND.id, THIRD.id}


async def behind(keyring: MemoryKeyring, folder: Path) -> Keeper:
    """A keeper as after a start: everything was read that could be."""
    keeper = Keeper(Places(FolderStore(folder), folder, vault_behind(keyring, folder)), find)
    await keeper.read_files()
    await keeper.read_vault()
    return keeper


def signed_in(credential: Credential, at: float, token: str) -> Credential:
    assert isinstance(credential.secret, AccountSecret)
    secret = replace(credential.secret, signed_in_at=at, refresh_token=SecretStr(token))
    return replace(credential, secret=secret)


@pytest.mark.parametrize("opened_by", ["a restart", "the doctor", "a save"])
async def test_a_sign_in_that_was_kept_while_the_vault_was_locked_stays_the_newest(
    tmp_path: Path, opened_by: str
) -> None:
    keyring = MemoryKeyring()
    await asyncio.to_thread(vault_behind(keyring, tmp_path).save, [signed_in(FIRST, 1.0, "1//old")])
    await asyncio.to_thread(vault_behind(keyring, tmp_path).save_client, CLIENT)
    keyring.failure = KeyringLocked()
    keeper = await behind(keyring, tmp_path)
    assert keeper.kept_in.startswith("files in")
    assert await keeper.save([signed_in(FIRST, 2.0, "1//new")]) == "folder"
    keyring.failure = None
    match opened_by:
        case "a restart":
            keeper = await behind(keyring, tmp_path)
        case "the doctor":
            assert (await keeper.vault_status()).state == "open"
        case _:
            assert await keeper.save([SECOND]) == "vault"
    found = {one.id: one for one in keeper.credentials}[FIRST.id]
    assert (token_of(found), found.store) == ("1//new", "vault")
    assert keeper.client == CLIENT
    assert keeper.kept_in == "the vault"
    assert keeper.unreadable == ()


async def test_a_late_answer_of_the_keyring_undoes_nothing_that_came_after_it(
    tmp_path: Path,
) -> None:
    vault, folder = LateShelf("vault", FIRST), Shelf("folder")
    places = Places(cast("FolderStore", folder), tmp_path, cast("Vault", vault))
    keeper = Keeper(places, find)
    await keeper.read_files()
    vault.answering.clear()
    reading = asyncio.create_task(keeper.read_vault())
    await asyncio.to_thread(vault.asked.wait)
    vault.is_late = False
    await keeper.save([SECOND])
    vault.answering.set()
    await reading
    assert {one.id for one in keeper.credentials} == {FIRST.id, SECOND.id}
    vault.refuses = True
    await keeper.read_vault()
    assert {one.id for one in keeper.credentials} == {FIRST.id, SECOND.id}


class LateShelf(Shelf):
    """Its first load answers late, with what it held when it was asked."""

    def __init__(self, name: str, *held: Credential) -> None:
        super().__init__(name, *held)
        self.is_late, self.refuses = True, False
        self.asked, self.answering = threading.Event(), threading.Event()

    def load(self) -> Loaded:
        if self.refuses:
            return Loaded(closed=True)
        loaded = super().load()
        if self.is_late:
            self.asked.set()
            self.answering.wait()
        return loaded


# -- how it is told ---------------------------------------------------------------------------


async def test_a_vault_that_opens_is_where_new_ones_go_and_one_that_does_not_is_told(
    users_folder: Path,
) -> None:
    world = World()
    async with with_vault(users_folder, world) as home:
        await home.add(project="p1")
        keeping = await home.commands.keeping()
        assert (keeping.kept_in, keeping.vault, keeping.sentence) == ("vault", "open", "")
        assert keeping.folder == str(users_folder)
    another = base64.b64encode(bytes(32)).decode()
    async with with_vault(users_folder, world, another) as closed:
        keeping = await closed.commands.keeping()
        assert (keeping.kept_in, keeping.vault) == ("folder", "closed")
        assert "vault" in keeping.sentence.lower()


def test_a_vault_that_waits_is_told_once_the_keyring_takes_its_time(tmp_path: Path) -> None:
    vault = Vault(tmp_path / VAULT_FILE, SystemKeychain(MemoryKeyring()))
    keeper = Keeper(Places(FolderStore(tmp_path), tmp_path, vault), lambda *_: None)
    assert (keeper.keeping().vault, keeper.keeping().sentence) == ("waiting", "")
    keeper.vault_waits = True
    assert keeper.keeping().kept_in == "folder"
    assert "keyring has not answered" in keeper.keeping().sentence


class NoKeyring:
    """The keychain of a computer without a keyring."""

    place = "the keyring of this computer"

    def look(self) -> None:
        raise KeychainUnavailable("There is no keyring.", "Install one.", "missing")

    def fetch(self, vault_id: str) -> bytes | None:
        self.look()
        return None

    def create(self, vault_id: str) -> bytes:
        self.fetch(vault_id)
        return b""


async def keeper_without_keyring(folder: Path) -> Keeper:
    vault = Vault(folder / VAULT_FILE, NoKeyring())
    keeper = Keeper(Places(FolderStore(folder), folder, vault), find)
    await keeper.read_files()
    await keeper.read_vault()
    return keeper


async def test_that_credentials_are_plain_files_for_want_of_a_keyring_is_told_after_a_restart_too(
    tmp_path: Path,
) -> None:
    keeper = await keeper_without_keyring(tmp_path)
    assert keeper.keeping().sentence == ""
    status = await keeper.vault_status()
    # Plain files do as well: nothing that was kept is missing.
    assert (status.state, status.next_step) == ("none", "Install one.")
    await keeper.save([FIRST])
    for one in (keeper, await keeper_without_keyring(tmp_path)):
        kept = one.keeping()
        assert (kept.kept_in, kept.vault, kept.next_step) == ("folder", "closed", "Install one.")
        assert kept.sentence.startswith("There is no keyring. So 1 credential lies unencrypted in")
        assert f"{tmp_path}, which only you may read." in kept.sentence
        assert (await one.vault_status()).sentence == kept.sentence


async def test_plain_files_beside_a_keyring_are_no_matter(tmp_path: Path) -> None:
    await asyncio.to_thread(FolderStore(tmp_path).save, [FIRST])
    keyring = MemoryKeyring()
    vault = vault_behind(keyring, tmp_path)
    keeper = Keeper(Places(FolderStore(tmp_path), tmp_path, vault), find)
    await keeper.read_files()
    await keeper.read_vault()
    assert (keeper.keeping().vault, keeper.keeping().sentence) == ("open", "")
    assert keyring.calls == []
    assert (await keeper.vault_status()).state == "none"
    chosen = Keeper(Places(FolderStore(tmp_path), tmp_path, vault, folder_first=True), find)
    await chosen.read_files()
    await chosen.read_vault()
    assert "as was chosen" in (await chosen.vault_status()).sentence
