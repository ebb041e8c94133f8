"""The pictures of the Windows setup."""

import struct
from pathlib import Path

import pytest
from PySide6.QtSvg import QSvgRenderer

from resources.installer import pictures
from resources.installer.build import ROOT


@pytest.mark.parametrize(
    ("name", "size"),
    [("setup-side.bmp", pictures.SIDE), ("setup-header.bmp", pictures.HEADER)],
)
def test_they_have_the_size_and_the_kind_that_nsis_wants(
    qapp: object, tmp_path: Path, name: str, size: tuple[int, int]
) -> None:
    pictures.draw(QSvgRenderer(str(ROOT / "resources" / "icon.svg")), tmp_path)
    content = (tmp_path / name).read_bytes()
    header, width, height, planes, bits, packed = struct.unpack("<IiiHHI", content[14:34])
    assert content[:2] == b"BM"
    assert (width, height) == size
    assert (header, planes, bits, packed) == (40, 1, 24, 0)
