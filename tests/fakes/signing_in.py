"""Sign-ins against a pretend Google, without the rest of the engine."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp

from proxy_core.clock import Clock, SystemClock
from proxy_core.commands import SignInRequest, SignInStatus, SignInView
from proxy_core.credentials.consent import Route
from proxy_core.credentials.model import AccountSecret, Credential
from proxy_core.engine.sign_in import SignIns
from proxy_core.engine.sign_in_checks import Addresses
from proxy_core.events import Bus, Event, SignInChanged
from tests.fakes.accounts import FakeAccounts
from tests.fakes.consenting import consented

PAGE_URL = "http://127.0.0.1:4711"
DOMAIN_NAME = "https://pollux.example"


@dataclass(slots=True)
class SigningIn:
    """Running sign-ins, and what they published."""

    sign_ins: SignIns
    accounts: FakeAccounts
    events: list[SignInChanged] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self, event: Event) -> None:
        assert isinstance(event, SignInChanged)
        self.events.append(event)
        self.changed.set()

    async def until(self, status: SignInStatus) -> None:
        """Waits for the latest event to tell of this state."""
        async with asyncio.timeout(10):
            while not self.events or self.events[-1].status != status:
                self.changed.clear()
                await self.changed.wait()

    async def pasted(self, request: SignInRequest) -> SignInView:
        """A sign-in whose owner consents at once and pastes the redirect's address."""
        begun = await self.sign_ins.begin_sign_in(request)
        return await self.sign_ins.paste_redirect(begun.id, await consented(begun.url))


@asynccontextmanager
async def signing_in(
    base_url: str,
    accounts: FakeAccounts | None = None,
    clock: Clock | None = None,
    domain_name: str = DOMAIN_NAME,
    host: str = "127.0.0.1",
) -> AsyncIterator[SigningIn]:
    accounts, bus = accounts or FakeAccounts(), Bus()
    async with aiohttp.ClientSession() as session:
        sign_ins = SignIns(
            accounts=accounts,
            session=session,
            clock=clock or SystemClock(),
            bus=bus,
            route=Route(base_url, None, "pollux/test"),
            addresses=Addresses(lambda: PAGE_URL, domain_name, host),
        )
        running = SigningIn(sign_ins, accounts)
        bus.subscribe(running.note)
        try:
            yield running
        finally:
            await sign_ins.close()


def secret_of(credential: Credential) -> AccountSecret:
    assert isinstance(credential.secret, AccountSecret)
    return credential.secret
