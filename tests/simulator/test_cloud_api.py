"""Projects and services of an account."""

from typing import Any

import pytest

from proxy_core.simulator.world import CLOUD_PLATFORM, DEFAULT_SCOPES, GEMINI_API, RETRIEVER
from tests.simulator.conftest import Client


async def signed_in(client: Client, *scopes: str) -> dict[str, str]:
    world = client.world
    for name in ("alpha", "beta", "gen-lang-client-1"):
        world.add_project(name, members={"ada@example.com"})
    world.projects["beta"].services.clear()
    return await client.bearer(world.sign_in("ada@example.com", scopes=scopes or DEFAULT_SCOPES))


async def get(client: Client, path: str, headers: dict[str, str]) -> Any:
    status, body = await client.send("GET", path, headers)
    assert status == 200, body
    return body


async def test_both_versions_list_the_callers_projects_only(client: Client) -> None:
    headers = await signed_in(client)
    new = await get(client, "/v3/projects:search?query=state:ACTIVE", headers)
    old = await get(client, "/v1/projects?filter=lifecycleState:ACTIVE", headers)
    ids = [one["projectId"] for one in new["projects"]]
    assert (
        ids
        == [one["projectId"] for one in old["projects"]]
        == ["alpha", "beta", "gen-lang-client-1"]
    )
    assert new["projects"][0]["name"] == f"projects/{old['projects'][0]['projectNumber']}"


async def test_long_lists_come_in_pages(client: Client) -> None:
    headers = await signed_in(client)
    first = await get(client, "/v3/projects:search?pageSize=2", headers)
    token = first["nextPageToken"]
    second = await get(client, f"/v3/projects:search?pageSize=2&pageToken={token}", headers)
    assert [len(page["projects"]) for page in (first, second)] == [2, 1]
    assert "nextPageToken" not in second
    assert (await client.send("GET", "/v1/projects?pageSize=x", headers))[0] == 400


async def test_services_are_read_one_by_one_and_in_bulk(client: Client) -> None:
    headers = await signed_in(client)
    for project, state in (("alpha", "ENABLED"), ("beta", "DISABLED")):
        path = f"/v1/projects/{project}/services"
        assert (await get(client, f"{path}/{GEMINI_API}", headers))["state"] == state
        bulk = await get(client, f"{path}:batchGet?names={path[4:]}/{GEMINI_API}", headers)
        assert [one["state"] for one in bulk["services"]] == [state]


async def test_enabling_needs_the_writing_scope_and_takes_effect(client: Client) -> None:
    reading = await signed_in(client)
    path = f"/v1/projects/beta/services/{GEMINI_API}:enable"
    status, body = await client.send("POST", path, reading, json={})
    assert (status, body["error"]["details"][0]["reason"]) == (
        403,
        "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
    )
    writing = await client.bearer(client.world.sign_in("ada@example.com", scopes=(CLOUD_PLATFORM,)))
    status, body = await client.send("POST", path, writing, json={})
    assert (status, body["done"], body["response"]["service"]["state"]) == (200, True, "ENABLED")
    assert GEMINI_API in client.world.projects["beta"].services
    path = "/v1/projects/beta/services:batchEnable"
    ids = {"serviceIds": ["aiplatform.googleapis.com"]}
    assert (await client.send("POST", path, writing, json=ids))[0] == 200
    assert "aiplatform.googleapis.com" in client.world.projects["beta"].services
    assert (await get(client, f"/v1/{body['name']}", writing))["done"]


@pytest.mark.parametrize(
    "path",
    ["/v3/projects:search", "/v1/projects", f"/v1/projects/alpha/services/{GEMINI_API}"],
)
async def test_the_gemini_scope_alone_reads_no_projects(client: Client, path: str) -> None:
    headers = await signed_in(client, RETRIEVER)
    assert (await client.send("GET", path, headers))[0] == 403


async def test_a_strangers_project_is_denied(client: Client) -> None:
    headers = await signed_in(client)
    path = f"/v1/projects/home-project/services/{GEMINI_API}"
    assert (await client.send("GET", path, headers))[0] == 403


async def test_creating_a_project_and_asking_for_permissions(client: Client) -> None:
    await signed_in(client)
    headers = await client.bearer(client.world.sign_in("ada@example.com", scopes=(CLOUD_PLATFORM,)))
    new = {"projectId": "new-one", "displayName": "New"}
    assert (await client.send("POST", "/v3/projects", headers, json=new))[0] == 200
    assert (await client.send("POST", "/v3/projects", headers, json=new))[0] == 400
    asked = {"permissions": ["serviceusage.services.use"]}
    for project, granted in (("new-one", asked), ("home-project", {})):
        path = f"/v3/projects/{project}:testIamPermissions"
        assert (await client.send("POST", path, headers, json=asked))[1] == granted
    billing = await get(client, "/v1/projects/new-one/billingInfo", headers)
    assert billing["billingEnabled"] is False
