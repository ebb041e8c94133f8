"""The command line."""

import subprocess
import sys
from pathlib import Path

import pytest

from proxy_core.__main__ import main
from proxy_core.cli.account_arguments import AccountOptions
from proxy_core.cli.arguments import parse_arguments, read_settings
from proxy_core.settings import SETTINGS, SettingsProblem


def test_settings_may_stand_before_or_behind_a_command() -> None:
    for argv in (["--port", "1", "token", "show"], ["token", "show", "--port", "1"]):
        arguments = parse_arguments(argv)
        assert arguments.settings == {"PORT": "1"}
        assert (arguments.command, arguments.action) == ("token", "show")


def test_headless_is_the_command_without_a_name() -> None:
    arguments = parse_arguments(["--headless", "--host", "0.0.0.0", "--log-level", "debug"])
    assert parse_arguments([]).command == "serve"  # `python -m proxy_core`
    assert arguments.command == "serve"
    assert arguments.settings == {"HOST": "0.0.0.0", "LOG_LEVEL": "debug"}


@pytest.mark.parametrize(
    "argv",
    [
        ["bogus"],
        ["token"],
        ["token", "x"],
        ["--bogus"],
        ["accounts"],
        ["accounts", "bogus"],
        ["accounts", "import"],
        ["accounts", "enable"],
        ["accounts", "export", "x", "--format", "bogus"],
        ["accounts", "list", "--bogus"],
        ["status", "x"],
    ],
)
def test_a_wrong_command_line_ends_with_2(
    argv: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(argv) == 2
    assert "usage: pollux" in capsys.readouterr().err


def test_help_names_every_setting_and_version_the_program(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--help"]) == 0
    told = capsys.readouterr().out
    assert all(setting.name in told for setting in SETTINGS)
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("pollux ")


@pytest.mark.parametrize("option", ["--env-file", "--config"])
def test_a_named_file_must_be_there(option: str, tmp_path: Path) -> None:
    arguments = parse_arguments(["--headless", option, str(tmp_path / "nowhere")])
    with pytest.raises(SettingsProblem, match=option):
        read_settings(arguments)


def test_dotenv_of_the_working_folder_is_for_serving_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("PORT=4321\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("PORT", raising=False)
    assert read_settings(parse_arguments(["--headless"])).port == 4321
    assert read_settings(parse_arguments(["--gen-creds"])).port == 4321
    assert read_settings(parse_arguments(["token", "show"])).port != 4321
    assert read_settings(parse_arguments(["accounts", "list"])).port != 4321
    named = parse_arguments(["token", "show", "--env-file", ".env"])
    assert read_settings(named).port == 4321
    assert read_settings(parse_arguments(["--headless", "--port", "1"])).port == 1


def test_an_action_of_accounts_has_options_of_its_own() -> None:
    arguments = parse_arguments(
        ["--port", "1", "accounts", "remove", "a", "b", "--yes", "--log-level", "debug"]
    )
    assert arguments.settings == {"PORT": "1", "LOG_LEVEL": "debug"}
    assert arguments.accounts == AccountOptions("remove", ids=("a", "b"), yes=True)
    assert parse_arguments(["accounts", "export", "x", "--plain", "--plain"]).accounts.plain == 2
    assert not parse_arguments(["accounts", "add", "--no-browser"]).accounts.browser
    assert parse_arguments(["accounts", "list", "--json"]).json


@pytest.mark.parametrize(
    "argv", [["token", "show"], ["--version"], ["accounts", "add-key", "--help"]]
)
def test_quick_commands_load_nothing_slow(
    argv: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PERSISTENT_STORAGE_PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    code = (
        "import sys\n"
        "from proxy_core.__main__ import main\n"
        f"assert main({argv!r}) == 0\n"
        "sys.exit(' '.join({'aiohttp', 'rich', 'asyncio', 'sqlite3'} & sys.modules.keys()) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
