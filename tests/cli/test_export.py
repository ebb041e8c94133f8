"""`pollux accounts export`: encrypted unless asked twice, and never over a file that is there."""

import json
import stat
import sys
from pathlib import Path

import pytest

from proxy_core.cli.channel import VAULT_CLOSED
from proxy_core.credentials.files import parse_credentials
from proxy_core.credentials.transfer import unpack
from tests.cli.conftest import Begin, Running, Terminal, piped
from tests.fakes.commands import credential

posix = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals, modes")
KEY = "AIzaSyPlanted-key-of-a-test-000000000000"


@pytest.fixture
def stored(terminal: Terminal, running: Running) -> str:
    """A key in the folder, which its owner calls `the office`; gives its id."""
    content = json.dumps({"type": "api_key", "key": KEY, "label": "home", "project_id": "p-1"})
    (terminal.folder / "home.json").write_text(content)
    (found,), _bad = parse_credentials(content, store="folder", source="home.json")
    running.commands.pool = {found.id: credential(found.id, "the office")}
    return found.id


@pytest.fixture
def passphrase(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_text("open sesame\n")
    return tmp_path / "secret"


def test_an_export_is_encrypted_and_holds_labels(
    terminal: Terminal, stored: str, passphrase: Path, tmp_path: Path
) -> None:
    target = tmp_path / "pool.export"
    told = terminal("accounts", "export", "--passphrase-file", str(passphrase), str(target))
    assert told.code == 0, told.err
    assert "Credentials exported encrypted: 1." in told.err
    assert KEY.encode() not in target.read_bytes()
    plain = unpack(target.read_bytes(), "open sesame")
    assert plain is not None
    (found,) = json.loads(plain)
    assert (found["key"], found["label"]) == (KEY, "the office")
    if sys.platform != "win32":
        assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_a_file_that_is_there_is_kept(
    terminal: Terminal, stored: str, passphrase: Path, tmp_path: Path
) -> None:
    target = tmp_path / "pool.export"
    target.write_text("older")
    argv = ("accounts", "export", "--passphrase-file", str(passphrase), str(target))
    told = terminal(*argv)
    assert told.code == 2
    assert "--force" in told.err
    assert target.read_text() == "older"
    assert terminal(*argv, "--force").code == 0
    assert target.read_bytes() != b"older"


@pytest.mark.parametrize("format_", ["file", "env"])
def test_plain_text_is_asked_twice(
    terminal: Terminal, stored: str, tmp_path: Path, format_: str
) -> None:
    target = tmp_path / "plain"
    argv = ("accounts", "export", "--format", format_, str(target))
    told = piped(terminal, b"", *argv, "--plain")
    assert told.code == 2
    assert "plain text" in told.err
    assert not target.exists()
    told = terminal(*argv, "--plain", "--plain")
    assert told.code == 0, told.err
    name, equals, value = target.read_text().rpartition("CREDENTIALS_JSON_LIST=")
    assert (name, bool(equals)) == ("", format_ == "env")
    assert json.loads(value.strip().strip("'"))[0]["key"] == KEY


def test_an_exported_line_is_a_setting(
    terminal: Terminal, stored: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = terminal("accounts", "export", "--format", "env", "--plain", "--plain", "-").out
    assert line.count("\n") == 1
    monkeypatch.setenv(*line.strip().split("=", 1))
    told = terminal("accounts", "export", "--plain", "--plain", str(tmp_path / "again"))
    assert told.code == 0, told.err
    assert json.loads((tmp_path / "again").read_text())[0]["key"] == KEY


def test_a_passphrase_and_plain_text_contradict(
    terminal: Terminal, stored: str, passphrase: Path, tmp_path: Path
) -> None:
    argv = ("accounts", "export", "--plain", "--plain", "--passphrase-file", str(passphrase))
    assert terminal(*argv, str(tmp_path / "x")).code == 2


def test_nothing_to_export_is_said(terminal: Terminal, running: Running, tmp_path: Path) -> None:
    told = terminal("accounts", "export", "--plain", "--plain", str(tmp_path / "x"))
    assert told.code == 1
    assert "no credential" in told.err
    (terminal.folder / "oauth_creds_broken.json").write_text("{")
    told = terminal("accounts", "export", "--plain", "--plain", str(tmp_path / "x"))
    assert told.code == 4
    assert "oauth_creds_broken.json is left out" in told.err


def test_an_export_without_the_vault_is_not_written(
    terminal: Terminal, stored: str, starting: Running, tmp_path: Path
) -> None:
    told = terminal("accounts", "export", "--plain", "--plain", str(tmp_path / "x"))
    assert told.code == 4
    assert VAULT_CLOSED in told.err
    assert not (tmp_path / "x").exists()


def test_without_anybody_to_ask_a_passphrase_is_missing(
    terminal: Terminal, stored: str, tmp_path: Path
) -> None:
    told = piped(terminal, b"", "accounts", "export", str(tmp_path / "x"))
    assert told.code == 2
    assert "--passphrase-file" in told.err


@posix
@pytest.mark.parametrize(("second", "code"), [("open sesame", 0), ("open sesam", 1)])
def test_the_passphrase_is_typed_twice(
    terminal: Terminal, stored: str, tmp_path: Path, begin: Begin, second: str, code: int
) -> None:
    session = begin("accounts", "export", "pool.export")
    session.type("Passphrase:", "open sesame")
    session.type("The same again:", second)
    told = session.end()
    assert told.code == code, told.err
    assert (tmp_path / "pool.export").exists() is (code == 0)


@posix
def test_plain_text_is_confirmed_at_the_terminal(
    terminal: Terminal, stored: str, tmp_path: Path, begin: Begin
) -> None:
    session = begin("accounts", "export", "--plain", "pool.json")
    session.type("Type plain to go on:", "yes")
    assert session.end().code == 1
    session = begin("accounts", "export", "--plain", "pool.json")
    session.type("Type plain to go on:", "plain")
    assert session.end().code == 0
    assert KEY in (tmp_path / "pool.json").read_text()
