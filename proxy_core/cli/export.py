"""`pollux accounts export`: every credential in one file, encrypted unless asked twice.

It reads the stores in this process, since secrets cross no HTTP route; only labels, which live
in the database, come from the engine.
"""

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from proxy_core import assembly
from proxy_core.cli.account_arguments import AccountOptions
from proxy_core.cli.arguments import Arguments
from proxy_core.cli.channel import open_channel
from proxy_core.cli.failure import STORE_CLOSED, WRONG_USAGE, CommandFailed
from proxy_core.cli.terminal import (
    ask,
    ask_hidden,
    cleaned,
    is_interactive,
    passphrase_of,
    say,
)
from proxy_core.credentials.model import Credential
from proxy_core.credentials.transfer import pack
from proxy_core.credentials.written import env_list
from proxy_core.disk import reason_of, write_atomically
from proxy_core.settings import Settings


def export(settings: Settings, arguments: Arguments) -> int:
    """Writes the file; returns the exit code. Raises CommandFailed."""
    options = arguments.accounts
    target = options.files[0]
    plain = options.plain > 0 or options.format == "env"
    _check(options, target, plain=plain)
    credentials = _credentials(settings, arguments)
    if not credentials:
        raise CommandFailed("There is no credential to export.")
    if plain:
        _confirm_plain(options)
    passphrase = None if plain else _passphrase(options)
    if options.format == "env":
        content = env_list(credentials).encode()
    else:
        content = pack(credentials, passphrase)
    _write(target, content)
    how = "in plain text" if plain else "encrypted"
    say(f"Credentials exported {how}: {len(credentials)}.")
    return 0


def _check(options: AccountOptions, target: str, *, plain: bool) -> None:
    if target != "-" and os.path.lexists(target) and not options.force:
        raise CommandFailed(f"{target} is there already.", "--force replaces it.", code=WRONG_USAGE)
    if target == "-" and sys.stdout.isatty() and options.plain < 2:
        raise CommandFailed(
            "An export to the terminal is shown on it.", "Name a file.", code=WRONG_USAGE
        )
    if plain and options.passphrase_file is not None:
        raise CommandFailed(
            "What is not encrypted takes no passphrase.",
            "Leave out --passphrase-file, or --plain and --format env.",
            code=WRONG_USAGE,
        )


def _credentials(settings: Settings, arguments: Arguments) -> Sequence[Credential]:
    """What the stores hold, without doubles, under the labels that the owner sees."""
    with open_channel(settings, arguments) as channel:
        channel.wait_for_credentials()
        if not channel.complete:
            raise CommandFailed("Nothing was written: it would not be all.", code=STORE_CLOSED)
        views = channel.get("/accounts")["credentials"]
        loaded = [store.load() for store in assembly.stores(settings)]
    labels = {view["id"]: view["label"] for view in views}
    found: dict[str, Credential] = {}
    for credential in (one for part in loaded for one in part.credentials):
        label = labels.get(credential.id, credential.label)
        found.setdefault(credential.id, replace(credential, label=label))
    unreadable = [bad for part in loaded for bad in part.unreadable]
    for bad in unreadable:
        say(f"{cleaned(bad.source)} is left out: {cleaned(bad.reason)}")
    if unreadable and not found:
        raise CommandFailed("No credential can be read.", code=STORE_CLOSED)
    return tuple(found.values())


def _confirm_plain(options: AccountOptions) -> None:
    if options.plain >= 2:
        return
    say("The file will hold every secret in plain text: whoever reads it can use your accounts.")
    if not is_interactive():
        raise CommandFailed(
            "Nothing was written: there is nobody to ask.",
            "--plain --plain says yes beforehand.",
            code=WRONG_USAGE,
        )
    if ask("Type plain to go on: ") != "plain":
        raise CommandFailed("Nothing was written.")


def _passphrase(options: AccountOptions) -> str:
    if options.passphrase_file is not None:
        return passphrase_of(options.passphrase_file)
    if not is_interactive():
        raise CommandFailed(
            "There is nobody to ask for a passphrase.", "Name --passphrase-file.", code=WRONG_USAGE
        )
    first = ask_hidden("Passphrase: ")
    if not first:
        raise CommandFailed("An empty passphrase protects nothing.")
    if ask_hidden("The same again: ") != first:
        raise CommandFailed("The two are not the same; nothing was written.")
    return first


def _write(target: str, content: bytes) -> None:
    if target == "-":
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    try:
        write_atomically(Path(target), content)
    except OSError as error:
        raise CommandFailed(f"{target} cannot be written: {reason_of(error)}.") from error
