"""The macOS image: all that can be known of it elsewhere."""

import platform
import plistlib
from collections.abc import Sequence
from pathlib import Path

import pytest

from resources.installer import macos
from resources.installer.build import Build, BuildFailed, Program
from resources.installer.macos import Signing, signing_of

NOTARY = {
    "MACOS_NOTARY_KEY": "AuthKey.p8",
    "MACOS_NOTARY_KEY_ID": "an id",
    "MACOS_NOTARY_ISSUER": "an issuer",
}
MACH_O = bytes.fromhex("cffaedfe0c000001")


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """The bundle, as `freeze` leaves it."""
    folder = tmp_path / "frozen" / "Pollux.app"
    contents = folder / "Contents"
    for name in (
        "MacOS/pollux",
        "MacOS/pollux-headless",
        "Frameworks/libpython3.13.dylib",
        "Frameworks/PySide6/Qt/plugins/libqcocoa.dylib",
        "Frameworks/PySide6/Qt/lib/QtCore.framework/Versions/A/QtCore",
    ):
        (contents / name).parent.mkdir(parents=True, exist_ok=True)
        (contents / name).write_bytes(MACH_O)
    (contents / "Resources").mkdir()
    (contents / "Resources" / "text.txt").write_text("text")
    (contents / "Frameworks" / "link.dylib").symlink_to("libpython3.13.dylib")
    (contents / "Resources" / "Qt.framework").symlink_to("../Frameworks/PySide6/Qt/lib")
    return Program(folder, tmp_path / "icons", tmp_path / "sbom", "darwin")


@pytest.fixture
def build(tmp_path: Path) -> Build:
    return Build("1.2.3", 7, tmp_path / "work", tmp_path, say=lambda _step: None)


def test_without_an_identity_it_is_signed_ad_hoc() -> None:
    assert signing_of({}) == Signing("-", ())
    assert macos.sign_words(signing_of({}), Path("x"))[2:4] == ["--sign", "-"]


def test_its_window_is_shown_though_a_program_for_the_terminal_lies_beside_it() -> None:
    told = macos.info("1.2.3")
    assert told["LSBackgroundOnly"] is False
    assert told["LSUIElement"] is True
    assert told["CFBundleVersion"] == "1.2.3"


def test_notarisation_needs_an_identity_and_all_of_the_key() -> None:
    whole = {"MACOS_SIGN_IDENTITY": "Developer ID", **NOTARY}
    options = ("--key", "AuthKey.p8", "--key-id", "an id", "--issuer", "an issuer")
    assert signing_of(whole).notary == options
    for name in whole:
        with pytest.raises(BuildFailed, match="MACOS_NOTARY_KEY"):
            signing_of({**whole, name: ""})


def test_what_lies_deeper_is_signed_first_and_the_main_program_with_the_bundle(
    program: Program,
) -> None:
    parts = macos.signed_parts(program.folder)
    assert [path.relative_to(program.folder.parent).as_posix() for path in parts] == [
        "Pollux.app/Contents/Frameworks/PySide6/Qt/lib/QtCore.framework/Versions/A/QtCore",
        "Pollux.app/Contents/Frameworks/PySide6/Qt/lib/QtCore.framework",
        "Pollux.app/Contents/Frameworks/PySide6/Qt/plugins/libqcocoa.dylib",
        "Pollux.app/Contents/Frameworks/libpython3.13.dylib",
        "Pollux.app/Contents/MacOS/pollux-headless",
        "Pollux.app",
    ]


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands, all of which do well."""
    commands: list[list[str]] = []

    def run(_build: Build, words: Sequence[object]) -> str:
        commands.append([str(word) for word in words])
        return "Processing complete\n  id: 7\n  status: Accepted\n"

    monkeypatch.setattr(macos, "run", run)
    monkeypatch.setattr(platform, "machine", lambda: "arm64")
    return commands


def test_the_image_is_made_of_a_bundle_that_was_signed_and_looked_at(
    build: Build, program: Program, monkeypatch: pytest.MonkeyPatch, ran: list[list[str]]
) -> None:
    for name in ("MACOS_SIGN_IDENTITY", *NOTARY):
        monkeypatch.delenv(name, raising=False)
    image = macos.make(build, program)
    assert image.name == "pollux-1.2.3-macos-arm64.dmg"
    assert [words[0] for words in ran] == ["codesign"] * 7 + ["hdiutil"]
    assert ran[5][-1].endswith("Pollux.app")
    assert ran[6][1] == "--verify"
    assert (build.work / "dmg" / "Applications").is_symlink()
    assert (build.work / "dmg" / "Pollux.app" / "Contents" / "MacOS" / "pollux").is_file()


def test_a_signed_image_is_notarised_and_stapled(
    build: Build, program: Program, monkeypatch: pytest.MonkeyPatch, ran: list[list[str]]
) -> None:
    for name, value in {"MACOS_SIGN_IDENTITY": "Developer ID", **NOTARY}.items():
        monkeypatch.setenv(name, value)
    image = macos.make(build, program)
    assert [words[:3] for words in ran[-2:]] == [
        ["xcrun", "notarytool", "submit"],
        ["xcrun", "stapler", "staple"],
    ]
    assert ran[-3] == [
        "codesign", "--force", "--sign", "Developer ID", "--timestamp", str(image)
    ]  # fmt: skip


def test_all_code_runs_hardened_and_only_programs_have_entitlements(
    build: Build, program: Program, monkeypatch: pytest.MonkeyPatch, ran: list[list[str]]
) -> None:
    monkeypatch.setenv("MACOS_SIGN_IDENTITY", "Developer ID")
    macos.make(build, program)
    signed = [words for words in ran if "--sign" in words]
    assert all({"--timestamp", "runtime"} <= set(words) for words in signed)
    entitled = [Path(words[-1]).name for words in signed if "--entitlements" in words]
    assert entitled == ["pollux-headless", "Pollux.app"]


def test_an_image_that_apple_refuses_is_told_with_its_id(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(macos, "run", lambda *_words: "  id: 7\n  status: Invalid\n")
    with pytest.raises(BuildFailed, match=r"(?s)Apple refused it.*id: 7"):
        macos.notarise(build, Signing("Developer ID", ("--key", "k")), Path("x.dmg"))


def test_the_entitlements_are_a_property_list() -> None:
    entitlements = plistlib.loads(macos.ENTITLEMENTS.read_bytes())
    assert entitlements["com.apple.security.cs.allow-unsigned-executable-memory"] is True
    assert not [name for name in entitlements if "get-task-allow" in name]
