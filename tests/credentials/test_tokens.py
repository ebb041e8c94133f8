import asyncio
import dataclasses
import functools
import logging
from collections.abc import AsyncIterator, Sequence

import aiohttp
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import SecretStr

from proxy_core.credentials.model import Credential, Service
from proxy_core.credentials.tokens import Authorizer, Headers, TokenRefused, TokenUnavailable
from proxy_core.gemini.faults import Cause, Fault
from tests.credentials.made_up import (
    GRANT,
    PLANTED,
    RETRIEVER,
    StandingClock,
    TokenServer,
    account,
    api_key,
    service_account_secret,
    serving,
)

REVOKED = (400, {"error": "invalid_grant", "error_description": "Token has been expired."})
DOWN = (503, {"error": "temporarily_unavailable"})


def grant(number: int, **changes: object) -> tuple[int, dict[str, object]]:
    return 200, GRANT | {"access_token": f"ya29.{PLANTED}-{number}"} | changes


def bearer(number: int, project: str | None = "first-project") -> Headers:
    billed = (("x-goog-user-project", project),) if project else ()
    return (("Authorization", f"Bearer ya29.{PLANTED}-{number}"), *billed)


class Bench:
    """An authorizer before a scripted token endpoint."""

    def __init__(self, session: aiohttp.ClientSession, server: TokenServer) -> None:
        self.clock = StandingClock()
        self.server = server
        self.renewed: list[tuple[list[str], str]] = []
        self.refused: list[tuple[list[str], Cause]] = []
        self.authorizer = Authorizer(
            session,
            self.clock,
            server.url,
            on_new_refresh_token=self._note_renewal,
            on_refused=self._note_refusal,
        )

    def _note_renewal(self, credentials: Sequence[Credential], token: SecretStr) -> None:
        self.renewed.append(([one.id for one in credentials], token.get_secret_value()))

    def _note_refusal(self, credentials: Sequence[Credential], fault: Fault) -> None:
        self.refused.append(([one.id for one in credentials], fault.cause))

    @property
    def asked(self) -> int:
        return len(self.server.forms)

    async def settle(self) -> None:
        """Lets refreshes ahead of expiry come to their end."""
        for task in [t for t in asyncio.all_tasks() if t.get_name() == "refresh an access token"]:
            await task


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    server = TokenServer()
    server.gate.set()
    async with serving(server.handle) as url, aiohttp.ClientSession() as session:
        server.url = url
        made = Bench(session, server)
        yield made
        await made.authorizer.close()


async def test_an_api_key_needs_no_token(bench: Bench) -> None:
    assert bench.authorizer.ready(api_key()) == (("x-goog-api-key", f"AQ.{PLANTED}"),)
    assert await bench.authorizer.headers(api_key()) == bench.authorizer.ready(api_key())
    bench.authorizer.expire(api_key(), (("x-goog-api-key", f"AQ.{PLANTED}"),))
    assert bench.asked == 0


async def test_a_refresh_sends_what_google_asks_for_and_no_scope(bench: Bench) -> None:
    one = account()
    assert bench.authorizer.ready(one) is None
    assert await bench.authorizer.headers(one) == bearer(1)
    assert bench.server.forms == [
        {
            "grant_type": "refresh_token",
            "client_id": "made-up-client",
            "client_secret": f"{PLANTED}-client",
            "refresh_token": f"1//{PLANTED}-refresh",
        }
    ]


async def test_headers_are_built_once_for_each_token(bench: Bench) -> None:
    one = account()
    first = await bench.authorizer.headers(one)
    assert bench.authorizer.ready(one) is first
    assert await bench.authorizer.headers(one) is first
    assert bench.asked == 1


async def test_without_a_project_nobody_else_is_billed(bench: Bench) -> None:
    assert await bench.authorizer.headers(account(None)) == bearer(1, None)


async def test_a_token_found_in_the_file_is_used_while_it_lasts(bench: Bench) -> None:
    one = account(
        access_token=SecretStr(f"ya29.{PLANTED}-7"),
        expires_at=bench.clock.now() + 301,
        scopes=frozenset({RETRIEVER}),
    )
    assert bench.authorizer.ready(one) == bearer(7)
    bench.clock.advance(300)
    assert bench.authorizer.ready(one) is None
    assert await bench.authorizer.headers(one) == bearer(1)


@pytest.mark.parametrize(
    ("lasts_s", "scopes"), [(60, {RETRIEVER}), (3_000, {"openid"}), (None, {RETRIEVER})]
)
async def test_a_found_token_that_is_of_no_use_is_not_used(
    bench: Bench, lasts_s: float | None, scopes: set[str]
) -> None:
    one = account(
        access_token=SecretStr(f"ya29.{PLANTED}-7"),
        expires_at=lasts_s and bench.clock.now() + lasts_s,
        scopes=frozenset(scopes),
    )
    assert bench.authorizer.ready(one) is None


async def test_a_token_is_renewed_ahead_of_its_end_without_waiting(bench: Bench) -> None:
    one = account()
    bench.server.answers = [grant(1), grant(2)]
    await bench.authorizer.headers(one)
    bench.clock.advance(3599 - 300)
    assert bench.authorizer.ready(one) == bearer(1)
    await bench.settle()
    assert bench.asked == 1
    bench.clock.advance(1)
    assert bench.authorizer.ready(one) == bearer(1)
    assert bench.authorizer.ready(one) == bearer(1)
    await bench.settle()
    assert bench.authorizer.ready(one) == bearer(2)
    assert bench.asked == 2


async def test_callers_at_one_time_share_one_refresh(bench: Bench) -> None:
    one = account()
    got = await asyncio.gather(*(bench.authorizer.headers(one) for _ in range(50)))
    assert set(got) == {bearer(1)}
    assert bench.asked == 1


async def test_projects_of_one_account_share_a_token_and_bill_their_own(bench: Bench) -> None:
    first, second = account("p1"), account("p2")
    got = await asyncio.gather(*map(bench.authorizer.headers, (first, second)))
    assert got == [bearer(1, "p1"), bearer(1, "p2")]
    assert bench.asked == 1
    other = account("p3", refresh_token=SecretStr("1//another"))
    await bench.authorizer.headers(other)
    assert bench.asked == 2


async def test_a_caller_that_gives_up_leaves_the_refresh_to_the_others(bench: Bench) -> None:
    bench.server.gate.clear()
    one = account()
    first = asyncio.create_task(bench.authorizer.headers(one))
    await bench.server.arrived.wait()
    second = asyncio.create_task(bench.authorizer.headers(one))
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    bench.server.gate.set()
    assert await second == bearer(1)
    assert bench.asked == 1


async def test_a_refresh_outlives_its_only_caller(bench: Bench) -> None:
    bench.server.gate.clear()
    one = account()
    caller = asyncio.create_task(bench.authorizer.headers(one))
    await bench.server.arrived.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    bench.server.gate.set()
    await bench.settle()
    assert bench.authorizer.ready(one) == bearer(1)


async def test_a_refused_token_is_forgotten_once(bench: Bench) -> None:
    one = account()
    bench.server.answers = [grant(1), grant(2)]
    old = await bench.authorizer.headers(one)
    bench.authorizer.expire(one, old)
    assert bench.authorizer.ready(one) is None
    assert await bench.authorizer.headers(one) == bearer(2)
    bench.authorizer.expire(one, old)
    assert bench.authorizer.ready(one) == bearer(2)
    assert bench.asked == 2


async def test_a_refusal_of_one_project_renews_the_token_of_all(bench: Bench) -> None:
    first, second = account("p1"), account("p2")
    bench.server.answers = [grant(1), grant(2)]
    old = await bench.authorizer.headers(first)
    await bench.authorizer.headers(second)
    bench.authorizer.expire(first, old)
    assert await bench.authorizer.headers(second) == bearer(2, "p2")


async def test_a_revoked_sign_in_is_refused(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.server.answers = [REVOKED]
    with caplog.at_level(logging.DEBUG), pytest.raises(TokenRefused) as raised:
        await bench.authorizer.headers(account())
    assert raised.value.fault.cause is Cause.NEEDS_SIGN_IN
    assert "ada@example.com · first-project" in caplog.text
    assert PLANTED not in caplog.text + str(raised.value) + repr(raised.value.fault)


async def test_a_sign_in_of_seven_days_hints_at_the_testing_state(bench: Bench) -> None:
    bench.server.answers = [REVOKED]
    one = account(signed_in_at=bench.clock.now() - 7 * 86_400)
    with pytest.raises(TokenRefused, match="Testing"):
        await bench.authorizer.headers(one)


async def test_a_grant_without_the_gemini_scope_is_refused(bench: Bench) -> None:
    bench.server.answers = [grant(1, scope="openid")]
    with pytest.raises(TokenRefused) as raised:
        await bench.authorizer.headers(account())
    assert raised.value.fault.cause is Cause.SCOPE_MISSING


async def test_an_old_token_is_used_to_its_end_while_the_endpoint_is_down(bench: Bench) -> None:
    bench.server.answers = [grant(1), DOWN]
    one = account()
    await bench.authorizer.headers(one)
    bench.clock.advance(3599 - 30)
    assert bench.authorizer.ready(one) is None
    assert await bench.authorizer.headers(one) == bearer(1)
    bench.clock.advance(30)
    with pytest.raises(TokenUnavailable) as raised:
        await bench.authorizer.headers(one)
    assert raised.value.fault.cause is Cause.OVERLOADED


async def test_a_failing_renewal_is_not_hammered(bench: Bench) -> None:
    bench.server.answers = [grant(1), DOWN]
    one = account()
    await bench.authorizer.headers(one)
    bench.clock.advance(3400)
    for _ in range(5):
        assert bench.authorizer.ready(one) == bearer(1)
        await bench.settle()
    assert bench.asked == 2
    bench.clock.advance(30)
    bench.authorizer.ready(one)
    await bench.settle()
    assert bench.asked == 3


async def test_a_refused_renewal_is_not_asked_for_again(bench: Bench) -> None:
    bench.server.answers = [grant(1), REVOKED]
    one = account()
    await bench.authorizer.headers(one)
    bench.clock.advance(3350)
    for _ in range(3):
        assert bench.authorizer.ready(one) == bearer(1)
        await bench.settle()
        bench.clock.advance(40)
    assert bench.asked == 2


async def test_a_wait_that_google_names_is_kept(bench: Bench) -> None:
    bench.server.answers = [(429, "slow down", {"Retry-After": "20"}), grant(1)]
    one = account()
    for passed_s, wait_s in ((0, 20.0), (15, 5.0)):
        bench.clock.advance(passed_s)
        with pytest.raises(TokenUnavailable) as raised:
            await bench.authorizer.headers(one)
        assert raised.value.fault.cause is Cause.CAPACITY
        assert raised.value.fault.retry_after_s == wait_s
    assert bench.asked == 1
    bench.clock.advance(5)
    assert await bench.authorizer.headers(one) == bearer(1)


async def test_an_unreachable_endpoint_is_trouble_that_passes() -> None:
    async with aiohttp.ClientSession() as session:
        async with serving(TokenServer().handle) as gone:
            pass
        told: list[bool] = []
        tell = functools.partial(told.append, True)
        authorizer = Authorizer(session, StandingClock(), gone, on_failure=tell)
        with pytest.raises(TokenUnavailable) as raised:
            await authorizer.headers(account())
    assert told == [True]
    assert raised.value.fault.cause is Cause.NETWORK


async def test_a_silent_endpoint_is_given_up() -> None:
    server = TokenServer()
    async with serving(server.handle) as url, aiohttp.ClientSession() as session:
        timeout = aiohttp.ClientTimeout(total=0.05)
        authorizer = Authorizer(session, StandingClock(), url, timeout=timeout)
        with pytest.raises(TokenUnavailable):
            await authorizer.headers(account())
        server.gate.set()


async def test_a_redirect_is_not_followed(bench: Bench) -> None:
    bench.server.answers = [(307, "", {"Location": f"{bench.server.url}/token"})]
    with pytest.raises(TokenUnavailable):
        await bench.authorizer.headers(account())
    assert bench.asked == 1


async def test_a_wall_clock_set_back_does_not_prolong_a_token(bench: Bench) -> None:
    one = account()
    await bench.authorizer.headers(one)
    bench.clock.wall -= 86_400
    bench.clock.steady += 3_600
    assert bench.authorizer.ready(one) is None


async def test_a_computer_that_slept_does_not_prolong_a_token(bench: Bench) -> None:
    one = account()
    await bench.authorizer.headers(one)
    bench.clock.wall += 3_600
    assert bench.authorizer.ready(one) is None


async def test_a_changed_refresh_token_is_handed_on_and_used(bench: Bench) -> None:
    bench.server.answers = [grant(1, refresh_token="1//next"), grant(2, refresh_token="1//next")]
    first, second = account("p1"), account("p2")
    await asyncio.gather(*map(bench.authorizer.headers, (first, second)))
    assert bench.renewed == [(["accp1", "accp2"], "1//next")]
    bench.authorizer.expire(first, bearer(1, "p1"))
    await bench.authorizer.headers(first)
    assert [form["refresh_token"] for form in bench.server.forms] == [
        f"1//{PLANTED}-refresh",
        "1//next",
    ]
    assert len(bench.renewed) == 1
    saved = account("p1", refresh_token=SecretStr("1//next"))
    assert bench.authorizer.ready(saved) == bearer(2, "p1")


async def test_a_credential_signed_in_again_gets_a_token_of_its_own(bench: Bench) -> None:
    bench.server.answers = [grant(1), grant(2)]
    await bench.authorizer.headers(account())
    again = account(refresh_token=SecretStr("1//again"))
    assert bench.authorizer.ready(again) is None
    assert await bench.authorizer.headers(again) == bearer(2)


async def test_nothing_of_an_older_sign_in_lingers(bench: Bench) -> None:
    bench.server.answers = [grant(1), grant(2)]
    await bench.authorizer.headers(account())
    assert len(bench.authorizer._grantees) == 1
    await bench.authorizer.headers(account(refresh_token=SecretStr("1//again")))
    assert len(bench.authorizer._grantees) == 1


async def test_a_refusal_is_told_at_once_of_all_that_share_the_sign_in(bench: Bench) -> None:
    bench.server.answers = [grant(1), grant(2), REVOKED]
    first, second = account("p1"), account("p2")
    other = account("p3", refresh_token=SecretStr("1//another"))
    for one in (first, second, other):
        await bench.authorizer.headers(one)
    bench.clock.advance(3599 - 200)
    assert bench.authorizer.ready(first) == bearer(1, "p1")  # nobody waits for the refresh
    await bench.settle()
    assert bench.refused == [(["accp1", "accp2"], Cause.NEEDS_SIGN_IN)]


async def test_a_refused_client_is_told_of_every_account_that_signed_in_with_it(
    bench: Bench,
) -> None:
    bench.server.answers = [grant(1), grant(2), grant(3), (401, {"error": "deleted_client"})]
    accounts = (
        account("p1"),
        account("p2", refresh_token=SecretStr("1//another")),
        account("p3", client_id="another-client"),
    )
    for one in accounts:
        await bench.authorizer.headers(one)
    bench.authorizer.expire(accounts[0], bearer(1, "p1"))
    with pytest.raises(TokenRefused):
        await bench.authorizer.headers(accounts[0])
    assert bench.refused == [(["accp1", "accp2"], Cause.CLIENT_INVALID)]


async def test_trouble_that_passes_is_told_of_nobody(bench: Bench) -> None:
    bench.server.answers = [DOWN]
    with pytest.raises(TokenUnavailable):
        await bench.authorizer.headers(account())
    assert not bench.refused


async def test_what_is_forgotten_is_asked_for_anew(bench: Bench) -> None:
    bench.server.answers = [(429, "slow down", {"Retry-After": "900"}), grant(1), REVOKED]
    one = account()
    with pytest.raises(TokenUnavailable):
        await bench.authorizer.headers(one)
    bench.authorizer.forget(one)
    assert await bench.authorizer.headers(one) == bearer(1)
    bench.authorizer.forget(one)
    assert bench.authorizer.ready(one) is None
    with pytest.raises(TokenRefused):
        await bench.authorizer.headers(one)
    assert bench.asked == 3


async def test_after_it_was_forgotten_a_found_token_proves_nothing(bench: Bench) -> None:
    one = account(
        access_token=SecretStr(f"ya29.{PLANTED}-7"),
        expires_at=bench.clock.now() + 3_000,
        scopes=frozenset({RETRIEVER}),
    )
    assert bench.authorizer.ready(one) == bearer(7)
    bench.authorizer.forget(one)
    assert bench.authorizer.ready(one) is None


async def test_forgetting_an_api_key_or_a_stranger_is_no_error(bench: Bench) -> None:
    bench.authorizer.ready(api_key())
    bench.authorizer.forget(api_key())
    bench.authorizer.forget(account())


async def test_a_refused_key_of_a_service_account_is_told_too(bench: Bench) -> None:
    private_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    secret = service_account_secret(private_key)
    first, second = (dataclasses.replace(account(p), secret=secret) for p in ("p1", "p2"))
    bench.server.answers = [grant(1), REVOKED]
    for one in (first, second):
        await bench.authorizer.headers(one)
    bench.clock.advance(3599 - 200)
    bench.authorizer.ready(second)
    await bench.settle()
    assert bench.refused == [(["accp1", "accp2"], Cause.KEY_INVALID)]


@pytest.mark.parametrize("day", [-86_400.0, 86_400.0])
async def test_a_clock_that_jumps_by_a_day_costs_one_refresh_at_most(
    bench: Bench, day: float
) -> None:
    bench.server.answers = [grant(1), grant(2)]
    one = account()
    await bench.authorizer.headers(one)
    bench.clock.wall += day
    assert await bench.authorizer.headers(one) in (bearer(1), bearer(2))
    assert bench.asked <= 2


async def test_a_service_account_asks_with_a_signed_assertion(bench: Bench) -> None:
    private_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    one = dataclasses.replace(account("p"), secret=service_account_secret(private_key))
    bench.server.answers = [grant(1, scope="https://www.googleapis.com/auth/cloud-platform")]
    assert await bench.authorizer.headers(one) == bearer(1, "p")
    form = bench.server.forms[0]
    assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    assert form["assertion"].count(".") == 2


async def test_a_service_account_with_a_broken_key_is_refused_without_asking(bench: Bench) -> None:
    private_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    broken = dataclasses.replace(
        service_account_secret(private_key), private_key=SecretStr(PLANTED)
    )
    with pytest.raises(TokenRefused) as raised:
        await bench.authorizer.headers(dataclasses.replace(account(), secret=broken))
    assert raised.value.fault.cause is Cause.KEY_INVALID
    assert bench.asked == 0


async def test_closing_ends_a_running_refresh(bench: Bench) -> None:
    bench.server.gate.clear()
    caller = asyncio.create_task(bench.authorizer.headers(account()))
    await bench.server.arrived.wait()
    await bench.authorizer.close()
    with pytest.raises(asyncio.CancelledError):
        await caller
    bench.server.gate.set()


async def test_no_token_is_in_a_repr(bench: Bench) -> None:
    await bench.authorizer.headers(account())
    assert PLANTED not in repr(vars(bench.authorizer))
    assert all(PLANTED not in repr(e.token) for e in bench.authorizer._entries.values())


async def test_what_is_about_to_end_is_renewed_at_once_if_it_was_in_use(bench: Bench) -> None:
    bench.server.answers = [grant(1), grant(2)]
    used, key = account(), api_key()
    await bench.authorizer.headers(used)
    await bench.authorizer.headers(key)
    bench.authorizer.renew_due()
    await bench.settle()
    assert bench.asked == 1
    bench.clock.advance(3_400)
    bench.authorizer.renew_due()
    bench.authorizer.renew_due()
    await bench.settle()
    assert bench.asked == 2
    assert bench.authorizer.ready(used) == bearer(2)


async def test_nothing_is_renewed_while_google_wants_quiet(bench: Bench) -> None:
    bench.server.answers = [grant(1), DOWN]
    await bench.authorizer.headers(account())
    bench.clock.advance(3_400)
    bench.authorizer.renew_due()
    await bench.settle()
    bench.authorizer.renew_due()
    await bench.settle()
    assert bench.asked == 2


async def test_one_sign_in_may_open_one_service_and_not_the_other(bench: Bench) -> None:
    bench.server.answers = [grant(1, scope=f"openid {RETRIEVER}")]
    gemini = account("p1")
    vertex = dataclasses.replace(account("p2"), service=Service.VERTEX)
    with pytest.raises(TokenRefused, match="Vertex AI"):
        await bench.authorizer.headers(vertex)
    assert await bench.authorizer.headers(gemini) == bearer(1, "p1")
    assert bench.authorizer.ready(vertex) is None
    with pytest.raises(TokenRefused):
        await bench.authorizer.headers(vertex)
    assert (bench.asked, bench.refused) == (1, [])


async def test_cloud_platform_alone_opens_vertex(bench: Bench) -> None:
    bench.server.answers = [grant(1, scope="https://www.googleapis.com/auth/cloud-platform")]
    vertex = dataclasses.replace(account("p2"), service=Service.VERTEX)
    assert await bench.authorizer.headers(vertex) == bearer(1, "p2")
    with pytest.raises(TokenRefused, match=r"generative-language\.retriever"):
        await bench.authorizer.headers(account("p1"))
