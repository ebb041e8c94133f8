"""What stands behind `pollux connect` on the command line."""

import argparse
from dataclasses import dataclass
from typing import Literal, TypeAlias

ConnectAction: TypeAlias = Literal["show", "apply", "undo"]


@dataclass(frozen=True, slots=True)
class ConnectOptions:
    """A `connect` command, understood."""

    tool: str = ""
    "Its id; empty: all tools are listed."
    action: ConnectAction = "show"
    model: str = ""
    "The model to name in the settings; empty: the usual one."


def add_connect(parser: argparse.ArgumentParser) -> None:
    """Gives the parser of `connect` its options."""
    parser.add_argument(
        "tool", nargs="?", default="", metavar="TOOL", help="its id; without one all are listed"
    )
    parser.add_argument("--model", default="", help="the model to name, instead of the usual one")
    parser.add_argument("--json", action="store_true", help="print JSON")
    actions = parser.add_mutually_exclusive_group()
    actions.add_argument(
        "--apply",
        dest="connect_action",
        action="store_const",
        const="apply",
        default="show",
        help="write the tool's settings file, with a backup",
    )
    actions.add_argument(
        "--undo",
        dest="connect_action",
        action="store_const",
        const="undo",
        help="take back what --apply wrote",
    )


def connect_options(given: argparse.Namespace) -> ConnectOptions:
    """What was given; the defaults for another command."""
    if given.command != "connect":
        return ConnectOptions()
    return ConnectOptions(given.tool, given.connect_action, given.model)
