"""Terminal commands: arguments in, exit codes out.

0 fine, 1 a check or a request failed, 2 wrong usage or settings, 3 the port or the data folder
is taken, 4 the credential store cannot be opened.
"""

import gc
import sys
from collections.abc import Sequence

from proxy_core.cli.arguments import Arguments, parse_arguments, read_settings
from proxy_core.cli.failure import WRONG_USAGE, CommandFailed
from proxy_core.cli.pretend import MakeGoogle
from proxy_core.settings import SettingsProblem, refuse_missing


def run(argv: Sequence[str], make_google: MakeGoogle) -> int:
    """Runs one command line; returns the exit code."""
    try:
        arguments = parse_arguments(argv)
    except SystemExit as end:  # argparse has said what is wrong, or printed what was asked for
        return end.code if isinstance(end.code, int) else 2
    try:
        return _command(arguments, make_google)
    except SettingsProblem as problem:
        print(f"pollux: {problem}", file=sys.stderr)
        return 2
    except CommandFailed as failed:
        for line in filter(None, (f"pollux: {failed.sentence}", failed.next_step)):
            print(line, file=sys.stderr)
        return failed.code
    except KeyboardInterrupt:
        print(file=sys.stderr)  # what the shell prints next begins a line
        return 130


def _command(arguments: Arguments, make_google: MakeGoogle) -> int:
    # Each command imports what it needs: `--help` and `token` stay quick.
    match arguments.command:
        case "serve" | "gen-creds":
            return _serve(arguments)
        case "demo":
            from proxy_core.cli.demo import demo  # noqa: PLC0415

            refuse_missing(arguments.config, arguments.env_file)
            return demo(arguments, make_google)
        case "token":
            from proxy_core.cli.token import token  # noqa: PLC0415

            return token(arguments.action, read_settings(arguments), as_json=arguments.json)
        case "status":
            from proxy_core.cli.status import status  # noqa: PLC0415

            return status(read_settings(arguments), as_json=arguments.json)
        case "connect":
            from proxy_core.cli.connect import connect  # noqa: PLC0415

            return connect(arguments)
        case "doctor":
            from proxy_core.cli.doctor import doctor  # noqa: PLC0415

            return doctor(arguments)
        case "accounts":
            return _accounts(arguments)


def _serve(arguments: Arguments) -> int:
    if arguments.quit:
        raise CommandFailed(
            "--quit is for the tray app.", "End a proxy without one by Ctrl-C.", code=WRONG_USAGE
        )
    settings = read_settings(arguments)
    # Loading the engine makes no garbage, and looking for it costs a tenth of the start;
    # `settle_collector` switches the collector on again.
    gc.disable()
    if arguments.command == "gen-creds":
        from proxy_core.cli.gen_creds import gen_creds  # noqa: PLC0415

        return gen_creds(settings)
    from proxy_core.cli.headless import headless  # noqa: PLC0415

    return headless(settings)


def _accounts(arguments: Arguments) -> int:
    settings = read_settings(arguments)
    match arguments.accounts.accounts_action:
        case "add":
            from proxy_core.cli.sign_in import sign_in  # noqa: PLC0415

            return sign_in(settings, arguments)
        case "export":
            from proxy_core.cli.export import export  # noqa: PLC0415

            return export(settings, arguments)
        case _:
            from proxy_core.cli.accounts import accounts  # noqa: PLC0415

            return accounts(settings, arguments)
