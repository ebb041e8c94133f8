"""Where a user's files are."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from proxy_core.connect.model import ConnectFailed, Folders


def test_the_environment_names_folders_and_an_empty_name_is_none(tmp_path: Path) -> None:
    environ = {"XDG_CONFIG_HOME": str(tmp_path / "x"), "APPDATA": "", "CODEX_HOME": "~/c"}
    folders = Folders(tmp_path, environ, "linux", tmp_path)
    assert folders.xdg_config == tmp_path / "x"
    assert folders.app_data == tmp_path / "AppData" / "Roaming"
    assert folders.named("CODEX_HOME", tmp_path) == Path("~/c").expanduser()


@pytest.mark.skipif(os.name == "nt", reason="Windows guesses where others' folders are")
def test_the_folder_of_a_user_that_there_is_not_is_told(tmp_path: Path) -> None:
    folders = Folders(tmp_path, {"CODEX_HOME": "~nobody-of-that-name/x"}, "linux", tmp_path)
    with pytest.raises(ConnectFailed, match="CODEX_HOME names no folder"):
        folders.named("CODEX_HOME", tmp_path)


def test_paths_are_shown_as_people_write_them(tmp_path: Path) -> None:
    folders = Folders(tmp_path, {}, "linux", tmp_path)
    assert folders.shown(tmp_path / ".codex" / "config.toml") == "~/.codex/config.toml"
    assert folders.shown(Path("/etc/x")) == str(Path("/etc/x"))
    windows = Folders(tmp_path, {}, "win32", tmp_path)
    assert windows.shown(tmp_path / "x") == str(tmp_path / "x")


def test_the_command_that_prints_the_token_is_the_short_one_where_it_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / ("pollux.exe" if os.name == "nt" else "pollux")
    program.write_text("")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert Folders.here(tmp_path).token_command == "pollux token show"


def test_elsewhere_it_names_this_very_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert shutil.which("pollux") is None
    command = Folders.here(tmp_path).token_command
    assert sys.executable in command
    root = Path(__file__).parent.parent.parent
    environ = {**os.environ, "GEMINI_AUTH_PASSWORD": "a-bearer-token", "PYTHONPATH": str(root)}
    printed = subprocess.run(
        command, shell=True, env=environ, capture_output=True, check=True, timeout=60
    )
    assert printed.stdout.decode().strip() == "a-bearer-token"
