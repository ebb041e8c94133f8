"""Icons of Windows and macOS, put together."""

import struct

from resources.installer.icons import ICNS_TYPES, bitmap, icns, ico


def test_a_windows_icon_names_each_picture_and_where_it_lies() -> None:
    icon = ico({256: b"PNG of 256", 16: b"16"})
    assert icon[:6] == bytes((0, 0, 1, 0, 2, 0))
    first = struct.unpack("<BBBBHHII", icon[6:22])
    second = struct.unpack("<BBBBHHII", icon[22:38])
    assert first[:2] == (16, 16)
    assert second[:2] == (0, 0)  # which means 256
    for (*_, size, offset), picture in ((first, b"16"), (second, b"PNG of 256")):
        assert icon[offset : offset + size] == picture


def test_a_bitmap_stands_on_its_head_and_has_a_mask_behind() -> None:
    top, bottom = b"TTTTtttt", b"BBBBbbbb"
    picture = bitmap(2, top + bottom)
    size, width, height, planes, bits = struct.unpack("<IiiHH", picture[:16])
    assert (size, width, height, planes, bits) == (40, 2, 4, 1, 32)
    assert picture[40:] == bottom + top + bytes(8)  # rows of the mask are padded to 32 bits


def test_a_macos_icon_holds_every_size() -> None:
    pictures = {size: b"\x89PNG" + bytes(size // 16) for size in ICNS_TYPES.values()}
    icon = icns(pictures)
    assert icon[:4] == b"icns"
    assert struct.unpack(">I", icon[4:8]) == (len(icon),)
    place, found = 8, {}
    while place < len(icon):
        kind, (length,) = icon[place : place + 4], struct.unpack(">I", icon[place + 4 : place + 8])
        found[kind] = icon[place + 8 : place + length]
        place += length
    assert found == {kind: pictures[size] for kind, size in ICNS_TYPES.items()}
