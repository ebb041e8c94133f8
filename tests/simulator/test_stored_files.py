"""A request may refer to prepared files of its own project, and to no others."""

from typing import Any

from proxy_core.simulator.stored_files import URI
from tests.simulator.conftest import Client


async def uploaded(client: Client) -> dict[str, Any]:
    """The file resource of an upload in one piece."""
    start = {
        "x-goog-api-key": client.key,
        "X-Goog-Upload-Protocol": "resumable",
        "X-Goog-Upload-Command": "start",
    }
    async with client.session.post("/upload/v1beta/files", headers=start) as answer:
        address = answer.headers["x-goog-upload-url"]
    last = {"X-Goog-Upload-Offset": "0", "X-Goog-Upload-Command": "upload, finalize"}
    async with client.session.post(address, data=b"abc", headers=last) as answer:
        resource: dict[str, Any] = (await answer.json())["file"]
    return resource


def looking_at(uri: str) -> dict[str, Any]:
    file = {"fileData": {"fileUri": uri, "mimeType": "text/plain"}}
    return {"contents": [{"role": "user", "parts": [{"text": "Read it."}, file]}]}


async def test_a_file_serves_its_own_project_until_it_is_gone(client: Client) -> None:
    file = await uploaded(client)
    request = looking_at(file["uri"])
    assert (await client.call("generateContent", request))[0] == 200
    stranger = {"x-goog-api-key": client.world.add_key("other-project")}
    assert (await client.call("generateContent", request, headers=stranger))[0] == 403
    assert (await client.send("DELETE", f"/v1beta/{file['name']}"))[0] == 200
    status, body = await client.call("generateContent", request)
    assert status == 403
    assert "permission to access the File" in body["error"]["message"]


async def test_a_file_that_is_not_prepared_cannot_be_used_yet(client: Client) -> None:
    client.world.file_states = ("PROCESSING", "PROCESSING")
    file = await uploaded(client)
    path = f"/v1beta/{file['name']}"
    seen = [file["state"]]
    status, body = await client.call("generateContent", looking_at(file["uri"]))
    assert status == 400
    assert "not in an ACTIVE state" in body["error"]["message"]
    for _ in range(3):
        _status, shown = await client.send("GET", path)
        seen.append(shown["state"])
    assert seen == ["PROCESSING", "PROCESSING", "ACTIVE", "ACTIVE"]
    assert (await client.call("generateContent", looking_at(file["uri"])))[0] == 200


async def test_a_file_that_failed_stays_so(client: Client) -> None:
    client.world.file_states = ("PROCESSING", "FAILED")
    file = await uploaded(client)
    path = f"/v1beta/{file['name']}"
    for _ in range(3):
        _status, shown = await client.send("GET", path)
    assert shown["state"] == "FAILED"


async def test_what_is_no_uploaded_file_is_not_looked_up(client: Client) -> None:
    for uri in ("https://example.org/files/a.txt", f"{URI}other/x"):
        assert (await client.call("generateContent", looking_at(uri)))[0] == 200
