"""Uploads to the pretend Google, as strict as the protocol."""

from typing import Any

import pytest

from proxy_core.simulator import World
from tests.simulator.conftest import Client

START = {
    "X-Goog-Upload-Protocol": "resumable",
    "X-Goog-Upload-Command": "start",
    "X-Goog-Upload-Header-Content-Type": "text/plain",
}


def stranger(world: World) -> dict[str, str]:
    return {"x-goog-api-key": world.add_key("other-project")}


async def begin(client: Client, **more: str) -> str:
    headers = {"x-goog-api-key": client.key, **START, **more}
    body = {"file": {"display_name": "notes"}}
    async with client.session.post("/upload/v1beta/files", json=body, headers=headers) as answer:
        assert (answer.status, await answer.read()) == (200, b"")
        return answer.headers["x-goog-upload-url"]


async def tell(
    client: Client, url: str, command: str, data: bytes = b"", offset: int = 0
) -> tuple[int, Any, dict[str, str]]:
    headers = {"X-Goog-Upload-Offset": str(offset), "X-Goog-Upload-Command": command}
    async with client.session.post(url, data=data, headers=headers) as answer:
        return answer.status, await answer.json(), dict(answer.headers)


async def test_a_file_is_uploaded_in_pieces_without_a_credential(client: Client) -> None:
    url = await begin(client)
    status, _, headers = await tell(client, url, "upload", b"abc")
    assert (status, headers["x-goog-upload-status"]) == (200, "active")
    _, told, headers = await tell(client, url, "upload, finalize", b"def", 3)
    file = told["file"]
    assert headers["x-goog-upload-status"] == "final"
    assert (file["displayName"], file["mimeType"], file["sizeBytes"]) == (
        "notes",
        "text/plain",
        "6",
    )
    assert await client.send("GET", "/v1beta/files") == (200, {"files": [file]})
    path = f"/v1beta/{file['name']}"
    assert await client.send("GET", path) == (200, file)
    status, body = await client.send("GET", path, stranger(client.world))
    assert status == 403
    assert "permission to access the File" in body["error"]["message"]
    assert (await client.send("DELETE", path))[0] == 200
    assert (await client.send("GET", path))[0] == 403
    assert (await tell(client, url, "query"))[0] == 404


async def test_a_query_tells_how_far_an_upload_came_and_a_cancel_ends_it(client: Client) -> None:
    url = await begin(client)
    await tell(client, url, "upload", b"abc")
    _, _, headers = await tell(client, url, "query")
    assert headers["x-goog-upload-size-received"] == "3"
    _, _, headers = await tell(client, url, "cancel")
    assert headers["x-goog-upload-status"] == "cancelled"
    assert (await tell(client, url, "query"))[0] == 404


@pytest.mark.parametrize(
    ("command", "offset"), [("upload", 1), ("upload, finalize", 0), ("send", 0), ("", 0)]
)
async def test_a_wrong_step_is_refused(client: Client, command: str, offset: int) -> None:
    url = await begin(client, **{"X-Goog-Upload-Header-Content-Length": "9"})
    assert (await tell(client, url, command, b"abc", offset))[0] == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"X-Goog-Upload-Protocol": "magic"},
        {"X-Goog-Upload-Command": "upload"},
        {"X-Goog-Upload-Header-Content-Length": "many"},
    ],
)
async def test_a_wrong_start_is_refused(client: Client, wrong: dict[str, str]) -> None:
    headers = {"x-goog-api-key": client.key, **START, **wrong}
    assert (await client.send("POST", "/upload/v1beta/files", headers, json={}))[0] == 400


async def test_a_small_file_comes_at_once(client: Client) -> None:
    body = (
        b'--b\r\nContent-Type: application/json\r\n\r\n{"file": {"displayName": "n"}}\r\n'
        b"--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b--"
    )
    headers = {"x-goog-api-key": client.key, "X-Goog-Upload-Protocol": "multipart"}
    kind = {"Content-Type": "multipart/related; boundary=b"}
    status, told = await client.send("POST", "/upload/v1beta/files", {**headers, **kind}, data=body)
    assert (status, told["file"]["sizeBytes"], told["file"]["mimeType"]) == (200, "5", "text/plain")
    status, _ = await client.send("POST", "/upload/v1beta/files", headers, data=body)
    assert status == 400


async def test_only_generated_files_are_downloaded(client: Client) -> None:
    url = await begin(client)
    _, told, _ = await tell(client, url, "upload, finalize", b"abc")
    name = told["file"]["name"]
    path = f"/v1beta/{name}:download?alt=media"
    assert (await client.send("GET", path))[0] == 400
    client.world.stored[name]["resource"]["source"] = "GENERATED"
    assert await client.send("GET", path) == (200, b"abc")


async def test_objects_of_cloud_storage_are_registered(client: Client) -> None:
    status, told = await client.send(
        "POST", "/v1beta/files:register", json={"uris": ["gs://a/b", "gs://a/c"]}
    )
    assert (status, [file["source"] for file in told["files"]]) == (200, ["REGISTERED"] * 2)
    wrong = {"uris": ["https://a"]}
    assert (await client.send("POST", "/v1beta/files:register", json=wrong))[0] == 400
