"""Where terminal agents keep their settings."""

import json
import os
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from proxy_core import connect
from proxy_core.connect.model import ConnectFailed, Folders
from tests.connect.conftest import ADDRESS


@pytest.mark.parametrize(
    ("tool_id", "variable", "path"),
    [
        ("aider", "", ".aider.conf.yml"),
        ("opencode", "", ".config/opencode/opencode.json"),
        ("opencode", "XDG_CONFIG_HOME", "x/opencode/opencode.json"),
        ("codex", "", ".codex/config.toml"),
        ("codex", "CODEX_HOME", "x/config.toml"),
        ("claude-code", "", ".claude/settings.json"),
        ("claude-code", "CLAUDE_CONFIG_DIR", "x/settings.json"),
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
    with pytest.raises(ConnectFailed, match="only plain"):
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


CODEX = """\
# mine
model = "gpt-6" # best

[tui]
theme = "dark"

[model_providers.other]
name = "Other"
"""


def test_codex_uses_pollux_and_gets_its_own_default_back(folders: Folders) -> None:
    path = folders.home / ".codex" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(CODEX)
    connect.apply("codex", folders, ADDRESS)
    settings = tomllib.loads(path.read_text())
    assert (settings["model"], settings["model_provider"]) == (ADDRESS.model, "pollux")
    assert settings["model_providers"]["pollux"]["base_url"] == ADDRESS.openai
    assert settings["model_providers"]["other"] == {"name": "Other"}
    assert settings["tui"] == {"theme": "dark"}
    path.write_text(path.read_text() + '\n[projects."/x"]\ntrust_level = "trusted"\n')
    connect.undo("codex", folders)
    assert tomllib.loads(path.read_text()) == {
        **tomllib.loads(CODEX),
        "projects": {"/x": {"trust_level": "trusted"}},
    }
    assert path.read_text().startswith('# mine\nmodel = "gpt-6" # best\n')


def test_codex_asks_for_the_token_with_the_command_at_hand(folders: Folders) -> None:
    there = replace(folders, token_words=(r"C:\My Pollux\pollux.exe", "token", "show"))
    path = Path(connect.apply("codex", there, ADDRESS).path)
    assert tomllib.loads(path.read_text())["model_providers"]["pollux"]["auth"] == {
        "command": r"C:\My Pollux\pollux.exe",
        "args": ["token", "show"],
    }


CLAUDE = """\
{
  "model": "claude-opus-5",
  "env": { "ANTHROPIC_MODEL": "mine", "EDITOR": "vi" }
}
"""


def test_claude_uses_pollux_and_gets_its_own_settings_back(folders: Folders) -> None:
    path = folders.home / ".claude" / "settings.json"
    path.parent.mkdir(parents=True)
    path.write_text(CLAUDE)
    connect.apply("claude-code", folders, ADDRESS)
    settings = json.loads(path.read_text())
    assert settings["apiKeyHelper"] == "pollux token show"
    assert settings["env"].pop("EDITOR") == "vi"
    assert settings["env"].pop("ANTHROPIC_BASE_URL") == ADDRESS.url
    assert set(settings["env"].values()) == {ADDRESS.model}
    path.write_text(path.read_text().replace('"model":', '"theme": "dark",\n  "model":'))
    connect.undo("claude-code", folders)
    assert json.loads(path.read_text()) == {"theme": "dark", **json.loads(CLAUDE)}


def test_claude_asks_for_the_token_with_the_command_at_hand(folders: Folders) -> None:
    there = replace(folders, token_words=("/opt/my pollux", "token", "show"))
    path = Path(connect.apply("claude-code", there, ADDRESS).path)
    assert '"apiKeyHelper": "\'/opt/my pollux\' token show"' in path.read_text()


def test_qwen_keeps_models_of_others(folders: Folders) -> None:
    path = folders.home / ".qwen" / "settings.json"
    path.parent.mkdir(parents=True)
    path.write_text('{\n  "modelProviders": {\n    "openai": [{"id": "x"}]\n  }\n}\n')
    connect.apply("qwen-code", folders, ADDRESS)
    assert '[{"id": "x"}, {"id": "gemini-3.8-flash"' in path.read_text()
