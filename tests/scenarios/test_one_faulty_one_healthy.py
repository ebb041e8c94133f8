"""One credential is faulty, another is healthy: no request fails, whatever Google says.

Every row of the fault table whose action is to move on, plain and streamed, 20 requests each;
and a credential that rests is asked at most once per announced window.
"""

from itertools import pairwise

import pytest

from proxy_core.simulator import FAULTS, OAUTH_FAULTS, Reply
from tests.scenarios.stage import CALLS, FORMS, Form, Stage, stage

FAULTY, HEALTHY = "faulty-project", "healthy-project"
REQUESTS = 20
PLAIN_AND_STREAMED: tuple[Form, ...] = ("chat", "chat stream", "native", "native sse")

NOT_ROTATED = frozenset(
    {
        # the client's own
        "invalid_argument",
        "context_too_long",
        "file_not_owned",
        "cache_not_owned",
        "too_large_413",
        # mended, or told
        "signature_missing",
        "signature_invalid",
        "signature_corrupted",
        "schema_too_complex",
        # ours
        "multiple_credentials",
        "overloaded_credentials",
        # refusals for policy
        "account_state_invalid",
        "consumer_suspended",
        "gcp_suspended",
    }
)
WINDOWS = {
    "per_day_429": 47.0,
    "per_minute_429": 22.5,
    "input_tokens_per_minute_429": 12.25,
    "input_tokens_per_day_429": 31.0,
    "limit_zero_429": 86_400.0,
    "spend_limit_429": 60.0,
    "shared_capacity_429": 5.0,
    "rate_limit_exceeded": 60.0,
    "resource_quota_exceeded": 60.0,
    "model_not_found": 3_600.0,
    "model_closed_to_new_users": 3_600.0,
}
"Rows that end by themselves: the seconds that Google names, or that Pollux does in its place."

NOBODYS = frozenset(
    {
        "cancelled_499",
        "internal_500",
        "html_502",
        "overloaded_503",
        "capacity_exhausted_503",
        "deadline_504",
    }
)
"Rows that say nothing about the credential, so that it is asked again."

OF_ACCOUNTS = frozenset(
    {
        "access_token_expired",
        "credentials_missing",
        "scope_insufficient",
        "user_project_denied",
        "user_blocked_by_admin",
        "account_type_unsupported",
    }
)
"Rows that Google gives to signed-in accounts."

ROTATED = sorted(set(FAULTS) - NOT_ROTATED)
TOKEN_ROWS = sorted(set(OAUTH_FAULTS) - {"invalid_token"})  # that row is of the revoke endpoint

UNFINISHED: dict[str, Reply] = {
    "reset": Reply.reset(0),
    "closed": Reply.reset(0, abrupt=False),
    "empty": Reply.empty(),
    "no chunks": Reply.no_chunks(),
    "blank": Reply.blank(),
    "error first": Reply.error_in_stream(0),
    "bare error first": Reply.error_in_stream(0, bare=True),
    "HTML": Reply.raw(200, b"<html>Sign in to the network</html>", "text/html"),
    "broken JSON": Reply.raw(200, b'{"candidates": [{"cont'),
    "proxy wants a password": Reply.raw(407, b"", "text/plain"),
    "portal forbids": Reply.raw(403, b"<html>Forbidden</html>", "text/html"),
}
"Answers that are none, which begin nothing that a client could have seen."


async def twenty_all_work(on: Stage, form: Form) -> None:
    for number in range(REQUESTS):
        told = await on.ask(form, f"question {number}")
        assert told.worked, (number, told)


async def beside_a_healthy_one(on: Stage, *, account: bool = False) -> None:
    if account:
        on.account("faulty@example.com", FAULTY)
    else:
        on.key(FAULTY)
    on.key(HEALTHY)
    # The default would keep from a credential whose limit it has learned while another is free.
    await on.open(ROTATION="round-robin")


@pytest.mark.parametrize("form", PLAIN_AND_STREAMED)
@pytest.mark.parametrize("row", ROTATED)
async def test_a_refused_credential_fails_no_request(row: str, form: Form) -> None:
    async with stage() as on:
        await beside_a_healthy_one(on, account=row in OF_ACCOUNTS)
        for action in CALLS:
            on.world.script(Reply.fault(row), project=FAULTY, action=action, times=None)
        await twenty_all_work(on, form)
        asked = len(on.calls(FAULTY))
        if row in NOBODYS:
            assert asked > 1
        elif row in {"access_token_expired", "credentials_missing"}:
            assert asked == 2  # once more, with a new access token
        else:
            assert asked == 1
        if row in WINDOWS:
            await window_by_window(on, form, WINDOWS[row])


async def window_by_window(on: Stage, form: Form, window_s: float) -> None:
    """The faulty one rests for what was announced, and is asked once when that is over."""
    on.clock.advance(window_s * 0.95)
    assert (await on.ask(form)).worked
    assert len(on.calls(FAULTY)) == 1
    on.clock.advance(window_s * 0.15 + 2.0)
    for _ in range(3):
        assert (await on.ask(form)).worked
    assert len(on.calls(FAULTY)) == 2


@pytest.mark.parametrize("form", PLAIN_AND_STREAMED)
@pytest.mark.parametrize("row", TOKEN_ROWS)
async def test_an_account_without_an_access_token_fails_no_request(row: str, form: Form) -> None:
    async with stage() as on:
        await beside_a_healthy_one(on, account=True)
        on.world.script(Reply.fault(row), action="token", times=None)
        await twenty_all_work(on, form)
        assert not on.calls(FAULTY)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", UNFINISHED)
async def test_an_answer_that_is_none_fails_no_request(name: str, form: Form) -> None:
    async with stage() as on:
        await beside_a_healthy_one(on)
        on.world.script(UNFINISHED[name], project=FAULTY, times=None)
        await twenty_all_work(on, form)
        assert on.state(FAULTY) == "ready"


@pytest.mark.parametrize("form", ["chat", "native"])
async def test_a_truncated_whole_answer_fails_no_request(form: Form) -> None:
    async with stage() as on:
        await beside_a_healthy_one(on)
        on.world.script(Reply.truncate(1), project=FAULTY, times=None)
        await twenty_all_work(on, form)


@pytest.mark.parametrize("form", FORMS)
async def test_a_silent_google_fails_no_request(form: Form) -> None:
    async with stage() as on:
        on.key(FAULTY)
        on.key(HEALTHY)
        await on.open(REQUEST_TIMEOUT_S="0.03")
        on.world.script(Reply.slow(5.0), project=FAULTY, times=3)
        for number in range(8):
            assert (await on.ask(form, f"question {number}")).worked


@pytest.mark.parametrize("form", FORMS)
async def test_a_lone_credential_that_is_overloaded_now_and_then_serves_all(form: Form) -> None:
    async with stage() as on:
        on.key(HEALTHY)
        await on.open()
        on.world.script(Reply.fault("overloaded_503"), times=None, every=3)
        await twenty_all_work(on, form)
        moments = [(received.at, received.scripted) for received in on.calls()]
        waits = [after - before for (before, failed), (after, _) in pairwise(moments) if failed]
        assert waits
        assert all(0.75 <= wait <= 8.0 for wait in waits)
