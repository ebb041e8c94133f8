"""The Windows setup: NSIS, for the current user only.

With these in the environment both programs, the uninstaller and the setup are signed; else Windows'
SmartScreen warns of them:

    WINDOWS_SIGN_THUMBPRINT   SHA-1 of a code-signing certificate in the user's store
    WINDOWS_TIMESTAMP_URL     a server that tells the time (RFC 3161), without which a signature
                              would end with its certificate

Source: https://learn.microsoft.com/windows/win32/seccrypto/signtool
"""

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath

from resources.installer.build import HERE, Build, BuildFailed, Program, run
from resources.installer.tools import Tool

TOOLS = (Tool("makensis", "apt-get install nsis, or https://nsis.sourceforge.io on Windows"),)

ON_WINDOWS, UNDER_WINE = "x86-unicode", "amd64-unicode"
"""What a setup itself is. NSIS's own packages bring only the first, which every Windows runs; a
64-bit Wine runs only the second, which Debian's package has."""

PROGRAMS = ("pollux.exe", "pollux-headless.exe")
UNINSTALLER = "uninstall-pollux.exe"
"A name of its own: the folder may hold another program's `uninstall.exe`."


def make(build: Build, program: Program) -> Path:
    """`pollux-VERSION-setup.exe`."""
    return _make(build, program, f"pollux-{build.version}-setup.exe", ON_WINDOWS)


def make_test(build: Build, program: Program) -> Path:
    """`pollux-VERSION-setup-test.exe`, never to be published."""
    return _make(build, program, f"pollux-{build.version}-setup-test.exe", UNDER_WINE)


def _make(build: Build, program: Program, name: str, target: str) -> Path:
    place = build.out / name
    signing = signing_of(os.environ)
    if signing:
        build.say("signtool: sign programs, uninstaller and setup")
        run(build, [*signing, *(program.folder / exe for exe in PROGRAMS)])
    build.say(f"NSIS: pack {name} (a minute)")
    run(build, words(build, program, place, target, signing))
    if signing:
        run(build, [*signing, place])
    return place


def signing_of(environ: Mapping[str, str]) -> list[str]:
    """The words before a file that is to be signed; none where nobody signs.

    Raises BuildFailed where only one of the two variables is set.
    """
    names = ("WINDOWS_SIGN_THUMBPRINT", "WINDOWS_TIMESTAMP_URL")
    thumbprint, timestamps = (environ.get(name, "") for name in names)
    if bool(thumbprint) != bool(timestamps):
        raise BuildFailed(f"Signing needs both of {' and '.join(names)}.")
    if not thumbprint:
        return []
    by, at = ("/sha1", thumbprint, "/fd", "sha256"), ("/tr", timestamps, "/td", "sha256")
    return ["signtool", "sign", *by, *at]


def words(
    build: Build, program: Program, place: Path, target: str, signing: Sequence[str] = ()
) -> list[str]:
    """What makes the setup at this place; writes the list of files for it.

    signing: what signs the uninstaller, which only makensis ever holds.
    """
    inside = contents(program.folder)
    files = build.work / "files.nsh"
    files.write_text(script_of_files(program.folder, inside), "utf-8")
    size = sum((program.folder / inner).stat().st_size for inner in inside)
    defines = {
        "VERSION": build.version,
        "NUMBERS": four_numbers(build.version),
        "TARGET": target,
        "OUT": str(place),
        "ICON": str(program.icons / "icon.ico"),
        "SIDE": str(program.icons / "setup-side.bmp"),
        "HEADER": str(program.icons / "setup-header.bmp"),
        "FILES": str(files),
        "UNINSTALLER": UNINSTALLER,
        "SIZE_KIB": str(-(-size // 1024)),
    }
    if signing:
        defines["SIGN"] = subprocess.list2cmdline(signing)
    return command(HERE / "windows" / "pollux.nsi", defines)


def command(script: Path, defines: dict[str, str]) -> list[str]:
    """The words of makensis; a warning of it ends the build."""
    given = [f"-D{name}={value}" for name, value in defines.items()]
    return ["makensis", "-V2", "-WX", "-NOCD", "-INPUTCHARSET", "UTF8", *given, str(script)]


def four_numbers(version: str) -> str:
    """As Windows wants a version: what stands behind the third number is left out."""
    numbers = [part for part in version.split(".")[:3] if part.isdigit()]
    return ".".join([*numbers, *"0000"][:4])


def contents(folder: Path) -> list[PurePosixPath]:
    """The files of the program, in an order that is always the same."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(PurePosixPath(path.as_posix()) for path in found)


def script_of_files(folder: Path, inside: Sequence[PurePosixPath]) -> str:
    """Two macros that name every file: the uninstaller removes no other.

    Whoever installs into a folder with things of their own finds them there afterwards.
    """
    lines = ["!macro INSTALL_FILES", *_install(folder, inside), "!macroend"]
    lines += ["!macro UNINSTALL_FILES", *_uninstall(inside), "!macroend"]
    return "\n".join(lines) + "\n"


def _install(folder: Path, inside: Sequence[PurePosixPath]) -> Iterator[str]:
    before = None
    for path in inside:
        if path.parent != before:
            yield f"  SetOutPath {_installed(path.parent)}"
            before = path.parent
        yield f'  File "{folder / path}"'


def _uninstall(inside: Sequence[PurePosixPath]) -> Iterator[str]:
    for path in inside:
        yield f"  Delete {_installed(path)}"
    folders = {above for path in inside for above in path.parents} - {PurePosixPath()}
    for path in sorted(folders, key=lambda path: (-len(path.parts), path)):
        yield f"  RMDir {_installed(path)}"


def _installed(path: PurePosixPath) -> str:
    """A place below the folder of the installation, as NSIS writes it."""
    inside = (part.replace("$", "$$") for part in path.parts)
    return f'"{PureWindowsPath("$INSTDIR", *inside)}"'
