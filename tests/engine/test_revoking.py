"""Google takes an account's access back, or the owner is told where to do it."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from proxy_core.commands import Refusal, RefusalCode
from proxy_core.credentials.model import Credential
from proxy_core.engine.revoking import revoke_access
from proxy_core.simulator import Reply
from tests.credentials.made_up import parse_one
from tests.fakes.google import FakeGoogle, google
from tests.fakes.home import unreachable

ADA = "ada@example.com"


@pytest.fixture
async def fake() -> AsyncIterator[FakeGoogle]:
    async with google() as running:
        running.world.add_account(ADA, "p1")
        yield running


def account(fake: FakeGoogle) -> Credential:
    return parse_one(fake.world.sign_in(ADA, "p1"))


async def revoke(credential: Credential, base_url: str) -> None:
    async with aiohttp.ClientSession() as session:
        await revoke_access(session, credential, base_url)


async def test_every_grant_of_the_account_ends(fake: FakeGoogle) -> None:
    one, _ = account(fake), account(fake)
    await revoke(one, fake.base_url)
    assert all(grant.revoked for grant in fake.world.grants.values())
    (sent,) = fake.world.requests
    assert (sent.method, sent.path, dict(sent.query)) == ("POST", "/revoke", {})


async def test_a_token_that_was_not_valid_any_more_is_as_good_as_revoked(fake: FakeGoogle) -> None:
    one = account(fake)
    await revoke(one, fake.base_url)
    await revoke(one, fake.base_url)


@pytest.mark.parametrize(
    "reply",
    [
        Reply.fault("token_server_error"),
        Reply.fault("too_many_token_requests_429"),
        Reply.raw(302, b"", location="http://127.0.0.1:1/"),
        Reply.reset(),
    ],
)
async def test_what_google_did_not_do_is_to_be_done_by_hand(fake: FakeGoogle, reply: Reply) -> None:
    fake.world.script(reply, action="revoke", times=None)
    one = account(fake)
    with pytest.raises(Refusal) as caught:
        await revoke(one, fake.base_url)
    assert caught.value.code == RefusalCode.UNAVAILABLE
    assert "https://myaccount.google.com/" in caught.value.next_step


async def test_without_a_network_it_is_to_be_done_by_hand(fake: FakeGoogle) -> None:
    with pytest.raises(Refusal, match="could not be asked"):
        await revoke(account(fake), await unreachable())
