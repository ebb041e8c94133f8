"""Archives with the same bytes each time."""

import io
import os
import tarfile
from pathlib import Path

import pytest

from resources.installer import elf
from resources.installer.archive import Entry, make, tar, tar_xz, tree
from resources.installer.build import Build, Program


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


def test_its_readme_names_the_c_library_that_this_build_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {Path("libx.so"): elf.Binary(frozenset(), (2, 36))}
    monkeypatch.setattr(elf, "binaries", lambda _build, _folder: told)
    (tmp_path / "icon.svg").write_text("<svg/>")
    build = Build("1.2.3", 7, tmp_path, tmp_path, say=lambda _step: None)
    program = Program(a_folder(tmp_path / "program"), tmp_path, tmp_path / "sbom", "linux")
    with tarfile.open(make(build, program)) as archive:
        (name,) = [name for name in archive.getnames() if name.endswith("README.txt")]
        inside = archive.extractfile(name)
        assert inside is not None
        text = inside.read().decode()
    assert text.startswith("Pollux 1.2.3\n")
    assert "glibc 2.36 or newer" in text
    assert "@" not in text
