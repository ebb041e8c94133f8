"""Where terminal agents keep their settings."""

import os
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from proxy_core import connect
from proxy_core.connect.model import ConnectFailed, Folders
from tests.connect.conftest import ADDRESS


def guide_of(tool_id: str, folders: Folders) -> tuple[connect.Step, ...]:
    return connect.snippets(tool_id, ADDRESS, folders).steps


@pytest.mark.parametrize(
    ("tool_id", "variable", "path"),
    [
        ("aider", "", ".aider.conf.yml"),
        ("opencode", "", ".config/opencode/opencode.json"),
        ("opencode", "XDG_CONFIG_HOME", "x/opencode/opencode.json"),
        ("codex", "", ".codex/config.toml"),
        ("codex", "CODEX_HOME", "x/config.toml"),
        ("claude-code", "", ".claude/pollux.json"),
        ("claude-code", "CLAUDE_CONFIG_DIR", "x/pollux.json"),
        ("gemini-cli", "", ".gemini/.env"),
        ("gemini-cli", "GEMINI_CLI_HOME", "x/.gemini/.env"),
        ("qwen-code", "", ".qwen/settings.json"),
        ("qwen-code", "QWEN_HOME", "x/settings.json"),
    ],
)
@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_it_reads_its_settings_here(
    tool_id: str, variable: str, path: str, platform: str, folders: Folders
) -> None:
    environ = {variable: str(folders.home / "x")} if variable else {}
    there = replace(folders, platform=platform, environ=environ)
    assert Path(connect.apply(tool_id, there, ADDRESS).path) == folders.home / path
    assert (folders.home / path).is_file()


def test_opencode_keeps_to_the_file_that_there_is(folders: Folders) -> None:
    path = folders.home / ".config" / "opencode" / "opencode.jsonc"
    path.parent.mkdir(parents=True)
    path.write_text('{ "theme": "x" } // mine\n')
    assert connect.apply("opencode", folders, ADDRESS).path == str(path)
    assert path.read_text().endswith("} // mine\n")


@pytest.mark.skipif(
    os.name == "nt" or os.geteuid() == 0, reason="root reads everything, Windows has no modes"
)
def test_a_folder_that_is_closed_to_us_is_told(folders: Folders) -> None:
    root = folders.home / ".config" / "opencode"
    root.mkdir(parents=True)
    root.chmod(0)
    with pytest.raises(ConnectFailed, match="cannot be read"):
        connect.status("opencode", folders, ADDRESS)
    assert connect.snippets("opencode", ADDRESS, folders).steps
    root.chmod(0o700)


def test_aider_keeps_a_value_that_others_refer_to(folders: Folders) -> None:
    path = folders.home / ".aider.conf.yml"
    path.parent.mkdir(parents=True)
    path.write_text("model: &main openai/gpt-6\nweak-model: *main\n")
    with pytest.raises(ConnectFailed, match="more than a plain text"):
        connect.apply("aider", folders, ADDRESS)
    assert path.read_text() == "model: &main openai/gpt-6\nweak-model: *main\n"


def test_aider_finds_what_a_yaml_parser_finds(folders: Folders) -> None:
    path = folders.home / ".aider.conf.yml"
    path.parent.mkdir(parents=True)
    path.write_text("# mine\nmodel: gpt-6  # best\nread:\n  - CONVENTIONS.md\n")
    connect.apply("aider", folders, ADDRESS)
    assert yaml.safe_load(path.read_text()) == {
        "model": "openai/gemini-3.8-flash",
        "read": ["CONVENTIONS.md"],
        "openai-api-base": "http://127.0.0.1:7860/v1",
    }
    assert "# best" in path.read_text()


def test_codex_keeps_what_it_uses_by_default(folders: Folders) -> None:
    path = folders.home / ".codex" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text('model = "gpt-6"\n')
    connect.apply("codex", folders, ADDRESS)
    settings = tomllib.loads(path.read_text())
    assert settings["model"] == "gpt-6"
    assert "model_provider" not in settings
    assert settings["model_providers"]["pollux"]["base_url"] == ADDRESS.openai


def test_claude_goes_on_as_it_is_until_it_is_told_the_file(folders: Folders) -> None:
    path = folders.home / ".claude" / "settings.json"
    path.parent.mkdir(parents=True)
    path.write_text('{"model": "opus"}\n')
    connect.apply("claude-code", folders, ADDRESS)
    assert path.read_text() == '{"model": "opus"}\n'
    (code,) = (step.code for step in guide_of("claude-code", folders) if step.path is None)
    assert code == "claude --settings ~/.claude/pollux.json\n"


def test_claude_asks_for_the_token_with_the_command_at_hand(folders: Folders) -> None:
    there = replace(folders, token_command="'/opt/my pollux' token show")
    path = Path(connect.apply("claude-code", there, ADDRESS).path)
    assert '"apiKeyHelper": "\'/opt/my pollux\' token show"' in path.read_text()


def test_qwen_keeps_models_of_others(folders: Folders) -> None:
    path = folders.home / ".qwen" / "settings.json"
    path.parent.mkdir(parents=True)
    path.write_text('{\n  "modelProviders": {\n    "openai": [{"id": "x"}]\n  }\n}\n')
    connect.apply("qwen-code", folders, ADDRESS)
    assert '[{"id": "x"}, {"id": "gemini-3.8-flash"' in path.read_text()
