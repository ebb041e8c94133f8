"""Archives with the same bytes each time."""

import io
import os
import tarfile
from pathlib import Path

from resources.installer.archive import Entry, tar, tar_xz, tree


def opened(content: bytes) -> tarfile.TarFile:
    return tarfile.open(fileobj=io.BytesIO(content))


def a_folder(place: Path) -> Path:
    (place / "inner").mkdir(parents=True)
    (place / "inner" / "text").write_text("text")
    program = place / "program"
    program.write_text("#!")
    program.chmod(0o700)
    (place / "link").symlink_to("inner/text")
    return place


def test_a_folder_is_packed_with_its_links_and_who_may_run_what(tmp_path: Path) -> None:
    archive = opened(tar(tree(a_folder(tmp_path), "opt/x"), 7))
    told = {info.name: (info.type, info.mode, info.linkname) for info in archive}
    assert told == {
        "opt": (tarfile.DIRTYPE, 0o755, ""),
        "opt/x": (tarfile.DIRTYPE, 0o755, ""),
        "opt/x/inner": (tarfile.DIRTYPE, 0o755, ""),
        "opt/x/inner/text": (tarfile.REGTYPE, 0o644, ""),
        "opt/x/link": (tarfile.SYMTYPE, 0o777, "inner/text"),
        "opt/x/program": (tarfile.REGTYPE, 0o755, ""),
    }


def test_everything_is_root_s_and_of_the_one_time(tmp_path: Path) -> None:
    for info in opened(tar(tree(a_folder(tmp_path), "x"), 1_700_000_000)):
        assert (info.uid, info.gid, info.uname, info.gname) == (0, 0, "", "")
        assert info.mtime == 1_700_000_000


def test_neither_the_order_nor_the_age_of_files_changes_the_bytes(tmp_path: Path) -> None:
    entries = tree(a_folder(tmp_path), "x")
    first = tar_xz(entries, 7)
    os.utime(tmp_path / "program", (5, 5))
    assert tar_xz(reversed(entries), 7) == first
    assert opened(first).getnames() == sorted(opened(first).getnames())


def test_a_file_may_be_given_by_its_content() -> None:
    archive = opened(tar([Entry("a/b", b"content")], 0, "./"))
    inside = archive.extractfile("./a/b")
    assert inside is not None
    assert inside.read() == b"content"
    assert archive.getnames() == ["./a", "./a/b"]
