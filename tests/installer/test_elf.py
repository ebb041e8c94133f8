"""Which libraries the program needs."""

from pathlib import Path

from resources.installer.elf import Binary, asked_of_the_system, orphans, parse

TOLD = """
File: /x/libQt6Gui.so.6

Dynamic section at offset 0x1 contains 30 entries:
  Tag        Type                         Name/Value
 0x0000000000000001 (NEEDED)             Shared library: [libEGL.so.1]
 0x0000000000000001 (NEEDED)             Shared library: [libc.so.6]
 0x000000000000000e (SONAME)             Library soname: [libQt6Gui.so.6]

Version needs section '.gnu.version_r' contains 1 entry:
  000000: Version: 1  File: libc.so.6  Cnt: 3
  0x0010:   Name: GLIBC_2.9  Flags: none  Version: 9
  0x0020:   Name: GLIBC_2.34  Flags: none  Version: 8
  0x0030:   Name: GLIBC_2.2.5  Flags: none  Version: 7

File: /x/static.so
"""


def test_what_readelf_tells_is_understood() -> None:
    assert parse(TOLD) == {
        "/x/libQt6Gui.so.6": Binary(frozenset({"libEGL.so.1", "libc.so.6"}), (2, 34)),
        "/x/static.so": Binary(frozenset()),
    }


def test_a_library_that_only_an_unneeded_one_needs_is_unneeded_too() -> None:
    needs = {
        "plugins/libqxcb.so": ["libxcb-cursor.so.0"],
        "QtGui.abi3.so": ["libQt6Gui.so.6"],
        "libxcb-cursor.so.0": [],
        "libQt6Gui.so.6": [],
        "libpython3.11.so.1.0": [],
        "libXinerama.so.1": ["libXext.so.6"],
        "libXext.so.6": ["libX11.so.6"],
        "libX11.so.6": [],
    }
    assert orphans(needs) == {"libXinerama.so.1", "libXext.so.6", "libX11.so.6"}


def test_what_is_not_brought_along_is_asked_of_the_system() -> None:
    found = {
        Path("a/libA.so.1"): Binary(frozenset({"libB.so.2", "libc.so.6"}), (2, 28)),
        Path("b/libB.so.2"): Binary(frozenset({"libGL.so.1"}), (2, 34)),
    }
    assert asked_of_the_system(found) == ({"libc.so.6", "libGL.so.1"}, (2, 34))
