"""The command line that builds."""

import platform
import runpy
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import build_installer
from resources.installer.build import Build, BuildFailed, Program
from resources.installer.targets import Target
from resources.installer.tools import Tool


def a_target(name: str, frozen: list[str], *tools: Tool) -> Target:
    def freeze(build: Build) -> Program:
        frozen.append(name)
        bill = build.work / "bill"
        bill.write_text("{}")
        return Program(build.work, build.work, bill, "linux")

    def make(build: Build, program: Program) -> Path:
        place = build.out / f"{name}.pkg"
        place.write_text(name)
        return place

    return Target(name, "linux", tools, freeze, make)


@pytest.fixture
def build(tmp_path: Path) -> Build:
    return Build("1.2.3", 7, tmp_path, tmp_path / "dist", say=lambda _step: None)


def test_targets_of_one_program_freeze_it_once(build: Build) -> None:
    frozen: list[str] = []
    first = a_target("first", frozen)
    second = replace(a_target("second", frozen), freeze=first.freeze)
    made = build_installer.make(build, [first, second])
    assert frozen == ["first"]
    bill = f"pollux-1.2.3-linux-{platform.machine().lower()}.cdx.json"
    names = ["first.pkg", "second.pkg", bill]
    assert [path.name for path in made] == names
    sums = (build.out / "SHA256SUMS").read_text("utf-8")
    assert {line.split()[1] for line in sums.splitlines()} == set(names)


def test_all_missing_tools_are_told_before_any_work(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    frozen: list[str] = []
    lacking = [Tool(f"tool-{number}", f"get {number}", lambda _name: False) for number in (1, 2)]
    target = a_target("deb", frozen, *lacking)
    monkeypatch.setattr(build_installer, "of_system", lambda _system: (target,))
    assert build_installer.main([]) == 2
    told = capsys.readouterr().err
    assert "tool-1 is missing: get 1\n  tool-2 is missing: get 2\n" in told
    assert not frozen


def test_a_step_that_fails_ends_with_1_and_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(build: Build) -> Program:
        raise BuildFailed("the reason")

    target = replace(a_target("deb", []), freeze=fails)
    monkeypatch.setattr(build_installer, "of_system", lambda _system: (target,))
    assert build_installer.main(["--out", str(tmp_path / "dist")]) == 1
    assert "build_installer: the reason" in capsys.readouterr().err


def test_an_unknown_target_is_wrong_usage() -> None:
    with pytest.raises(SystemExit) as end:
        build_installer.main(["--target", "floppy"])
    assert end.value.code == 2


def test_another_system_s_target_is_told_with_those_of_each(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(build_installer, "this_system", lambda: "linux")
    assert build_installer.main(["--target", "dmg"]) == 2
    told = capsys.readouterr().err
    assert "not on this system: dmg" in told
    assert "macOS: dmg" in told


@pytest.mark.parametrize("version", [(3, 10, 4), (3, 14, 0)])
def test_a_python_that_cannot_build_is_told_before_anything_is_imported(
    version: tuple[int, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", version)
    with pytest.raises(SystemExit) as end:
        runpy.run_path(build_installer.__file__)
    assert end.value.code == 2
    assert "run it with 3.11, 3.12 or 3.13" in capsys.readouterr().err


def test_a_client_that_cannot_be_read_is_told_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    frozen: list[str] = []
    monkeypatch.setattr(build_installer, "of_system", lambda _system: (a_target("deb", frozen),))
    gone = tmp_path / "gone.json"
    assert build_installer.main(["--oauth-client", str(gone)]) == 2
    assert f"--oauth-client: {gone} cannot be read" in capsys.readouterr().err
    assert not frozen


def test_a_folder_that_is_none_is_told_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    frozen: list[str] = []
    monkeypatch.setattr(build_installer, "of_system", lambda _system: (a_target("deb", frozen),))
    (tmp_path / "file").touch()
    assert build_installer.main(["--out", str(tmp_path / "file")]) == 1
    assert capsys.readouterr().err.startswith(f"build_installer: {tmp_path / 'file'}: ")
    assert not frozen


def test_a_build_that_is_interrupted_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stops(build: Build, _program: Program) -> Path:
        (build.out / "deb.pkg").write_text("a half")
        raise KeyboardInterrupt

    target = replace(a_target("deb", []), make=stops)
    monkeypatch.setattr(build_installer, "of_system", lambda _system: (target,))
    out, work = tmp_path / "two words", tmp_path / "work"
    work.mkdir()
    out.mkdir()
    (out / "deb.pkg").write_text("of before")
    assert build_installer.main(["--out", str(out), "--work", str(work)]) == 130
    assert [path.name for path in out.iterdir()] == ["deb.pkg"]
    assert (out / "deb.pkg").read_text() == "of before"
