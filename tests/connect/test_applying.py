"""Settings files that people have: kept, changed, broken, linked, in their way."""

import os
import stat
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from proxy_core import connect
from proxy_core.connect.edits import json_edits
from proxy_core.connect.edits.plain import Occupied
from proxy_core.connect.model import Address, Applied, ConnectFailed, Folders
from tests.connect.conftest import ADDRESS, ELSEWHERE
from tests.connect.edits.documents import documents, toml_documents

CODEX = b"""\
# my settings
model = "gpt-6"  # the big one

[mcp_servers.docs]
command = "docs"
"""
on_files = settings(max_examples=50, deadline=None)
ZED = b"""\
// Zed settings
{
  "theme": "One Dark", // dark
  "language_models": {
    "openai_compatible": {
      "Mine": { "api_url": "https://example.com/v1" },
    },
  },
}
"""


@pytest.fixture
def codex(folders: Folders) -> Path:
    return written(folders.home / ".codex" / "config.toml", CODEX)


@pytest.fixture
def zed(folders: Folders) -> Path:
    return written(folders.home / ".config" / "zed" / "settings.json", ZED)


def written(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_undo_gives_the_bytes_back(codex: Path, folders: Folders) -> None:
    applied = connect.apply("codex", folders, ADDRESS)
    assert applied.backup
    assert Path(applied.backup).read_bytes() == CODEX
    assert codex.read_bytes() != CODEX
    connect.undo("codex", folders)
    assert codex.read_bytes() == CODEX
    assert not Path(applied.backup).exists()


def test_undo_gives_the_bytes_back_after_another_port(zed: Path, folders: Folders) -> None:
    connect.apply("zed", folders, ADDRESS)
    connect.apply("zed", folders, ELSEWHERE)
    connect.undo("zed", folders)
    assert zed.read_bytes() == ZED


def test_comments_and_foreign_keys_stay(zed: Path, folders: Folders) -> None:
    connect.apply("zed", folders, ADDRESS)
    text = zed.read_text()
    assert text.startswith('// Zed settings\n{\n  "theme": "One Dark", // dark\n')
    assert '"Mine": { "api_url": "https://example.com/v1" },\n      "Pollux": {\n' in text


def test_what_the_owner_added_survives_undo(codex: Path, folders: Folders) -> None:
    connect.apply("codex", folders, ADDRESS)
    codex.write_text(codex.read_text() + '\n[tui]\ntheme = "dark"  # added\n')
    connect.undo("codex", folders)
    text = codex.read_text()
    assert 'model = "gpt-6"  # the big one' in text
    assert 'theme = "dark"  # added' in text
    assert "pollux" not in text
    assert "[mcp_servers.docs]" in text


def test_what_we_replaced_comes_back_as_the_owner_wrote_it(codex: Path, folders: Folders) -> None:
    block = b"[model_providers.pollux]  # mine\n# old\nname = 'p'  # short\n\n"
    before = b"model = [1, # one\n  2]  # all\n\n" + block
    codex.write_bytes(before)
    connect.apply("codex", folders, ADDRESS)
    codex.write_bytes(codex.read_bytes() + b"[tui]\n")
    connect.undo("codex", folders)
    assert codex.read_bytes() == before + b"[tui]\n"


def test_half_a_surrogate_pair_that_we_replaced_comes_back(folders: Folders) -> None:
    before = b'{\n  "model": "\\ud800"\n}\n'
    path = written(folders.home / ".config" / "opencode" / "opencode.json", before)
    connect.apply("opencode", folders, ADDRESS)
    path.write_bytes(path.read_bytes() + b"\n")
    connect.undo("opencode", folders)
    assert path.read_bytes() == before + b"\n"


def test_a_name_that_is_no_text_is_not_written(zed: Path, folders: Folders) -> None:
    with pytest.raises(ConnectFailed, match="UTF-8"):
        connect.apply("zed", folders, Address("http://127.0.0.1:7860", model="\udcff"))
    assert zed.read_bytes() == ZED


def test_what_the_owner_added_between_two_addresses_survives_undo(
    zed: Path, folders: Folders
) -> None:
    connect.apply("zed", folders, ADDRESS)
    zed.write_text(zed.read_text().replace('"One Dark"', '"One Light"'))
    connect.apply("zed", folders, ELSEWHERE)
    connect.undo("zed", folders)
    assert zed.read_bytes() == ZED.replace(b"One Dark", b"One Light")


def test_a_value_that_the_owner_changed_since_stays(folders: Folders) -> None:
    path = written(folders.home / ".config" / "opencode" / "opencode.json", b"{}\n")
    connect.apply("opencode", folders, ADDRESS)
    path.write_text(path.read_text().replace('"pollux/gemini-3.8-flash"', '"gpt-7"'))
    assert connect.status("opencode", folders, ADDRESS).state == "changed"
    connect.undo("opencode", folders)
    assert path.read_text() == '{\n  "model": "gpt-7"\n}\n'


def test_a_block_of_ours_goes_whole_though_it_was_changed(zed: Path, folders: Folders) -> None:
    connect.apply("zed", folders, ADDRESS)
    zed.write_text(zed.read_text().replace('"tools": true', '"tools": false'))
    connect.undo("zed", folders)
    assert b"Pollux" not in zed.read_bytes()
    assert b'"Mine"' in zed.read_bytes()


def test_what_was_made_on_the_way_goes_once_it_is_empty(folders: Folders) -> None:
    path = written(folders.home / ".qwen" / "settings.json", b'{\n  "ui": {}\n}\n')
    connect.apply("qwen-code", folders, ADDRESS)
    path.write_text(path.read_text().replace('"ui": {}', '"ui": {"theme": "x"}'))
    connect.undo("qwen-code", folders)
    assert path.read_text() == '{\n  "ui": {"theme": "x"}\n}\n'


def test_folders_that_were_made_for_a_file_go_with_it(folders: Folders) -> None:
    connect.apply("qwen-code", folders, ADDRESS)
    connect.apply("qwen-code", folders, ELSEWHERE)
    connect.undo("qwen-code", folders)
    assert not folders.home.exists()


def test_a_folder_that_another_keeps_something_in_stays(folders: Folders) -> None:
    connect.apply("qwen-code", folders, ADDRESS)
    mine = written(folders.home / ".qwen" / "QWEN.md", b"mine")
    connect.undo("qwen-code", folders)
    assert list(folders.home.rglob("*")) == [mine.parent, mine]


def test_a_folder_that_was_there_before_stays_though_it_is_empty(folders: Folders) -> None:
    (folders.home / ".qwen").mkdir(parents=True)
    connect.apply("qwen-code", folders, ADDRESS)
    connect.undo("qwen-code", folders)
    assert (folders.home / ".qwen").is_dir()


def test_a_new_file_that_only_holds_ours_goes_though_it_was_touched(folders: Folders) -> None:
    connect.apply("zed", folders, ADDRESS)
    path = folders.home / ".config" / "zed" / "settings.json"
    path.write_text(path.read_text() + "\n")
    connect.undo("zed", folders)
    assert not path.exists()


def test_a_file_of_our_own_that_was_changed_is_left_to_its_owner(folders: Folders) -> None:
    connect.apply("continue", folders, ADDRESS)
    path = folders.home / ".continue" / "models" / "pollux.yaml"
    path.write_text(path.read_text() + "  - name: mine\n")
    with pytest.raises(ConnectFailed, match="changed since") as raised:
        connect.undo("continue", folders)
    assert "delete it" in raised.value.next_step
    with pytest.raises(ConnectFailed, match="changed since"):
        connect.apply("continue", folders, ELSEWHERE)
    assert "mine" in path.read_text()


def test_a_file_that_was_deleted_since_stays_away(codex: Path, folders: Folders) -> None:
    connect.apply("codex", folders, ADDRESS)
    codex.unlink()
    assert connect.undo("codex", folders) == Applied("absent", str(codex))
    assert not codex.exists()


def test_nothing_of_ours_is_nothing_to_take_back(codex: Path, folders: Folders) -> None:
    with pytest.raises(ConnectFailed, match="nothing to take back"):
        connect.undo("codex", folders)
    assert codex.read_bytes() == CODEX


def test_settings_that_the_owner_wrote_himself_are_no_work_of_ours(
    codex: Path, folders: Folders
) -> None:
    codex.write_text('[model_providers.pollux]\nname = "mine"\n')
    assert connect.status("codex", folders, ADDRESS).state == "absent"


@pytest.mark.parametrize(
    "data",
    [b"model = ", b"[a]\n[a]\n", b"\xff\xfe", b"model_providers = 3\n"],
    ids=["cut off", "twice", "no text", "in the way"],
)
def test_a_file_that_cannot_be_changed_stays_as_it_is(
    data: bytes, codex: Path, folders: Folders
) -> None:
    codex.write_bytes(data)
    with pytest.raises(ConnectFailed, match=r"config\.toml") as raised:
        connect.apply("codex", folders, ADDRESS)
    assert "Nothing was changed" in raised.value.next_step
    assert codex.read_bytes() == data
    assert not list(folders.data.rglob("*.bak"))


def test_a_folder_in_its_place_is_told(folders: Folders) -> None:
    (folders.home / ".codex" / "config.toml").mkdir(parents=True)
    for attempt in (connect.apply, connect.status):
        with pytest.raises(ConnectFailed, match="not a regular file"):
            attempt("codex", folders, ADDRESS)


def test_a_file_in_the_place_of_its_folder_is_told(folders: Folders) -> None:
    written(folders.home / ".codex", b"")
    with pytest.raises(ConnectFailed, match="cannot be"):
        connect.apply("codex", folders, ADDRESS)


def test_a_data_folder_that_cannot_be_written_is_told(codex: Path, folders: Folders) -> None:
    written(folders.data, b"")
    with pytest.raises(ConnectFailed, match="backups"):
        connect.apply("codex", folders, ADDRESS)
    assert codex.read_bytes() == CODEX


def test_a_lost_backup_is_told(codex: Path, folders: Folders) -> None:
    applied = connect.apply("codex", folders, ADDRESS)
    Path(str(applied.backup)).unlink()
    before = codex.read_bytes()
    with pytest.raises(ConnectFailed, match="backup"):
        connect.undo("codex", folders)
    assert codex.read_bytes() == before


def test_one_broken_file_of_two_keeps_both_as_they_are(folders: Folders) -> None:
    broken = written(folders.home / ".gemini" / "settings.json", b"{")
    with pytest.raises(ConnectFailed, match="line 1"):
        connect.apply("gemini-cli", folders, ADDRESS)
    assert broken.read_bytes() == b"{"
    assert not (folders.home / ".gemini" / ".env").exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no such modes")
def test_the_mode_of_the_file_stays(codex: Path, folders: Folders) -> None:
    codex.chmod(0o640)
    connect.apply("codex", folders, ADDRESS)
    assert stat.S_IMODE(codex.stat().st_mode) == 0o640
    connect.undo("codex", folders)
    assert stat.S_IMODE(codex.stat().st_mode) == 0o640


@pytest.mark.skipif(os.name == "nt", reason="Windows lets few make links")
def test_a_link_stays_a_link(codex: Path, folders: Folders, tmp_path: Path) -> None:
    dotfiles = written(tmp_path / "dotfiles" / "codex.toml", CODEX)
    codex.unlink()
    codex.symlink_to(dotfiles)
    connect.apply("codex", folders, ADDRESS)
    assert codex.is_symlink()
    assert b"pollux" in dotfiles.read_bytes()
    connect.undo("codex", folders)
    assert codex.is_symlink()
    assert dotfiles.read_bytes() == CODEX


def test_a_byte_order_mark_and_windows_line_ends_stay(zed: Path, folders: Folders) -> None:
    before = b"\xef\xbb\xbf" + ZED.replace(b"\n", b"\r\n")
    zed.write_bytes(before)
    connect.apply("zed", folders, ADDRESS)
    after = zed.read_bytes()
    assert after.startswith(b"\xef\xbb\xbf//")
    assert after.count(b"\n") == after.count(b"\r\n")
    zed.write_bytes(after + b"\r\n")
    connect.undo("zed", folders)
    assert zed.read_bytes() == before + b"\r\n"


def test_settings_that_are_there_already_stay_the_owners(zed: Path, folders: Folders) -> None:
    connect.apply("zed", folders, ADDRESS)
    same = zed.read_bytes()
    connect.undo("zed", folders)
    zed.write_bytes(same)
    assert connect.apply("zed", folders, ADDRESS).state == "applied"
    with pytest.raises(ConnectFailed, match="nothing to take back"):
        connect.undo("zed", folders)
    assert zed.read_bytes() == same


@pytest.mark.skipif(
    os.name == "nt" or os.geteuid() == 0, reason="root writes to everything, Windows has no modes"
)
def test_a_file_that_is_read_only_stays(codex: Path, folders: Folders) -> None:
    codex.chmod(0o400)
    with pytest.raises(ConnectFailed, match="read-only"):
        connect.apply("codex", folders, ADDRESS)
    assert codex.read_bytes() == CODEX
    with pytest.raises(ConnectFailed, match="nothing to take back"):
        connect.undo("codex", folders)


@pytest.mark.skipif(os.name == "nt", reason="Windows lets few make links")
def test_a_link_to_nothing_leads_to_a_new_file(folders: Folders, tmp_path: Path) -> None:
    link = folders.home / ".codex" / "config.toml"
    link.parent.mkdir(parents=True)
    link.symlink_to(tmp_path / "dotfiles" / "codex.toml")
    connect.apply("codex", folders, ADDRESS)
    assert (tmp_path / "dotfiles" / "codex.toml").exists()
    connect.undo("codex", folders)
    assert link.is_symlink()
    assert not link.exists()


def test_an_empty_file_is_like_an_empty_object(zed: Path, folders: Folders) -> None:
    zed.write_bytes(b"\n")
    connect.apply("zed", folders, ADDRESS)
    assert connect.status("zed", folders, ADDRESS).state == "applied"
    connect.undo("zed", folders)
    assert zed.read_bytes() == b"\n"


def test_a_damaged_note_is_no_note(codex: Path, folders: Folders) -> None:
    connect.apply("codex", folders, ADDRESS)
    for note in folders.data.rglob("*.json"):
        note.write_text("{")
    assert connect.status("codex", folders, ADDRESS).state == "applied"
    with pytest.raises(ConnectFailed, match="nothing to take back"):
        connect.undo("codex", folders)


@contextmanager
def home_with(name: str, text: str) -> Iterator[tuple[Folders, Path]]:
    """Folders of a user who has this file. Hypothesis needs new ones for each example."""
    with tempfile.TemporaryDirectory() as folder:
        folders = Folders(Path(folder, "home"), {}, "linux", Path(folder, "data"))
        yield folders, written(folders.home / name, text.encode())


@on_files
@given(documents)
def test_any_json_file_comes_back_byte_for_byte(text: str) -> None:
    with home_with(".config/opencode/opencode.json", text) as (folders, path):
        try:
            connect.apply("opencode", folders, ADDRESS)
        except ConnectFailed:
            assert path.read_bytes() == text.encode()
            return
        assert connect.status("opencode", folders, ADDRESS).state == "applied"
        connect.apply("opencode", folders, ELSEWHERE)
        connect.undo("opencode", folders)
        assert path.read_bytes() == text.encode()


@on_files
@given(documents)
def test_what_was_added_to_any_json_file_survives(text: str) -> None:
    with home_with(".config/opencode/opencode.json", text) as (folders, path):
        before: Any = json_edits.parse(text)
        try:
            connect.apply("opencode", folders, ADDRESS)
            added = json_edits.put(path.read_bytes().decode(), ("provider", "mine"), {"a": 1})
        except (ConnectFailed, Occupied):
            return
        path.write_bytes(added.encode() + b"// added\n")
        connect.apply("opencode", folders, ELSEWHERE)
        connect.undo("opencode", folders)
        after = path.read_bytes().decode()
        assert after.endswith("// added\n")
        provider = before.get("provider", {})
        assert json_edits.parse(after) == before | {"provider": provider | {"mine": {"a": 1}}}


@on_files
@given(toml_documents)
def test_any_toml_file_comes_back(text: str) -> None:
    with home_with(".codex/config.toml", text) as (folders, path):
        connect.apply("codex", folders, ADDRESS)
        applied = path.read_bytes()
        connect.undo("codex", folders)
        assert path.read_bytes() == text.encode()
        connect.apply("codex", folders, ADDRESS)
        assert path.read_bytes() == applied
        path.write_bytes(applied + b"\n[added]\ny = 1 # mine\n")
        connect.undo("codex", folders)
        after = path.read_text()
        assert tomllib.loads(after) == tomllib.loads(text) | {"added": {"y": 1}}
        assert after.count("#") == text.count("#") + 1
