"""The wheel carries the program and what it reads, and nothing else of the checkout."""

import subprocess
import sys
import tarfile
import tomllib
from email.parser import Parser
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parent.parent.parent
READ_AT_RUN_TIME = {
    "proxy_core/gemini/families.toml",
    "proxy_core/server/page/index.html",
    "desktop/resources/icon.svg",
    "desktop/resources/translations",
    "proxy_core/py.typed",
}


def build(target: str, source: Path, folder: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "--target", target]
    subprocess.run(
        [*command, "--directory", str(folder)], cwd=source, check=True, capture_output=True
    )
    [made] = folder.iterdir()
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


def names(wheel: Path) -> list[str]:
    with ZipFile(wheel) as archive:
        return archive.namelist()


def test_it_carries_what_the_program_reads(wheel: Path) -> None:
    carried = names(wheel)
    assert {one for one in READ_AT_RUN_TIME if not any(n.startswith(one) for n in carried)} == set()
    assert any(name.endswith(".qm") for name in carried)


def test_it_carries_no_tests_and_no_tools(wheel: Path) -> None:
    tops = {name.split("/", 1)[0] for name in names(wheel)}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"proxy_core", "desktop"}
    assert not [name for name in names(wheel) if "installer" in name or "screenshots" in name]
    assert not [name for name in names(wheel) if name.endswith((".pyc", "releases.txt"))]


def test_the_source_archive_makes_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    with tarfile.open(build("sdist", ROOT, tmp_path / "archive")) as archive:
        archive.extractall(tmp_path, filter="data")
    [source] = tmp_path.glob("pollux_proxy-*")
    again = build("wheel", source, tmp_path / "again")
    assert again.name == wheel.name
    assert again.read_bytes() == wheel.read_bytes()


def test_every_source_of_both_packages_is_in_it(wheel: Path) -> None:
    there = {
        path.relative_to(ROOT).as_posix()
        for package in ("proxy_core", "desktop")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert there <= set(names(wheel))


def test_it_needs_no_qt_unless_the_window_is_asked_for(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith("/METADATA")]
        metadata = Parser().parsestr(archive.read(name).decode())
        [scripts] = [name for name in archive.namelist() if name.endswith("/entry_points.txt")]
        assert "pollux = desktop.__main__:main" in archive.read(scripts).decode()
    assert metadata["Name"] == "pollux-proxy"
    needed = metadata.get_all("Requires-Dist") or []
    assert not [one for one in needed if "PySide6" in one and "extra == 'desktop'" not in one]


def test_the_lock_of_servers_is_that_of_the_runtime_and_of_speech() -> None:
    def locked(name: str) -> set[str]:
        lines = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8").splitlines()
        return {line.removesuffix(" \\") for line in lines if line and line[0] not in " #"}

    extra = locked("server") - locked("runtime")
    assert locked("runtime") <= locked("server")
    assert {line.split("==")[0] for line in extra} == {"lameenc"}
    assert extra <= locked("desktop")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert [one.split(">")[0] for one in project["optional-dependencies"]["speech"]] == ["lameenc"]
