"""The macOS disk image. Only macOS has the tools, so the release workflow is where it is built.

Without an identity in the environment the bundle is signed ad hoc, and its user has to allow it
once (System Settings, Privacy & Security, Open Anyway). With these it is signed, and sent to Apple
for notarisation:

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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from resources.installer.build import HERE, NAME, Build, BuildFailed, Program, run
from resources.installer.tools import Tool

TOOLS = (
    Tool("codesign", "xcode-select --install"),
    Tool("xcrun", "xcode-select --install"),
    Tool("hdiutil", "part of macOS"),
)

ENTITLEMENTS = HERE / "macos" / "entitlements.plist"

_IS_LOADED: tuple[str | Path, ...] = ("--options", "runtime")
_RUNS = (*_IS_LOADED, "--entitlements", ENTITLEMENTS)
"""Libraries have none of their own, and must not be signed with any.
Source: https://developer.apple.com/documentation/security/hardened-runtime"""

_MACH_O = frozenset(
    bytes.fromhex(magic) for magic in ("cffaedfe", "cefaedfe", "feedfacf", "feedface", "cafebabe")
)
"First bytes of programs and libraries: of one processor, and of several."


def info(version: str) -> dict[str, object]:
    """Of Info.plist, what PyInstaller does not write by itself.

    Source: https://developer.apple.com/documentation/bundleresources/information-property-list
    """
    return {
        "CFBundleVersion": version,
        "LSUIElement": True,  # it lives in the menu bar
        # PyInstaller sets it for a folder that also holds a program for the terminal, and then
        # macOS shows no window of any.
        "LSBackgroundOnly": False,
        "LSApplicationCategoryType": "public.app-category.developer-tools",
        "LSMinimumSystemVersion": "13.0",  # that of Qt's wheels
        "NSHighResolutionCapable": True,
        "NSHumanReadableCopyright": "MIT licence",
    }


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
    shutil.copytree(program.folder, app, symlinks=True)
    build.say(f"codesign: {'ad hoc' if signing.identity == '-' else 'with the identity given'}")
    for part in signed_parts(app):
        run(build, sign_words(signing, part, _RUNS if _runs(part) else _IS_LOADED))
    run(build, ["codesign", "--verify", "--deep", "--strict", app])
    (stage / "Applications").symlink_to("/Applications")
    build.say(f"hdiutil: pack {name}")
    place = build.out / name
    run(build, image_words(stage, place))
    if signing.notary:
        build.say("notarytool: ask Apple (minutes)")
        run(build, sign_words(signing, place))
        notarise(build, signing, place)
    return place


def notarise(build: Build, signing: Signing, place: Path) -> None:
    """Raises BuildFailed where Apple refuses the image."""
    told = run(build, ["xcrun", "notarytool", "submit", place, "--wait", *signing.notary])
    # It ends with 0 whatever the verdict is: https://github.com/electron/notarize/pull/173
    if "status: Accepted" not in told:
        raise BuildFailed(f"Apple refused it; `xcrun notarytool log` with its id says why:\n{told}")
    run(build, ["xcrun", "stapler", "staple", place])


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


def signed_parts(app: Path) -> list[Path]:
    """What is signed, from the inside out as Apple wants it: each program, library and framework,
    and the bundle, whose signature is its main program's too.

    Source: https://developer.apple.com/forums/thread/129980
    """
    main = app / "Contents" / "MacOS" / "pollux"
    parts = [path for path in app.rglob("*") if path != main and _is_code(path)]
    return [*sorted(parts, key=lambda path: (-len(path.parts), path)), app]


def sign_words(
    signing: Signing, path: Path, options: Sequence[str | Path] = ()
) -> list[str | Path]:
    """The words of codesign. options: what notarisation asks of this kind of thing."""
    words = ["codesign", "--force", "--sign", signing.identity]
    if signing.identity == "-":
        return [*words, path]
    return [*words, "--timestamp", *options, path]


def image_words(stage: Path, place: Path) -> list[str | Path]:
    """A compressed image, over the one that may be there."""
    kind = ("-volname", NAME, "-fs", "HFS+", "-format", "UDZO", "-ov")
    return ["hdiutil", "create", *kind, "-srcfolder", stage, place]


def _runs(path: Path) -> bool:
    return path.suffix == ".app" or path.parent.name == "MacOS"


def _is_code(path: Path) -> bool:
    if path.is_symlink():
        return False
    if path.is_dir():
        return path.suffix == ".framework"
    with path.open("rb") as file:
        return file.read(4) in _MACH_O
