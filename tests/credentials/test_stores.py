"""The environment's list and the folder; and what all writable stores have in common."""

import base64
import json
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from proxy_core.credentials.keychain import EnvironmentKeychain, SystemKeychain
from proxy_core.credentials.stores import (
    MAX_FILE_BYTES,
    EnvironmentStore,
    FolderStore,
    StoreFailed,
)
from proxy_core.credentials.vault import VAULT_FILE, Vault
from tests.credentials.made_up import PLANTED, kept, parse_one, stored_account
from tests.credentials.store_conformance import (
    ACCOUNT,
    KEY,
    SERVICE,
    Place,
    StoreConformance,
    expected,
    held,
    renewed,
)
from tests.credentials.test_files import SERVICE_ACCOUNT
from tests.fakes.keychain import MemoryKeyring


class TestFolder(StoreConformance):
    @pytest.fixture
    def place(self, tmp_path: Path) -> Place:
        folder = tmp_path / "data"
        return Place(folder, lambda: FolderStore(folder))


class TestVaultWithTheOwnersKey(StoreConformance):
    @pytest.fixture
    def place(self, tmp_path: Path) -> Place:
        path = tmp_path / "data" / VAULT_FILE
        key = SecretStr(base64.b64encode(bytes(range(32))).decode())
        return Place(path.parent, lambda: Vault(path, EnvironmentKeychain(key)))


class TestVaultWithAKeyring(StoreConformance):
    @pytest.fixture
    def place(self, tmp_path: Path) -> Place:
        path = tmp_path / "data" / VAULT_FILE
        keyring = MemoryKeyring()
        return Place(path.parent, lambda: Vault(path, SystemKeychain(keyring)))


def write(folder: Path, name: str, value: object) -> None:
    (folder / name).write_text(json.dumps(value), "utf-8")


def test_the_environment_holds_an_array() -> None:
    loaded = EnvironmentStore(json.dumps([stored_account(), SERVICE_ACCOUNT, 1])).load()
    assert [one.store for one in loaded.credentials] == ["environment"] * 2
    assert [one.source for one in loaded.unreadable] == ["CREDENTIALS_JSON_LIST entry 3"]


@pytest.mark.parametrize("text", ["", "  ", "[]"])
def test_an_empty_environment_holds_nothing(text: str) -> None:
    loaded = EnvironmentStore(text).load()
    assert (loaded.credentials, loaded.unreadable) == ((), ())


def test_a_broken_environment_is_reported_without_its_text() -> None:
    loaded = EnvironmentStore('[{"refresh_token": "' + PLANTED).load()
    assert "not valid JSON" in loaded.unreadable[0].reason
    assert PLANTED not in repr(loaded)
    assert EnvironmentStore("[\udcff]").load().unreadable


def test_a_missing_folder_is_empty(tmp_path: Path) -> None:
    loaded = FolderStore(tmp_path / "none").load()
    assert (loaded.credentials, loaded.unreadable) == ((), ())


def test_a_folder_holds_accounts_service_accounts_and_keys_in_sorted_order(tmp_path: Path) -> None:
    write(tmp_path, "z.json", SERVICE_ACCOUNT)
    write(tmp_path, "oauth_creds_b@example.com_p.json", stored_account(email="b@example.com"))
    write(tmp_path, "oauth_creds_a@example.com_p.json", stored_account(email=None))
    write(tmp_path, "mine.json", {"type": "api_key", "key": "AQ.made-up-key"})
    (tmp_path / "api_keys.txt").write_text("AQ.made-up-0001\n", "utf-8")
    (tmp_path / "notes.txt").write_text("AQ.made-up-0002\n", "utf-8")
    (tmp_path / ".hidden.json").write_text("{", "utf-8")
    loaded = FolderStore(tmp_path).load()
    assert loaded.unreadable == ()
    assert [one.source for one in loaded.credentials] == [
        "api_keys.txt line 1",
        "mine.json",
        "oauth_creds_a@example.com_p.json",
        "oauth_creds_b@example.com_p.json",
        "z.json",
    ]
    assert loaded.credentials[2].label == "a@example.com · first-project"


def test_the_first_of_two_with_one_id_wins(tmp_path: Path) -> None:
    write(tmp_path, "oauth_creds_1.json", stored_account())
    write(tmp_path, "oauth_creds_2.json", stored_account(refresh_token="1//later"))
    loaded = FolderStore(tmp_path).load()
    assert [one.source for one in loaded.credentials] == ["oauth_creds_1.json"]


def test_what_cannot_be_read_is_named_and_the_rest_works(tmp_path: Path) -> None:
    write(tmp_path, "good.json", stored_account())
    (tmp_path / "a-folder.json").mkdir()
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe{\x00}\x00")
    (tmp_path / "empty.json").write_bytes(b"")
    (tmp_path / "dangling.json").symlink_to(tmp_path / "gone")
    with (tmp_path / "huge.json").open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    loaded = FolderStore(tmp_path).load()
    assert [one.source for one in loaded.credentials] == ["good.json"]
    assert {one.source: one.reason for one in loaded.unreadable} == {
        "a-folder.json": "The file cannot be read: it is not a regular file.",
        "binary.json": "The file is not UTF-8 text.",
        "dangling.json": "The file cannot be read: No such file or directory.",
        "empty.json": "This is not valid JSON (line 1, column 1).",
        "huge.json": "The file cannot be read: it is larger than 10 MB.",
    }
    assert str(tmp_path) not in repr(loaded)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no FIFOs")
def test_a_fifo_does_not_hold_up_the_start(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    assert FolderStore(tmp_path).load().unreadable[0].source == "pipe.json"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all")
def test_a_file_without_permission_is_named(tmp_path: Path) -> None:
    write(tmp_path, "locked.json", stored_account())
    (tmp_path / "locked.json").chmod(0)
    assert "Permission denied" in FolderStore(tmp_path).load().unreadable[0].reason


def test_a_file_in_the_folders_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    assert "Not a directory" in FolderStore(tmp_path / "file").load().unreadable[0].reason


def test_a_folder_of_two_thousand_credentials_loads_at_once(tmp_path: Path) -> None:
    for number in range(2_000):
        write(
            tmp_path, f"oauth_creds_{number}.json", stored_account(email=f"u{number}@example.com")
        )
    began = time.perf_counter()
    loaded = FolderStore(tmp_path).load()
    assert len(loaded.credentials) == 2_000
    # Takes about 0.15 s; the bound only catches a change of order.
    assert time.perf_counter() - began < 1.5


# -- what only a folder does ------------------------------------------------------------------


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if not path.name.startswith(".")}


def read(path: Path) -> object:
    return json.loads(path.read_text("utf-8"))


def test_new_credentials_get_files_with_telling_names(tmp_path: Path) -> None:
    FolderStore(tmp_path).save([ACCOUNT, KEY, SERVICE])
    assert names(tmp_path) == {
        "oauth_creds_Ada@example.com_first-project.json",
        f"api_key_{KEY.id}.json",
        "service_account_robot@svc-project.iam.gserviceaccount.com_svc-project.json",
    }


def test_a_name_that_another_credential_has_gets_another(tmp_path: Path) -> None:
    other_client = kept(client_id="another-client")
    FolderStore(tmp_path).save([ACCOUNT, other_client])
    assert names(tmp_path) == {
        "oauth_creds_Ada@example.com_first-project.json",
        f"oauth_creds_{other_client.id}.json",
    }
    assert held(FolderStore(tmp_path)) == expected(ACCOUNT, other_client)


def test_what_came_from_a_file_is_replaced_in_it_and_other_fields_stay(tmp_path: Path) -> None:
    write(tmp_path, "mine.json", stored_account() | {"note": "Ada's", "account": "x@example.com"})
    FolderStore(tmp_path).save([renewed(ACCOUNT, "1//newer")])
    assert names(tmp_path) == {"mine.json"}
    fields = read(tmp_path / "mine.json")
    assert isinstance(fields, dict)
    assert (fields["note"], fields["account"]) == ("Ada's", "x@example.com")
    assert fields["refresh_token"] == "1//newer"
    assert {"token", "expiry"}.isdisjoint(fields)


def test_an_entry_of_an_array_is_changed_among_the_others(tmp_path: Path) -> None:
    others = [{"type": "api_key", "key": "AQ.made-up-0001", "mine": 1}, "AQ.made-up-0002", 17]
    write(tmp_path, "all.json", [stored_account(), *others, SERVICE_ACCOUNT])
    store = FolderStore(tmp_path)
    store.save([renewed(ACCOUNT, "1//newer")])
    fields = read(tmp_path / "all.json")
    assert isinstance(fields, list)
    assert fields[0]["refresh_token"] == "1//newer"
    assert fields[1:] == [*others, SERVICE_ACCOUNT]
    store.delete([ACCOUNT.id, SERVICE.id])
    assert read(tmp_path / "all.json") == others


def test_an_unreadable_entry_is_kept_aside_when_it_is_removed(tmp_path: Path) -> None:
    write(tmp_path, "all.json", [17, stored_account()])
    (tmp_path / "api_keys.txt").write_text("# mine\nya29.no-key\nAQ.made-up-0001\n", "utf-8")
    store = FolderStore(tmp_path)
    bad = store.load().unreadable
    assert len(bad) == 2
    store.delete([one.id for one in bad])
    assert read(tmp_path / "all.json") == [stored_account()]
    assert read(tmp_path / "all.json.damaged-1") == [17]
    assert (tmp_path / "api_keys.txt").read_text("utf-8") == "# mine\nAQ.made-up-0001\n"
    assert (tmp_path / "api_keys.txt.damaged-1").read_text("utf-8") == "ya29.no-key\n"
    assert store.load().unreadable == ()


def test_an_unreadable_file_is_renamed_when_it_is_removed(tmp_path: Path) -> None:
    write(tmp_path, "foreign.json", {"type": "external_account"})
    (tmp_path / "broken.json").write_text("{", "utf-8")
    store = FolderStore(tmp_path)
    store.delete([one.id for one in store.load().unreadable])
    assert names(tmp_path) == {"foreign.json.damaged-1", "broken.json.damaged-1"}
    assert store.load().unreadable == ()


def test_a_file_that_may_still_be_being_written_is_told_of_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "oauth_creds_a.json"
    path.write_text('{"refresh_to', "utf-8")
    store = FolderStore(tmp_path)
    assert [one.source for one in store.load().unreadable] == [path.name]
    path.write_text(json.dumps(stored_account()), "utf-8")
    loaded = store.load()
    assert (len(loaded.credentials), loaded.unreadable) == (1, ())


def test_only_damaged_files_of_our_own_are_set_aside_and_told_of(tmp_path: Path) -> None:
    ours = ("oauth_creds_a.json", "api_key_b.json", "service_account_c.json")
    for name in (*ours, "other.json"):
        (tmp_path / name).write_text('{"refresh_to', "utf-8")
        os.utime(tmp_path / name, (1_000, 1_000))
    store = FolderStore(tmp_path)
    for _ in range(2):  # told again as long as this program runs
        assert {one.source for one in store.load().unreadable} == {*ours, "other.json"}
    assert names(tmp_path) == {*(f"{name}.damaged-1" for name in ours), "other.json"}
    assert {one.source for one in FolderStore(tmp_path).load().unreadable} == {"other.json"}
    bad = {one.source: one for one in store.load().unreadable}
    assert "oauth_creds_a.json.damaged-1" in bad["oauth_creds_a.json"].reason
    store.delete([bad[name].id for name in ours])
    assert [one.source for one in store.load().unreadable] == ["other.json"]
    assert (tmp_path / "oauth_creds_a.json.damaged-1").exists()


def test_a_credential_that_stands_in_two_files_goes_from_both(tmp_path: Path) -> None:
    write(tmp_path, "oauth_creds_1.json", stored_account())
    write(tmp_path, "oauth_creds_2.json", [stored_account(), SERVICE_ACCOUNT])
    FolderStore(tmp_path).delete([ACCOUNT.id])
    assert names(tmp_path) == {"oauth_creds_2.json"}


def test_a_key_of_a_list_moves_to_its_own_file_when_more_is_to_be_said(tmp_path: Path) -> None:
    lines = "# keys of the team\nname=AQ.made-up-0001\nAQ.made-up-0002\n"
    (tmp_path / "api_keys.txt").write_text(lines, "utf-8")
    store = FolderStore(tmp_path)
    key = store.load().credentials[0]
    store.save([key])
    assert (tmp_path / "api_keys.txt").read_text("utf-8") == lines
    store.save([replace(key, project="its-project")])
    left = (tmp_path / "api_keys.txt").read_text("utf-8")
    assert left == "# keys of the team\nAQ.made-up-0002\n"
    assert [one.project for one in store.load().credentials] == ["its-project", None]


def test_files_of_pollux_itself_and_oauth_clients_are_not_looked_into(tmp_path: Path) -> None:
    for name in ("instance.json", "client_secret_1.json", "settings.json", ".hidden.json"):
        write(tmp_path, name, {"installed": {}})
    assert FolderStore(tmp_path).load() == FolderStore(tmp_path / "none").load()


def test_a_file_in_the_folders_place_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(StoreFailed) as caught:
        FolderStore(tmp_path / "file").save([ACCOUNT])
    assert "cannot be written" in caught.value.sentence
    assert str(tmp_path) not in caught.value.sentence


def test_a_folder_that_cannot_be_written_is_read_all_the_same(tmp_path: Path) -> None:
    (tmp_path / ".credentials.lock").mkdir()  # as good as a file system that is read-only
    (tmp_path / "oauth_creds_a.json").write_text("{", "utf-8")
    write(tmp_path, "good.json", stored_account())
    store = FolderStore(tmp_path)
    loaded = store.load()
    assert (len(loaded.credentials), len(loaded.unreadable)) == (1, 1)
    with pytest.raises(StoreFailed, match="cannot be written"):
        store.delete([ACCOUNT.id])
    assert names(tmp_path) == {"oauth_creds_a.json", "good.json"}


def test_a_list_in_the_owners_array_survives_as_it_was(tmp_path: Path) -> None:
    huge = {"n": 2**70, "text": "ä\u2028"}
    write(tmp_path, "all.json", [stored_account() | {"note": huge}, SERVICE_ACCOUNT])
    FolderStore(tmp_path).save([renewed(ACCOUNT, "1//newer")])
    fields = read(tmp_path / "all.json")
    assert isinstance(fields, list)
    assert fields[0]["note"] == huge


def test_the_id_of_something_unreadable_hangs_on_its_place(tmp_path: Path) -> None:
    write(tmp_path, "foreign.json", 17)
    one, again = (FolderStore(tmp_path).load().unreadable[0] for _ in range(2))
    assert one.id == again.id
    assert one.id.startswith("bad")
    assert len(one.id) == 13
    assert one.id != EnvironmentStore("17").load().unreadable[0].id


def test_a_plain_key_in_an_array_becomes_an_object_when_it_is_changed(tmp_path: Path) -> None:
    write(tmp_path, "all.json", ["AQ.made-up-key"])
    key = parse_one("AQ.made-up-key")
    FolderStore(tmp_path).save([replace(key, project="its-project")])
    assert read(tmp_path / "all.json") == [
        {"type": "api_key", "key": "AQ.made-up-key", "project_id": "its-project"}
    ]
