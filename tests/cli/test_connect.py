"""`pollux connect`."""

import json
import os
from pathlib import Path

import pytest

from proxy_core import connect
from tests.cli.conftest import Running, Terminal
from tests.fakes.pollux import TOKEN


@pytest.fixture
def codex(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where Codex keeps its settings; whatever tools the developer has stays out."""
    for name in ("CLAUDE_CONFIG_DIR", "QWEN_HOME", "GEMINI_CLI_HOME", "CONTINUE_GLOBAL_DIR"):
        monkeypatch.delenv(name, raising=False)
    folder = terminal.folder.parent / "codex"
    monkeypatch.setenv("CODEX_HOME", str(folder))
    return folder / "config.toml"


def test_the_list_names_every_tool_and_how_it_stands(terminal: Terminal, codex: Path) -> None:
    terminal("connect", "codex", "--apply")
    told = terminal("connect")
    assert told.code == 0
    lines = {line.split()[0]: line for line in told.out.splitlines() if line.strip()}
    assert {tool.id for tool in connect.tools()} <= set(lines)
    assert lines["codex"].rstrip().endswith(" written")
    assert lines["opencode"].rstrip().endswith("not written")
    assert lines["curl"].rstrip().endswith("by hand")
    assert "cannot reach localhost" in lines["cursor"]


def test_the_list_goes_on_behind_a_broken_file(terminal: Terminal, codex: Path) -> None:
    codex.parent.mkdir()
    codex.write_text("model = ")
    told = terminal("connect", "--json")
    rows = {row["id"]: row for row in json.loads(told.out)["tools"]}
    assert told.code == 0
    assert "cannot be understood" in rows["codex"]["problem"]
    assert rows["zed"]["state"] == "absent"


def test_a_guide_never_shows_the_token(terminal: Terminal, codex: Path) -> None:
    for tool in connect.tools():
        for more in ((), ("--json",)):
            told = terminal("connect", tool.id, *more)
            assert told.code == 0
            assert TOKEN not in told.out + told.err


def test_a_guide_names_the_running_instance_else_the_settings(
    terminal: Terminal, codex: Path
) -> None:
    assert "http://127.0.0.1:7860/v1" in terminal("connect", "curl").out
    assert "http://127.0.0.1:9999/v1" in terminal("connect", "curl", "--port", "9999").out
    assert "http://[::1]:7860/v1" in terminal("connect", "curl", "--host", "::").out
    assert "http://127.0.0.1:7860/v1" in terminal("connect", "curl", "--host", "0.0.0.0").out


def test_a_guide_names_the_running_instance(running: Running, terminal: Terminal) -> None:
    assert f"{running.url}/v1" in terminal("connect", "curl").out


def test_a_port_that_is_named_is_another_pollux(running: Running, terminal: Terminal) -> None:
    assert "http://127.0.0.1:9999/v1" in terminal("connect", "curl", "--port", "9999").out


def test_apply_says_what_it_wrote_and_undo_takes_it_back(terminal: Terminal, codex: Path) -> None:
    codex.parent.mkdir()
    codex.write_text("# mine\n")
    told = terminal("connect", "codex", "--apply", "--model", "gemini-pro-latest")
    assert told.code == 0
    assert str(codex) in told.out
    assert "--undo" in told.err
    assert ".bak" in told.err
    assert "instead of your ChatGPT account" in told.err
    assert "[model_providers.pollux]" in codex.read_text()
    assert 'model = "gemini-pro-latest"' in codex.read_text()
    told = terminal("connect", "codex", "--undo")
    assert told.code == 0
    assert "Taken back" in told.out
    assert codex.read_text() == "# mine\n"


def test_apply_says_what_is_left_to_do(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QWEN_HOME", str(tmp_path / "qwen"))
    told = terminal("connect", "qwen-code", "--apply")
    assert "bearer token into the environment" in told.err


def test_json_tells_the_state(terminal: Terminal, codex: Path) -> None:
    written = json.loads(terminal("connect", "codex", "--apply", "--json").out)
    assert written == {"state": "applied", "path": str(codex), "backup": None}
    guide = json.loads(terminal("connect", "codex", "--json").out)
    assert guide["tool"]["id"] == "codex"
    assert guide["steps"][0]["language"] == "toml"
    assert guide["applied"] == written
    assert json.loads(terminal("connect", "codex", "--undo", "--json").out)["state"] == "absent"


def test_what_cannot_be_done_ends_with_1(terminal: Terminal, codex: Path) -> None:
    told = terminal("connect", "codex", "--undo")
    assert (told.code, told.out) == (1, "")
    assert "nothing to take back" in told.err
    assert terminal("connect", "curl", "--apply").code == 1


@pytest.mark.parametrize(
    "argv", [("emacs",), ("--apply",), ("--undo",), ("codex", "--apply", "--undo")]
)
def test_wrong_usage_ends_with_2(argv: tuple[str, ...], terminal: Terminal, codex: Path) -> None:
    told = terminal("connect", *argv)
    assert told.code == 2
    assert told.err


@pytest.mark.skipif(os.name == "nt", reason="the test sets HOME")
def test_the_one_file_that_must_hold_the_token_does(terminal: Terminal, codex: Path) -> None:
    told = terminal("connect", "gemini-cli", "--apply")
    assert told.code == 0
    assert TOKEN not in told.out + told.err
    file = terminal.folder.parent / ".gemini" / ".env"
    assert f"GEMINI_API_KEY={TOKEN}" in file.read_text()
    assert file.stat().st_mode & 0o077 == 0
