"""The folder that becomes an AppImage."""

import os
import subprocess
from pathlib import Path

import pytest

from resources.installer.appimage import lay_out, runtime_words
from resources.installer.build import APP_ID, Build, Program

pytestmark = pytest.mark.skipif(os.name == "nt", reason="it is a shell's script that starts it")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    frozen, icons = tmp_path / "frozen", tmp_path / "icons"
    frozen.mkdir()
    icons.mkdir()
    (icons / "icon-256.png").write_bytes(b"PNG")
    for name in ("pollux", "pollux-headless"):
        (frozen / name).write_text(f'#!/bin/sh\necho {name} "$@"\n')
        (frozen / name).chmod(0o755)
    build = Build("1.2.3", 1_700_000_000, tmp_path, tmp_path)
    lay_out(build, Program(frozen, icons, tmp_path / "sbom", "linux"), tmp_path / "AppDir")
    return tmp_path / "AppDir"


def test_entry_and_icon_lie_at_the_root(folder: Path) -> None:
    entry = (folder / f"{APP_ID}.desktop").read_text("utf-8")
    assert "\nExec=pollux\n" in entry
    assert "TryExec" not in entry
    assert (folder / "pollux.png").is_file()


def test_all_words_go_to_the_one_program_also_through_a_link_in_a_place_with_spaces(
    folder: Path,
) -> None:
    (folder.parent / "two words").mkdir()
    link = folder.parent / "two words" / "pollux"
    link.symlink_to(folder / "AppRun")
    words = ["--headless", "a b"]
    done = subprocess.run([link, *words], capture_output=True, text=True, check=True)
    assert done.stdout == "pollux --headless a b\n"
    assert not (folder / "opt" / "pollux" / "pollux-headless").exists()


def test_the_runtime_that_is_named_is_taken() -> None:
    assert runtime_words({}) == []
    assert runtime_words({"APPIMAGE_RUNTIME": "/r"}) == ["--runtime-file", "/r"]
