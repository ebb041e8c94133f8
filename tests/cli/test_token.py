"""`pollux token show | rotate`."""

import json
from pathlib import Path

import pytest
from pydantic import SecretStr

from proxy_core.cli.failure import CommandFailed
from proxy_core.cli.token import token
from proxy_core.server import bearer
from proxy_core.settings import Settings
from tests.cli.conftest import Running, Terminal
from tests.fakes.pollux import TOKEN


def settings(folder: Path, password: str | None = None) -> Settings:
    fixed = None if password is None else SecretStr(password)
    return Settings(persistent_storage_path=folder, gemini_auth_password=fixed)


def test_show_prints_the_stored_token(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stored = bearer.create(tmp_path)
    assert token("show", settings(tmp_path), as_json=False) == 0
    assert capsys.readouterr().out == stored + "\n"


def test_show_makes_the_first_token(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert token("show", settings(tmp_path), as_json=True) == 0
    assert json.loads(capsys.readouterr().out) == {"token": bearer.load(tmp_path)}


def test_rotate_makes_another(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = bearer.create(tmp_path)
    assert token("rotate", settings(tmp_path), as_json=False) == 0
    assert capsys.readouterr().out.strip() == bearer.load(tmp_path) != old


def test_a_token_set_by_the_owner_is_shown_but_not_rotated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fixed = settings(tmp_path, "the-owners-own")
    assert token("show", fixed, as_json=False) == 0
    assert capsys.readouterr().out == "the-owners-own\n"
    with pytest.raises(CommandFailed, match="GEMINI_AUTH_PASSWORD") as raised:
        token("rotate", fixed, as_json=False)
    assert raised.value.code == 2


def test_a_damaged_token_ends_with_4_until_it_is_rotated(tmp_path: Path) -> None:
    (tmp_path / bearer.FILE).write_text("")
    with pytest.raises(CommandFailed, match="rotate") as raised:
        token("show", settings(tmp_path), as_json=False)
    assert raised.value.code == 4
    assert token("rotate", settings(tmp_path), as_json=False) == 0


def test_a_running_pollux_takes_the_new_token_at_once(
    terminal: Terminal, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GEMINI_AUTH_PASSWORD")
    (terminal.folder / bearer.FILE).write_text(f"{TOKEN}\n")
    told = terminal("token", "rotate")
    assert told.code == 0
    assert running.called("rotate_token") == [()]
    assert "from now on" in told.err
    assert told.out == f"{TOKEN}\n"  # what the file holds, which here nobody rotated
