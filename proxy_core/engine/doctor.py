"""Checks what Pollux stands on, and says what to do where something is wrong.

Settings, port, data folder, vault, OAuth client, credentials; clock and Google are
`reachability`'s. It looks and changes nothing. Not here: asking Google with a credential
(`check`).
"""

import asyncio
import errno
import os
import shlex
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from proxy_core.clock import Clock
from proxy_core.commands import Finding, OAuthClientView
from proxy_core.credentials.vault import VaultStatus
from proxy_core.disk import reason_of
from proxy_core.engine import reachability
from proxy_core.engine.findings import fine, note, wrong
from proxy_core.engine.live_settings import families_of
from proxy_core.gemini.states import CredentialState
from proxy_core.ports import bind_failure, holder, next_free
from proxy_core.server import bearer
from proxy_core.settings import SETTINGS, Settings, SettingsProblem, Source, read
from proxy_core.snapshot import CredentialView
from proxy_core.tasks import in_thread

LEAST_FREE_BYTES = 50 * 1_048_576
MOST_NAMED = 10
"Credentials, and files, that are named one by one."
SECRET_FILES = ("*.json", "api_keys.txt", "vault*", bearer.FILE, "*.damaged-*")
WORKING = frozenset({CredentialState.READY, CredentialState.BUSY})
WELL = WORKING | {CredentialState.DISABLED}
"States in which the owner need not do anything."


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorInputs:
    """What is examined."""

    settings: Settings
    listens_at: str | None
    "Base URL of a running proxy; None: this engine serves one command, and PORT is looked at."
    folder: Path
    "The data folder."
    database_problem: str | None
    "Why nothing is remembered over a restart; None: it is."
    vault: VaultStatus
    "Told by whoever opens it."
    client: OAuthClientView
    credentials: Sequence[CredentialView]
    google: reachability.Way
    clock: Clock


async def examine(inputs: DoctorInputs) -> tuple[Finding, ...]:
    """Every finding, good and bad, in a fixed order. Takes seconds where Google is silent."""
    accounts = any(one.kind == "account" for one in inputs.credentials)
    look_around = in_thread(_look_around, inputs)
    look_out = reachability.look_at_google(inputs.google, inputs.clock, accounts=accounts)
    here, there = await asyncio.gather(look_around, look_out)
    return (
        *here,
        _vault(inputs.vault),
        _client(inputs.client),
        *_credentials(inputs.credentials),
        *there,
    )


def _look_around(inputs: DoctorInputs) -> list[Finding]:
    """The checks that read files and try the port; blocks."""
    try:
        configured = read(inputs.settings.origin)
        families_of(configured)
    except SettingsProblem as problem:
        configured = inputs.settings
        first = wrong(
            "settings",
            f"The settings cannot be read any more: {problem}.",
            "Correct it there; the next start would fail.",
        )
    else:
        first = fine("settings", f"The settings can be used; {_sources(configured)}.")
    return [
        first,
        *unusual(inputs.settings),
        _port(configured, inputs.listens_at),
        *_data_folder(inputs),
    ]


# -- settings ----------------------------------------------------------------------------------


def unusual(settings: Settings) -> Iterator[Finding]:
    """What an owner should know of the settings, since it is easily forgotten."""
    if settings.debug and not settings.debug_redact_logs:
        yield wrong(
            "settings",
            "DEBUG_REDACT_LOGS=false: prompts and answers are written to the log.",
            "Take it out again when you have seen what you were looking for.",
        )
    if settings.google_api_base_url is not None:
        yield note(
            "settings",
            f"GOOGLE_API_BASE_URL: requests go to {settings.google_api_base_url}, not to Google.",
        )
    if settings.credentials_json_list is not None:
        yield note(
            "settings",
            "CREDENTIALS_JSON_LIST is set: credentials of vault and data folder are not used, "
            "and none can be added or removed here.",
        )
    for name in settings.set_but_later():
        yield wrong(
            "settings", f"{name} is set, but this version does not use it yet.", "Unset it."
        )


def _sources(settings: Settings) -> str:
    """Which settings come from where; names only."""
    by_source: dict[Source, list[str]] = {}
    for info in SETTINGS:
        if (source := settings.source(info.name)) is not Source.DEFAULT:
            by_source.setdefault(source, []).append(info.name)
    if not by_source:
        return "all have their defaults"
    return "; ".join(f"{source}: {', '.join(names)}" for source, names in by_source.items())


# -- port --------------------------------------------------------------------------------------


def _port(settings: Settings, listens_at: str | None) -> Finding:
    if listens_at is not None:
        return fine("port", f"Pollux listens at {listens_at}.")
    host, port = settings.host, settings.port
    if port == 0:
        return fine("port", "Pollux takes whichever port is free (PORT=0).")
    failure = bind_failure(host, port)
    if failure is None:
        return fine("port", f"Port {port} on {host} is free.")
    if failure.errno == errno.EADDRINUSE:
        by = f" by {who}" if (who := holder(port)) else ""
        free = next_free(host, port + 1)
        other = f", or use another: PORT={free}" if free else ""
        return wrong(
            "port",
            f"Port {port} on {host} is taken{by}.",
            f"Stop whoever holds it{other}.",
        )
    return wrong(
        "port",
        f"Pollux cannot listen on {host}:{port}: {reason_of(failure)}.",
        "Change HOST to an address of this computer (127.0.0.1 or 0.0.0.0)."
        if failure.errno != errno.EACCES
        else "Change PORT to one above 1023.",
    )


# -- data folder -------------------------------------------------------------------------------


def _data_folder(inputs: DoctorInputs) -> list[Finding]:
    folder = inputs.folder
    failure = _write_failure(folder)
    if isinstance(failure, FileNotFoundError):
        return [fine("data_folder", f"The data folder {folder} will be made when it is needed.")]
    if failure is not None:
        return [
            wrong(
                "data_folder",
                f"The data folder {folder} cannot be written: {reason_of(failure)}.",
                "Give the user that Pollux runs as the right to write there, "
                "or set PERSISTENT_STORAGE_PATH.",
            )
        ]
    problems = [
        found
        for found in (
            _open_files(inputs),
            _damaged(folder),
            _space(folder),
            _database(inputs.database_problem),
        )
        if found is not None
    ]
    return problems or [fine("data_folder", f"The data folder {folder} is in order.")]


def _write_failure(folder: Path) -> OSError | None:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return None
    except OSError as error:
        return error


def _open_files(inputs: DoctorInputs) -> Finding | None:
    """Files with secrets that others on this computer may read. Windows has other means."""
    if os.name != "posix":
        return None
    paths = {path for pattern in SECRET_FILES for path in inputs.folder.glob(pattern)}
    paths |= set(_settings_files_with_secrets(inputs.settings))
    found = sorted(path for path in paths if _is_open(path))
    if not found:
        return None
    named = found[:MOST_NAMED]
    command = f"chmod 600 {' '.join(shlex.quote(str(path)) for path in named)}"
    more = f" (and for {len(found) - len(named)} more)" if len(found) > len(named) else ""
    return wrong(
        "data_folder",
        f"Other users of this computer may read {len(found)} of your files with secrets.",
        f"Run{more}: {command}",
    )


def _settings_files_with_secrets(settings: Settings) -> Iterator[Path]:
    sources = {settings.source(info.name) for info in SETTINGS if info.secret}
    origin = settings.origin
    for source, path in ((Source.DOTENV, origin.dotenv), (Source.SETTINGS_FILE, origin.toml)):
        if source in sources and path is not None:
            yield path


def _is_open(path: Path) -> bool:
    try:
        return path.is_file() and bool(path.stat().st_mode & 0o077)
    except OSError:
        return False  # gone meanwhile, or a broken link


def _space(folder: Path, least_free_bytes: int = LEAST_FREE_BYTES) -> Finding | None:
    free_bytes = shutil.disk_usage(folder).free
    if free_bytes >= least_free_bytes:
        return None
    return wrong(
        "data_folder",
        f"The disk of the data folder has only {free_bytes // 1_048_576} MB left.",
        "Make room, or new credentials and the state of the pool cannot be kept.",
    )


def _damaged(folder: Path) -> Finding | None:
    """Files that were damaged and set aside, at whichever start that was."""
    names = sorted(path.name for path in folder.glob("*.damaged-*"))
    if not names:
        return None
    shown = ", ".join(names[:MOST_NAMED])
    return wrong(
        "data_folder",
        f"Damaged files were set aside in {folder}: {shown}.",
        "Restore them from a backup, or add again what they held; then delete them.",
    )


def _database(problem: str | None) -> Finding | None:
    if problem is None:
        return None
    return wrong(
        "data_folder",
        f"The database cannot be used, so a restart forgets cooldowns and usage: {problem}",
        "Mend it, or move it away: Pollux makes a new one at the next start.",
    )


# -- who we are at Google ----------------------------------------------------------------------


def _vault(vault: VaultStatus) -> Finding:
    told = {"open": fine, "none": note, "closed": wrong}[vault.state]
    return told("vault", vault.sentence, vault.next_step)


def _client(client: OAuthClientView) -> Finding:
    if client.ways:
        return fine("oauth_client", client.sentence, client.next_step)
    return note("oauth_client", client.sentence)  # nothing need be done: API keys need none


def _credentials(views: Sequence[CredentialView]) -> Iterator[Finding]:
    if not views:
        yield wrong(
            "credentials",
            "There are no credentials yet, so every request is refused.",
            "Add an API key, or sign in with Google.",
        )
        return
    counts = Counter(view.state for view in views)
    told = ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in counts.most_common())
    works = any(view.state in WORKING for view in views)
    what_to_do = "" if works else "Switch one on, add one, or see to those that follow."
    yield Finding("credentials", works, f"Credentials: {told}.", what_to_do)
    troubled = [view for view in views if view.state not in WELL]
    for view in troubled[:MOST_NAMED]:
        yield wrong("credentials", f"{view.label}: {view.sentence}", view.next_step)
    if (more := len(troubled) - MOST_NAMED) > 0:
        yield wrong(
            "credentials",
            f"{more} more cannot be used.",
            "The list of accounts shows them all.",
        )
