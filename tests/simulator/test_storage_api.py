"""Explicit caches, and that everything belongs to one project."""

from proxy_core.simulator import World
from tests.simulator.conftest import Client, said, text_of


def stranger(world: World) -> dict[str, str]:
    return {"x-goog-api-key": world.add_key("other-project")}


async def test_a_cache_stands_before_the_contents_and_in_its_project_only(client: Client) -> None:
    cache = {"model": "models/gemini-3.8-flash", "ttl": "300s", **said("cached words")}
    status, made = await client.send("POST", "/v1beta/cachedContents", json=cache)
    assert (status, made["usageMetadata"]) == (200, {"totalTokenCount": 3})
    request = {**said("hi"), "cachedContent": made["name"]}
    status, body = await client.call("generateContent", request)
    assert (status, text_of(body)) == (200, "You said: hi")
    assert body["usageMetadata"]["promptTokenCount"] == 4
    other = stranger(client.world)
    assert (await client.call("generateContent", request, headers=other))[0] == 403
    path = f"/v1beta/{made['name']}"
    status, longer = await client.send("PATCH", path, json={"ttl": "600s"})
    assert longer["expireTime"] > made["expireTime"]
    assert (await client.send("PATCH", path, json={"displayName": "x"}))[0] == 400
    assert (await client.send("PATCH", path, json={"ttl": "soon"}))[0] == 400
    assert (await client.send("DELETE", path))[0] == 200


async def test_gemini_4_takes_no_explicit_cache(client: Client) -> None:
    cache = {"model": "models/gemini-4-argon", **said("x")}
    assert (await client.send("POST", "/v1beta/cachedContents", json=cache))[0] == 404


async def test_lists_come_in_pages_of_one_project(client: Client) -> None:
    cache = {"model": "models/gemini-3.8-flash", **said("x")}
    for _ in range(3):
        await client.send("POST", "/v1beta/cachedContents", json=cache)
    path = "/v1beta/cachedContents?pageSize=2"
    _status, first = await client.send("GET", path)
    _status, second = await client.send("GET", f"{path}&pageToken={first['nextPageToken']}")
    assert (len(first["cachedContents"]), len(second["cachedContents"])) == (2, 1)
    assert "nextPageToken" not in second
    assert await client.send("GET", path, stranger(client.world)) == (200, {})


async def test_v1_knows_no_caches(client: Client) -> None:
    assert (await client.send("POST", "/v1/cachedContents", json={}))[0] == 403


async def test_nobody_has_a_tuned_model(client: Client) -> None:
    assert await client.send("GET", "/v1beta/tunedModels") == (200, {})
    assert (await client.send("GET", "/v1beta/tunedModels/x"))[0] == 403
