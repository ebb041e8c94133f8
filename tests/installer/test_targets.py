"""The table of installers, and what goes into a wheel."""

import tomllib
from pathlib import Path

import pytest

from resources.installer.build import ROOT
from resources.installer.targets import TARGETS, Target, named, of_system


def test_each_system_has_its_usual_installers() -> None:
    usual = {
        system: [target.name for target in of_system(system)]
        for system in ("linux", "win32", "darwin")
    }
    assert usual == {"linux": ["deb", "tar"], "win32": ["nsis"], "darwin": ["dmg"]}


def test_the_setup_made_under_wine_is_built_only_where_it_is_asked_for() -> None:
    assert not named("wine-nsis").usual


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_every_tool_is_told_with_what_installs_it(target: Target) -> None:
    assert all(tool.install for tool in target.tools)


def test_a_wheel_carries_nothing_of_the_installers() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["packages"] == ["proxy_core", "desktop"]
    carried = [ROOT / source for source in wheel["force-include"]]
    assert not [path for path in carried if Path(ROOT / "resources/installer").is_relative_to(path)]
