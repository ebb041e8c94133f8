import subprocess
import sys

import pytest

from desktop.__main__ import main, wants_window


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
    assert "pollux-proxy[desktop]" in said
    assert "--headless" in said


def test_the_engine_answers_through_the_console_script() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "desktop", "--version"], capture_output=True, text=True, check=True
    )
    assert "0." in done.stdout


def test_the_entry_point_imports_no_qt() -> None:
    code = "import sys, desktop.__main__; sys.exit('PySide6' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
