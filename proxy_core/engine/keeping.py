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
from typing import Literal, TypeAlias, TypeVar

from proxy_core.commands import Keeping, Refusal, RefusalCode
from proxy_core.credentials.model import AccountSecret, Credential, Unreadable
from proxy_core.credentials.oauth_client import OAuthClient, from_file, from_folder
from proxy_core.credentials.stores import (
    ENVIRONMENT,
    FOLDER,
    EnvironmentStore,
    FolderStore,
    Loaded,
    StoreFailed,
    WritableStore,
)
from proxy_core.credentials.vault import VAULT, Vault, VaultStatus
from proxy_core.disk import reason_of, write_atomically
from proxy_core.engine.renewals import Renewals
from proxy_core.tasks import in_thread

log = logging.getLogger(__name__)

T = TypeVar("T")
VaultState: TypeAlias = Literal["open", "waiting", "closed", "unused"]
KEYRING_PATIENCE_S = 5.0
CLIENT_FILE = "client_secret_imported.json"
"""Where an imported OAuth client is kept that the vault does not take. It is newer than one in the
vault, since a client that goes there takes its place."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where this owner's credentials may be."""

    folder: FolderStore
    path: Path
    "The data folder."
    vault: Vault
    environment: EnvironmentStore | None = None
    "Where it is set, it hides the other two."
    folder_first: bool = False
    "Whether the owner chose plain files for new credentials."


class Keeper:
    """All stores of one engine; every method runs on its loop."""

    def __init__(
        self, places: Places, find_client: Callable[[Path, OAuthClient | None], OAuthClient | None]
    ) -> None:
        """find_client: the owner's OAuth client, given data folder and imported one (blocks)."""
        self._places = places
        self._find_client = find_client
        self.renewals = Renewals()
        self._loaded: dict[str, Loaded] = {}
        self._begun = 0
        "How many readings of a store were begun."
        self._newest: dict[str, int] = {}
        "By store, the number of the reading that is in `_loaded`."
        self._told = ""
        "What was last said of refresh tokens that could not be written."
        self._in_vault: OAuthClient | None = None
        self._client: OAuthClient | None = None
        self._writing = asyncio.Lock()
        self.vault_opened = places.environment is not None
        self.vault_waits = False
        "Whether the keyring has kept us waiting, so that it should be shown."
        self._vault_problem: StoreFailed | None = None
        "Why the vault took no new credentials, when that was last tried."

    # -- reading ---------------------------------------------------------------------------

    @property
    def credentials(self) -> tuple[Credential, ...]:
        """Without doubles: the vault wins where both hold an id. With the newest refresh tokens."""
        found: dict[str, Credential] = {}
        for credential in chain.from_iterable(one.credentials for one in self._in_order()):
            found.setdefault(credential.id, credential)
        return tuple(map(self.renewals.latest, found.values()))

    @property
    def unreadable(self) -> tuple[Unreadable, ...]:
        found = chain.from_iterable(one.unreadable for one in self._in_order())
        return (*((_WAITING,) if self.vault_waits else ()), *found)

    @property
    def read_only(self) -> bool:
        return self._places.environment is not None

    @property
    def kept_in(self) -> str:
        """Where new credentials go, in words."""
        if self.read_only:
            return "nowhere: CREDENTIALS_JSON_LIST is only read"
        return "the vault" if self._vault_takes_new else f"files in {self._places.path}"

    def keeping(self) -> Keeping:
        """Where new credentials go, and how the vault stands; asks nobody."""
        state, sentence, next_step = self._vault_state()
        place: Literal["vault", "folder"] = VAULT if self._vault_takes_new else FOLDER
        return Keeping(
            ENVIRONMENT if self.read_only else place,
            state,
            sentence,
            next_step,
            read_only=self.read_only,
            folder=str(self._places.path),
        )

    def _vault_state(self) -> tuple[VaultState, str, str]:
        """With a sentence and a next step where something is wrong."""
        if self.read_only:
            return "unused", "", ""
        if not self.vault_opened:
            return "waiting", _WAITING.reason if self.vault_waits else "", ""
        if (problem := self._vault_problem) is not None:
            return "closed", f"{problem.sentence} {self._in_plain_files}", problem.next_step
        held = self._held(VAULT)
        if held.closed:
            reasons = (bad.reason for bad in held.unreadable)
            return "closed", " ".join((*reasons, self._in_plain_files)), ""
        return ("unused" if self._places.folder_first else "open"), "", ""

    @property
    def _in_plain_files(self) -> str:
        """What it means that the vault takes nothing."""
        count, where = len(self._held(FOLDER).credentials), self._places.path
        if not count:
            return f"New credentials go to plain files in {where}, which only you may read."
        lie = "1 credential lies" if count == 1 else f"{count} credentials lie"
        return f"So {lie} unencrypted in plain files in {where}, which only you may read."

    @property
    def _vault_takes_new(self) -> bool:
        closed = self._vault_problem is not None or self._held(VAULT).closed
        return self.vault_opened and not (closed or self._places.folder_first)

    def _held(self, name: str) -> Loaded:
        return self._loaded.get(name, Loaded())

    def _in_order(self) -> list[Loaded]:
        return [self._loaded[name] for name in _ORDER if name in self._loaded]

    async def read_files(self) -> None:
        """Reads everything but the vault; never raises."""
        if (environment := self._places.environment) is not None:
            self._loaded[environment.name] = await in_thread(environment.load)
        else:
            await self._read(self._places.folder)
        await self._find_again()

    async def read_vault(self) -> None:
        """Reads the vault; may take as long as the keyring asks its owner. Never raises."""
        if self.read_only:
            return
        await self._read(self._places.vault)
        if self._newer_in_folder():
            async with self._writing:
                await self._bring_newer_sign_ins()
        await self._read_client()
        if self._held(FOLDER).credentials and not self._places.folder_first:
            # Why they are in plain files is told for as long as they are.
            self._vault_problem = await in_thread(self._places.vault.look)
        self.vault_opened = True

    async def _read(self, store: WritableStore) -> None:
        """Reads a store. A late answer never undoes a newer one, nor a refusal a good one."""
        self._begun += 1
        number = self._begun
        loaded = await in_thread(store.load)
        before = self._held(store.name)
        refused = loaded.closed and store.name in self._loaded and not before.closed
        if number > self._newest.get(store.name, 0) and not refused:
            self._loaded[store.name] = loaded
            self._newest[store.name] = number

    async def _read_client(self) -> None:
        in_vault = await in_thread(self._places.vault.load_client)
        self._in_vault = self._in_vault or in_vault
        await self._find_again()

    def _newer_in_folder(self) -> list[Credential]:
        """Sign-ins that were kept as files while the vault, which has older ones, was closed."""
        in_vault = {one.id: _signed_in_at(one) for one in self._held(VAULT).credentials}
        return [
            one
            for one in self._held(FOLDER).credentials
            if one.id in in_vault and _signed_in_at(one) > in_vault[one.id]
        ]

    async def _bring_newer_sign_ins(self) -> None:
        """Into the vault, so that it may win. With the lock held."""
        if newer := self._newer_in_folder():
            try:
                await self._change(self._places.vault, self._places.vault.save, newer)
            except Refusal as refusal:
                log.warning("the vault keeps an older sign-in: %s", refusal.sentence)

    async def vault_status(self, patience_s: float = KEYRING_PATIENCE_S) -> VaultStatus:
        """Whether the vault can be used; waits some seconds for the keyring.

        One that was closed when it was read, and opens now, is read.
        """
        if self.read_only:
            return VaultStatus("none", "The vault is not used: CREDENTIALS_JSON_LIST is set.")
        try:
            async with asyncio.timeout(patience_s):
                status = await in_thread(self._places.vault.open)
        except TimeoutError:
            return VaultStatus(
                "closed",
                "The keyring does not answer; perhaps it waits for its password.",
                "Unlock it, or set POLLUX_VAULT_KEY.",
            )
        if status.state == "open" and self._held(VAULT).closed:
            await self.read_vault()
            self._vault_problem = None
        return await self._of_no_vault() if status.state == "none" else status

    async def _of_no_vault(self) -> VaultStatus:
        if self._places.folder_first:
            told = f"Credentials are kept as plain files in {self._places.path}, as was chosen."
            return VaultStatus("none", told)
        if (problem := await in_thread(self._places.vault.look)) is not None:
            told = f"{problem.sentence} {self._in_plain_files}"
            return VaultStatus("none", told, problem.next_step)
        return VaultStatus("none", "There is no vault yet: the first new credential makes it.")

    # -- writing ---------------------------------------------------------------------------

    async def save(self, credentials: Sequence[Credential]) -> str:
        """Keeps new credentials and newer forms of old ones; returns the new ones' store.

        An old one stays where it is. Raises Refusal; of several, some may be kept then.
        """
        self.refuse_unless_writable(credentials)
        async with self._writing:
            await self._write_renewed()
            credentials = [self.renewals.latest(one) for one in credentials]
            known = {credential.id: credential.store for credential in self.credentials}
            for store in self._stores():
                theirs = [one for one in credentials if known.get(one.id) == store.name]
                if theirs:
                    await self._change(store, store.save, theirs)
            new = [one for one in credentials if one.id not in known]
            return await self._save_new(new)

    async def _save_new(self, new: Sequence[Credential]) -> str:
        vault, folder = self._places.vault, self._places.folder
        if not new:
            return VAULT if self._vault_takes_new else FOLDER
        if self.vault_opened and not self._places.folder_first:
            was_closed = self._held(VAULT).closed
            try:
                await in_thread(vault.save, new)
            except StoreFailed as failure:
                self._vault_problem = failure
                log.warning("the vault takes no credentials (%s): files are used", failure.sentence)
            else:
                self._vault_problem = None
                await self._read(vault)
                if was_closed:
                    await self._bring_newer_sign_ins()
                    await self._read_client()
                return VAULT
        await self._change(folder, folder.save, new)
        return FOLDER

    async def keep_renewed(self) -> None:
        """Writes the refresh tokens that Google replaced, if a store has older ones yet.

        Never raises: they are used all the same, until Pollux ends.
        """
        if any(self._to_renew(name) for name in self._loaded):
            async with self._writing:
                await self._write_renewed()

    def _to_renew(self, name: str) -> list[Credential]:
        held = [(one, self.renewals.latest(one)) for one in self._held(name).credentials]
        return [latest for one, latest in held if latest is not one]

    async def _write_renewed(self) -> None:
        """With the lock held, so that only what still has the old grant gets the new one."""
        told = ""
        if listed := self._to_renew(ENVIRONMENT):
            told = f"{_labels(listed)}: CREDENTIALS_JSON_LIST is only read. "
        for store in self._stores():
            if newer := self._to_renew(store.name):
                try:
                    await self._change(store, store.save, newer)
                except Refusal as refusal:
                    told += f"{_labels(newer)}: {refusal.sentence} "
        if told and told != self._told:
            log.error("refresh tokens that Google replaced could not be kept yet: %s", told.strip())
        self._told = told

    async def delete(self, ids: Collection[str]) -> None:
        """Takes credentials out of every store; what is unreadable is set aside. Raises Refusal."""
        self.refuse_unless_writable(ids)
        async with self._writing:
            for store in self._stores():
                loaded = self._held(store.name)
                theirs = {one.id for one in loaded.credentials} | {
                    bad.id for bad in loaded.unreadable
                }
                if theirs & set(ids):
                    await self._change(store, store.delete, ids)

    async def _change(self, store: WritableStore, act: Callable[[T], None], what: T) -> None:
        try:
            await in_thread(act, what)
        except StoreFailed as failure:
            raise _refusal(failure) from failure
        finally:
            await self._read(store)  # after a failure too: some of it may be done

    def _stores(self) -> tuple[WritableStore, WritableStore]:
        return self._places.vault, self._places.folder

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
        async with self._writing:
            if await self._vault_takes_client(client):
                await self._on_disk(_unlink, self._places.path / CLIENT_FILE)
            else:
                await self._on_disk(write_atomically, self._places.path / CLIENT_FILE, content)
            await self._find_again()

    async def _vault_takes_client(self, client: OAuthClient) -> bool:
        if self._places.folder_first:
            return False
        try:
            await in_thread(self._places.vault.save_client, client)
        except StoreFailed as failure:
            log.warning("the vault does not take the OAuth client: %s", failure.sentence)
            return False
        self._in_vault = client
        return True

    async def forget_client(self) -> None:
        """Forgets the imported client, wherever it is. Raises Refusal."""
        async with self._writing:
            if self._in_vault is None:
                await self._refuse_owners_file()
            else:
                try:
                    await in_thread(self._places.vault.delete_client)
                except StoreFailed as failure:
                    raise _refusal(failure) from failure
                self._in_vault = None
            await self._on_disk(_unlink, self._places.path / CLIENT_FILE)
            await self._find_again()

    async def _refuse_owners_file(self) -> None:
        """Raises Refusal where the client in use is a file that the owner put there."""
        found = await in_thread(from_folder, self._places.path)
        if found is not None and found[1] == self._client and found[0].name != CLIENT_FILE:
            raise Refusal(
                RefusalCode.READ_ONLY,
                f"The OAuth client is your file {found[0].name}, which Pollux only reads.",
                f"Delete it in {self._places.path}.",
            )

    async def _find_again(self) -> None:
        self._client = await in_thread(self._find)

    def _find(self) -> OAuthClient | None:
        path = self._places.path
        return self._find_client(path, from_file(path / CLIENT_FILE, "imported") or self._in_vault)

    async def _on_disk(self, act: Callable[..., None], *arguments: object) -> None:
        try:
            await in_thread(act, *arguments)
        except OSError as error:
            raise Refusal(
                RefusalCode.STORE_FAILED,
                f"The data folder cannot be written: {reason_of(error)}.",
                "Free some space or mend the folder's permissions, then try again.",
            ) from error


_WAITING = Unreadable(
    VAULT,
    "vault",
    "The keyring has not answered yet; perhaps it waits for its password. Unlock it.",
)
_ORDER = (ENVIRONMENT, VAULT, FOLDER)


def _refusal(failure: StoreFailed) -> Refusal:
    return Refusal(RefusalCode.STORE_FAILED, failure.sentence, failure.next_step)


def _labels(credentials: Sequence[Credential]) -> str:
    return ", ".join(one.label for one in credentials)


def _signed_in_at(credential: Credential) -> float:
    secret = credential.secret
    return (secret.signed_in_at or 0.0) if isinstance(secret, AccountSecret) else 0.0


def _unlink(path: Path) -> None:
    path.unlink(missing_ok=True)
