"""`pollux doctor`: findings of the running instance, and settings that cannot be read."""

import json

import pytest

from proxy_core.commands import Finding
from tests.cli.conftest import Running, Terminal
from tests.fakes.commands import FakeCommands


def test_findings_of_the_running_instance_are_listed(terminal: Terminal, running: Running) -> None:
    told = terminal("doctor")
    assert told.code == 0
    assert "vault: The vault opens." in told.out


def test_one_that_is_not_ok_ends_with_1_and_says_what_to_do(
    terminal: Terminal, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def doctor(commands: FakeCommands) -> tuple[Finding, ...]:
        return (Finding("clock", ok=False, sentence="It is late.", next_step="Set it."),)

    monkeypatch.setattr(FakeCommands, "doctor", doctor)
    told = terminal("doctor")
    assert told.code == 1
    assert "clock: It is late." in told.out
    assert "    Set it." in told.out
    assert json.loads(terminal("doctor", "--json").out)["findings"][0]["check"] == "clock"


@pytest.mark.parametrize("as_json", [True, False])
def test_settings_that_cannot_be_read_are_a_finding(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, as_json: bool
) -> None:
    monkeypatch.setenv("MAX_WAIT_S", "planted")
    told = terminal("doctor", *(["--json"] if as_json else []))
    assert told.code == 1
    assert "MAX_WAIT_S" in told.out
    assert "planted" not in told.out + told.err
    assert "Traceback" not in told.err
    if as_json:
        (finding,) = json.loads(told.out)["findings"]
        assert (finding["check"], finding["ok"]) == ("settings", False)


def test_settings_of_a_named_file_are_a_finding_too(terminal: Terminal) -> None:
    told = terminal("doctor", "--env-file", "nowhere.env")
    assert told.code == 1
    assert "--env-file" in told.out
