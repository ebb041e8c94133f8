"""What projects keep at Google: it stays with its project, under rotation and over restarts."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest

from proxy_core.simulator import Limits, Reply
from tests.scenarios.stage import FORMS, MODEL, Form, Stage, stage

START = {
    "X-Goog-Upload-Protocol": "resumable",
    "X-Goog-Upload-Command": "start",
    "X-Goog-Upload-Header-Content-Type": "text/plain",
}
LAST = {"X-Goog-Upload-Command": "upload, finalize", "X-Goog-Upload-Offset": "0"}
TURNING: dict[str, Any] = {"ROTATION": "round-robin", "STICKY": "false"}
GOOGLE = "https://generativelanguage.googleapis.com/v1beta/"


async def send(on: Stage, method: str, path: str, **more: Any) -> tuple[int, Any, dict[str, str]]:
    """Status, JSON (or bytes) and headers."""
    assert on.session is not None
    async with on.session.request(method, path, **more) as answer:
        raw = await answer.read()
        told: Any = orjson.loads(raw) if raw and "json" in answer.content_type else raw
        return answer.status, told, dict(answer.headers)


async def start(on: Stage, path: str = "/upload/v1beta/files") -> str:
    status, _, headers = await send(on, "POST", path, json={}, headers=START)
    assert status == 200
    return headers["x-goog-upload-url"]


async def put(url: str, data: Any, **headers: str) -> tuple[int, Any, dict[str, str]]:
    """One command of an upload, with no credential at all."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=data, headers={**LAST, **headers}) as answer,
    ):
        raw = await answer.read()
        return answer.status, orjson.loads(raw) if raw else None, dict(answer.headers)


async def upload(on: Stage, data: Any = b"hello") -> str:
    """The name of a new file."""
    status, told, _ = await put(await start(on), data)
    assert status == 200
    name = told["file"]["name"]
    assert isinstance(name, str)
    return name


async def upload_to_each(on: Stage, times: int = 1) -> list[str]:
    """Names of new files, as many in each of two projects: they lie together of themselves, so
    the first is switched off meanwhile."""
    assert on.pollux is not None
    names = [await upload(on) for _ in range(times)]
    home = on.view(owner(on, names[0])).id
    await on.pollux.engine.commands.enable(home, enabled=False)
    names += [await upload(on) for _ in range(times)]
    await on.pollux.engine.commands.enable(home, enabled=True)
    return names


def owner(on: Stage, name: str) -> str:
    project = on.world.stored[name]["project"]
    assert isinstance(project, str)
    return project


async def use(on: Stage, form: Form, name: str) -> Any:
    if form.startswith("chat"):
        file = {"type": "file", "file": {"file_id": f"{GOOGLE}{name}", "format": "text/plain"}}
        messages = [{"role": "user", "content": [{"type": "text", "text": "hi"}, file]}]
        return await on.ask(form, messages=messages)
    part = {"fileData": {"fileUri": f"{GOOGLE}{name}", "mimeType": "text/plain"}}
    return await on.ask(form, contents=[{"role": "user", "parts": [{"text": "hi"}, part]}])


CONTINUED = {"event_type": "interaction.status_update", "continuation_token": "dG9r"}


@pytest.mark.parametrize(
    "told",
    [
        Reply.raw(200, orjson.dumps({"id": "v1_a", "continuation_token": "dG9r"})),
        Reply.raw(200, b"data: " + orjson.dumps(CONTINUED) + b"\n\n", "text/event-stream"),
    ],
    ids=["whole", "checkpoint in a stream"],
)
async def test_an_interaction_is_continued_by_the_project_that_began_it(told: Reply) -> None:
    async with stage() as on:
        for project in ("one", "two"):
            on.key(project)
        await on.open(**TURNING)
        on.world.script(told, action="interact")
        body = {"model": MODEL, "input": "hi", "store": False}
        began = await send(on, "POST", "/v1beta/interactions", json={**body, "stream": True})
        assert began[0] == 200
        for _ in range(3):
            more = {**body, "continuation_token": "dG9r"}
            assert (await send(on, "POST", "/v1beta/interactions", json=more))[0] == 200
        assert len({one.project for one in on.world.requests if one.action == "interact"}) == 1


@pytest.mark.parametrize("form", FORMS)
async def test_what_names_a_file_goes_to_its_project(form: Form) -> None:
    async with stage() as on:
        on.key("one")
        on.account("ada@example.com", "two")
        await on.open(**TURNING)
        names = await upload_to_each(on, 2)
        assert {owner(on, name) for name in names} == {"one", "two"}
        for name in names:
            told = await use(on, form, name)
            assert told.worked, told.body
            assert on.asked()[-1] == owner(on, name)


async def test_what_a_client_in_vertex_mode_names_goes_to_its_project_too() -> None:
    async with stage() as on:
        on.key("one")
        on.key("two")
        await on.open(**TURNING)
        names = await upload_to_each(on)
        for name in sorted(names * 2):  # twice in a row, which no turn-taking gives
            part = {"fileData": {"fileUri": f"{GOOGLE}{name}", "mimeType": "text/plain"}}
            body = {"contents": [{"role": "user", "parts": [{"text": "hi"}, part]}]}
            path = f"/v1beta1/publishers/google/models/{MODEL}:generateContent"
            assert (await send(on, "POST", path, json=body))[0] == 200
            assert on.asked()[-1] == owner(on, name)


async def test_pins_outlive_a_restart(tmp_path: Path) -> None:
    async with stage() as on:
        for project in ("one", "two", "three"):
            on.key(project)
        folder = str(tmp_path)
        await on.open(PERSISTENT_STORAGE_PATH=folder, **TURNING)
        names = [await upload(on) for _ in range(3)]
        assert on.pollux is not None
        await on.pollux.engine.stop(grace_s=0.2)
        await on.open(PERSISTENT_STORAGE_PATH=folder, **TURNING)
        for name in names * 2:
            assert (await send(on, "GET", f"/v1beta/{name}"))[0] == 200
            assert (await use(on, "native", name)).worked


async def test_an_upload_goes_on_after_a_restart(tmp_path: Path) -> None:
    async with stage() as on:
        for project in ("one", "two"):
            on.key(project)
        folder = str(tmp_path)
        await on.open(PERSISTENT_STORAGE_PATH=folder, **TURNING)
        url = await start(on)
        half = {"X-Goog-Upload-Command": "upload"}
        assert (await put(url, b"hel", **half))[0] == 200
        assert on.pollux is not None
        await on.pollux.engine.stop(grace_s=0.2)
        await on.open(PERSISTENT_STORAGE_PATH=folder, **TURNING)
        url = on.pollux.url + url[url.index("/upload/") :]
        rest = {"X-Goog-Upload-Offset": "3"}
        status, told, _ = await put(url, b"lo", **rest)
        assert (status, told["file"]["sizeBytes"]) == (200, "5")


@pytest.mark.parametrize("form", FORMS)
async def test_a_file_whose_project_left_is_a_404_that_says_so(form: Form) -> None:
    async with stage() as on:
        on.key("one")
        on.key("two")
        await on.open(**TURNING)
        name = await upload(on)
        gone = on.view(owner(on, name))
        assert on.pollux is not None
        await on.pollux.engine.commands.enable(gone.id, enabled=False)
        told = await use(on, form, name)
        assert told.status == 404
        assert told.error is not None
        assert name in told.error["message"]
        assert str(gone.project) in told.error["message"]
        assert (await send(on, "GET", f"/v1beta/{name}"))[0] == 404
        assert (await on.ask(form)).worked


async def test_a_resting_project_is_waited_for_though_another_is_free() -> None:
    async with stage() as on:
        on.key("one")
        on.key("two")
        await on.open(**TURNING)
        name = await upload(on)
        on.world.script(Reply.fault("per_minute_429", retry_s=5), model=MODEL)
        told = await use(on, "native", name)
        assert told.worked
        assert on.asked() == [owner(on, name)] * 2


async def test_a_project_that_rests_for_long_is_a_429_with_its_true_wait() -> None:
    async with stage() as on:
        on.key("one")
        on.key("two")
        await on.open(**TURNING)
        name = await upload(on)
        on.world.project(owner(on, name)).limits["*"] = Limits(rpm=0, rpd=20)
        on.world.script(
            Reply.fault("per_minute_429", retry_s=300), project=owner(on, name), model=MODEL
        )
        told = await use(on, "native", name)
        assert told.status == 429
        assert 299 <= int(told.headers["retry-after"]) <= 302
        assert (await on.ask("native")).worked


async def test_things_of_two_projects_do_not_go_into_one_request() -> None:
    async with stage() as on:
        on.key("one")
        on.key("two")
        await on.open(**TURNING)
        parts = [{"fileData": {"fileUri": name}} for name in await upload_to_each(on)]
        told = await on.ask("native", contents=[{"role": "user", "parts": parts}])
        assert told.status == 400
        assert told.error is not None
        assert "different Google Cloud projects" in told.error["message"]
        assert on.calls() == []


async def test_several_uploads_go_into_one_request() -> None:
    async with stage() as on:
        on.key("one")
        on.key("two")
        await on.open(**TURNING)
        parts = [{"fileData": {"fileUri": await upload(on)}} for _ in range(3)]
        assert (await on.ask("native", contents=[{"role": "user", "parts": parts}])).worked


async def test_no_refusal_of_a_thing_marks_a_credential_or_a_model() -> None:
    async with stage() as on:
        on.key("one")
        await on.open()
        for path in ("files/none", "cachedContents/none", "batches/none", "interactions/none"):
            for method in ("GET", "DELETE"):
                status, told, _ = await send(on, method, f"/v1beta/{path}")
                assert status == 404, told
        on.world.script(Reply.fault("model_not_found"), action="get_stored")
        assert (await send(on, "GET", "/v1beta/files/x"))[0] == 404
        assert (on.state("one"), on.view("one").models) == ("ready", ())
        assert (await on.ask("native")).worked


async def test_a_list_goes_through_all_projects_and_teaches_whose_what_is() -> None:
    async with stage() as on:
        on.key("one")
        on.key("two")
        on.key("three")
        await on.open(**TURNING)
        names = {await upload(on) for _ in range(6)}
        assert on.pollux is not None
        for name in names:  # as if Pollux had never seen them
            on.pollux.engine._parts.door._services.owners.forget(name)
        found, token = [], ""
        while True:
            query = f"?pageSize=1&pageToken={token}"
            status, page, _ = await send(on, "GET", f"/v1beta/files{query}")
            assert status == 200
            assert len(page["files"]) == 1
            found += [file["name"] for file in page["files"]]
            if not (token := page.get("nextPageToken", "")):
                break
        assert sorted(found) == sorted(names)
        for name in names:
            assert (await send(on, "GET", f"/v1beta/{name}"))[0] == 200
        assert (await send(on, "GET", "/v1beta/files?pageToken=xyz"))[0] == 400


async def test_an_upload_that_breaks_off_is_resumed_where_it_stopped() -> None:
    async with stage() as on:
        on.key("one")
        await on.open()
        url, step = await start(on), {"X-Goog-Upload-Command": "upload"}
        status, _, headers = await put(url, b"hel", **step)
        assert (status, headers["x-goog-upload-status"]) == (200, "active")
        on.world.script(Reply.reset(), action="upload_bytes")
        status, told, headers = await put(url, b"lo", **step, **{"X-Goog-Upload-Offset": "3"})
        assert (status, told["error"]["status"]) == (502, "UNAVAILABLE")
        assert "x-goog-upload-status" not in headers  # so google-genai sends the piece again
        _, _, headers = await put(url, b"", **{"X-Goog-Upload-Command": "query"})
        assert headers["x-goog-upload-size-received"] == "5"
        _, told, headers = await put(url, b"!", **{"X-Goog-Upload-Offset": "5"})
        assert headers["x-goog-upload-status"] == "final"
        assert told["file"]["sizeBytes"] == "6"
        assert (await put(url, b""))[0] == 404


async def test_a_wrong_step_of_an_upload_is_said_in_googles_words() -> None:
    async with stage() as on:
        on.key("one")
        await on.open()
        url = await start(on)
        status, told, headers = await put(url, b"x", **{"X-Goog-Upload-Offset": "7"})
        assert (status, headers["x-goog-upload-status"]) == (400, "active")
        assert "Offset" in told["error"]["message"]
        status, _, headers = await put(url, b"", **{"X-Goog-Upload-Command": "cancel"})
        assert (status, headers["x-goog-upload-status"]) == (200, "cancelled")
        assert (await put(url, b"hello"))[0] == 404


async def test_a_small_file_is_uploaded_at_once() -> None:
    body = (
        b'--b\r\nContent-Type: application/json\r\n\r\n{"file":{"displayName":"n"}}\r\n'
        b"--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b--\r\n"
    )
    headers = {
        "X-Goog-Upload-Protocol": "multipart",
        "Content-Type": "multipart/related; boundary=b",
    }
    async with stage() as on:
        on.key("one")
        on.key("two")
        await on.open(**TURNING)
        status, told, _ = await send(on, "POST", "/upload/v1/files", data=body, headers=headers)
        assert status == 200, told
        assert (told["file"]["displayName"], told["file"]["sizeBytes"]) == ("n", "5")
        for _ in range(2):
            assert (await send(on, "GET", f"/v1beta/{told['file']['name']}"))[0] == 200


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4_096 / 1e6


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_300_megabytes_pass_through_without_being_held() -> None:
    piece, pieces, most = bytes(1 << 20), 300, 0.0

    async def content() -> AsyncIterator[bytes]:
        nonlocal most
        for _ in range(pieces):
            most = max(most, resident_mb())
            yield piece

    async with stage() as on:
        on.key("one")
        await on.open()
        await upload(on)
        before = resident_mb()
        name = await upload(on, content())
        assert on.world.stored[name]["resource"]["sizeBytes"] == str(pieces << 20)
        assert most - before < 64


async def test_a_client_that_leaves_ends_the_request_and_gives_the_lease_back() -> None:
    async with stage() as on:
        on.key("one")
        await on.open()
        never = asyncio.Event()
        on.world.script(Reply.wait(never, after=2), action="interact")
        assert on.session is not None
        body = {"model": MODEL, "input": "hello", "stream": True}
        async with on.session.post("/v1beta/interactions", json=body) as answer:
            assert b"interaction.created" in await answer.content.readany()
            assert on.view("one").in_flight == 1
            answer.close()
        await on.world.until(lambda: on.world.hang_ups)
        assert on.view("one").in_flight == 0


async def test_a_client_that_leaves_an_upload_ends_it_at_google() -> None:
    gone = asyncio.Event()

    async def content() -> AsyncIterator[bytes]:
        yield b"hello"
        gone.set()
        await asyncio.Event().wait()

    async with stage() as on:
        on.key("one")
        await on.open()
        url = await start(on)
        sending = asyncio.ensure_future(put(url, content()))
        await gone.wait()
        await on.world.until(lambda: any(one.action == "upload_bytes" for one in on.world.requests))
        sending.cancel()
        await on.world.until(lambda: on.world.hang_ups)
        _, _, headers = await put(url, b"", **{"X-Goog-Upload-Command": "query"})
        assert headers["x-goog-upload-size-received"] == "5"


async def test_a_stream_of_an_interaction_that_breaks_off_says_so() -> None:
    async with stage() as on:
        on.key("one")
        await on.open()
        on.world.script(Reply.reset(after_chunks=2), action="interact")
        body = {"model": MODEL, "input": "hello", "stream": True}
        status, told, _ = await send(on, "POST", "/v1beta/interactions", json=body)
        assert status == 200
        assert b'"event_type":"error"' in told
        assert b"[DONE]" not in told


async def test_nothing_is_begun_twice_after_a_failure_that_leaves_it_open() -> None:
    async with stage() as on:
        on.key("one")
        on.key("two")
        await on.open(**TURNING)
        on.world.script(Reply.reset(), action="interact")
        body = {"model": MODEL, "input": "hello"}
        assert (await send(on, "POST", "/v1beta/interactions", json=body))[0] == 502
        made = [one for one in on.world.requests if one.action == "interact"]
        assert len(made) == 1
        on.world.script(Reply.fault("per_minute_429", retry_s=5), action="interact")
        assert (await send(on, "POST", "/v1beta/interactions", json=body))[0] == 200


async def test_openai_clients_learn_where_files_go() -> None:
    async with stage() as on:
        on.key("one")
        await on.open()
        for path in ("/v1/files", "/v1/batches", "/v1beta/openai/files/file-1", "/files"):
            status, told, _ = await send(on, "GET", path)
            assert (status, told["error"]["type"]) == (404, "invalid_request_error")
            assert "/upload/v1beta/files" in told["error"]["message"]
        gemini = {"x-goog-api-client": "genai"}
        assert (await send(on, "GET", "/v1/files", headers=gemini))[0] == 200
        for path in ("agents", "voices", "webhooks"):
            status, told, _ = await send(on, "GET", f"/v1beta/{path}")
            assert (status, told["error"]["status"]) == (404, "NOT_FOUND")
