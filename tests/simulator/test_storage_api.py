"""Files and caches belong to one project."""

from proxy_core.simulator import World
from tests.simulator.conftest import Client, said, text_of


def stranger(world: World) -> dict[str, str]:
    return {"x-goog-api-key": world.add_key("other-project")}


async def test_a_file_is_uploaded_in_pieces_without_a_credential(client: Client) -> None:
    start = {
        "x-goog-api-key": client.key,
        "X-Goog-Upload-Command": "start",
        "X-Goog-Upload-Header-Content-Type": "text/plain",
    }
    body = {"file": {"display_name": "notes"}}
    async with client.session.post("/upload/v1beta/files", json=body, headers=start) as answer:
        address = answer.headers["x-goog-upload-url"]
    for offset, command in ((0, "upload"), (3, "upload, finalize")):
        headers = {"X-Goog-Upload-Offset": str(offset), "X-Goog-Upload-Command": command}
        async with client.session.post(address, data=b"abc", headers=headers) as answer:
            assert answer.status == 200
            last = await answer.json()
    file = last["file"]
    assert (file["displayName"], file["mimeType"], file["sizeBytes"]) == (
        "notes",
        "text/plain",
        "6",
    )
    _status, listed = await client.send("GET", "/v1beta/files")
    assert listed == {"files": [file]}
    path = f"/v1beta/{file['name']}"
    assert await client.send("GET", path) == (200, file)
    status, body = await client.send("GET", path, stranger(client.world))
    assert status == 403
    assert "permission to access the File" in body["error"]["message"]
    assert (await client.send("DELETE", path))[0] == 200
    assert (await client.send("GET", path))[0] == 403


async def test_a_wrong_upload_step_is_refused(client: Client) -> None:
    assert (await client.send("POST", "/upload/v1beta/files"))[0] == 400
    assert (await client.send("POST", "/upload/session/none", {}))[0] == 404


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
