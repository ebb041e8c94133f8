"""Every answer of Google's token endpoint that is no access token, with a running Pollux.

Source of the rows: the table of refresh answers in Google's OAuth documentation, as of
November 2026.
"""

import dataclasses

import pytest
from pydantic import SecretStr

from proxy_core.credentials.model import AccountSecret
from proxy_core.simulator import OAUTH_FAULTS, Reply
from tests.scenarios.stage import Stage, stage

HERS, HERS_TOO, HIS = "hers", "hers-too", "his"
ADA, BOB = "ada@example.com", "bob@example.com"
SIGN_IN, CLIENT = "needs_sign_in", "client_invalid"
ADMIN, SCOPE = "blocked_by_admin", "scope_missing"

LASTING: dict[str, tuple[str, str, str]] = {
    "invalid_grant_revoked": (SIGN_IN, "no longer accepts this sign-in", "Sign in again."),
    "invalid_grant_bad_request": (SIGN_IN, "does not know this sign-in", "Sign in again."),
    "invalid_rapt": (SIGN_IN, "session length policy", "Sign in again."),
    "rapt_required": (SIGN_IN, "session length policy", "Sign in again."),
    "admin_policy_enforced": (ADMIN, "An administrator of the organisation", "Ask the admin"),
    "org_internal": (ADMIN, "only accounts of its own organisation", "Ask the admin"),
    "access_denied": (ADMIN, "An administrator of the organisation", "Ask the admin"),
    "invalid_client_unauthorized": (CLIENT, "its secret is wrong", "Import the current"),
    "invalid_client_not_found": (CLIENT, "does not exist", "Import the current"),
    "deleted_client": (CLIENT, "was deleted", "Import the current"),
    "disabled_client": (CLIENT, "was disabled", "Import the current"),
    "unauthorized_client": (CLIENT, "the settings of this OAuth client", "Import the current"),
    "unsupported_grant_type": (CLIENT, "the settings of this OAuth client", "Import the current"),
    "invalid_request": (CLIENT, "the settings of this OAuth client", "Import the current"),
    "invalid_scope": (SCOPE, "permission to use Gemini", "leave every box ticked"),
}
"State, and words of the sentence and of the next step."

PASSING: dict[str, Reply] = {
    **{
        row: Reply.fault(row)
        for row in OAUTH_FAULTS
        if row not in LASTING and row != "invalid_token"  # that row is of the revoke endpoint
    },
    "a page of the front end": Reply.raw(502, b"<html>Bad Gateway</html>", "text/html"),
    "the network": Reply.reset(0),
}


async def beside_a_healthy_account(on: Stage) -> None:
    """Ada's account with two projects, and Bob's with a client of his own."""
    on.account(ADA, HERS)
    on.credentials.append({**on.credentials[0], "project_id": HERS_TOO})
    on.world.project(HERS_TOO).members.add(ADA)
    on.account(BOB, HIS, "bobs-client")
    await on.open(ROTATION="round-robin")


async def work(on: Stage, times: int) -> list[str]:
    """Requests that must all work; returns the projects that were asked."""
    before = len(on.asked())
    for number in range(times):
        told = await on.ask(text=f"question {number}")
        assert told.worked, told
    return on.asked()[before:]


def refreshes(on: Stage, email: str) -> int:
    return sum(
        received.action == "token" and received.credential == email
        for received in on.world.requests
    )


def test_every_row_is_here() -> None:
    assert set(LASTING) | set(PASSING) >= set(OAUTH_FAULTS) - {"invalid_token"}


@pytest.mark.parametrize("row", LASTING)
async def test_a_refused_sign_in_is_skipped_at_once_with_all_its_projects(row: str) -> None:
    state, sentence, next_step = LASTING[row]
    async with stage() as on:
        await beside_a_healthy_account(on)
        on.world.script(Reply.fault(row), credential=ADA, action="token", times=None)
        assert await work(on, 6) == [HIS] * 6
        for project in (HERS, HERS_TOO):
            view = on.view(project)
            assert view.state == state
            assert sentence in view.sentence
            assert next_step in view.next_step
        assert refreshes(on, ADA) == 1
        assert on.state(HIS) == "ready"


@pytest.mark.parametrize("row", LASTING)
async def test_a_refusal_of_a_renewal_ahead_of_time_is_not_met_by_any_request(row: str) -> None:
    async with stage() as on:
        await beside_a_healthy_account(on)
        assert set(await work(on, 3)) == {HERS, HERS_TOO, HIS}
        on.world.script(Reply.fault(row), credential=ADA, action="token", times=None)
        on.clock.advance(3_599 - 200)
        await work(on, 1)  # begins the renewal, and is served with the older access token
        await on.world.until(lambda: refreshes(on, ADA) == 2)
        while on.state(HERS) == "ready":
            await work(on, 1)
        assert {on.state(HERS), on.state(HERS_TOO)} == {LASTING[row][0]}
        assert await work(on, 6) == [HIS] * 6


@pytest.mark.parametrize("row", [row for row, told in LASTING.items() if told[0] == CLIENT])
async def test_a_refused_client_takes_every_account_that_signed_in_with_it(row: str) -> None:
    async with stage() as on:
        on.account(ADA, HERS)
        on.account("eve@example.com", "eves")
        on.account(BOB, HIS, "bobs-client")
        on.world.script(Reply.fault(row), credential=ADA, action="token", times=None)
        await on.open(ROTATION="round-robin")
        assert await work(on, 4) == [HIS] * 4
        assert on.view("eves").state == CLIENT
        assert on.view("eves").sentence == on.view(HERS).sentence
        assert refreshes(on, "eve@example.com") == 0


@pytest.mark.parametrize("row", [row for row, told in LASTING.items() if told[0] == SIGN_IN])
async def test_a_refused_sign_in_leaves_other_accounts_of_its_client_alone(row: str) -> None:
    async with stage() as on:
        on.account(ADA, HERS)
        on.account("eve@example.com", "eves")
        on.world.script(Reply.fault(row), credential=ADA, action="token", times=None)
        await on.open()
        assert await work(on, 4) == ["eves"] * 4
        assert on.state("eves") == "ready"


@pytest.mark.parametrize("row", PASSING)
async def test_trouble_of_the_sign_in_server_marks_nobody_and_old_tokens_are_used(
    row: str,
) -> None:
    async with stage() as on:
        await beside_a_healthy_account(on)
        await work(on, 3)
        on.world.script(PASSING[row], credential=ADA, action="token", times=None)
        for left_s in (200.0, 30.0):
            on.clock.advance(3_599 - left_s - (on.clock.now() - began_at(on)))
            assert set(await work(on, 6)) == {HERS, HERS_TOO, HIS}
        on.clock.advance(60)
        assert await work(on, 4) == [HIS] * 4
        for project in (HERS, HERS_TOO):
            assert (on.state(project), on.view(project).sentence) == ("ready", "Ready.")
        on.world.rules.clear()
        on.clock.advance(60)
        assert set(await work(on, 6)) == {HERS, HERS_TOO, HIS}


def began_at(on: Stage) -> float:
    """When the first access token of Ada's was given."""
    return next(
        received.at
        for received in on.world.requests
        if received.action == "token" and received.credential == ADA
    )


@pytest.mark.parametrize("row", PASSING)
async def test_a_first_access_token_that_is_late_costs_no_request(row: str) -> None:
    async with stage() as on:
        await beside_a_healthy_account(on)
        on.world.script(PASSING[row], credential=ADA, action="token", times=None)
        assert await work(on, 4) == [HIS] * 4
        assert on.state(HERS) == "ready"


async def test_a_sign_in_without_the_gemini_scope_is_found_at_its_refresh() -> None:
    async with stage() as on:
        file = on.world.sign_in(ADA, HERS, scopes=("openid",))
        del file["scopes"]
        on.credentials.append(file)
        on.account(BOB, HIS)
        await on.open()
        assert await work(on, 3) == [HIS] * 3
        assert on.state(HERS) == SCOPE


async def test_a_cleared_sign_in_is_really_tried_again() -> None:
    async with stage() as on:
        await beside_a_healthy_account(on)
        grant = next(grant for grant in on.world.grants.values() if grant.email == ADA)
        grant.revoked = True
        assert await work(on, 3) == [HIS] * 3
        await on.clear(HERS)
        assert await work(on, 3) == [HIS] * 3
        assert (on.state(HERS), refreshes(on, ADA)) == (SIGN_IN, 2)
        grant.revoked = False
        await on.clear(HERS)
        assert set(await work(on, 4)) == {HERS, HIS}
        assert on.state(HERS) == "ready"


async def test_a_sign_in_of_seven_days_is_told_and_the_next_one_warned_of() -> None:
    async with stage() as on:
        signed_in_at = on.clock.now() - 7 * 86_400
        on.account(ADA, HERS)
        on.credentials[0]["signed_in_at"] = signed_in_at
        on.account(BOB, HIS, "bobs-client")
        next(grant for grant in on.world.grants.values() if grant.email == ADA).revoked = True
        await on.open()
        assert await work(on, 2) == [HIS] * 2
        assert '"Testing"' in on.view(HERS).sentence
        again = dataclasses.replace(on.pool.members[on.view(HERS).id].credential)
        assert isinstance(again.secret, AccountSecret)
        newer = dataclasses.replace(
            again.secret, refresh_token=SecretStr("1//newer"), signed_in_at=on.clock.now()
        )
        on.pool.replace([dataclasses.replace(again, secret=newer)])
        view = on.view(HERS)
        assert (view.state, view.until) == ("ready", on.clock.now() + 7 * 86_400)
        assert view.next_step.startswith("Publish the app")
