"""Version, time and tools of one run."""

import sys
from pathlib import Path

import pytest

from proxy_core import __version__
from resources.installer.build import (
    ROOT,
    Build,
    BuildFailed,
    check_releases,
    epoch_of,
    run,
    version_of,
)


@pytest.fixture
def build(tmp_path: Path) -> Build:
    return Build("1", 7, tmp_path, tmp_path)


def test_the_version_is_the_programs() -> None:
    assert version_of(ROOT) == __version__


def test_the_time_is_that_which_the_environment_names() -> None:
    assert epoch_of(ROOT, {"SOURCE_DATE_EPOCH": "1700000000"}) == 1_700_000_000


def test_without_a_repository_it_is_that_of_the_sources(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    assert epoch_of(tmp_path, {}) == int((tmp_path / "pyproject.toml").stat().st_mtime)


def test_tools_run_with_the_commits_time_and_a_fixed_order_of_hashes(build: Build) -> None:
    asked = "import os; print(os.environ['SOURCE_DATE_EPOCH'], os.environ['PYTHONHASHSEED'])"
    assert run(build, [sys.executable, "-c", asked]) == "7 0\n"


def test_a_tool_that_fails_is_told_with_the_end_of_what_it_said(build: Build) -> None:
    failing = "print('first\\n' + 'x\\n' * 30 + 'the reason'); raise SystemExit(3)"
    with pytest.raises(BuildFailed, match="ended with 3") as caught:
        run(build, [sys.executable, "-c", failing])
    assert "the reason" in str(caught.value)
    assert "first" not in str(caught.value).split("ended with 3")[1]


def test_a_tool_that_is_not_there_is_told(build: Build) -> None:
    with pytest.raises(BuildFailed, match="did not start"):
        run(build, ["/no/such/tool"])


@pytest.mark.parametrize("named", ["", "pollux", "https://example.com/pollux", "own er/pollux"])
def test_releases_of_no_repository_are_refused(tmp_path: Path, named: str) -> None:
    check_releases(tmp_path)  # without the file nothing is looked for
    (tmp_path / "resources").mkdir()
    place = tmp_path / "resources" / "releases.txt"
    place.write_text(f"{named}\n", "utf-8")
    with pytest.raises(BuildFailed, match="OWNER/NAME"):
        check_releases(tmp_path)
    place.write_text("owner/pollux\n", "utf-8")
    check_releases(tmp_path)
