"""The environment that freezes."""

import shutil
from itertools import pairwise
from pathlib import Path

from resources.installer.build import ROOT
from resources.installer.environment import LOCKS, fingerprint, install_words


def test_only_what_the_lock_files_name_is_installed() -> None:
    words = install_words(ROOT)
    assert {"--no-deps", "--require-hashes", "--only-binary=:all:"} <= set(words)
    named = [Path(word) for before, word in pairwise(words) if before == "-r"]
    assert [path.name for path in named] == list(LOCKS)


def test_the_lock_files_hold_a_hash_for_every_package_and_name_no_index() -> None:
    for name in LOCKS:
        text = (ROOT / "requirements" / name).read_text("utf-8")
        packages = [line for line in text.splitlines() if "==" in line and not line.startswith("#")]
        assert packages
        assert all(line.endswith("\\") for line in packages)
        told = [line.strip() for line in text.splitlines() if not line.strip().startswith("#")]
        options = [line for line in told if line.startswith("-")]
        assert options
        assert all(line.startswith("--hash=") for line in options)
        assert "://" not in text


def test_another_lock_file_asks_for_another_environment(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    assert fingerprint(tmp_path) == fingerprint(ROOT)
    with (tmp_path / "requirements" / "package.txt").open("a") as lock:
        lock.write("more==1\n")
    assert fingerprint(tmp_path) != fingerprint(ROOT)
