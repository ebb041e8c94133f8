"""Draws the icon in every size that a system asks for. Runs in the build's environment, with Qt.

Windows' .ico and macOS' .icns are put together here: both are a table and the pictures behind it.
Sources: https://learn.microsoft.com/windows/win32/menurc/newheader (and BITMAPINFOHEADER),
https://en.wikipedia.org/wiki/Apple_Icon_Image_format (its types of PNG).
"""

import struct
import sys
from collections.abc import Mapping
from pathlib import Path

PNG_SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512, 1024)
ICO_SIZES = (16, 20, 24, 32, 40, 48, 64, 256)
ICNS_TYPES: Mapping[bytes, int] = {
    b"icp4": 16,
    b"ic11": 32,  # 16 at double resolution
    b"icp5": 32,
    b"ic12": 64,
    b"ic07": 128,
    b"ic13": 256,
    b"ic08": 256,
    b"ic14": 512,
    b"ic09": 512,
    b"ic10": 1024,
}
"Type to pixels of its side."

_PNG = b"\x89PNG"


def ico(pictures: Mapping[int, bytes]) -> bytes:
    """A Windows icon. pictures: by pixels of the side, PNG or what `bitmap` gives."""
    offset = 6 + 16 * len(pictures)
    table = struct.pack("<HHH", 0, 1, len(pictures))
    for size, picture in sorted(pictures.items()):
        # 256 is written as 0.
        side = size % 256
        table += struct.pack("<BBBBHHII", side, side, 0, 0, 1, 32, len(picture), offset)
        offset += len(picture)
    return table + b"".join(picture for _, picture in sorted(pictures.items()))


def bitmap(size: int, bgra: bytes) -> bytes:
    """A picture of an .ico as old readers (NSIS among them) want it below 256 pixels.

    bgra: rows from the top. It has a mask of one bit a pixel behind it, which 32 bits make
    needless, and its height counts both.
    """
    header = struct.pack("<IiiHHIIiiII", 40, size, size * 2, 1, 32, 0, 0, 0, 0, 0, 0)
    row = size * 4
    rows = [bgra[start : start + row] for start in range(0, len(bgra), row)]
    mask = bytes((size + 31) // 32 * 4 * size)
    return header + b"".join(reversed(rows)) + mask


def icns(pictures: Mapping[int, bytes]) -> bytes:
    """A macOS icon. pictures: PNG by pixels of the side, one for each of ICNS_TYPES."""
    parts = b"".join(
        kind + struct.pack(">I", len(pictures[size]) + 8) + pictures[size]
        for kind, size in ICNS_TYPES.items()
    )
    return b"icns" + struct.pack(">I", len(parts) + 8) + parts


def main(svg: Path, folder: Path) -> None:
    """Draws all of them into the folder."""
    from PySide6.QtCore import QBuffer, QByteArray, QIODevice  # noqa: PLC0415 - see above
    from PySide6.QtGui import QImage, QPainter  # noqa: PLC0415
    from PySide6.QtSvg import QSvgRenderer  # noqa: PLC0415

    from resources.installer import pictures  # noqa: PLC0415 - it needs Qt

    drawing = QSvgRenderer(str(svg))

    def drawn(size: int) -> QImage:
        image = QImage(size, size, QImage.Format.Format_ARGB32)
        image.fill(0)
        painter = QPainter(image)
        drawing.render(painter)
        painter.end()
        return image

    def bgra(size: int) -> bytes:
        image = drawn(size)  # `constBits` shows its memory and does not keep it
        return bytes(image.constBits())

    def png(size: int) -> bytes:
        content = QByteArray()
        buffer = QBuffer(content)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        drawn(size).save(buffer, "PNG")  # type: ignore[call-overload]
        return bytes(content.data())

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "icon.svg").write_bytes(svg.read_bytes())
    drawings = {size: png(size) for size in PNG_SIZES}
    for size, picture in drawings.items():
        (folder / f"icon-{size}.png").write_bytes(picture)
    small = {size: bitmap(size, bgra(size)) for size in ICO_SIZES[:-1]}
    (folder / "icon.ico").write_bytes(ico({**small, 256: drawings[256]}))
    (folder / "icon.icns").write_bytes(icns(drawings))
    pictures.draw(drawing, folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
