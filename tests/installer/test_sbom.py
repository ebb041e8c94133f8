"""The bill of materials."""

import json
from pathlib import Path

import pytest

from resources.installer.build import Build
from resources.installer.parts import Part
from resources.installer.sbom import render

ONE = Part("one", "1.0", "pkg:pypi/one@1.0", "Apache-2.0 AND MIT", ("Text of Apache", "Its notice"))
TWO = Part("two", "2:2.0", "pkg:deb/debian/two@2%3A2.0?arch=amd64", "", ("Text of Apache\r\n",))
THREE = Part("three", "3", "pkg:pypi/three@3", "Some words of its author", ("Other",))


@pytest.fixture
def build(tmp_path: Path) -> Build:
    return Build("1.2.3", 1_700_000_000, tmp_path, tmp_path)


def test_the_bill_of_materials_lists_each_part(build: Build) -> None:
    bill = json.loads(render(build, [ONE, TWO, THREE]))
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert bill["metadata"]["timestamp"] == "2023-11-14T22:13:20+00:00"
    assert [part["purl"] for part in bill["components"]] == [ONE.purl, TWO.purl, THREE.purl]
    licences = [part.get("licenses") for part in bill["components"]]
    assert licences == [
        [{"expression": "Apache-2.0 AND MIT"}],
        None,
        [{"license": {"name": "Some words of its author"}}],
    ]
    (own,) = bill["dependencies"]
    assert own["ref"] == "pkg:pypi/pollux-proxy@1.2.3"
    assert own["dependsOn"] == [ONE.purl, TWO.purl, THREE.purl]


def test_the_bill_of_the_same_parts_is_the_same(build: Build) -> None:
    assert render(build, [ONE, TWO]) == render(build, [ONE, TWO])
    number = json.loads(render(build, [ONE]))["serialNumber"]
    assert json.loads(render(build, [TWO]))["serialNumber"] != number
