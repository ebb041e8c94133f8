"""Settings files written together or not at all, while others may write to them too."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from proxy_core.connect import keeping
from proxy_core.connect.model import Change, ConnectFailed, Folders, Setting
from proxy_core.connect.writing import Edit, carry_out

HELP = "Nothing was changed. Mend it."


def edit(path: Path, found: bytes | None, after: bytes | None, *, ours: bool = True) -> Edit:
    """ours: it puts something of ours in, else takes it out."""
    change = Change(path, "whole", (Setting((), "ours"),))
    return Edit(change, found, found if ours else after, after)


@pytest.fixture
def one(folders: Folders) -> Path:
    return file_of(folders.home / "one", b"1")


@pytest.fixture
def two(folders: Folders) -> Path:
    return file_of(folders.home / "two", b"2")


def file_of(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def kept(folders: Folders) -> dict[str, bytes]:
    """Notes and backups."""
    files = (folders.data / keeping.FOLDER).glob("*")
    return {path.name: path.read_bytes() for path in files}


@pytest.mark.parametrize("after", [b"ours", None])
def test_what_another_program_saved_meanwhile_stays(
    after: bytes | None, one: Path, folders: Folders
) -> None:
    with pytest.raises(ConnectFailed, match="by another program") as raised:
        carry_out([edit(one, b"before that", after)], folders, next_step=HELP)
    assert "Try again" in raised.value.next_step
    assert one.read_bytes() == b"1"
    assert not kept(folders)


def test_a_file_that_another_program_made_meanwhile_stays(one: Path, folders: Folders) -> None:
    with pytest.raises(ConnectFailed, match="by another program"):
        carry_out([edit(one, None, b"ours")], folders, next_step=HELP)
    assert one.read_bytes() == b"1"


def test_a_second_file_that_fails_takes_the_first_back(
    one: Path, two: Path, folders: Folders
) -> None:
    edits = [edit(one, b"1", b"ours"), edit(two, b"before that", b"ours")]
    with pytest.raises(ConnectFailed, match="two was changed") as raised:
        carry_out(edits, folders, next_step=HELP)
    assert "Nothing was changed" in raised.value.next_step
    assert one.read_bytes() == b"1"
    assert not kept(folders)


def test_a_file_that_was_made_or_deleted_before_a_failure_is_as_it_was(
    one: Path, folders: Folders
) -> None:
    made, below_a_file = folders.home / "made", one / "x"
    edits = [edit(made, None, b"ours"), edit(one, b"1", None, ours=False)]
    with pytest.raises(ConnectFailed, match="cannot be written") as raised:
        carry_out(
            [*edits[:1], edit(below_a_file, None, b"ours"), *edits[1:]], folders, next_step=HELP
        )
    assert raised.value.next_step == HELP
    assert not made.exists()
    stale = edit(folders.home / "none", b"before that", b"ours")
    with pytest.raises(ConnectFailed):
        carry_out([edits[1], stale], folders, next_step=HELP)
    assert one.read_bytes() == b"1"


def test_what_was_remembered_before_a_failure_is_remembered_after_it(
    one: Path, two: Path, folders: Folders
) -> None:
    carry_out([edit(one, b"1", b"ours")], folders, next_step=HELP)
    before = kept(folders)
    again = Edit(edit(one, None, None).change, b"ours", b"1", b"ours, elsewhere")
    with pytest.raises(ConnectFailed):
        carry_out([again, edit(two, b"stale", b"x")], folders, next_step=HELP)
    assert (one.read_bytes(), kept(folders)) == (b"ours", before)
    gone = edit(one, b"ours", b"1", ours=False)
    with pytest.raises(ConnectFailed):
        carry_out([gone, edit(two, b"stale", b"x")], folders, next_step=HELP)
    assert (one.read_bytes(), kept(folders)) == (b"ours", before)


class Interrupted(tuple[Setting, ...]):  # noqa: SLOT001 - a tuple of any size can have no slots
    """Settings during whose note, just before their file is written, something happens."""

    happens: Callable[[], Any]

    def __iter__(self) -> Iterator[Setting]:
        self.happens()
        return super().__iter__()


def test_a_first_file_that_cannot_be_put_back_is_told(
    one: Path, two: Path, folders: Folders
) -> None:
    settings = Interrupted()
    settings.happens = lambda: (one.write_bytes(b"saved"), two.write_bytes(b"saved"))
    second = Edit(Change(two, "whole", settings), b"2", b"2", b"ours")
    with pytest.raises(ConnectFailed, match="two was changed") as raised:
        carry_out([edit(one, b"1", b"ours"), second], folders, next_step=HELP)
    assert "Nothing was changed" not in raised.value.next_step
    assert str(one) in raised.value.next_step
    assert (one.read_bytes(), two.read_bytes()) == (b"saved", b"saved")
    assert keeping.read_note(folders, one) is not None, "its settings of ours can be taken out"


@pytest.mark.skipif(
    os.name == "nt" or os.geteuid() == 0, reason="root writes to everything, Windows has no modes"
)
def test_a_read_only_second_file_keeps_the_first_from_being_touched(
    one: Path, two: Path, folders: Folders
) -> None:
    two.chmod(0o400)
    before = one.stat()
    edits = [edit(one, b"1", b"ours"), edit(two, b"2", b"ours")]
    with pytest.raises(ConnectFailed, match="two cannot be written: it is read-only"):
        carry_out(edits, folders, next_step=HELP)
    assert one.stat() == before
    assert not kept(folders)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_that_root_writes_stays_its_owners(one: Path, folders: Folders) -> None:
    os.chown(one, 1234, 4321)
    one.chmod(0o640)
    carry_out([edit(one, b"1", b"ours")], folders, next_step=HELP)
    status = one.stat()
    assert (status.st_uid, status.st_gid, status.st_mode & 0o777) == (1234, 4321, 0o640)
