"""Credentials that Google refuses for good: out of the pool, and never told as the client's."""

import pytest

from proxy_core.simulator import Reply
from tests.scenarios.stage import FORMS, Form, stage


@pytest.mark.parametrize("row", ["api_key_invalid", "api_key_expired"])
async def test_an_invalid_key_is_taken_out_at_once(row: str) -> None:
    async with stage() as on:
        on.key("dead")
        on.key("alive")
        on.world.script(Reply.fault(row), project="dead", times=None)
        await on.open(ROTATION="round-robin")
        for _ in range(4):
            assert (await on.ask()).worked
        assert on.asked() == ["dead", "alive", "alive", "alive", "alive"]
        assert on.state("dead") == "key_invalid"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("row", ["account_state_invalid", "consumer_suspended", "gcp_suspended"])
async def test_a_suspension_is_shown_and_not_rotated_around(row: str, form: Form) -> None:
    async with stage() as on:
        on.key("suspended")
        on.key("healthy")
        on.world.script(Reply.fault(row), project="suspended", times=None)
        await on.open(ROTATION="round-robin")
        told = await on.ask(form)
        assert told.status == 503
        assert told.error is not None
        assert "suspended" in told.error["message"]
        assert told.headers["x-should-retry"] == "false"
        assert on.asked() == ["suspended"]
        assert on.state("suspended") == "suspended"
        for _ in range(3):
            assert (await on.ask(form)).worked
        assert on.asked()[1:] == ["healthy"] * 3


@pytest.mark.parametrize("form", FORMS)
async def test_an_account_limited_for_policy_is_shown_and_taken_out(form: Form) -> None:
    limited = {"candidates": [{"finishReason": "PUP_LIMITED_DISABLED", "index": 0}]}
    async with stage() as on:
        on.key("limited")
        on.key("healthy")
        on.world.script(Reply.chunks([limited]), project="limited")
        await on.open(ROTATION="round-robin")
        assert (await on.ask(form)).status == 503
        assert on.state("limited") == "suspended"
        assert (await on.ask(form)).worked


async def test_an_access_token_that_went_stale_early_is_renewed_once() -> None:
    async with stage() as on:
        on.account("ada@example.com", "hers")
        await on.open()
        assert (await on.ask()).worked
        on.world.expire_access_tokens()
        assert (await on.ask()).worked
        assert [received.status for received in on.calls()] == [200, 401, 200]
        assert sum(received.action == "token" for received in on.world.requests) == 2


async def test_a_401_after_a_renewal_needs_a_new_sign_in() -> None:
    async with stage() as on:
        on.account("ada@example.com", "hers")
        on.key("healthy")
        on.world.script(Reply.fault("access_token_expired"), project="hers", times=None)
        await on.open(ROTATION="round-robin")
        for _ in range(3):
            assert (await on.ask()).worked
        assert on.asked() == ["hers", "hers", "healthy", "healthy", "healthy"]
        assert on.state("hers") == "needs_sign_in"


async def test_a_revoked_sign_in_is_skipped() -> None:
    async with stage() as on:
        on.account("ada@example.com", "hers")
        on.key("healthy")
        next(iter(on.world.grants.values())).revoked = True
        await on.open()
        for _ in range(4):
            assert (await on.ask()).worked
        assert on.asked() == ["healthy"] * 4
        assert on.state("hers") == "needs_sign_in"
        assert sum(received.action == "token" for received in on.world.requests) == 1


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "row",
    [
        "access_token_expired",
        "api_key_retired",
        "account_state_invalid",
        "scope_insufficient",
        "user_project_denied",
        "iam_permission_denied",
        "api_key_ip_blocked",
        "key_leaked",
        "service_disabled",
        "credentials_missing",
        "file_not_owned",
    ],
)
async def test_no_401_or_403_about_our_credential_reaches_a_client(row: str, form: Form) -> None:
    async with stage() as on:
        on.key("only")
        on.world.script(Reply.fault(row), project="only", times=None)
        await on.open(MAX_WAIT_S="0")
        told = await on.ask(form)
        assert told.status not in (200, 401, 403)
        assert told.error is not None
        assert told.error["code"] not in (401, 403)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("row", ["invalid_argument", "context_too_long"])
async def test_a_clients_own_400_never_rotates_and_never_marks(row: str, form: Form) -> None:
    async with stage() as on:
        on.key("first")
        on.key("second")
        on.world.script(Reply.fault(row))
        await on.open(ROTATION="round-robin")
        told = await on.ask(form)
        assert told.status == 400
        assert on.asked() == ["first"]
        assert {on.state("first"), on.state("second")} == {"ready"}
        await on.ask(form)
        await on.ask(form)
        assert on.asked() == ["first", "second", "first"]
