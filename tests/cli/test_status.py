"""`pollux status`: the running instance, or that there is none."""

import json
import signal
import sys

import pytest

from proxy_core import __version__
from tests.cli.conftest import Begin, Running, Terminal
from tests.fakes.commands import credential


def test_nothing_that_runs_ends_with_1(terminal: Terminal) -> None:
    told = terminal("status")
    assert (told.code, told.out) == (1, "")
    assert "Pollux is not running." in told.err


def test_nothing_that_runs_has_the_same_rendering(terminal: Terminal) -> None:
    told = terminal("status", "--json")
    assert told.code == 1
    state = json.loads(told.out)
    assert (state["state"], state["credentials"]) == ("stopped", [])
    assert state["totals"]["exchanges"] == 0
    assert state["version"] == __version__


def test_another_port_than_the_running_one_s_is_said(terminal: Terminal, running: Running) -> None:
    assert terminal("status", "--port", running.url.rpartition(":")[2]).code == 0
    told = terminal("status", "--port", "9999")
    assert (told.code, told.out) == (1, "")
    assert f"not at port 9999, but at {running.url}." in told.err
    assert "A demo has data and a token of its own" in told.err
    assert json.loads(terminal("status", "--port", "9999", "--json").out)["state"] == "stopped"


def test_a_port_where_nothing_of_the_owner_s_runs_may_be_a_demo_s(terminal: Terminal) -> None:
    told = terminal("status", "--port", "9999")
    assert told.code == 1
    assert "Your Pollux is not running, at port 9999" in told.err
    assert "A demo" in told.err


def test_a_running_one_shows_its_pool_and_counters(terminal: Terminal, running: Running) -> None:
    running.commands.pool = {"acc1": credential("acc1", "the office")}
    told = terminal("status")
    assert told.code == 0
    assert "Pollux 0.0.0 at http://127.0.0.1:7860: serving" in told.out
    assert "the office" in told.out
    assert "1284 exchanges (3 failed)" in told.out


def test_a_running_one_prints_its_state_as_json(terminal: Terminal, running: Running) -> None:
    told = terminal("status", "--json")
    assert told.code == 0
    assert json.loads(told.out) == json.loads(json.dumps(running.commands.snapshot().as_json()))


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_commands_find_the_real_one_and_leave_it_running(
    terminal: Terminal, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GEMINI_AUTH_PASSWORD")
    del terminal.env["GEMINI_AUTH_PASSWORD"]
    session = begin("--headless", "--port", "0")
    session.wait_for(str(terminal.folder / "bearer_token"))
    assert terminal("status").out.startswith("Pollux ")
    old = terminal("token", "show").out
    assert "from now on" in terminal("token", "rotate").err
    assert terminal("token", "show").out != old
    assert terminal("accounts", "list").code == 0
    second = begin("--headless", "--port", "0").end()
    assert second.code == 3
    assert "is taken by Pollux at" in second.err
    session.process.send_signal(signal.SIGTERM)
    assert session.end().code == 0
    assert terminal("status").code == 1
