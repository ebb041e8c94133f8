"""The bearer token's file."""

import stat
import sys
from pathlib import Path

import pytest

from proxy_core.server import bearer


def test_the_first_start_makes_a_token_and_later_ones_keep_it(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "pollux"
    token = bearer.load_or_create(folder)
    assert len(token) >= 43  # 256 bits
    assert bearer.load_or_create(folder) == token
    assert [path.name for path in folder.iterdir()] == [bearer.FILE]


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    bearer.create(folder)
    assert stat.S_IMODE((folder / bearer.FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_new_one_replaces_the_old(tmp_path: Path) -> None:
    old = bearer.create(tmp_path)
    assert bearer.create(tmp_path) != old
    assert bearer.load(tmp_path) != old


def test_there_is_none_before_the_first_start(tmp_path: Path) -> None:
    assert bearer.load(tmp_path / "nowhere") is None


@pytest.mark.parametrize("content", [b"", b" \n", b"two words\n", b"\xff\xfe"])
def test_a_damaged_file_is_said_to_be_damaged_without_its_content(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / bearer.FILE).write_bytes(content)
    with pytest.raises(bearer.UnreadableToken) as caught:
        bearer.load(tmp_path)
    assert "bearer_token" in str(caught.value)
    assert "words" not in str(caught.value)


def test_a_folder_in_its_place_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / bearer.FILE).mkdir()
    with pytest.raises(bearer.UnreadableToken):
        bearer.load(tmp_path)


def test_a_file_in_the_place_of_the_folder_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(bearer.UnreadableToken):
        bearer.create(tmp_path / "data")
