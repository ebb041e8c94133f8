"""`pollux token show | rotate`."""

import json
from pathlib import Path

import pytest
from pydantic import SecretStr

from proxy_core.cli.token import token
from proxy_core.server import bearer
from proxy_core.settings import Settings


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
    assert token("rotate", fixed, as_json=False) == 2
    assert "GEMINI_AUTH_PASSWORD" in capsys.readouterr().err


def test_a_damaged_token_ends_with_4_until_it_is_rotated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / bearer.FILE).write_text("")
    assert token("show", settings(tmp_path), as_json=False) == 4
    assert "rotate" in capsys.readouterr().err
    assert token("rotate", settings(tmp_path), as_json=False) == 0
