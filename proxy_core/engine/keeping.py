"""The credential stores as one: what they hold together, and where new credentials go.

New ones go to the vault where it opens and no storage path was chosen, else to the folder of
JSON files. Everything that reads or writes runs in threads, one write at a time. Not here: what
the pool makes of it (`accounts`), nor the stores themselves (`credentials`).
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TypeAlias

from proxy_core.commands import Refusal, RefusalCode
from proxy_core.credentials.model import Credential, Unreadable
from proxy_core.credentials.oauth_client import OAuthClient
from proxy_core.credentials.stores import EnvironmentStore, FolderStore, Loaded, StoreFailed
from proxy_core.credentials.vault import Vault, VaultStatus
from proxy_core.disk import write_atomically
from proxy_core.tasks import in_thread

log = logging.getLogger(__name__)

Writable: TypeAlias = Vault | FolderStore
KEYRING_PATIENCE_S = 5.0
CLIENT_FILE = "client_secret_imported.json"
"Where an imported OAuth client is kept when the vault does not open."


@dataclass(frozen=True, slots=True)
class Places:
    """Where this owner's credentials may be."""

    folder: FolderStore
    path: Path
    "The data folder."
    vault: Vault | None
    "None: there is none to be used."
    environment: EnvironmentStore | None = None
    "Where it is set, it hides the other two."
    folder_first: bool = False
    "Whether the owner chose plain files for new credentials."


class Keeper:
    """All stores of one engine; every method runs on its loop."""

    def __init__(
        self, places: Places, find_client: Callable[[Path, OAuthClient | None], OAuthClient | None]
    ) -> None:
        """find_client: the owner's OAuth client, given data folder and the vault's (blocks)."""
        self._places = places
        self._find_client = find_client
        self._loaded: dict[str, Loaded] = {}
        self._in_vault: OAuthClient | None = None
        self._client: OAuthClient | None = None
        self._writing = asyncio.Lock()
        self.vault_opened = places.vault is None or places.environment is not None
        self.vault_problem: StoreFailed | None = None
        "Why the vault took no new credentials, when that was last tried."

    # -- reading ---------------------------------------------------------------------------

    @property
    def credentials(self) -> tuple[Credential, ...]:
        """Without doubles: the vault wins where both hold an id."""
        found: dict[str, Credential] = {}
        for credential in chain.from_iterable(one.credentials for one in self._in_order()):
            found.setdefault(credential.id, credential)
        return tuple(found.values())

    @property
    def unreadable(self) -> tuple[Unreadable, ...]:
        return tuple(chain.from_iterable(one.unreadable for one in self._in_order()))

    @property
    def read_only(self) -> bool:
        return self._places.environment is not None

    @property
    def kept_in(self) -> str:
        """Where new credentials go, in words."""
        if self.read_only:
            return "nowhere: CREDENTIALS_JSON_LIST is only read"
        places = self._places
        if places.vault is None or places.folder_first or self.vault_problem is not None:
            return f"files in {places.path}"
        return "the vault"

    def _in_order(self) -> list[Loaded]:
        return [self._loaded[name] for name in _ORDER if name in self._loaded]

    async def read_files(self) -> None:
        """Reads everything but the vault; never raises."""
        if (environment := self._places.environment) is not None:
            self._loaded[environment.name] = await in_thread(environment.load)
        else:
            await self._read(self._places.folder)
        self._client = await in_thread(self._find_client, self._places.path, None)

    async def read_vault(self) -> None:
        """Reads the vault; may take as long as the keyring asks its owner. Never raises."""
        vault = self._places.vault
        if vault is None or self.read_only:
            return
        await self._read(vault)
        self._in_vault = await in_thread(vault.load_client)
        self._client = await in_thread(self._find_client, self._places.path, self._in_vault)
        self.vault_opened = True

    async def _read(self, store: Writable) -> None:
        self._loaded[store.name] = await in_thread(store.load)

    async def vault_status(self, patience_s: float = KEYRING_PATIENCE_S) -> VaultStatus:
        """Whether the vault can be used; waits some seconds for the keyring."""
        vault = self._places.vault
        if vault is None or self.read_only:
            return VaultStatus("none", "The vault is not used.")
        try:
            async with asyncio.timeout(patience_s):
                return await in_thread(vault.open)
        except TimeoutError:
            return VaultStatus(
                "closed",
                "The keyring does not answer; perhaps it waits for its password.",
                "Unlock it, or set POLLUX_VAULT_KEY.",
            )

    # -- writing ---------------------------------------------------------------------------

    async def save(self, credentials: Sequence[Credential]) -> str:
        """Keeps new credentials and newer forms of old ones; returns the new ones' store.

        An old one stays where it is. Raises Refusal; then nothing of a store is changed.
        """
        self.refuse_unless_writable(credentials)
        async with self._writing:
            known = {credential.id: credential.store for credential in self.credentials}
            for store in self._stores():
                theirs = [one for one in credentials if known.get(one.id) == store.name]
                if theirs:
                    await self._write(store, theirs)
            new = [one for one in credentials if one.id not in known]
            return await self._save_new(new)

    async def _save_new(self, new: Sequence[Credential]) -> str:
        vault, folder = self._places.vault, self._places.folder
        if vault is not None and not self._places.folder_first:
            if not new:
                return (vault if self.vault_problem is None else folder).name
            try:
                await in_thread(vault.save, new)
            except StoreFailed as failure:
                self.vault_problem = failure
                log.warning("the vault takes no credentials (%s): files are used", failure.sentence)
            else:
                self.vault_problem = None
                await self._read(vault)
                return vault.name
        if new:
            await self._write(folder, new)
        return folder.name

    async def delete(self, ids: Collection[str]) -> None:
        """Takes credentials out of every store; what is unreadable is set aside. Raises Refusal."""
        self.refuse_unless_writable(ids)
        async with self._writing:
            for store in self._stores():
                loaded = self._loaded.get(store.name, Loaded())
                theirs = {one.id for one in loaded.credentials} | {
                    bad.id for bad in loaded.unreadable
                }
                if theirs & set(ids):
                    try:
                        await in_thread(store.delete, ids)
                    except StoreFailed as failure:
                        raise _refusal(failure) from failure
                    await self._read(store)

    async def _write(self, store: Writable, credentials: Sequence[Credential]) -> None:
        try:
            await in_thread(store.save, credentials)
        except StoreFailed as failure:
            raise _refusal(failure) from failure
        await self._read(store)

    def _stores(self) -> list[Writable]:
        vault, folder = self._places.vault, self._places.folder
        return [folder] if vault is None else [vault, folder]

    def refuse_unless_writable(self, changes: Collection[object]) -> None:
        """Raises Refusal where there is something to change and nothing may be."""
        if self.read_only and changes:
            raise Refusal(
                RefusalCode.READ_ONLY,
                "The credentials come from CREDENTIALS_JSON_LIST, which Pollux only reads.",
                "Change them there, or unset it and import them.",
            )

    # -- the owner's OAuth client ----------------------------------------------------------

    @property
    def client(self) -> OAuthClient | None:
        return self._client

    async def save_client(self, client: OAuthClient, content: bytes) -> None:
        """Keeps an imported client: in the vault, else as the file that it was. Raises Refusal."""
        vault = self._places.vault
        async with self._writing:
            kept = False
            if vault is not None and not self._places.folder_first:
                try:
                    await in_thread(vault.save_client, client)
                    kept, self._in_vault = True, client
                except StoreFailed as failure:
                    if self._in_vault is not None:  # it would hide the newer one
                        raise _refusal(failure) from failure
                    log.warning("the vault does not take the OAuth client: %s", failure.sentence)
            if not kept:
                await self._on_disk(write_atomically, self._places.path / CLIENT_FILE, content)
            await self._find_again()

    async def forget_client(self) -> None:
        """Forgets the imported client, wherever it is. Raises Refusal."""
        async with self._writing:
            if self._in_vault is not None and self._places.vault is not None:
                try:
                    await in_thread(self._places.vault.delete_client)
                except StoreFailed as failure:
                    raise _refusal(failure) from failure
                self._in_vault = None
            await self._on_disk(_unlink, self._places.path / CLIENT_FILE)
            await self._find_again()

    async def _find_again(self) -> None:
        self._client = await in_thread(self._find_client, self._places.path, self._in_vault)

    async def _on_disk(self, act: Callable[..., None], *arguments: object) -> None:
        try:
            await in_thread(act, *arguments)
        except OSError as error:
            raise Refusal(
                RefusalCode.STORE_FAILED,
                f"The data folder cannot be written: {error.strerror or type(error).__name__}.",
                "Free some space or mend the folder's permissions, then try again.",
            ) from error


_ORDER = ("environment", "vault", "folder")


def _refusal(failure: StoreFailed) -> Refusal:
    return Refusal(RefusalCode.STORE_FAILED, failure.sentence, failure.next_step)


def _unlink(path: Path) -> None:
    path.unlink(missing_ok=True)
