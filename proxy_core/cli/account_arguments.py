"""The command line of `pollux accounts`: its actions, their options, their help."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, TypeAlias

AccountAction: TypeAlias = Literal[
    "list",
    "add",
    "add-key",
    "import",
    "export",
    "enable",
    "disable",
    "clear",
    "rename",
    "remove",
    "check",
    "vertex",
]
Parsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - it has no other name

ID_HELP = "id or label of `accounts list`, or the first characters of either"


@dataclass(frozen=True, slots=True)
class AccountOptions:
    """What stood behind `pollux accounts`. A field that an action does not know stays as here."""

    accounts_action: AccountAction = "list"
    ids: tuple[str, ...] = ()
    label: str | None = None
    project: str | None = None
    keys: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    "`-` is standard input, or output of an export."
    passphrase_file: Path | None = None
    format: Literal["file", "env"] = "file"
    plain: int = 0
    "How often `--plain` was given."
    force: bool = False
    vertex: bool = False
    browser: bool = True
    again: str | None = None
    client: Path | None = None
    location: str = "global"
    off: bool = False
    yes: bool = False
    revoke: bool = False


def account_options(given: argparse.Namespace) -> AccountOptions:
    known = {field.name for field in fields(AccountOptions)}
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in vars(given).items()
        if name in known
    }
    return AccountOptions(**values)


def add_accounts(parser: argparse.ArgumentParser, add_common: Callable[..., None]) -> None:
    """Fills the parser of `accounts`. add_common: adds the options that every command knows."""
    actions = parser.add_subparsers(dest="accounts_action", metavar="ACTION", required=True)
    for add in (
        _add_list,
        _add_sign_in,
        _add_keys,
        _add_import,
        _add_export,
        _add_switches,
        _add_vertex,
    ):
        add(actions)
    for action in actions.choices.values():
        add_common(action, suppressed=True)


def _action(
    actions: Parsers, name: str, what: str, *, more: str = "", json: bool = False
) -> argparse.ArgumentParser:
    parser = actions.add_parser(
        name,
        help=what,
        description=f"{what[0].upper()}{what[1:]}.",
        epilog=more,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    if json:
        parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _add_list(actions: Parsers) -> None:
    _action(actions, "list", "show all credentials and what each needs", json=True)
    check = _action(actions, "check", "ask Google with one credential, or with each", json=True)
    check.add_argument("ids", nargs="*", metavar="ID", help=ID_HELP)


def _add_sign_in(actions: Parsers) -> None:
    add = _action(
        actions,
        "add",
        "sign a Google account in, with the browser",
        json=True,
        more=(
            "examples:\n"
            "  pollux accounts add --client ~/Downloads/client_secret_123.json\n"
            "  pollux accounts add --project my-project\n"
            "  pollux accounts add --no-browser      on a host without a browser"
        ),
    )
    add.add_argument("--project", metavar="ID", help="project to use; without it, it is found out")
    add.add_argument("--vertex", action="store_true", help="for Vertex AI too, which is billed")
    add.add_argument(
        "--no-browser",
        dest="browser",
        action="store_false",
        help="print the URL, and take the address back that the browser ended on",
    )
    add.add_argument("--again", metavar="ID", help=f"sign in again: {ID_HELP}")
    add.add_argument(
        "--client", type=Path, metavar="FILE", help="import this client_secret_*.json first"
    )


def _add_keys(actions: Parsers) -> None:
    keys = _action(
        actions,
        "add-key",
        "add API keys",
        json=True,
        more=(
            "examples:\n"
            "  pollux accounts add-key                     asks for the key and hides it\n"
            "  pollux accounts add-key < keys.txt          one a line\n"
            "  pollux accounts add-key KEY --label home    stays in the shell's history"
        ),
    )
    keys.add_argument(
        "keys", nargs="*", metavar="KEY", help="without one: from standard input, or asked for"
    )
    keys.add_argument("--label", help="a name for a single key")
    keys.add_argument("--project", metavar="ID", help="the project of a single key")


def _add_import(actions: Parsers) -> None:
    files = _action(
        actions,
        "import",
        "import credentials from files",
        json=True,
        more=(
            "Known are exports of Pollux, authorized-user and service-account JSON, arrays of\n"
            "them, API keys one a line, and client_secret_*.json (the OAuth client).\n\n"
            "examples:\n"
            "  pollux accounts import oauth_creds_*.json\n"
            "  pollux accounts import ~/old-proxy/credentials     the folder's .json and .txt files"
        ),
    )
    files.add_argument(
        "files", nargs="+", metavar="FILE", help="file or folder; - is standard input"
    )
    _add_passphrase(files, "of an encrypted export")


def _add_export(actions: Parsers) -> None:
    export = _action(
        actions,
        "export",
        "write all credentials to a file, encrypted",
        more=(
            "examples:\n"
            "  pollux accounts export pollux.export\n"
            "  pollux accounts export --format env --plain --plain pollux.env"
        ),
    )
    export.add_argument("files", nargs=1, metavar="FILE", help="- is standard output")
    export.add_argument(
        "--format",
        choices=("file", "env"),
        default="file",
        help="env: a line CREDENTIALS_JSON_LIST=… for another host, never encrypted",
    )
    export.add_argument(
        "--plain",
        action="count",
        default=0,
        help="not encrypted; given twice, it is not asked again",
    )
    export.add_argument("--force", action="store_true", help="replace the file if it is there")
    _add_passphrase(export, "to encrypt with")


def _add_passphrase(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument(
        "--passphrase-file",
        type=Path,
        metavar="FILE",
        help=f"its first line is the passphrase {what}; without it, it is asked for",
    )


def _add_switches(actions: Parsers) -> None:
    for name, what in (
        ("enable", "let credentials take part again"),
        ("disable", "keep credentials out of use"),
        ("clear", "forget cooldowns and refusals of credentials"),
    ):
        switch = _action(actions, name, what, json=True)
        switch.add_argument("ids", nargs="+", metavar="ID", help=ID_HELP)
    rename = _action(actions, "rename", "give a credential another label", json=True)
    rename.add_argument("ids", nargs=1, metavar="ID", help=ID_HELP)
    rename.add_argument("label", metavar="LABEL", help="empty: the label that Pollux gave")
    remove = _action(actions, "remove", "remove credentials from Pollux", json=True)
    remove.add_argument("ids", nargs="+", metavar="ID", help=ID_HELP)
    remove.add_argument("--yes", action="store_true", help="do not ask")
    remove.add_argument(
        "--revoke", action="store_true", help="also end Pollux's access at Google, where it is last"
    )


def _add_vertex(actions: Parsers) -> None:
    vertex = _action(
        actions,
        "vertex",
        "use credentials with Vertex AI, where every call is billed",
        json=True,
        more=(
            "They come after all credentials of the Gemini API. An account needs a sign-in that\n"
            "allows it: pollux accounts add --again ID --vertex\n\n"
            "examples:\n"
            "  pollux accounts vertex ID                       in the location global\n"
            "  pollux accounts vertex ID --location us-east1\n"
            "  pollux accounts vertex ID --off                 back to the Gemini API"
        ),
    )
    vertex.add_argument("ids", nargs="+", metavar="ID", help=ID_HELP)
    vertex.add_argument(
        "--location", default="global", help="global (the default), us, eu or a region"
    )
    vertex.add_argument("--off", action="store_true", help="use the Gemini API again")
