"""Who may call, and how each refusal reads."""

from typing import Any

import pytest

from proxy_core.simulator.world import (
    CLOUD_PLATFORM,
    CLOUD_PLATFORM_READ_ONLY,
    DEFAULT_SCOPES,
    RETRIEVER,
)
from tests.simulator.conftest import Client, said


def reason(body: dict[str, Any]) -> str:
    return str(body["error"]["details"][0]["reason"])


async def test_a_key_pays_from_its_project(client: Client) -> None:
    for key in (client.key, client.world.add_key("other", auth_key=True)):
        status, _body = await client.call(
            "generateContent", said("hi"), headers={"x-goog-api-key": key}
        )
        assert status == 200
    assert [one.project for one in client.world.requests] == ["home-project", "other"]


async def test_two_credentials_at_once_are_refused_even_if_both_are_good(client: Client) -> None:
    key = {"x-goog-api-key": client.key}
    both = {**key, "Authorization": "Bearer x"}
    for headers, query in ((both, ""), (key, f"?key={client.key}"), (key, "?access_token=x")):
        status, body = await client.send("GET", f"/v1beta/models{query}", headers)
        assert status == 400
        assert "Multiple authentication credentials received" in body["error"]["message"]


async def test_the_key_may_stand_in_the_query(client: Client) -> None:
    status, _body = await client.send("GET", f"/v1beta/models?key={client.key}", {})
    assert status == 200


@pytest.mark.parametrize(
    ("headers", "status", "why"),
    [
        ({}, 401, "CREDENTIALS_MISSING"),
        ({"x-goog-api-key": "unknown"}, 400, "API_KEY_INVALID"),
        ({"Authorization": "Bearer nonsense"}, 401, "ACCESS_TOKEN_TYPE_UNSUPPORTED"),
        ({"Authorization": "Bearer ya29.unknown"}, 401, "ACCESS_TOKEN_EXPIRED"),
    ],
)
async def test_what_is_no_credential_is_refused(
    client: Client, headers: dict[str, str], status: int, why: str
) -> None:
    answered, body = await client.call("generateContent", said("hi"), headers=headers)
    assert (answered, reason(body)) == (status, why)


async def test_an_account_calls_with_its_own_project(client: Client) -> None:
    headers = await client.bearer(client.world.sign_in("ada@example.com", "ada-project"))
    status, _body = await client.call("generateContent", said("hi"), headers=headers)
    assert status == 200
    seen = client.world.requests[-1]
    assert (seen.credential, seen.project) == ("ada@example.com", "ada-project")


async def test_an_access_token_ends_with_its_hour(client: Client) -> None:
    headers = await client.bearer(client.world.sign_in("ada@example.com", "ada-project"))
    client.clock.now += 3599
    status, body = await client.call("generateContent", said("hi"), headers=headers)
    assert (status, reason(body)) == (401, "ACCESS_TOKEN_EXPIRED")


@pytest.mark.parametrize("scopes", [(CLOUD_PLATFORM,), (CLOUD_PLATFORM_READ_ONLY, "openid")])
async def test_cloud_platform_alone_does_not_open_the_gemini_api(
    client: Client, scopes: tuple[str, ...]
) -> None:
    file = client.world.sign_in("ada@example.com", "ada-project", scopes)
    status, body = await client.call(
        "generateContent", said("hi"), headers=await client.bearer(file)
    )
    assert (status, reason(body)) == (403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT")


async def test_a_project_of_somebody_else_is_denied(client: Client) -> None:
    headers = await client.bearer(client.world.sign_in("ada@example.com"))
    for project in ("home-project", "no-such-project"):
        status, body = await client.call(
            "generateContent", said("hi"), headers={**headers, "x-goog-user-project": project}
        )
        assert (status, reason(body)) == (403, "USER_PROJECT_DENIED")


async def test_without_the_header_the_clients_own_project_pays(client: Client) -> None:
    client.world.add_client("client-project")
    headers = await client.bearer(client.world.sign_in("ada@example.com"))
    status, _body = await client.call("generateContent", said("hi"), headers=headers)
    assert (status, client.world.requests[-1].project) == (200, "client-project")


async def test_an_api_that_is_off_names_the_project_and_where_to_switch_it_on(
    client: Client,
) -> None:
    project = client.world.projects["home-project"]
    project.services.clear()
    status, body = await client.call("generateContent", said("hi"))
    assert (status, reason(body)) == (403, "SERVICE_DISABLED")
    metadata = body["error"]["details"][0]["metadata"]
    assert metadata["consumer"] == f"projects/{project.number}"
    assert project.number in metadata["activationUrl"]


async def test_standing_faults_of_key_project_and_account(client: Client) -> None:
    world = client.world
    leaked = world.add_key("fine", fault="key_leaked")
    world.add_project("suspended", fault="consumer_suspended")
    suspended = world.add_key("suspended")
    for key, text in ((leaked, "reported as leaked"), (suspended, "has been suspended")):
        status, body = await client.call(
            "generateContent", said("x"), headers={"x-goog-api-key": key}
        )
        assert status == 403
        assert text in body["error"]["message"]
    file = world.sign_in("ada@example.com", "ada-project", DEFAULT_SCOPES)
    headers = await client.bearer(file)
    world.accounts["ada@example.com"].fault = "account_state_invalid"
    status, body = await client.call("generateContent", said("x"), headers=headers)
    assert (status, reason(body)) == (401, "ACCOUNT_STATE_INVALID")


async def test_retriever_alone_is_enough(client: Client) -> None:
    file = client.world.sign_in("ada@example.com", "ada-project", (RETRIEVER,))
    status, _body = await client.call(
        "generateContent", said("x"), headers=await client.bearer(file)
    )
    assert status == 200
