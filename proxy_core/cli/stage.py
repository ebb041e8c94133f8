"""What the demos of terminal and window play on: a pretend Google and a home of its own.

Nothing of the owner's is read or written: a temporary folder, a random token, no keyring, and
neither environment nor settings files.
"""

import base64
import json
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from proxy_core.cli.pretend import MakeGoogle
from proxy_core.disk import write_atomically
from proxy_core.ports import next_free
from proxy_core.settings import Settings, load_settings
from proxy_core.tasks import in_thread

PORT = 7860
"Or the next free one."
HOST = "127.0.0.1"


class Stage(NamedTuple):
    """What the engine of a demo is built from."""

    settings: Settings
    token: str
    "The bearer token."


@asynccontextmanager
async def stage(make_google: MakeGoogle, given: Mapping[str, str]) -> AsyncIterator[Stage]:
    """A stage for as long as the block runs; the temporary folder is gone after it.

    given: settings that go before the demo's own, by variable. Raises SettingsProblem.
    """
    google, files = make_google()
    try:
        address = await google.start()
        home = await in_thread(_home, files)
        try:
            settings = await in_thread(_settings, address, home.name, given)
            yield Stage(settings, secrets.token_urlsafe(24))
        finally:
            await in_thread(home.cleanup)
    finally:
        await google.stop()


def _home(files: list[dict[str, Any]]) -> "TemporaryDirectory[str]":
    """A data folder with the accounts in it, and the OAuth client that they signed in with."""
    # Windows deletes no file that is still open; that must not hide why something failed.
    home = TemporaryDirectory(prefix="pollux-demo-", ignore_cleanup_errors=True)
    folder = Path(home.name)
    for file in files:
        name = f"oauth_creds_{file['account']}_{file['project_id']}.json"
        write_atomically(folder / name, json.dumps(file).encode())
    client = {name: files[0][name] for name in ("client_id", "client_secret")}
    write_atomically(folder / "client_secret_demo.json", json.dumps({"installed": client}).encode())
    return home


def _settings(google: str, folder: str, given: Mapping[str, str]) -> Settings:
    return load_settings(
        {
            "HOST": HOST,
            "PORT": str(next_free(HOST, PORT)),
            # So that no keyring is asked for a key; new credentials go to the folder anyway.
            "POLLUX_VAULT_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
            **given,
            "GOOGLE_API_BASE_URL": google,
            "PERSISTENT_STORAGE_PATH": folder,
        },
        {},
        None,
        None,
    )
