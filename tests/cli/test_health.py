"""The health check of a container: exit codes over `/healthz`."""

import pytest

from proxy_core.cli import health
from proxy_core.ports import next_free
from tests.cli.conftest import Running, Terminal


def test_one_that_answers_is_healthy_whatever_port_it_has(
    terminal: Terminal, running: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    assert health.main() == 0
    assert capsys.readouterr().out == f"Pollux at {running.url} answers.\n"


def test_without_its_note_the_port_of_the_settings_is_asked(
    terminal: Terminal, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    (running.folder / "instance.json").unlink()
    # In quotes, as Docker hands them over from an env file.
    monkeypatch.setenv("PORT", f'"{running.url.rsplit(":", 1)[1]}"')
    assert health.main() == 0


def test_nobody_that_answers_is_not_healthy(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PORT", str(next_free("127.0.0.1", 20_000)))
    assert health.main() == 1
    assert "cannot be reached (ConnectionRefusedError)." in capsys.readouterr().out


def test_without_its_note_the_address_of_the_settings_is_asked(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOST", "127.0.0.3")
    monkeypatch.setenv("PORT", str(next_free("127.0.0.3", 20_000)))
    assert health.main() == 1
    assert "Pollux at http://127.0.0.3:" in capsys.readouterr().out


def test_wrong_settings_are_told_and_not_healthy(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PORT", "lots")
    assert health.main() == 1  # Docker reserves 2
    assert "PORT must be a whole number" in capsys.readouterr().err
