import os
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.__main__ import SCREENS, main, wants_window


@pytest.mark.parametrize(
    "line", ["", "demo", "--port 1", "--config demo.toml", "--host 127.0.0.1 demo --once"]
)
def test_the_window_is_wanted_without_subcommand_and_for_the_demo(line: str) -> None:
    assert wants_window(line.split())


@pytest.mark.parametrize(
    "line",
    [
        "--headless",
        "--port 1 --headless",
        "--gen-creds",
        "demo --headless --once",
        "--help",
        "demo -h",
        "--version",
        "doctor",
        "--log-level debug accounts list",
        "no-such-command",
    ],
)
def test_everything_else_goes_to_the_engine(line: str) -> None:
    assert not wants_window(line.split())


def test_without_pyside6_the_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "PySide6", None)
    assert main([]) == 2
    said = capsys.readouterr().err
    assert "'.[desktop]'" in said
    assert "pollux-proxy[desktop]" in said
    assert "--headless" in said
    assert "3.11 to 3.13" in said  # on a later one the extra brings nothing


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there always is a screen")
@pytest.mark.parametrize("line", ["", "--background", "demo"])
def test_without_a_screen_headless_is_named_and_qt_does_not_abort(line: str) -> None:
    environ = {name: value for name, value in os.environ.items() if name not in SCREENS}
    command = [sys.executable, "-m", "desktop", *line.split()]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert "--headless" in done.stderr
    assert "DISPLAY" in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there always is a screen")
def test_the_one_that_runs_is_ended_from_where_there_is_no_screen(tmp_path: Path) -> None:
    environ = {name: value for name, value in os.environ.items() if name not in SCREENS}
    command = [sys.executable, "-m", "desktop", "--quit"]
    environ["PERSISTENT_STORAGE_PATH"] = str(tmp_path)
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_engine_answers_through_the_console_script() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "desktop", "--version"], capture_output=True, text=True, check=True
    )
    assert "0." in done.stdout


def test_the_entry_point_imports_no_qt() -> None:
    code = "import sys, desktop.__main__; sys.exit('PySide6' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_loading_qt_leaves_pythons_own_import_in_place() -> None:
    code = (
        "import builtins, sys\n"
        "own = builtins.__import__\n"
        "from desktop.__main__ import load_qt\n"
        "load_qt()\n"
        "import PySide6.QtWidgets\n"
        "sys.exit(builtins.__import__ is not own or 'PySide6.QtCore' not in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
