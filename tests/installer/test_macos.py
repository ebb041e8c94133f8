"""The macOS image: all that can be known of it elsewhere."""

import platform
import plistlib
from pathlib import Path

import pytest

from resources.installer import macos
from resources.installer.build import Build, BuildFailed, Program
from resources.installer.client import PLACE
from resources.installer.macos import Signing, signing_of

NOTARY = {
    "MACOS_NOTARY_KEY": "AuthKey.p8",
    "MACOS_NOTARY_KEY_ID": "an id",
    "MACOS_NOTARY_ISSUER": "an issuer",
}
MACH_O = bytes.fromhex("cffaedfe0c000001")


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """As PyInstaller leaves it: the folder, and the bundle beside it."""
    folder = tmp_path / "frozen" / "pollux"
    (folder / "licences").mkdir(parents=True)
    (folder / "licences" / "LICENSE.txt").write_text("MIT")
    contents = folder.parent / "Pollux.app" / "Contents"
    for name in (
        "MacOS/pollux",
        "MacOS/pollux-headless",
        "Frameworks/libpython3.13.dylib",
        "Frameworks/PySide6/Qt/plugins/libqcocoa.dylib",
    ):
        (contents / name).parent.mkdir(parents=True, exist_ok=True)
        (contents / name).write_bytes(MACH_O)
    (contents / "Resources").mkdir()
    (contents / "Resources" / "text.txt").write_text("text")
    (contents / "Frameworks" / "link.dylib").symlink_to("libpython3.13.dylib")
    return Program(folder, tmp_path / "icons", tmp_path / "sbom", "darwin")


@pytest.fixture
def build(tmp_path: Path) -> Build:
    return Build("1.2.3", 7, tmp_path / "work", tmp_path, say=lambda _step: None)


def test_without_an_identity_it_is_signed_ad_hoc() -> None:
    assert signing_of({}) == Signing("-", ())
    assert macos.sign_words(signing_of({}), Path("x"))[2:4] == ["--sign", "-"]


def test_with_an_identity_the_hardened_runtime_is_on() -> None:
    words = macos.sign_words(signing_of({"MACOS_SIGN_IDENTITY": "Developer ID"}), Path("x"))
    assert words[3] == "Developer ID"
    assert {"--timestamp", "runtime", macos.ENTITLEMENTS} <= set(words)


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
    app = program.folder.parent / "Pollux.app"
    names = [path.relative_to(app / "Contents").as_posix() for path in macos.signed_parts(app)]
    assert names == [
        "Frameworks/PySide6/Qt/plugins/libqcocoa.dylib",
        "Frameworks/libpython3.13.dylib",
        "MacOS/pollux-headless",
    ]


def test_the_bundle_gets_what_the_folder_got(build: Build, program: Program) -> None:
    given = program.folder / PLACE
    given.parent.mkdir(parents=True)
    given.write_text("{}")
    app = program.folder.parent / "Pollux.app"
    macos.complete(build, program, app)
    resources = app / "Contents" / "Resources"
    assert (resources / "licences" / "LICENSE.txt").read_text() == "MIT"
    assert (resources / "desktop" / "resources" / "oauth_client.json").read_text() == "{}"


def test_the_image_is_made_of_a_bundle_that_was_signed_and_looked_at(
    build: Build, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[list[str]] = []
    monkeypatch.setattr(
        macos, "run", lambda _build, words: ran.append([str(word) for word in words])
    )
    monkeypatch.setattr(platform, "machine", lambda: "arm64")
    for name in ("MACOS_SIGN_IDENTITY", *NOTARY):
        monkeypatch.delenv(name, raising=False)
    image = macos.make(build, program)
    assert image.name == "pollux-1.2.3-macos-arm64.dmg"
    assert [words[0] for words in ran] == ["codesign"] * 5 + ["hdiutil"]
    assert ran[3][-1].endswith("Pollux.app")
    assert ran[4][1] == "--verify"
    assert (build.work / "dmg" / "Applications").is_symlink()


def test_a_signed_image_is_notarised_and_stapled(
    build: Build, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[list[str]] = []
    monkeypatch.setattr(
        macos, "run", lambda _build, words: ran.append([str(word) for word in words])
    )
    for name, value in {"MACOS_SIGN_IDENTITY": "Developer ID", **NOTARY}.items():
        monkeypatch.setenv(name, value)
    image = macos.make(build, program)
    assert [words[:3] for words in ran[-2:]] == [
        ["xcrun", "notarytool", "submit"],
        ["xcrun", "stapler", "staple"],
    ]
    assert ran[-3][0] == "codesign"
    assert ran[-3][-1] == str(image)


def test_the_entitlements_are_a_property_list() -> None:
    entitlements = plistlib.loads(macos.ENTITLEMENTS.read_bytes())
    assert entitlements["com.apple.security.cs.allow-unsigned-executable-memory"] is True
    assert not [name for name in entitlements if "get-task-allow" in name]
