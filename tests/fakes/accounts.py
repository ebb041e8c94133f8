"""The engine's accounts as a sign-in sees them, in memory."""

import asyncio
from collections.abc import Sequence

from pydantic import SecretStr

from proxy_core.commands import Refusal
from proxy_core.credentials.identity import is_owner
from proxy_core.credentials.model import AccountSecret, Credential
from proxy_core.credentials.oauth_client import OAuthClient

CLIENT = OAuthClient("pretend-client", SecretStr("pretend-client-secret"), "installed", "imported")


class FakeAccounts:
    """Implements `sign_in.Accounts`."""

    def __init__(
        self, credentials: Sequence[Credential] = (), client: OAuthClient | None = CLIENT
    ) -> None:
        self.kept = {one.id: one for one in credentials}
        self.owners_client = client
        self.refusal: Refusal | None = None
        "What `keep` raises."
        self.saving = asyncio.Event()
        "Set when `keep` has begun."
        self.saved: asyncio.Event | None = None
        "What `keep` waits for."

    def of(self, subject: str | None, email: str | None, client_id: str) -> Sequence[Credential]:
        return [
            one
            for one in self.kept.values()
            if isinstance(one.secret, AccountSecret)
            and one.secret.client_id == client_id
            and is_owner(one.secret, subject, email)
        ]

    def by_id(self, credential_id: str) -> Credential | None:
        return self.kept.get(credential_id)

    def sharing(self, project: str) -> Sequence[str]:
        return [one.label for one in self.kept.values() if one.project == project]

    async def keep(self, credentials: Sequence[Credential]) -> str:
        if self.refusal is not None:
            raise self.refusal
        self.saving.set()
        if self.saved is not None:
            await self.saved.wait()
        self.kept |= {one.id: one for one in credentials}
        return "vault"

    async def client(self) -> OAuthClient | None:
        return self.owners_client
