"""The Windows setup: its script, and what it is made with."""

import re
import shutil
import struct
import sys
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest

from desktop.app import APP_ID
from desktop.system.autostart import BACKGROUND, RunKey
from proxy_core.credentials.keychain import _service
from resources.installer import build as installer
from resources.installer import nsis
from resources.installer.build import HERE, HOMEPAGE, Build, BuildFailed, Program
from resources.installer.icons import bitmap, ico

A_PIXEL = struct.pack("<2sIIIIiiHHIIiiII", b"BM", 58, 0, 54, 40, 1, 1, 1, 24, 0, 4, 0, 0, 0, 0)
A_PIXEL += bytes(4)
SCRIPT = HERE / "windows" / "pollux.nsi"

needs_nsis = pytest.mark.skipif(shutil.which("makensis") is None, reason="needs NSIS")


@pytest.fixture
def program(tmp_path: Path) -> Program:
    folder, icons = tmp_path / "pollux", tmp_path / "icons"
    for name in (
        "pollux.exe",
        "pollux-headless.exe",
        "_internal/a/x$y.dll",
        "licences/LICENSE.txt",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode() * 100)
    icons.mkdir()
    (icons / "icon.ico").write_bytes(ico({16: bitmap(16, bytes(16 * 16 * 4))}))
    for name in ("setup-side.bmp", "setup-header.bmp"):
        (icons / name).write_bytes(A_PIXEL)
    return Program(folder, icons, tmp_path / "sbom", "win32")


@pytest.fixture
def build(tmp_path: Path) -> Build:
    return Build("1.2.3", 1_700_000_000, tmp_path, tmp_path, say=lambda _step: None)


def defined(words: list[str]) -> dict[str, str]:
    return dict(word.removeprefix("-D").split("=", 1) for word in words if word.startswith("-D"))


def test_the_script_is_told_everything_that_it_asks_for(build: Build, program: Program) -> None:
    words = nsis.words(build, program, build.out / "x.exe", nsis.ON_WINDOWS, ["sign"])
    text = SCRIPT.read_text("utf-8")
    defines = re.findall(r"!define (?:/math )?(\w+)", text)
    asked = set(re.findall(r"\$\{([A-Z_]+)\}", text)) - set(defines)
    assert defined(words).keys() <= asked
    macros = {"RESULT", "PROGRAM", "UN", "WHY", "OPTION"}
    unknown = asked - defined(words).keys() - macros
    assert all(name.startswith(("CLSID", "IID", "PKEY", "SYSSTRUCT", "VT")) for name in unknown)
    assert words[-1] == str(SCRIPT)


def test_only_a_setup_for_wine_is_of_the_kind_that_wine_runs(
    build: Build, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[list[str]] = []
    monkeypatch.setattr(nsis, "run", lambda _build, words: ran.append(words))
    assert nsis.make(build, program).name == "pollux-1.2.3-setup.exe"
    assert nsis.make_test(build, program).name == "pollux-1.2.3-setup-test.exe"
    assert [defined(words)["TARGET"] for words in ran] == ["x86-unicode", "amd64-unicode"]


def test_programs_uninstaller_and_setup_are_signed_where_somebody_signs(
    build: Build, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[list[object]] = []
    monkeypatch.setattr(nsis, "run", lambda _build, words: ran.append(list(words)))
    monkeypatch.setenv("WINDOWS_SIGN_THUMBPRINT", "ab12")
    monkeypatch.setenv("WINDOWS_TIMESTAMP_URL", "http://time.invalid")
    setup = nsis.make(build, program)
    told = ["sign", "/sha1", "ab12", "/fd", "sha256", "/tr", "http://time.invalid", "/td", "sha256"]
    programs = [program.folder / name for name in ("pollux.exe", "pollux-headless.exe")]
    assert ran[0] == ["signtool", *told, *programs]
    assert defined([str(word) for word in ran[1]])["SIGN"] == " ".join(["signtool", *told])
    assert ran[2] == ["signtool", *told, setup]


def test_a_signature_without_a_time_is_refused_since_it_ends_with_the_certificate() -> None:
    assert nsis.signing_of({"WINDOWS_SIGN_THUMBPRINT": "", "WINDOWS_TIMESTAMP_URL": ""}) == []
    with pytest.raises(BuildFailed, match="WINDOWS_TIMESTAMP_URL"):
        nsis.signing_of({"WINDOWS_SIGN_THUMBPRINT": "ab12"})


def test_the_size_is_told_in_kibibytes(build: Build, program: Program) -> None:
    told = defined(nsis.words(build, program, build.out / "x.exe", nsis.ON_WINDOWS))
    total = sum(path.stat().st_size for path in program.folder.rglob("*") if path.is_file())
    assert int(told["SIZE_KIB"]) == -(-total // 1024)


@pytest.mark.parametrize(
    ("version", "numbers"),
    [("1.2.3", "1.2.3.0"), ("0.1.0rc1", "0.1.0.0"), ("2.0", "2.0.0.0"), ("1.2.3.dev4", "1.2.3.0")],
)
def test_windows_counts_versions_in_four_numbers(version: str, numbers: str) -> None:
    assert nsis.four_numbers(version) == numbers


def test_the_uninstaller_names_every_file_and_each_folder_after_what_is_in_it(
    program: Program,
) -> None:
    inside = nsis.contents(program.folder)
    script = nsis.script_of_files(program.folder, inside)
    install, uninstall = script.split("!macroend")[:2]
    assert uninstall.split("\n")[2:-1] == [
        r'  Delete "$INSTDIR\_internal\a\x$$y.dll"',
        r'  Delete "$INSTDIR\licences\LICENSE.txt"',
        r'  Delete "$INSTDIR\pollux-headless.exe"',
        r'  Delete "$INSTDIR\pollux.exe"',
        r'  RMDir "$INSTDIR\_internal\a"',
        r'  RMDir "$INSTDIR\_internal"',
        r'  RMDir "$INSTDIR\licences"',
    ]
    assert install.count("  File ") == len(inside) == 4
    assert '  SetOutPath "$INSTDIR"\n' in install
    assert "/r" not in script  # no folder goes with all that may be in it


def test_files_stand_in_the_same_order_each_time(program: Program) -> None:
    assert nsis.contents(program.folder) == sorted(
        PurePosixPath(path.relative_to(program.folder))
        for path in program.folder.rglob("*")
        if path.is_file()
    )


def test_what_the_program_keeps_elsewhere_is_found_there_by_the_uninstaller() -> None:
    text = SCRIPT.read_text("utf-8")
    assert f'!define APP_ID "{APP_ID}"' in text
    assert f'!define HOMEPAGE "{HOMEPAGE}"' in text
    assert f'!define RUN "{RunKey.RUN}"' in text
    assert f'!define APPROVED "{RunKey.APPROVED}"' in text
    assert f'DeleteRegValue HKCU "${{RUN}}" "{RunKey.VALUE}"' in text
    assert f"pollux.exe {BACKGROUND}" in text
    assert f'w "{_service("$1")}"' in text
    assert installer.APP_ID == APP_ID


def test_nothing_asks_for_an_administrator() -> None:
    text = SCRIPT.read_text("utf-8")
    assert "RequestExecutionLevel user" in text
    assert "HKLM" not in text
    assert "SetShellVarContext all" not in text


def test_no_other_program_s_uninstaller_is_run_or_overwritten() -> None:
    assert "pollux" in nsis.UNINSTALLER
    assert "uninstall.exe" not in SCRIPT.read_text("utf-8")


def test_what_windows_lists_of_the_program_is_complete() -> None:
    told = set(re.findall(r'WriteReg\w+ HKCU "\$\{ARP\}" "(\w+)"', SCRIPT.read_text("utf-8")))
    names = "DisplayName DisplayVersion DisplayIcon Publisher InstallLocation EstimatedSize"
    names += " UninstallString QuietUninstallString NoModify NoRepair"
    assert told == {*names.split(), "URLInfoAbout", "URLUpdateInfo", "HelpLink"}


@needs_nsis
def test_the_uninstaller_is_signed_before_it_is_packed(
    build: Build, program: Program, tmp_path: Path
) -> None:
    signer, log = tmp_path / "sign it.py", tmp_path / "log"
    signer.write_text(
        "import pathlib, sys\n"
        f"pathlib.Path({str(log)!r}).write_bytes(pathlib.Path(sys.argv[-1]).read_bytes()[:2])\n"
    )
    signing = [sys.executable, str(signer), "/as", "a person"]
    place = build.out / "x.exe"
    installer.run(build, nsis.words(build, program, place, nsis.ON_WINDOWS, signing))
    assert log.read_bytes() == b"MZ"


@needs_nsis
@pytest.mark.parametrize("make", [nsis.make, nsis.make_test])
def test_the_setup_is_the_same_each_time(
    make: Callable[[Build, Program], Path], build: Build, program: Program
) -> None:
    first = make(build, program).read_bytes()
    assert first.startswith(b"MZ")
    for path in program.folder.rglob("*"):
        path.touch()
    assert make(build, program).read_bytes() == first
