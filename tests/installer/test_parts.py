"""Parts of others in the program."""

from email.message import Message
from importlib.metadata import Distribution, PathDistribution
from pathlib import Path

import pytest

from resources.installer.parts import licence_of, normal


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
