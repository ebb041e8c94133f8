"""The Windows Python under Wine: how its programs are started, and what it is made of."""

import re
from pathlib import Path

import pytest

from resources.installer import wine
from resources.installer.build import HERE, Build, BuildFailed


def test_programs_run_in_a_folder_of_wine_s_own() -> None:
    words = wine.wine(Path("/made-up/wine/prefix"))
    assert words[0] == "env"
    assert words[-1] == "wine"
    assert "WINEPREFIX=/made-up/wine/prefix" in words
    assert "HOME=/made-up/wine" in words


def test_a_path_is_told_as_wine_s_programs_see_it() -> None:
    assert wine.seen(Path("/src/pollux")) == r"Z:\src\pollux"


def test_what_is_fetched_has_hashes() -> None:
    lines = (HERE / "wine" / "python.txt").read_text("utf-8").splitlines()
    wanted = [line for line in lines if "==" in line]
    hashes = [line for line in lines if re.search(r"--hash=sha256:[0-9a-f]{64}$", line)]
    assert len(wanted) == len(hashes) == 2


def test_every_stub_has_its_source() -> None:
    named = {f"{name}.c" for name in wine._STUBS}
    assert named == {path.name for path in (HERE / "wine").glob("*.c")}


def test_it_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    build = Build("1", 7, tmp_path, tmp_path, say=lambda _step: None)
    monkeypatch.setattr(wine, "_fingerprint", lambda _root: "as it was")
    monkeypatch.setattr(wine, "make_prefix", lambda *_given: steps.append("prefix"))
    monkeypatch.setattr(wine, "_fetched", lambda *_given: steps.append("fetched"))
    monkeypatch.setattr(wine, "_unpack_python", lambda *_given: steps.append("unpacked"))
    monkeypatch.setattr(wine, "run", lambda _build, words: steps.append(words[-5]))
    first = wine.interpreter(build)
    assert steps[:3] == ["prefix", "fetched", "unpacked"]
    assert len(steps) == 4
    assert wine.interpreter(build) == first
    assert len(steps) == 4
    assert first.system == "win32"
    # Both spellings of what no file may name.
    assert {str(tmp_path / "wine"), wine.seen(tmp_path / "wine")} <= set(first.prefixes)


def test_what_was_made_by_half_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = Build("1", 7, tmp_path, tmp_path, say=lambda _step: None)
    left = tmp_path / "wine" / "prefix" / "left"
    left.mkdir(parents=True)

    def fails(*_given: object) -> None:
        raise BuildFailed("no network")

    monkeypatch.setattr(wine, "_fingerprint", lambda _root: "now")
    monkeypatch.setattr(wine, "make_prefix", fails)
    with pytest.raises(BuildFailed):
        wine.interpreter(build)
    assert not left.exists()
    assert not (tmp_path / "wine" / "made.sha256").exists()
