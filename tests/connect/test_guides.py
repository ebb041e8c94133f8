"""The steps that guides share."""

import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from proxy_core import connect
from proxy_core.connect.guides import fields_step, quoted, token_step
from proxy_core.connect.model import ConnectFailed, Folders
from tests.connect.conftest import ADDRESS

SHOWN = replace(ADDRESS, token=None)


def test_the_token_comes_from_the_command_or_is_given(folders: Folders) -> None:
    step = token_step(folders, SHOWN)
    assert (step.code, step.secret) == ('export POLLUX_TOKEN="$(pollux token show)"\n', False)
    step = token_step(folders, ADDRESS, "A", "B")
    assert (step.code, step.secret) == (
        "export A=a-bearer-token\nexport B=a-bearer-token\n",
        True,
    )


def test_a_token_with_quotes_stays_one_word(folders: Folders) -> None:
    odd = replace(ADDRESS, token="it's $1")
    (line,) = token_step(folders, odd).code.splitlines()
    assert shlex.split(line) == ["export", "POLLUX_TOKEN=it's $1"]
    windows = Folders(Path(), {}, "win32", Path())
    assert token_step(windows, odd).code == "setx POLLUX_TOKEN 'it''s $1'\n"


def test_settings_that_no_file_can_hold_are_refused(folders: Folders) -> None:
    impossible = replace(ADDRESS, token="'`\"")
    with pytest.raises(ConnectFailed, match="cannot hold"):
        connect.snippets("gemini-cli", impossible, folders)
    with pytest.raises(ConnectFailed, match="cannot be changed"):
        connect.apply("gemini-cli", folders, impossible)


def test_windows_keeps_it_for_the_user() -> None:
    windows = Folders(Path(), {}, "win32", Path(), (r"C:\My Pollux\pollux.exe", "token", "show"))
    step = token_step(windows, SHOWN)
    assert step.language == "powershell"
    assert step.code == 'setx POLLUX_TOKEN (& "C:\\My Pollux\\pollux.exe" token show)\n'
    assert token_step(windows, ADDRESS).code == "setx POLLUX_TOKEN 'a-bearer-token'\n"


def test_a_path_is_one_word_of_a_command_line(folders: Folders) -> None:
    assert quoted(folders.home / "a b" / "x", folders) == "~/'a b/x'"
    assert quoted(Path("/etc/x"), folders) == str(Path("/etc/x"))
    windows = Folders(Path(), {}, "win32", Path())
    assert quoted(Path("it's x"), windows) == "'it''s x'"


def test_fields_stand_below_each_other() -> None:
    assert fields_step("t", "", {"URL": "u", "API key": "k"}, SHOWN).code == (
        "URL:     u\nAPI key: k\n"
    )
