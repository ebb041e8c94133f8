"""The command line, and the settings that follow from it."""

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from proxy_core import __version__
from proxy_core.cli.account_arguments import AccountOptions, account_options, add_accounts
from proxy_core.cli.connect_arguments import ConnectOptions, add_connect, connect_options
from proxy_core.settings import SETTINGS, Settings, load_owner_settings

Command: TypeAlias = Literal[
    "serve", "gen-creds", "demo", "accounts", "token", "status", "connect", "doctor"
]
TokenAction: TypeAlias = Literal["show", "rotate"]


@dataclass(frozen=True, slots=True)
class Arguments:
    """A command line, understood."""

    command: Command
    settings: Mapping[str, str] = field(default_factory=dict)
    "Settings named on the command line, by variable."
    env_file: Path | None = None
    config: Path | None = None
    once: bool = False
    "demo: stop after the requests."
    background: bool = False
    "Of the tray app: without showing its window."
    quit: bool = False
    "Only have the tray app that runs quit."
    action: TokenAction = "show"
    json: bool = False
    accounts: AccountOptions = field(default_factory=AccountOptions)
    "What stood behind `accounts`."
    connect: ConnectOptions = field(default_factory=ConnectOptions)
    "What stood behind `connect`."


def parse_arguments(argv: Sequence[str]) -> Arguments:
    """Understands a command line. Raises SystemExit as argparse does.

    Without a command it is the proxy: whoever wants a window was served before (`desktop`).
    """
    given = _parser().parse_args(argv)
    settings = {
        name: value
        for name, value in (
            ("HOST", given.host),
            ("PORT", given.port),
            ("LOG_LEVEL", given.log_level),
        )
        if value is not None
    }
    return Arguments(
        command=given.command or ("gen-creds" if given.gen_creds else "serve"),
        settings=settings,
        env_file=given.env_file,
        config=given.config,
        once=getattr(given, "once", False),
        background=given.background,
        quit=given.quit,
        action=getattr(given, "action", "show"),
        json=getattr(given, "json", False),
        accounts=account_options(given),
        connect=connect_options(given),
    )


def read_settings(arguments: Arguments) -> Settings:
    """Settings from the command line, the environment, `.env` and settings.toml."""
    env_file, here = arguments.env_file, Path(".env")
    if env_file is None and arguments.command in ("serve", "gen-creds") and here.exists():
        env_file = here
    return load_owner_settings(arguments.settings, os.environ, arguments.config, env_file)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="pollux",
        description="One local address for the Gemini API over all your accounts and keys.",
        epilog=_epilog(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"pollux {__version__}")
    parser.add_argument("--headless", action="store_true", help="run the proxy, without a window")
    parser.add_argument(
        "--gen-creds",
        action="store_true",
        help="run only the page that adds credentials, for a host without a desktop",
    )
    parser.add_argument(
        "--background", action="store_true", help="start in the tray, without showing the window"
    )
    parser.add_argument(
        "--quit", action="store_true", help="have the tray app that runs quit, and wait for that"
    )
    _add_common(parser)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    demo = _command(commands, "demo", "run on a simulated Google, without any account")
    demo.add_argument("--headless", action="store_true", help="without a window")
    demo.add_argument("--once", action="store_true", help="send the sample requests, then stop")
    accounts = _command(commands, "accounts", "add, show and change credentials")
    add_accounts(accounts, _add_common)
    token = _command(
        commands, "token", "show the bearer token that clients need, or make a new one"
    )
    token.add_argument(
        "action", choices=("show", "rotate"), help="print the token, or make a new one and print it"
    )
    status = _command(commands, "status", "show the running Pollux: its pool and counters")
    connect = _command(commands, "connect", "show or write the settings of tools that use Pollux")
    add_connect(connect)
    doctor = _command(commands, "doctor", "check settings, port, credentials, clock and network")
    for command in (token, status, doctor):
        command.add_argument("--json", action="store_true", help="print JSON")
    for command in (demo, accounts, token, status, connect, doctor):
        _add_common(command, suppressed=True)
    return parser


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, what: str
) -> argparse.ArgumentParser:
    return commands.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.")


def _add_common(parser: argparse.ArgumentParser, *, suppressed: bool = False) -> None:
    # Also behind the command; SUPPRESS keeps its absence there from undoing what stood before.
    default = argparse.SUPPRESS if suppressed else None
    parser.add_argument("--host", default=default, help="address that Pollux listens on")
    parser.add_argument("--port", default=default, help="port that Pollux listens on")
    parser.add_argument(
        "--log-level", metavar="LEVEL", default=default, help="debug, info, warning or error"
    )
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        default=default,
        help="settings in TOML, instead of settings.toml in the configuration folder",
    )
    parser.add_argument(
        "--env-file",
        type=Path,
        metavar="FILE",
        default=default,
        help="settings as NAME=value, instead of .env in this folder",
    )


def _epilog() -> str:
    width = max(len(info.name) for info in SETTINGS)
    lines = ["settings, from the environment or .env (POLLUX_<NAME> goes before <NAME>):"]
    lines += [f"  {info.name:<{width}}  {info.meaning}" for info in SETTINGS]
    return "\n".join(lines)
