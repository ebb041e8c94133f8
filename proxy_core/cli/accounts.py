"""`pollux accounts …`: the pool from a terminal. Not here: signing in (`sign_in`), `export`."""

import base64
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from proxy_core.cli.account_arguments import AccountOptions
from proxy_core.cli.arguments import Arguments
from proxy_core.cli.channel import LONG_PATIENCE_S, Channel, Refused, account_path, open_channel
from proxy_core.cli.failure import FAILED, STORE_CLOSED, WRONG_USAGE, CommandFailed
from proxy_core.cli.tables import needs_owner, show_checks, show_credentials, show_import
from proxy_core.cli.terminal import (
    agrees,
    ask_hidden,
    cleaned,
    console,
    is_interactive,
    passphrase_of,
    print_json,
    read_stdin,
    say,
    spinner,
)
from proxy_core.commands import RefusalCode
from proxy_core.disk import reason_of
from proxy_core.settings import Settings

IMPORTED_SUFFIXES = frozenset({".json", ".txt"})
"Of files that are taken from a folder; a named file is always taken."


def accounts(settings: Settings, arguments: Arguments) -> int:
    """Carries out one action; returns the exit code. Raises CommandFailed."""
    options = arguments.accounts
    # What a person or a file has to say comes first: no engine is started for nothing.
    match options.accounts_action:
        case "add-key":
            prepared: Any = {"text": _keys(options), **_given(options)}
        case "import":
            prepared = _import_body(options)
        case _:
            prepared = {}
    with open_channel(settings, arguments) as channel:
        channel.wait_for_credentials()
        return _carry_out(channel, options, prepared, as_json=arguments.json)


def _carry_out(
    channel: Channel, options: AccountOptions, prepared: Mapping[str, Any], *, as_json: bool
) -> int:
    match options.accounts_action:
        case "list":
            return _list(channel, as_json=as_json)
        case "add-key":
            return _add(channel, "/accounts/keys", prepared, as_json=as_json)
        case "import":
            return _add(channel, "/accounts/import", prepared, as_json=as_json)
        case "check":
            return _check(channel, options.ids, as_json=as_json)
        case "remove":
            return _remove(channel, options, as_json=as_json)
        case "vertex":
            return _choose_service(channel, options, as_json=as_json)
        case _:
            return _change(channel, options, as_json=as_json)


# -- showing ----------------------------------------------------------------------------------


def _list(channel: Channel, *, as_json: bool) -> int:
    credentials = channel.get("/accounts")["credentials"]
    if as_json:
        print_json({"credentials": credentials})
    elif credentials or channel.complete:
        show_credentials(console(), credentials, time.time())
    unreadable = [view["state"] == "unreadable" for view in credentials]
    nothing_read = bool(unreadable) and all(unreadable)
    return STORE_CLOSED if nothing_read or not channel.complete else 0


def _check(channel: Channel, wanted: Sequence[str], *, as_json: bool) -> int:
    results = _checked(channel, wanted, as_json=as_json)
    if not (wanted or channel.complete):
        return STORE_CLOSED
    return 0 if all(result["ok"] for result in results) else FAILED


def _checked(channel: Channel, wanted: Sequence[str], *, as_json: bool) -> list[Mapping[str, Any]]:
    """What Google says of those that were named, else of all; shown."""
    results: list[Mapping[str, Any]] = []
    with spinner("Asking Google…"):
        paths = [account_path(view["id"], "/check") for view in found(channel, wanted)]
        for path in paths or ["/accounts/check"]:
            results += channel.post(path, patience_s=LONG_PATIENCE_S)["results"]
    if as_json:
        print_json({"results": results})
    elif results:
        show_checks(console(), results)
    elif channel.complete:
        say("There is no credential to check.")
    return results


# -- adding -----------------------------------------------------------------------------------


def _keys(options: AccountOptions) -> str:
    if options.keys:
        say("Note: keys on the command line stay in the shell's history.")
        return "\n".join(options.keys)
    if is_interactive():
        return ask_hidden("API key (not shown): ")
    return read_stdin().decode(errors="replace")


def _given(options: AccountOptions) -> dict[str, str]:
    return {
        name: value
        for name, value in (("label", options.label), ("project", options.project))
        if value is not None
    }


def _import_body(options: AccountOptions) -> dict[str, Any]:
    contents = [(name, content) for given in options.files for name, content in _files(given)]
    if not contents:
        raise CommandFailed("There is no .json or .txt file in this folder.")
    files = [
        {"name": name, "content": base64.b64encode(content).decode(), "encoding": "base64"}
        for name, content in contents
    ]
    if options.passphrase_file is not None:
        return {"files": files, "passphrase": passphrase_of(options.passphrase_file)}
    locked = next((name for name, content in contents if _needs_passphrase(content)), None)
    if locked is None:
        return {"files": files}
    return {"files": files, "passphrase": _passphrase(locked)}


def _passphrase(name: str) -> str:
    if not is_interactive():
        raise CommandFailed(f"{cleaned(name)} is encrypted.", "Name --passphrase-file.")
    return ask_hidden(f"Passphrase of {cleaned(name)}: ")


def _needs_passphrase(content: bytes) -> bool:
    from proxy_core.credentials.transfer import PassphraseNeeded, unpack  # noqa: PLC0415 - slow

    try:
        unpack(content, None)
    except PassphraseNeeded:
        return True
    return False


def _files(given: str) -> list[tuple[str, bytes]]:
    if given == "-":
        return [("standard input", read_stdin())]
    path = Path(given)
    try:
        if not path.is_dir():
            return [(path.name, path.read_bytes())]
        return [
            (file.name, file.read_bytes())
            for file in sorted(path.iterdir())
            if file.suffix.lower() in IMPORTED_SUFFIXES and file.is_file()
        ]
    except OSError as error:
        raise CommandFailed(f"{given} cannot be read: {reason_of(error)}.") from error


def _add(channel: Channel, path: str, body: Mapping[str, Any], *, as_json: bool) -> int:
    with spinner("Looking at them, and asking Google…"):
        report = channel.post(path, body, patience_s=LONG_PATIENCE_S)
    if as_json:
        print_json(report)
    else:
        show_import(console(), report)
    return FAILED if any(item["outcome"] == "refused" for item in report["items"]) else 0


# -- changing ---------------------------------------------------------------------------------


def _change(channel: Channel, options: AccountOptions, *, as_json: bool) -> int:
    changed: list[Mapping[str, Any]] = []
    for view in found(channel, options.ids):
        path = account_path(view["id"])
        match options.accounts_action:
            case "enable" | "disable" as action:
                now = channel.ask("PATCH", path, {"enabled": action == "enable"})
                done = f"{action}d"
            case "rename":
                now = channel.ask("PATCH", path, {"label": options.label or ""})
                done = f"is now called {cleaned(now['label'])}"
            case _:
                now = channel.post(f"{path}/clear")
                done = "cleared; what Google says next counts"
        changed.append(now)
        if not as_json:
            print(f"{_named(view)}: {done}")
    if as_json:
        print_json({"credentials": changed})
    return 0


def _choose_service(channel: Channel, options: AccountOptions, *, as_json: bool) -> int:
    named = found(channel, options.ids)
    for view in named:
        _give(channel, view, options)
        if not as_json:
            said = (
                "is used with the Gemini API again"
                if options.off
                else f"is used with Vertex AI in {options.location}, after all others; every call "
                "of it is billed"
            )
            print(f"{_named(view)}: {said}")
    results = _checked(channel, [view["id"] for view in named], as_json=as_json)
    # It is done, and stays so where Google could not be asked what it makes of it.
    return FAILED if any(needs_owner(result["state"]) for result in results) else 0


def _give(channel: Channel, view: Mapping[str, Any], options: AccountOptions) -> None:
    """To Vertex AI, or back to the Gemini API. Raises CommandFailed."""
    wanted = {"service": "vertex", "location": options.location}
    try:
        path = account_path(view["id"])
        channel.ask("PATCH", path, {"service": "gemini"} if options.off else wanted)
    except Refused as refused:
        if refused.slug != RefusalCode.SCOPE_MISSING:
            raise
        how = f"pollux accounts add --again {view['id']} --vertex"
        raise CommandFailed(refused.sentence, f"{refused.next_step}\n  {how}") from refused


def _remove(channel: Channel, options: AccountOptions, *, as_json: bool) -> int:
    named, removed = found(channel, options.ids), []
    if not (options.yes or is_interactive()):
        raise CommandFailed(
            "Nothing was removed: there is nobody to ask.", "Add --yes.", code=WRONG_USAGE
        )
    for view in named:
        removal = channel.get(account_path(view["id"], "/removal"))
        say(f"{_named(view)}: {cleaned(removal['sentence'])}")
        if not options.yes and not agrees("Remove it?"):
            say("Kept.")
            continue
        revoke = bool(removal["can_revoke"]) and (
            options.revoke or (not options.yes and agrees("Revoke its access at Google too?"))
        )
        query = "true" if revoke else "false"
        channel.ask("DELETE", account_path(view["id"], revoke=query))
        if options.revoke and not revoke:
            say("    Its access was not revoked: it is not the account's last credential here.")
        removed.append(view["id"])
        if not as_json:
            print(f"{_named(view)}: removed{' and revoked' if revoke else ''}")
    if as_json:
        print_json({"removed": removed})
    return 0


def _named(view: Mapping[str, Any]) -> str:
    return f"{cleaned(view['label'])} ({cleaned(view['id'])})"


def found(channel: Channel, wanted: Sequence[str]) -> list[Mapping[str, Any]]:
    """The credentials that were named, each once. Raises CommandFailed."""
    if not wanted:
        return []
    everything = channel.get("/accounts")["credentials"]
    views = [find(everything, name, complete=channel.complete) for name in wanted]
    return list({view["id"]: view for view in views}.values())


def find(
    credentials: Sequence[Mapping[str, Any]], name: str, *, complete: bool = True
) -> Mapping[str, Any]:
    """The credential with this id, this exact label, or the only one whose id or label begins so.

    A label begins with the account's e-mail address, unless its owner gave it another.

    complete: whether these are all. Raises CommandFailed.
    """
    exact = [view for view in credentials if view["id"] == name]
    labelled = [view for view in credentials if view["label"] == name]
    begun = [
        view
        for view in credentials
        if name and (view["id"].startswith(name) or view["label"].startswith(name))
    ]
    fitting = exact or labelled or begun
    if not fitting and not complete:
        raise CommandFailed(
            f"There is no credential {cleaned(name)!r} outside the vault, which is not open yet.",
            code=STORE_CLOSED,
        )
    if not fitting:
        raise CommandFailed(
            f"There is no credential {cleaned(name)!r}.", "`pollux accounts list` shows all."
        )
    if len(fitting) > 1:
        ids = ", ".join(cleaned(view["id"]) for view in fitting)
        raise CommandFailed(f"{cleaned(name)!r} means several credentials: {ids}.", "Name one.")
    return fitting[0]
