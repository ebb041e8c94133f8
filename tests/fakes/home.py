"""A home of Pollux for tests of commands: its data folder, an engine, the simulated Google."""

import base64
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from proxy_core.commands import Commands, ImportFile, ImportReport, Refusal, RefusalCode
from proxy_core.credentials.model import AccountSecret, Credential
from proxy_core.engine.engine import Engine
from proxy_core.simulator import World
from proxy_core.snapshot import CredentialView
from tests.fakes.clock import FakeClock
from tests.fakes.google import google
from tests.fakes.pollux import pollux

VAULT_KEY = base64.b64encode(bytes(range(32))).decode()
_OUR_OWN = ("pollux.sqlite3", "instance.json", "bearer_token", ".")
"How names of files begin that hold no credential."


@dataclass(slots=True)
class Home:
    engine: Engine
    url: str
    world: World
    folder: Path
    clock: FakeClock

    @property
    def commands(self) -> Commands:
        return self.engine.commands

    @property
    def views(self) -> tuple[CredentialView, ...]:
        return self.engine.snapshot().credentials

    def view(self, credential_id: str) -> CredentialView:
        (found,) = [view for view in self.views if view.id == credential_id]
        return found

    def files(self) -> dict[str, bytes]:
        """What lies in the folder, but for what holds no credential."""
        return {
            path.name: path.read_bytes()
            for path in sorted(self.folder.glob("*"))
            if path.is_file() and not path.name.startswith(_OUR_OWN)
        }

    async def add(self, **given: Any) -> str:
        """The id of a new key of this project (`project`), or of the given `key`."""
        key = given.pop("key", None) or self.world.add_key(given.pop("project", "p1"))
        report = await self.commands.add_keys(key, **given)
        (item,) = report.items
        assert item.outcome == "added", item
        return str(item.id)

    def account(self) -> Credential:
        """The only Google account of the stores."""
        found = [
            one
            for one in self.engine._parts.keeper.credentials
            if isinstance(one.secret, AccountSecret)
        ]
        (only,) = found
        return only

    def refresh_token(self) -> str:
        """Of the only Google account."""
        secret = self.account().secret
        assert isinstance(secret, AccountSecret)
        return secret.refresh_token.get_secret_value()

    async def take_in(self, content: object, name: str = "a.json", **more: Any) -> ImportReport:
        return await self.commands.import_files([file(content, name)], **more)

    @contextmanager
    def refuses(self, code: RefusalCode, says: str = "") -> Iterator[None]:
        """The block is refused so, and nothing has changed after it."""
        before = self.files(), self.views
        with pytest.raises(Refusal) as caught:
            yield
        assert says in caught.value.sentence
        assert caught.value.code == code, caught.value.sentence
        assert (self.files(), self.views) == before


def file(content: object, name: str = "a.json") -> ImportFile:
    """A file of JSON, or of the text or bytes that `content` is."""
    if isinstance(content, bytes):
        return ImportFile(name, content)
    text = content if isinstance(content, str) else json.dumps(content)
    return ImportFile(name, text.encode())


@asynccontextmanager
async def at_home(
    folder: Path,
    world: World | None = None,
    credentials: Sequence[dict[str, Any]] | None = None,
    *,
    clock: FakeClock | None = None,
    toml: Path | None = None,
    **settings: str,
) -> AsyncIterator[Home]:
    """credentials: those of CREDENTIALS_JSON_LIST; None: the folder's. toml: settings.toml.

    settings: by variable.
    """
    clock, world = clock or FakeClock(), world or World()
    given = {"PERSISTENT_STORAGE_PATH": str(folder), **settings}
    if credentials is None:
        given["CREDENTIALS_JSON_LIST"] = ""
    async with (
        google(world, clock.now) as fake,
        pollux(
            fake.base_url, credentials or (), clock=clock, pace=None, toml=toml, **given
        ) as running,
    ):
        yield Home(running.engine, running.url, world, folder, clock)


def with_vault(
    folder: Path, world: World, key: str = VAULT_KEY
) -> AbstractAsyncContextManager[Home]:
    """As `at_home`, with a vault for new credentials; `folder` must be the platform's."""
    return at_home(folder, world, PERSISTENT_STORAGE_PATH="", POLLUX_VAULT_KEY=key)


async def unreachable() -> str:
    """An address that nobody listens on."""
    async with google() as fake:
        return fake.base_url
