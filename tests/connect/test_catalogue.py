"""Every tool: its guide, word for word, and what becomes of its settings file."""

import dataclasses
import os
from pathlib import Path

import pytest

from proxy_core import connect
from proxy_core.connect.model import Address, ConnectFailed, Folders
from tests.connect.conftest import ADDRESS, ELSEWHERE

GOLDEN = Path(__file__).parent / "golden"
SHOWN = Address("http://127.0.0.1:7860")
TOOLS = tuple(tool.id for tool in connect.tools())
APPLICABLE = tuple(tool.id for tool in connect.tools() if tool.can_apply)

each_tool = pytest.mark.parametrize("tool_id", TOOLS)
each_file = pytest.mark.parametrize("tool_id", APPLICABLE)


def files(folders: Folders) -> dict[Path, bytes]:
    """What there is in the user's home."""
    return {path: path.read_bytes() for path in folders.home.rglob("*") if path.is_file()}


@pytest.mark.parametrize("platform", ["linux", "win32"])
@each_tool
def test_the_guide_says_what_it_said(
    tool_id: str, platform: str, request: pytest.FixtureRequest
) -> None:
    home = Path("/home/ada")
    guide = connect.snippets(tool_id, SHOWN, Folders(home, {}, platform, home / "data"))
    told = [f"# {guide.tool.name}\n\n{guide.tool.note}\n"]
    for step in guide.steps:
        secret = " (secret)" if step.secret else ""
        told.append(
            f"## {step.title}{secret}\n\n{step.text}\n\n```{step.language}\n{step.code}```\n"
        )
    text = "\n".join(told)
    expected = GOLDEN / platform / f"{tool_id}.txt"
    if request.config.getoption("--update-golden"):
        expected.parent.mkdir(exist_ok=True)
        expected.write_text(text, "utf-8")
    assert text == expected.read_text("utf-8")


@each_tool
def test_every_tool_is_in_the_readme(tool_id: str) -> None:
    readme = (Path(__file__).parent.parent.parent / "README.md").read_text("utf-8")
    section = readme.partition("\n## Connect a tool\n")[2].partition("\n## ")[0]
    assert f"`{tool_id}`" in section


def test_every_golden_guide_is_of_a_tool() -> None:
    for platform in ("linux", "win32"):
        assert {path.stem for path in (GOLDEN / platform).iterdir()} == set(TOOLS)


@each_tool
def test_a_guide_shows_the_token_only_in_steps_marked_secret(
    tool_id: str, folders: Folders
) -> None:
    guide = connect.snippets(tool_id, ADDRESS, folders)
    for step in guide.steps:
        assert step.secret or str(ADDRESS.token) not in f"{step.title}{step.text}{step.code}"
    for step in connect.snippets(tool_id, SHOWN, folders).steps:
        assert str(ADDRESS.token) not in step.code


@each_file
def test_what_is_written_is_what_the_guide_shows(tool_id: str, folders: Folders) -> None:
    connect.apply(tool_id, folders, ADDRESS)
    shown = {
        str(folders.home / (step.path or "").removeprefix("~/")): step.code
        for step in connect.snippets(tool_id, ADDRESS, folders).steps
        if step.path
    }
    assert {str(path): data.decode() for path, data in files(folders).items()} == shown


@each_file
def test_a_file_that_was_not_there_goes_again(tool_id: str, folders: Folders) -> None:
    assert connect.status(tool_id, folders, ADDRESS).state == "absent"
    applied = connect.apply(tool_id, folders, ADDRESS)
    assert applied.state == "applied"
    assert applied.backup is None
    assert connect.status(tool_id, folders, ADDRESS) == applied
    assert connect.undo(tool_id, folders).state == "absent"
    assert not folders.home.exists(), "nor is a folder left that was made for it"


@each_file
def test_applying_twice_is_applying_once(tool_id: str, folders: Folders) -> None:
    connect.apply(tool_id, folders, ADDRESS)
    written = files(folders)
    stamps = {path: path.stat().st_mtime_ns for path in written}
    connect.apply(tool_id, folders, ADDRESS)
    assert files(folders) == written
    assert {path: path.stat().st_mtime_ns for path in written} == stamps


@each_file
def test_another_port_is_told_and_written(tool_id: str, folders: Folders) -> None:
    connect.apply(tool_id, folders, ADDRESS)
    assert connect.status(tool_id, folders, ELSEWHERE).state in ("other_address", "changed")
    connect.apply(tool_id, folders, ELSEWHERE)
    assert connect.status(tool_id, folders, ELSEWHERE).state == "applied"
    assert not any(b"7860" in data for data in files(folders).values())
    connect.undo(tool_id, folders)
    assert files(folders) == {}


@each_file
def test_a_token_is_in_no_file_but_where_the_guide_says_so(tool_id: str, folders: Folders) -> None:
    connect.apply(tool_id, folders, ADDRESS)
    token = str(ADDRESS.token).encode()
    guide = connect.snippets(tool_id, ADDRESS, folders)
    said = {step.path for step in guide.steps if step.path and step.secret}
    assert {folders.shown(path) for path, data in files(folders).items() if token in data} == said
    assert not any(token in path.read_bytes() for path in folders.data.rglob("*.json"))


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no such modes")
@each_file
def test_new_files_are_for_their_owner_alone(tool_id: str, folders: Folders) -> None:
    connect.apply(tool_id, folders, ADDRESS)
    for path in (*files(folders), *folders.data.rglob("*.*")):
        assert path.stat().st_mode & 0o077 == 0


def test_a_file_that_must_hold_the_token_is_not_written_without_it(folders: Folders) -> None:
    with pytest.raises(ConnectFailed, match="bearer token"):
        connect.apply("gemini-cli", folders, SHOWN)
    assert files(folders) == {}


@pytest.mark.parametrize("tool_id", sorted(set(TOOLS) - set(APPLICABLE)))
def test_a_tool_without_a_file_is_only_shown(tool_id: str, folders: Folders) -> None:
    assert connect.status(tool_id, folders, ADDRESS) == connect.Applied("absent", "")
    with pytest.raises(ConnectFailed, match="no settings file"):
        connect.apply(tool_id, folders, ADDRESS)
    with pytest.raises(ConnectFailed, match="no settings file"):
        connect.undo(tool_id, folders)


def test_a_tool_that_there_is_not_is_refused(folders: Folders) -> None:
    with pytest.raises(ConnectFailed, match="no tool 'emacs'") as raised:
        connect.snippets("emacs", ADDRESS, folders)
    assert "pollux connect" in raised.value.next_step


def test_who_would_lose_a_default_is_told() -> None:
    notes = {tool.id: tool.note for tool in connect.tools()}
    assert "instead of your ChatGPT account" in notes["codex"]
    assert "instead of your Claude account" in notes["claude-code"]


def test_no_repr_shows_the_token(folders: Folders) -> None:
    guide = connect.snippets("gemini-cli", ADDRESS, folders)
    assert str(ADDRESS.token) not in f"{ADDRESS!r}{guide!r}"
    assert dataclasses.replace(ADDRESS, token=None) != ADDRESS
