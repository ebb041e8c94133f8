"""The Debian package.

It is written here and not by dpkg-deb: an `ar` of two archives, whose bytes then depend on nothing
but their content, and which any system can make.
Source: deb(5), https://manpages.debian.org/deb.5
"""

import gzip
import hashlib
import platform
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

from resources.installer import elf
from resources.installer.archive import Entry, tar_xz, tree
from resources.installer.build import (
    APP_ID,
    HERE,
    HOMEPAGE,
    NAME,
    SUMMARY,
    Build,
    BuildFailed,
    Program,
)
from resources.installer.icons import PNG_SIZES

PACKAGE = "pollux-proxy"
PREFIX = "opt/pollux"
MAINTAINER = "Pollux contributors <pollux-proxy@users.noreply.github.com>"

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}

PACKAGE_OF: Mapping[str, str] = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libGLX.so.0": "libglx0",
    "libOpenGL.so.0": "libopengl0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libdrm.so.2": "libdrm2",
    "libgbm.so.1": "libgbm1",
    "libxcb.so.1": "libxcb1",
}
"Library to the package that brings it on Debian and Ubuntu."

OPTIONAL: Mapping[str, str] = {
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libwayland-server.so.0": "libwayland-server0",
}
"The same for those that only Wayland's plugins need: without them Qt uses X11."

_OF_THE_C_LIBRARY = frozenset(
    f"lib{name}.so.{number}"
    for name, number in (
        ("c", 6),
        ("m", 6),
        ("dl", 2),
        ("pthread", 0),
        ("resolv", 2),
        ("rt", 1),
        ("util", 1),
    )
)

DESCRIPTION = """\
 Pollux listens on this computer and speaks the HTTP APIs of OpenAI, Anthropic
 and Gemini. It sends each request to Google with one of your accounts, projects
 or API keys, and moves on to the next one when Google says no.
 .
 Its window and tray icon show every account with its limits. On a server it
 runs without them, as pollux-headless."""


def make(build: Build, program: Program) -> Path:
    """`pollux-proxy_VERSION_ARCH.deb`."""
    architecture = ARCHITECTURES.get(platform.machine())
    if architecture is None:
        raise BuildFailed(f"Debian's name of the processor {platform.machine()} is not known here.")
    name = f"{PACKAGE}_{build.version}_{architecture}.deb"
    build.say(f"deb: pack {name}")
    entries = files(build, program)
    fields = control(
        build.version, architecture, installed_kib(entries), *depends(build, program.folder)
    )
    scripts = [
        Entry(script, (HERE / "linux" / script).read_bytes(), 0o755)
        for script in ("prerm", "postrm")
    ]
    about = [Entry("control", fields.encode()), Entry("md5sums", md5sums(entries)), *scripts]
    place = build.out / name
    members = {
        "debian-binary": b"2.0\n",
        "control.tar.xz": tar_xz([Entry(".", mode=0o755), *_dotted(about)], build.epoch),
        "data.tar.xz": tar_xz([Entry(".", mode=0o755), *_dotted(entries)], build.epoch),
    }
    place.write_bytes(ar(members, build.epoch))
    return place


def files(build: Build, program: Program) -> list[Entry]:
    """Everything that the package puts on the system."""
    icons = "usr/share/icons/hicolor"
    doc = f"usr/share/doc/{PACKAGE}"
    return [
        *tree(program.folder, PREFIX),
        Entry("usr/bin/pollux", link="/opt/pollux/pollux", mode=0o777),
        Entry("usr/bin/pollux-headless", link="/opt/pollux/pollux-headless", mode=0o777),
        Entry(f"usr/share/applications/{APP_ID}.desktop", template(build, "desktop")),
        Entry(f"usr/share/metainfo/{APP_ID}.metainfo.xml", template(build, "metainfo.xml")),
        Entry(f"{icons}/scalable/apps/pollux.svg", program.icons / "icon.svg"),
        *(
            Entry(f"{icons}/{size}x{size}/apps/pollux.png", program.icons / f"icon-{size}.png")
            for size in PNG_SIZES
            if size <= 512
        ),
        Entry(f"{doc}/copyright", _copyright()),
        Entry(f"{doc}/changelog.gz", _changelog(build)),
    ]


def depends(build: Build, folder: Path) -> tuple[list[str], list[str]]:
    """What the package needs and what it recommends, as its libraries ask for it.

    Raises BuildFailed for a library of which no package is known.
    """
    asked, (major, minor) = elf.asked_of_the_system(elf.binaries(build, folder))
    left = {name for name in asked - _OF_THE_C_LIBRARY if not name.startswith("ld-linux")}
    unknown = left - PACKAGE_OF.keys() - OPTIONAL.keys()
    if unknown:
        raise BuildFailed(f"Of no known Debian package: {', '.join(sorted(unknown))}.")
    needed = sorted(PACKAGE_OF[name] for name in left & PACKAGE_OF.keys())
    wayland = sorted(OPTIONAL[name] for name in left & OPTIONAL.keys())
    # What libraries in the program read: fontconfig's settings, which name and bring the system's
    # fonts, and keyboards for libxkbcommon.
    return (
        [f"libc6 (>= {major}.{minor})", *needed, "fontconfig-config", "xkb-data"],
        ["gnome-keyring | org.freedesktop.secrets", *wayland],
    )


def control(
    version: str, architecture: str, kib: int, needed: Iterable[str], recommended: Iterable[str]
) -> str:
    """The fields that apt reads. Source: Debian Policy, chapter 5."""
    return (
        f"Package: {PACKAGE}\n"
        f"Version: {version}\n"
        f"Architecture: {architecture}\n"
        f"Maintainer: {MAINTAINER}\n"
        f"Installed-Size: {kib}\n"
        f"Depends: {', '.join(needed)}\n"
        f"Recommends: {', '.join(recommended)}\n"
        "Section: net\n"
        "Priority: optional\n"
        f"Homepage: {HOMEPAGE}\n"
        f"Description: {SUMMARY}\n"
        f"{DESCRIPTION}\n"
    )


def installed_kib(entries: Iterable[Entry]) -> int:
    """As dpkg-gencontrol counts: each file rounded up, and one for each folder or link."""
    return sum(-(-len(_bytes(entry)) // 1024) if entry.content else 1 for entry in entries)


def md5sums(entries: Iterable[Entry]) -> bytes:
    """What `dpkg --verify` compares with; MD5 is the format's."""
    lines = (
        f"{hashlib.md5(_bytes(entry), usedforsecurity=False).hexdigest()}  {entry.name}\n"
        for entry in sorted(entries, key=lambda entry: entry.name)
        if entry.content is not None
    )
    return "".join(lines).encode()


def ar(members: Mapping[str, bytes], epoch: int) -> bytes:
    """A Unix archive of these members, owned by root."""
    whole = b"!<arch>\n"
    for name, content in members.items():
        whole += f"{name:<16}{epoch:<12}{0:<6}{0:<6}{'100644':<8}{len(content):<10}`\n".encode()
        whole += content + b"\n" * (len(content) % 2)
    return whole


def _bytes(entry: Entry) -> bytes:
    content = entry.content
    return content.read_bytes() if isinstance(content, Path) else content or b""


def _dotted(entries: Iterable[Entry]) -> list[Entry]:
    """With `./` before each name, as dpkg-deb writes them."""
    return [Entry(f"./{one.name}", one.content, one.mode, one.link) for one in entries]


def template(build: Build, kind: str) -> bytes:
    """A file of `linux`, filled in. kind: what stands behind the application id in its name."""
    text = (HERE / "linux" / f"{APP_ID}.{kind}").read_text("utf-8")
    day = datetime.fromtimestamp(build.epoch, UTC).strftime("%Y-%m-%d")
    for name, value in (("VERSION", build.version), ("DATE", day), ("HOMEPAGE", HOMEPAGE)):
        text = text.replace(f"@{name}@", value)
    return text.encode()


def _copyright() -> bytes:
    """Machine-readable: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/."""
    licence = (HERE.parent.parent / "LICENSE").read_text("utf-8").strip()
    copyright_line = next(line for line in licence.splitlines() if line.startswith("Copyright"))
    text = "\n".join(f" {line}" if line.strip() else " ." for line in licence.splitlines())
    return (
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n"
        f"Upstream-Name: {NAME}\n"
        f"Source: {HOMEPAGE}\n"
        "Comment: The parts of others and their licences are in /opt/pollux/licences.\n"
        "\n"
        "Files: *\n"
        f"Copyright: {copyright_line.removeprefix('Copyright').strip()}\n"
        "License: MIT\n"
        f"{text}\n"
    ).encode()


def _changelog(build: Build) -> bytes:
    day = format_datetime(datetime.fromtimestamp(build.epoch, UTC))
    text = (
        f"{PACKAGE} ({build.version}) stable; urgency=medium\n\n"
        f"  * Release {build.version}; {HOMEPAGE} has its notes.\n\n"
        f" -- {MAINTAINER}  {day}\n"
    )
    return gzip.compress(text.encode(), mtime=0)
