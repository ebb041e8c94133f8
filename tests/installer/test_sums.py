"""The file of sums."""

import hashlib
from pathlib import Path

from resources.installer.sums import write


def test_the_sums_are_as_sha256sum_reads_them(tmp_path: Path) -> None:
    made = tmp_path / "a.deb"
    made.write_bytes(b"a")
    told = write(tmp_path, [made]).read_text("utf-8")
    assert told == f"{hashlib.sha256(b'a').hexdigest()}  a.deb\n"


def test_later_builds_add_to_them_and_what_is_gone_is_dropped(tmp_path: Path) -> None:
    first, gone, later = (tmp_path / name for name in ("b", "c", "a"))
    for path in (first, gone, later):
        path.write_bytes(path.name.encode())
    write(tmp_path, [first, gone])
    gone.unlink()
    told = write(tmp_path, [later]).read_text("utf-8")
    assert [line.split()[1] for line in told.splitlines()] == ["a", "b"]
