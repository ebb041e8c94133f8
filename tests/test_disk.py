"""Files that survive a crash."""

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from proxy_core import disk

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")


def test_a_file_is_written_and_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "data" / "deep" / "file"
    disk.write_atomically(path, b"one, and longer")
    disk.write_atomically(path, b"two")
    assert path.read_bytes() == b"two"
    assert [one.name for one in path.parent.iterdir()] == ["file"]


@POSIX
def test_only_the_owner_may_read_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "data" / "file"
    disk.write_atomically(path, b"one")
    path.chmod(0o644)
    disk.write_atomically(path, b"two")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@POSIX
def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "file"
    disk.write_atomically(path, b"old")
    code = (
        "import resource, signal, sys; from pathlib import Path; from proxy_core import disk\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try: disk.write_atomically(Path(sys.argv[1]), bytes(100_000))\n"
        "except OSError as error: print(error.errno)\n"
    )
    command = [sys.executable, "-c", code, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(errno.EFBIG)
    assert path.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def test_a_folder_in_the_files_place_is_an_error_that_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file" / "in it").mkdir(parents=True)
    with pytest.raises((IsADirectoryError, PermissionError)):
        disk.write_atomically(tmp_path / "file", b"data")
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def test_what_is_set_aside_never_overwrites(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for text in ("one", "two"):
        path.write_text(text, "utf-8")
        disk.set_aside(path)
    assert disk.keep_aside(path, b"three") == "file.damaged-3"
    assert {one.name: one.read_text("utf-8") for one in tmp_path.iterdir()} == {
        "file.damaged-1": "one",
        "file.damaged-2": "two",
        "file.damaged-3": "three",
    }


def test_a_missing_file_is_removed_without_a_word(tmp_path: Path) -> None:
    disk.remove(tmp_path / "none")


def test_a_lock_keeps_another_out_until_it_is_given_back(tmp_path: Path) -> None:
    path = tmp_path / "data" / "file"
    with (
        disk.locked(path),
        pytest.raises(TimeoutError, match="another program"),
        disk.locked(path, wait_s=0.02),
    ):
        pytest.fail("both hold it")
    with disk.locked(path, wait_s=0.0):
        pass


def test_a_killed_holder_frees_its_lock(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from proxy_core import disk\n"
        "with disk.locked(Path(sys.argv[1])): os._exit(9)\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "file")]
    assert subprocess.run(command, check=False).returncode == 9
    with disk.locked(tmp_path / "file", wait_s=0.0):
        pass


def test_a_sweep_takes_only_what_writers_of_ours_left(tmp_path: Path) -> None:
    for name in (".mine.json.1a2b3c4d.tmp", ".other.json.1a2b3c4d.tmp", "mine.json", "x.tmp"):
        (tmp_path / name).write_bytes(b"")
    disk.sweep(tmp_path, lambda name: name == "mine.json")
    assert {one.name for one in tmp_path.iterdir()} == {
        ".other.json.1a2b3c4d.tmp",
        "mine.json",
        "x.tmp",
    }


def test_only_regular_files_of_a_bearable_size_are_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(bytes(3))
    assert disk.read_whole(tmp_path / "file", 3) == bytes(3)
    with pytest.raises(OSError, match="larger than 0 MB"):
        disk.read_whole(tmp_path / "file", 2)
    with pytest.raises(OSError, match="not a regular file"):
        disk.read_whole(tmp_path, 3)


def test_a_reason_has_no_path_in_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        disk.read_whole(tmp_path / "none", 1)
    assert disk.reason_of(caught.value) == os.strerror(errno.ENOENT)


def test_a_file_that_a_reader_has_open_is_replaced_a_moment_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows."""
    replace, refusals = Path.replace, [PermissionError(13, "in use")] * 3

    def refuse_at_first(path: Path, target: Path) -> Path:
        if refusals:
            raise refusals.pop()
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", refuse_at_first)
    disk.write_atomically(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"new"


def test_a_file_that_stays_in_use_is_left_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_path: Path, _target: Path) -> Path:
        raise PermissionError(13, "in use")

    (tmp_path / "file").write_bytes(b"old")
    monkeypatch.setattr(disk, "READERS_S", 0.0)
    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(PermissionError):
        disk.write_atomically(tmp_path / "file", b"new")
    assert [one.name for one in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_bytes() == b"old"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can give a folder away")
def test_whose_folder_it_is_gets_told_with_the_way_out(tmp_path: Path) -> None:
    assert disk.with_owner("no", tmp_path) == "no"
    assert disk.with_owner("no", tmp_path / "nowhere") == "no"
    os.chown(tmp_path, 12_345, 12_345)
    assert disk.with_owner("no", tmp_path) == (
        "no. The folder belongs to uid 12345, and Pollux runs as uid 0: "
        "give it to that one (chown -R 0), or let Pollux run as uid 12345."
    )
