import json
import os
import time
from pathlib import Path

import pytest

from proxy_core.credentials.stores import MAX_FILE_BYTES, EnvironmentStore, FolderStore
from tests.credentials.made_up import PLANTED, stored_account
from tests.credentials.test_files import SERVICE_ACCOUNT


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
