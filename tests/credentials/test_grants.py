import dataclasses

import pytest
from pydantic import SecretStr

from proxy_core.credentials.grants import concerned, grant_of
from proxy_core.credentials.model import Service
from proxy_core.gemini.faults import Cause
from tests.credentials.made_up import account, api_key


def test_projects_of_one_sign_in_share_a_grant() -> None:
    assert grant_of(account("p1").secret) == grant_of(account("p2").secret)
    again = account("p1", refresh_token=SecretStr("1//again"))
    assert grant_of(again.secret) != grant_of(account("p1").secret)


def test_a_later_access_token_does_not_make_another_grant() -> None:
    later = account("p1", access_token=SecretStr("ya29.x"), expires_at=1.0)
    assert grant_of(later.secret) == grant_of(account("p1").secret)


@pytest.mark.parametrize(
    ("cause", "ids"),
    [
        (Cause.NEEDS_SIGN_IN, ["accp1", "accp2"]),
        (Cause.CLIENT_INVALID, ["accp1", "accp2", "accp3"]),
    ],
)
def test_a_refusal_concerns_those_that_share_what_was_refused(cause: Cause, ids: list[str]) -> None:
    another = SecretStr("1//another")
    everyone = [
        account("p1"),
        account("p2"),
        account("p3", refresh_token=another),
        account("p4", client_secret=SecretStr("a newer one")),
        account("p5", client_id="another-client"),
        api_key(),
    ]
    assert [one.id for one in concerned([everyone[0]], cause, everyone)] == ids


def test_a_key_stands_alone() -> None:
    twin = dataclasses.replace(api_key(), id="keybbbbbbbbbb")
    other = dataclasses.replace(account(), id="accx")
    assert concerned([api_key()], Cause.KEY_INVALID, [twin, other]) == [twin]


def test_a_missing_scope_closes_one_service_alone() -> None:
    at_vertex = dataclasses.replace(account("p2"), service=Service.VERTEX)
    everyone = [account("p1"), at_vertex, account("p3")]
    refused = concerned([at_vertex], Cause.SCOPE_MISSING, everyone)
    assert refused == [at_vertex]
    assert concerned([account("p1")], Cause.SCOPE_MISSING, everyone) == [everyone[0], everyone[2]]
