"""Terminal commands: arguments in, exit codes out.

0 fine, 1 a check or a request failed, 2 wrong usage or settings, 3 the port is taken, 4 the
credential store cannot be opened.
"""

import gc
import sys
from collections.abc import Sequence

from proxy_core.cli.arguments import Arguments, parse_arguments, read_settings
from proxy_core.cli.pretend import MakeGoogle
from proxy_core.settings import SettingsProblem


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
    except KeyboardInterrupt:
        return 130


def _command(arguments: Arguments, make_google: MakeGoogle) -> int:
    # Each command imports what it needs: `--help` and `token` stay quick.
    match arguments.command:
        case "demo":
            from proxy_core.cli.demo import demo  # noqa: PLC0415

            return demo(arguments, make_google)
        case "token":
            from proxy_core.cli.token import token  # noqa: PLC0415

            return token(arguments.action, read_settings(arguments), as_json=arguments.json)
        case _:
            # Loading the engine makes no garbage, and looking for it costs a tenth of the start;
            # `settle_collector` switches the collector on again.
            gc.disable()
            from proxy_core.cli.headless import headless  # noqa: PLC0415

            return headless(read_settings(arguments))
