"""The macOS disk image. Only macOS has the tools, so the release workflow is where it is built.

Without an identity in the environment the bundle is signed ad hoc, and its user has to allow it
once (right click, Open). With these it is signed, and sent to Apple for notarisation:

    MACOS_SIGN_IDENTITY   name of a "Developer ID Application" certificate in the keychain
    MACOS_NOTARY_KEY      file of an App Store Connect API key (AuthKey_*.p8)
    MACOS_NOTARY_KEY_ID, MACOS_NOTARY_ISSUER   what it is called there

Not used: dmgbuild, whose pictures behind the icons are not worth a package that only one of three
systems can try.
Source: https://developer.apple.com/documentation/security/notarizing-macos-software-before-distribution
"""

import os
import platform
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from resources.installer import client, neutral
from resources.installer.build import HERE, NAME, Build, BuildFailed, Program, run
from resources.installer.tools import Tool

TOOLS = (
    Tool("codesign", "xcode-select --install"),
    Tool("xcrun", "xcode-select --install"),
    Tool("hdiutil", "part of macOS"),
)

ENTITLEMENTS = HERE / "macos" / "entitlements.plist"

_MACH_O = frozenset(
    bytes.fromhex(magic) for magic in ("cffaedfe", "cefaedfe", "feedfacf", "feedface", "cafebabe")
)
"First bytes of programs and libraries: of one processor, and of several."


@dataclass(frozen=True, slots=True)
class Signing:
    """Who signs, and who tells Apple of it."""

    identity: str = "-"
    "`-`: nobody, which is called ad hoc."
    notary: tuple[str, ...] = ()
    "Options of notarytool; empty: Apple is not told."


def make(build: Build, program: Program) -> Path:
    """`pollux-VERSION-macos-ARCH.dmg` with Pollux.app in it."""
    signing = signing_of(os.environ)
    name = f"pollux-{build.version}-macos-{platform.machine()}.dmg"
    stage = build.work / "dmg"
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir(parents=True)
    app = stage / f"{NAME}.app"
    shutil.copytree(program.folder.parent / app.name, app, symlinks=True)
    complete(build, program, app)
    build.say(f"codesign: {'ad hoc' if signing.identity == '-' else 'with the identity given'}")
    for part in (*signed_parts(app), app):
        run(build, sign_words(signing, part))
    run(build, ["codesign", "--verify", "--deep", "--strict", app])
    (stage / "Applications").symlink_to("/Applications")
    build.say(f"hdiutil: pack {name}")
    place = build.out / name
    run(build, image_words(stage, place))
    if signing.notary:
        build.say("notarytool: ask Apple (minutes)")
        run(build, sign_words(signing, place))
        run(build, ["xcrun", "notarytool", "submit", place, "--wait", *signing.notary])
        run(build, ["xcrun", "stapler", "staple", place])
    return place


def signing_of(environ: Mapping[str, str]) -> Signing:
    """Raises BuildFailed where only a part of what notarisation needs is named."""
    names = ("MACOS_NOTARY_KEY", "MACOS_NOTARY_KEY_ID", "MACOS_NOTARY_ISSUER")
    options = dict(zip(("--key", "--key-id", "--issuer"), map(environ.get, names), strict=True))
    given = {option: value for option, value in options.items() if value}
    identity = environ.get("MACOS_SIGN_IDENTITY") or "-"
    if not given:
        return Signing(identity)
    if len(given) < len(names) or identity == "-":
        raise BuildFailed(f"Notarisation needs MACOS_SIGN_IDENTITY, {', '.join(names)}.")
    return Signing(identity, tuple(word for pair in given.items() for word in pair))


def complete(build: Build, program: Program, app: Path) -> None:
    """Does to the bundle what was done to the folder after PyInstaller had made both."""
    neutral.neutralise(app, (str(build.work / "python"), sys.base_prefix, sys.base_exec_prefix))
    resources = app / "Contents" / "Resources"
    shutil.copytree(program.folder / "licences", resources / "licences")
    given = program.folder / client.PLACE
    if given.is_file():
        place = resources / Path(client.PLACE).relative_to("_internal")
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(given, place)


def signed_parts(app: Path) -> list[Path]:
    """All programs and libraries in the bundle; what lies deeper comes first, as Apple wants it.

    The main program is left to the signature of the bundle.
    """
    found = [path for path in app.rglob("*") if path.is_file() and not path.is_symlink()]
    main = app / "Contents" / "MacOS" / "pollux"
    return sorted(
        (path for path in found if path != main and _is_mach_o(path)),
        key=lambda path: (-len(path.parts), path),
    )


def sign_words(signing: Signing, path: Path) -> list[str | Path]:
    """The words of codesign; with an identity, what notarisation asks for."""
    words = ["codesign", "--force", "--sign", signing.identity]
    if signing.identity == "-":
        return [*words, path]
    return [*words, "--timestamp", "--options", "runtime", "--entitlements", ENTITLEMENTS, path]


def image_words(stage: Path, place: Path) -> list[str | Path]:
    """A compressed image, over the one that may be there."""
    kind = ("-volname", NAME, "-fs", "HFS+", "-format", "UDZO", "-ov")
    return ["hdiutil", "create", *kind, "-srcfolder", stage, place]


def _is_mach_o(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) in _MACH_O
