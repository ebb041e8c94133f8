"""Parts of others in the program."""

import shutil
from email.message import Message
from importlib.metadata import Distribution, PathDistribution
from pathlib import Path

import pytest

from resources.installer.build import BuildFailed
from resources.installer.environment import Interpreter
from resources.installer.parts import Part, libraries, licence_of, normal

debian_only = pytest.mark.skipif(
    shutil.which("dpkg-query") is None, reason="packages of the system are Debian's"
)


def a_distribution(place: Path, **fields: str) -> Distribution:
    told = Message()
    for name, value in {"Name": "x", "Version": "1", **fields}.items():
        told[name.replace("_", "-")] = value
    folder = place / "x.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(told.as_string(), "utf-8")
    return PathDistribution(folder)


@pytest.mark.parametrize(
    ("fields", "licence"),
    [
        ({"License_Expression": "MIT OR Apache-2.0", "License": "old words"}, "MIT OR Apache-2.0"),
        ({"License": "Apache 2.0"}, "Apache-2.0"),
        ({"Classifier": "License :: OSI Approved :: BSD License"}, "BSD-3-Clause"),
        ({"License": "A licence\n of many lines"}, "A licence"),
        ({}, ""),
    ],
)
def test_a_licence_is_told_as_spdx_does_where_it_can(
    tmp_path: Path, fields: dict[str, str], licence: str
) -> None:
    assert licence_of(a_distribution(tmp_path, **fields)) == licence


def test_names_are_compared_as_the_index_does() -> None:
    assert normal("PySide6_Essentials") == normal("pyside6-essentials") == "pyside6-essentials"


@pytest.fixture
def python(tmp_path: Path) -> Interpreter:
    return Interpreter(("python",), tmp_path / "site-packages", "linux", (str(tmp_path / "own"),))


def parts_of(python: Interpreter, *inside: Path) -> dict[str, Part]:
    return {part.name: part for part in libraries(python, inside)}


@debian_only
def test_a_library_is_its_package_s_by_the_file_and_not_by_the_name(python: Interpreter) -> None:
    of_the_system = Path("/usr/bin/dpkg")
    of_another = Path(python.prefixes[0], "lib", "dpkg")
    found = parts_of(python, of_the_system, of_another, python.packages / "x.so")
    assert set(found) == {"dpkg"}
    assert found["dpkg"].purl.startswith("pkg:deb/")


@debian_only
def test_licences_that_a_package_only_names_are_written_out(python: Interpreter) -> None:
    first, *common = parts_of(python, Path("/usr/bin/dpkg"))["dpkg"].texts
    assert "/usr/share/common-licenses/GPL-2" in first
    assert any("GNU GENERAL PUBLIC LICENSE" in text for text in common)


@debian_only
def test_a_library_of_nobody_stops_the_build(python: Interpreter, tmp_path: Path) -> None:
    with pytest.raises(BuildFailed, match=r"libstray\.so"):
        parts_of(python, tmp_path / "libstray.so")


def test_the_library_that_qt_brings_has_its_own_licence(python: Interpreter) -> None:
    (icu,) = libraries(python, [python.packages / "PySide6/Qt/lib/libicuuc.so.73"])
    assert (icu.name, icu.version) == ("ICU", "73")
    assert icu.texts[0].startswith("UNICODE, INC. LICENSE AGREEMENT")
