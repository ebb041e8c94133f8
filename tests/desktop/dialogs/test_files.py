import stat
import sys
from pathlib import Path

import pytest

from desktop.dialogs.files import MAX_FILE_BYTES, MAX_FILES, read_all, write_private


def test_what_cannot_be_read_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    good, empty, huge = (tmp_path / name for name in ("keys.txt", "empty.json", "huge.json"))
    good.write_text("AIza")
    empty.write_text(" \n")
    with huge.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    taken = read_all([good, empty, huge, tmp_path, tmp_path / "gone.json"])
    assert [(file.name, file.content) for file in taken.files] == [("keys.txt", b"AIza")]
    assert [item.reason for item in taken.refused] == [
        "The file is empty.",
        "The file is larger than 10 MB.",
        "It is a folder. Choose the files in it.",
        "It cannot be read: No such file or directory.",
    ]


def test_more_files_than_go_at_once_are_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "key.txt"
    file.write_text("AIza")
    taken = read_all([file] * (MAX_FILES + 1))
    assert len(taken.files) == MAX_FILES
    assert taken.refused[0].reason == "Only 200 files go at once."


def test_an_export_is_for_its_owner_alone_and_replaces_the_old_one_whole(tmp_path: Path) -> None:
    file = tmp_path / "pollux.export"
    file.write_text("old")
    write_private(file, b"new")
    assert file.read_bytes() == b"new"
    if sys.platform != "win32":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_a_place_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "taken"
    folder.mkdir()
    (folder / "something").touch()
    with pytest.raises(OSError, match="taken"):
        write_private(folder, b"secret")
    assert list(tmp_path.iterdir()) == [folder]
