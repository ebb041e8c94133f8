"""Where a user's files are."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from proxy_core.connect.model import ConnectFailed, Folders

ROOT = Path(__file__).parent.parent.parent


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


def test_the_command_that_prints_the_token_is_the_program_beside_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, elsewhere = tmp_path / "my environment", tmp_path / "repository"
    for place in (folder, elsewhere):
        place.mkdir()
        program = place / ("pollux.exe" if os.name == "nt" else "pollux")
        program.write_text("")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(elsewhere))
    monkeypatch.setattr(sys, "executable", str(folder / "python"))
    folders = Folders.here(tmp_path)
    assert [Path(folders.token_words[0]).parent, *folders.token_words[1:]] == [
        *(folder, "token", "show")
    ]
    assert f"{folder}" in folders.token_command.strip("'\"")


@pytest.mark.parametrize("planted", ["proxy_core.py", "secrets.py", "argparse.py"])
def test_elsewhere_it_is_this_python_and_nothing_of_the_folder_it_is_run_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, planted: str
) -> None:
    python = tmp_path / "python"  # beside it is no pollux
    with monkeypatch.context() as patch:
        patch.setattr(sys, "executable", str(python))
        words = Folders.here(tmp_path).token_words
    assert words == (str(python), "-P", "-m", "proxy_core", "token", "show")
    repository = tmp_path / "repository"
    repository.mkdir()
    (repository / planted).write_text("raise SystemExit('planted')")
    path = os.pathsep.join((str(ROOT), *filter(None, sys.path)))
    environ = {**os.environ, "GEMINI_AUTH_PASSWORD": "a-bearer-token", "PYTHONPATH": path}
    printed = subprocess.run(
        [sys.executable, *words[1:]],
        cwd=repository,
        env=environ,
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert printed.stdout.decode().strip() == "a-bearer-token"


@pytest.mark.parametrize(
    ("installed", "environ", "words"),
    [
        ("opt/pollux", {}, ["opt/pollux-headless"]),
        # Windows' `pollux` has no console to print to.
        ("Pollux/pollux.exe", {}, ["Pollux/pollux-headless.exe"]),
        ("mount/pollux", {"APPDIR": "mount", "APPIMAGE": "Pollux.AppImage"}, ["Pollux.AppImage"]),
    ],
)
def test_an_installed_pollux_names_what_prints_in_a_terminal(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    installed: str,
    environ: dict[str, str],
    words: list[str],
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("APPDIR", "APPIMAGE"):
        monkeypatch.delenv(name, raising=False)
    for name, place in environ.items():
        monkeypatch.setenv(name, str(tmp_path / place))
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / installed))
    named = [str(tmp_path / word) for word in words]
    assert list(Folders.here(tmp_path).token_words) == [*named, "token", "show"]
