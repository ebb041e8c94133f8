"""A package of the same program under a lower version, with one file that the newer one lacks."""

import io
import lzma
import tarfile
from pathlib import Path

from resources.installer.deb import ar

LOWER = "0.0.1"
"Also the name of the file."


def lower_version(package: Path, work: Path) -> Path:
    """Made from the package itself, whose version stands only in its control file."""
    members = _members(package.read_bytes())
    place = work / f"pollux-proxy_{LOWER}.deb"
    changed = {
        name: _changed(content) if name.startswith(("control", "data")) else content
        for name, content in members.items()
    }
    place.write_bytes(ar(changed, 0))
    return place


def _members(whole: bytes) -> dict[str, bytes]:
    found, offset = {}, len(b"!<arch>\n")
    while offset < len(whole):
        name = whole[offset : offset + 16].decode().strip()
        size = int(whole[offset + 48 : offset + 58])
        found[name] = whole[offset + 60 : offset + 60 + size]
        offset += 60 + size + size % 2
    return found


def _changed(packed: bytes) -> bytes:
    content = io.BytesIO()
    before = tarfile.open(fileobj=io.BytesIO(lzma.decompress(packed)))  # noqa: SIM115 - below
    with before, tarfile.open(fileobj=content, mode="w", format=tarfile.GNU_FORMAT) as after:
        for info in before:
            inside = before.extractfile(info) if info.isfile() else None
            raw = inside.read() if inside else b""
            if info.name == "./control":
                lines = raw.decode().splitlines(keepends=True)
                raw = "".join(
                    f"Version: {LOWER}\n" if line.startswith("Version:") else line for line in lines
                ).encode()
                info.size = len(raw)
            after.addfile(info, io.BytesIO(raw))
            if info.name == "./opt/pollux/_internal":
                after.addfile(tarfile.TarInfo(f"{info.name}/{LOWER}"))
    return lzma.compress(content.getvalue(), preset=0)
