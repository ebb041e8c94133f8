"""The owner's commands about credentials: add, import, check, rename, switch, clear, remove.

What it changes goes to the stores first, then to the pool. A command that raises Refusal has
changed nothing, but for a removal whose revocation failed, and what a store took of several
before it failed. Not here: signing in (`sign_in`), reading files (`importing`).
"""

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

import aiohttp
from pydantic import SecretStr

from proxy_core.clock import Clock
from proxy_core.commands import (
    CheckResult,
    ImportedItem,
    ImportFile,
    ImportReport,
    Refusal,
    RefusalCode,
    Removal,
)
from proxy_core.credentials.grants import grant_of
from proxy_core.credentials.identity import is_owner, key_label
from proxy_core.credentials.model import AccountSecret, Credential, KeySecret, Secret, Service
from proxy_core.credentials.oauth_client import OAuthClient
from proxy_core.credentials.tokens import Authorizer
from proxy_core.credentials.transfer import pack
from proxy_core.credentials.vault import VaultStatus
from proxy_core.engine.checking import Checker
from proxy_core.engine.identifying import Identifier
from proxy_core.engine.importing import Reading, read_files, read_keys
from proxy_core.engine.keeping import Keeper
from proxy_core.engine.revoking import revoke_access
from proxy_core.engine.vertex_choice import NO_LOCATION, refuse_unfit
from proxy_core.events import Bus, CredentialsLoaded
from proxy_core.gemini.faults import Cause, Fault
from proxy_core.gemini.states import (
    CREDENTIAL_STATES,
    OF_THE_SIGN_IN,
    CredentialState,
    describe,
    describe_cause,
    state_of,
)
from proxy_core.memory import Memory, Notes
from proxy_core.pool.pool import Pool
from proxy_core.pool.standing import Member
from proxy_core.tasks import carry_through, in_thread, spawn

log = logging.getLogger(__name__)

LONGEST_LABEL = 200


@dataclass(slots=True, kw_only=True)
class Accounts:
    """The credentials as their owner handles them. Runs on the engine's loop."""

    keeper: Keeper
    pool: Pool
    authorizer: Authorizer
    checker: Checker
    identifier: Identifier
    session: aiohttp.ClientSession
    "Ours to use, not to close."
    memory: Callable[[], Memory]
    "Looked up at each use, since it is opened after the start."
    clock: Clock
    bus: Bus
    base_url: str | None
    _told_unwritten: bool = field(default=False, init=False)
    "Whether it was said that the database takes nothing."

    # -- what the stores hold --------------------------------------------------------------

    def take(self) -> None:
        """Makes what the stores hold the pool's."""
        self.pool.replace(self.keeper.credentials, self.memory().notes)
        count, bad = len(self.keeper.credentials), len(self.keeper.unreadable)
        self.bus.publish(CredentialsLoaded(self.clock.now(), count, bad))

    def of(self, subject: str | None, email: str | None, client_id: str) -> Sequence[Credential]:
        """Credentials of one account and OAuth client; they share one refresh token."""
        return [
            credential
            for credential in self.keeper.credentials
            if isinstance(secret := credential.secret, AccountSecret)
            and secret.client_id == client_id
            and is_owner(secret, subject, email)
        ]

    def by_id(self, credential_id: str) -> Credential | None:
        return next((c for c in self.keeper.credentials if c.id == credential_id), None)

    def sharing(self, project: str) -> Sequence[str]:
        """Labels of the credentials that use this project already."""
        unit = self.pool.units.get(project)
        return [member.label for member in unit.members] if unit is not None else []

    async def client(self) -> OAuthClient | None:
        return self.keeper.client

    async def keep(self, credentials: Sequence[Credential]) -> str:
        """Keeps what a sign-in gave, new or renewed, and puts it into rotation; names the store.

        Raises Refusal.
        """
        return await carry_through(self._keep(credentials), name="keep a sign-in")

    async def _keep(self, credentials: Sequence[Credential]) -> str:
        self.memory()  # raises before anything is changed
        store = await self._save(credentials)
        for credential in credentials:
            self.authorizer.forget(credential)
        self.take()
        for credential in credentials:
            self.checker.apply(credential, None)
        return store

    async def _save(self, credentials: Sequence[Credential]) -> str:
        try:
            return await self.keeper.save(credentials)
        except Refusal:
            self.take()  # of several, some may be kept
            raise

    async def vault_status(self) -> VaultStatus:
        """Whether the vault can be used; one that opens only now is taken."""
        before = self.keeper.credentials
        status = await self.keeper.vault_status()
        if self.keeper.credentials != before:
            self.take()
        return status

    # -- adding ----------------------------------------------------------------------------

    async def add_keys(self, text: str, label: str | None, project: str | None) -> ImportReport:
        if label is not None:
            label = _label(label)
        reading = read_keys(text, label, project)
        if not reading.credentials and not reading.refused:
            raise Refusal(RefusalCode.INVALID, "There is no API key in this text.")
        items, store = await self._add(reading)
        return reading.report(items, store)

    async def import_files(
        self, files: Sequence[ImportFile], passphrase: str | None
    ) -> ImportReport:
        reading = await in_thread(read_files, files, passphrase)
        items, store = await self._add(reading)
        for source, client, content in reading.clients:
            try:
                await self.keep_client(client, content)
            except Refusal as refusal:  # the credentials are kept already
                items.append(ImportedItem(source, "refused", reason=refusal.sentence))
            else:
                items.append(ImportedItem(source, "added", label="OAuth client"))
        return reading.report(items, store)

    async def keep_client(self, client: OAuthClient, content: bytes) -> None:
        """Keeps the owner's OAuth client. Raises Refusal."""
        await carry_through(self.keeper.save_client(client, content), name="keep a client")

    async def _add(self, reading: Reading) -> tuple[list[ImportedItem], str]:
        """What became of each credential, and where new ones are. Raises Refusal."""
        self.memory()  # raises before anything is asked
        self.keeper.refuse_unless_writable(reading.credentials)
        known = {credential.id: credential for credential in self.keeper.credentials}
        items = list(reading.refused)
        wanted: list[Credential] = []
        for given in reading.without_doubles():
            old = known.get(given.id)
            credential = _with_service_of(old, given)
            if old is not None and _says_no_more(old, credential):
                items.append(self._item(credential, "known"))
            else:
                wanted.append(credential)
                if old is not None:  # its grant is to be tried, not an access token beside it
                    self.authorizer.forget(credential)
        usable: list[tuple[Credential, Fault | None]] = []
        for credential, fault in await self._probed(wanted):
            reason = self._not_worth_keeping(credential, fault, known=credential.id in known)
            if reason:
                items.append(ImportedItem(credential.source, "refused", reason=reason))
                self.authorizer.forget(credential)
            else:
                usable.append((credential, fault))
        asked_for = {one.id for one in wanted if one.service is Service.VERTEX}
        billed = {one.id for one, _ in usable if one.service is Service.VERTEX} - asked_for
        store = await carry_through(self._put(usable, billed), name="add credentials")
        for credential, fault in usable:
            item = self._item(credential, "renewed" if credential.id in known else "added")
            reason = "" if fault is None else _reason(fault, credential)
            items.append(replace(item, reason=_BILLED if credential.id in billed else reason))
        return items, store

    async def _put(
        self, probed: Sequence[tuple[Credential, Fault | None]], billed: Collection[str]
    ) -> str:
        """Into store, notes and pool; names the store. Raises Refusal.

        billed: ids of keys that turned out to cost money, to be kept switched off.
        """
        memory = self.memory()
        store = await self._save([_unlabelled(credential) for credential, _ in probed])
        for credential, _ in probed:
            _note_label(credential, memory.notes)
        for id_ in billed:
            memory.notes.set_enabled(id_, enabled=False)
        self.take()
        for credential, fault in probed:
            self.checker.apply(credential, fault)
        await self._flush()
        return store

    async def _probed(
        self, credentials: Sequence[Credential]
    ) -> list[tuple[Credential, Fault | None]]:
        """Each as it is after Google was asked, which may have replaced its refresh token."""
        faults = await self.checker.probe_all(credentials)
        probed: list[tuple[Credential, Fault | None]] = []
        latest = map(self.keeper.renewals.latest, credentials)
        for one, fault in zip(latest, faults, strict=True):
            if (express := await self.checker.express(one, fault)) is not None:
                probed.append((express, None))
            elif fault is None:
                probed.append((await self.identifier.identified(one, self.of), fault))
            else:
                probed.append((one, fault))
        return probed

    def _not_worth_keeping(
        self, credential: Credential, fault: Fault | None, *, known: bool
    ) -> str:
        """Why, or nothing. known: there is another form of it already, which may well work."""
        if fault is None:
            return ""
        if not known:
            return _reason(fault, credential) if fault.cause in _NO_CREDENTIAL else ""
        if CREDENTIAL_STATES.get(fault.cause) in OF_THE_SIGN_IN:
            return _reason(fault, credential)
        proved = self.authorizer.ready(credential) is not None
        return "" if proved else "Google could not be asked; the one here stays."

    def _item(self, credential: Credential, outcome: str) -> ImportedItem:
        label = self._label_of(credential)
        return ImportedItem(credential.source, outcome, credential.id, label)  # type: ignore[arg-type]  # one of the literals

    def _label_of(self, credential: Credential) -> str:
        member = self.pool.members.get(credential.id)
        return credential.label if member is None else member.label

    def renew(self, credentials: Sequence[Credential], refresh_token: SecretStr) -> None:
        """Google gave a new refresh token in place of the one that these share."""
        self.keeper.renewals.add(credentials, refresh_token)
        spawn(self._renew(), name="keep a new refresh token")

    async def _renew(self) -> None:
        self.take()  # used at once, even if it cannot be written
        await self.keeper.keep_renewed()

    # -- the owner's notes -----------------------------------------------------------------

    async def enable(self, credential_id: str, *, enabled: bool) -> None:
        self._member(credential_id)
        self.memory().notes.set_enabled(credential_id, enabled=enabled)
        self.pool.enable(credential_id, enabled=enabled)
        await self._flush()

    async def clear(self, credential_id: str) -> None:
        member = self._member(credential_id)
        self.authorizer.forget(member.credential)
        self.pool.clear(credential_id)
        await self._flush()

    async def rename(self, credential_id: str, label: str) -> None:
        self._member(credential_id)
        self.memory().notes.set_label(credential_id, _label(label) or None)
        self.take()
        await self._flush()

    async def set_service(self, credential_id: str, service: Service, location: str) -> None:
        member = self._member(credential_id)
        chosen, unit = (service, location), member.unit
        if service is Service.VERTEX:
            refuse_unfit(member.credential, location)
        else:
            chosen = (service, NO_LOCATION)
        if chosen == (member.service, member.location):
            return
        own = self.by_id(credential_id)
        said = own is not None and chosen == (own.service, own.location)
        self.memory().notes.set_service(credential_id, None if said else chosen)
        self.take()
        if member.unit is unit and member.state is CredentialState.READY:
            self.pool.clear(credential_id)  # what rests in one place says nothing of another
        await self._flush()

    async def _flush(self) -> None:
        if not await self.memory().flush() and not self._told_unwritten:
            self._told_unwritten = True
            log.warning("the database takes nothing: changes hold only until Pollux ends")

    # -- removing --------------------------------------------------------------------------

    async def removal_of(self, credential_id: str) -> Removal:
        for bad in self.keeper.unreadable:
            if bad.id == credential_id:
                sentence = "What cannot be read is set aside under another name, not deleted."
                return Removal(credential_id, bad.source, False, sentence)  # noqa: FBT003
        member = self._member(credential_id)
        credential, secret = member.credential, member.credential.secret
        if not isinstance(secret, AccountSecret):
            sentence = "It is taken out of Pollux. At Google it goes on to exist."
            return Removal(credential_id, member.label, False, sentence)  # noqa: FBT003
        if sentence := self._others_use(credential):
            return Removal(credential.id, member.label, False, sentence)  # noqa: FBT003
        sentence = (
            "It is the account's last credential here, so its access may also be revoked at "
            "Google. That ends every sign-in of the account with this OAuth client's project, in "
            "other programs and on other computers too."
        )
        return Removal(credential.id, member.label, True, sentence)  # noqa: FBT003

    async def remove(self, credential_id: str, *, revoke: bool) -> None:
        await carry_through(self._remove(credential_id, revoke=revoke), name="remove a credential")

    async def _remove(self, credential_id: str, *, revoke: bool) -> None:
        removal = await self.removal_of(credential_id)
        if revoke and not removal.can_revoke:
            raise Refusal(RefusalCode.CONFLICT, f"Nothing was removed. {removal.sentence}")
        credential, memory = self.by_id(credential_id), self.memory()
        try:
            await self.keeper.delete([credential_id])
        except Refusal:
            self.take()  # one of two stores may have let it go
            raise
        # Again, and before anything else can happen: a sign-in may have been kept meanwhile.
        still_used = "" if credential is None else self._others_use(credential)
        if credential is not None:
            self.authorizer.forget(credential)
            self.pool.forget(credential_id)
            memory.notes.forget(credential_id)
        self.take()
        await self._flush()
        if revoke and still_used:
            raise Refusal(
                RefusalCode.CONFLICT,
                f"It was removed here, but its access was not revoked. {still_used}",
            )
        if revoke and credential is not None:
            await revoke_access(self.session, credential, self.base_url)

    def _others_use(self, credential: Credential) -> str:
        """Says which other credentials need the account's sign-in; empty where none does."""
        others = [
            self._label_of(one)
            for one in self.keeper.credentials
            if one.id != credential.id and _are_of_one_account(one.secret, credential.secret)
        ]
        if not others:
            return ""
        labels = ", ".join(others)
        return f"The account stays signed in at Google for its other credentials here: {labels}."

    # -- checking and handing out ----------------------------------------------------------

    async def check(self, credential_id: str | None) -> tuple[CheckResult, ...]:
        if credential_id is not None:
            self._member(credential_id)
        ids = [credential_id] if credential_id is not None else list(self.pool.members)
        return await self.checker.check(ids)

    async def export(self, passphrase: str | None) -> bytes:
        members = self.pool.members.values()
        labelled = [replace(member.credential, label=member.label) for member in members]
        return await in_thread(pack, labelled, passphrase)

    def _member(self, credential_id: str) -> Member:
        member = self.pool.members.get(credential_id)
        if member is None:
            if any(bad.id == credential_id for bad in self.keeper.unreadable):
                raise Refusal(
                    RefusalCode.CONFLICT, "This entry cannot be read; it can only be removed."
                )
            raise Refusal(
                RefusalCode.NOT_FOUND,
                "There is no credential with this id.",
                "The list of accounts shows the ids.",
            )
        return member


_NO_CREDENTIAL = frozenset({Cause.KEY_INVALID, Cause.KEY_RETIRED})
"What Google says of a key that is none; it is not worth keeping."


_BILLED = "This key is for Vertex AI, which is billed; enable it to use it."


def _reason(fault: Fault, credential: Credential) -> str:
    state, vertex = state_of(fault.cause), credential.service is Service.VERTEX
    words = describe_cause(fault.cause) if state is None else describe(state, fault, vertex=vertex)
    return words.sentence


def _with_service_of(old: Credential | None, new: Credential) -> Credential:
    """A pasted key does not say which service it is for; the one that is here knows."""
    if old is None or old.service is new.service or not isinstance(new.secret, KeySecret):
        return new
    if new.service is Service.VERTEX:
        return new
    return replace(new, service=old.service, location=old.location)


def _says_no_more(old: Credential, new: Credential) -> bool:
    same_project = new.project in (None, old.project)
    same_service = (new.service, new.location) == (old.service, old.location)
    return same_project and same_service and grant_of(old.secret) == grant_of(new.secret)


def _are_of_one_account(one: Secret, other: Secret) -> bool:
    if not isinstance(one, AccountSecret) or not isinstance(other, AccountSecret):
        return False
    return one.refresh_token == other.refresh_token or is_owner(one, other.subject, other.email)


def _label(text: str) -> str:
    """Raises Refusal."""
    label = text.strip()
    if len(label) > LONGEST_LABEL or not label.isprintable():
        raise Refusal(
            RefusalCode.INVALID,
            f"A label is one line of at most {LONGEST_LABEL} printable characters.",
        )
    return label


def _unlabelled(credential: Credential) -> Credential:
    """With the label that Pollux gives: the owner's lives in the notes, not in a store."""
    if not isinstance(credential.secret, KeySecret):
        return credential
    return replace(credential, label=key_label(credential.secret.key.get_secret_value()))


def _note_label(credential: Credential, notes: Notes) -> None:
    """A label that a file or form gave to a key, unless the owner gave another before."""
    given = credential.label != _unlabelled(credential).label
    if given and notes.label_of(credential.id) is None:
        notes.set_label(credential.id, credential.label)
