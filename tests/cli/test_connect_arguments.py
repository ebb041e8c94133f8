"""What stands behind `pollux connect`."""

from proxy_core.cli.arguments import parse_arguments
from proxy_core.cli.connect_arguments import ConnectOptions


def test_what_was_given_is_understood() -> None:
    assert parse_arguments(["connect"]).connect == ConnectOptions()
    given = parse_arguments(["connect", "zed", "--apply", "--model", "m", "--json"])
    assert given.command == "connect"
    assert given.connect == ConnectOptions("zed", "apply", "m")
    assert given.json
    assert parse_arguments(["connect", "zed", "--undo"]).connect.action == "undo"


def test_another_command_has_none_of_it() -> None:
    assert parse_arguments(["token", "show"]).connect == ConnectOptions()
