"""The portable archive, tar.xz, and how the same tree always gives the same bytes.

Entries are sorted, belong to root by number, and carry the time of the commit.
"""

import io
import lzma
import platform
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from resources.installer import elf
from resources.installer.build import HERE, Build, Program

_FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 9}]


@dataclass(frozen=True, slots=True)
class Entry:
    """One file, folder or link of an archive."""

    name: str
    "Its path in the archive, with / and none at the beginning."
    content: bytes | Path | None = None
    "None: a folder."
    mode: int = 0o644
    link: str | None = None


def make(build: Build, program: Program) -> Path:
    """`pollux-VERSION-linux-ARCH.tar.xz`: a folder to unpack anywhere."""
    name = f"pollux-{build.version}-linux-{platform.machine()}"
    build.say(f"tar.xz: pack {name}")
    entries = [
        *tree(program.folder, name),
        Entry(f"{name}/README.txt", _readme(build, program)),
        Entry(f"{name}/pollux.svg", program.icons / "icon.svg"),
    ]
    place = build.out / f"{name}.tar.xz"
    place.write_bytes(tar_xz(entries, build.epoch))
    return place


def _readme(build: Build, program: Program) -> bytes:
    _, (major, minor) = elf.asked_of_the_system(elf.binaries(build, program.folder))
    text = (HERE / "linux" / "README.txt").read_text("utf-8")
    return text.replace("@VERSION@", build.version).replace("@GLIBC@", f"{major}.{minor}").encode()


def tree(folder: Path, under: str) -> list[Entry]:
    """A folder and all in it, as entries below another name."""
    entries = [Entry(under, mode=0o755)]
    for path in sorted(folder.rglob("*")):
        name = f"{under}/{path.relative_to(folder).as_posix()}"
        if path.is_symlink():
            entries.append(Entry(name, link=str(path.readlink()), mode=0o777))
        elif path.is_dir():
            entries.append(Entry(name, mode=0o755))
        else:
            entries.append(Entry(name, path, 0o755 if _runs(path) else 0o644))
    return entries


def _runs(path: Path) -> bool:
    """Libraries need no leave to be run, though PyInstaller gives it to all."""
    return ".so" not in path.name and bool(path.stat().st_mode & 0o100)


def tar(entries: Iterable[Entry], epoch: int, root: str = "") -> bytes:
    """An archive of them, with the folders they lie in. root: before each name, such as `./`."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for entry in sorted(_with_folders(entries), key=lambda entry: entry.name):
            info = tarfile.TarInfo(f"{root}{entry.name}")
            info.mtime, info.mode = epoch, entry.mode
            _add(archive, info, entry)
    return content.getvalue()


def tar_xz(entries: Iterable[Entry], epoch: int, root: str = "") -> bytes:
    # One thread: with several, the bytes would depend on their number.
    return lzma.compress(tar(entries, epoch, root), check=lzma.CHECK_CRC32, filters=_FILTERS)


def _add(archive: tarfile.TarFile, info: tarfile.TarInfo, entry: Entry) -> None:
    if entry.link is not None:
        info.type, info.linkname = tarfile.SYMTYPE, entry.link
        archive.addfile(info)
    elif entry.content is None:
        info.type = tarfile.DIRTYPE
        archive.addfile(info)
    else:
        raw = entry.content
        content = raw.read_bytes() if isinstance(raw, Path) else raw
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))


def _with_folders(entries: Iterable[Entry]) -> list[Entry]:
    named = {entry.name: entry for entry in entries}
    for name in list(named):
        while "/" in name:
            name = name.rpartition("/")[0]  # noqa: PLW2901 - upwards to the root
            named.setdefault(name, Entry(name, mode=0o755))
    return list(named.values())
