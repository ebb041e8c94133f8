"""Media beyond what may travel inline: uploaded for the project that answers, and reused."""

import base64
import hashlib
import io
from typing import Any

import orjson
import pytest

from proxy_core.simulator import Reply
from proxy_core.simulator.world import Received
from tests.scenarios.stage import MODEL, Form, Stage, Told, stage

FILM = base64.b64encode(bytes(range(256)) * 120_000).decode()
"40 MB, of 30 MB."
PICTURE = base64.b64encode(b"a picture " * 20_000).decode()


def turns(data: str = FILM, *more: dict[str, Any]) -> list[dict[str, Any]]:
    content = [
        {"type": "text", "text": "What is this?"},
        {"type": "file", "file": {"file_data": f"data:video/mp4;base64,{data}"}},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PICTURE}"}},
    ]
    return [{"role": "user", "content": content}, *more]


AND_THEN = (
    {"role": "assistant", "content": "A film."},
    {"role": "user", "content": "And how does it end?"},
)


async def post(on: Stage, path: str, body: dict[str, Any], form: Form = "chat") -> Told:
    """As `on.ask`, in pieces: aiohttp warns of large bodies in one."""
    assert on.session is not None
    headers = {"Content-Type": "application/json"}
    async with on.session.post(path, data=io.BytesIO(orjson.dumps(body)), headers=headers) as got:
        return Told(form, got.status, dict(got.headers), await got.read())


async def ask(on: Stage, messages: list[dict[str, Any]], form: Form = "chat") -> Told:
    body = {"model": MODEL, "messages": messages, "stream": form == "chat stream"}
    return await post(on, "/v1/chat/completions", body, form)


def uploads(on: Stage, project: str | None = None) -> list[Received]:
    return [
        one
        for one in on.world.requests
        if one.action == "upload" and one.status == 200 and project in (None, one.project)
    ]


def parts(received: Received) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = orjson.loads(received.raw_body)["contents"][0]["parts"]
    return found


async def test_a_film_goes_ahead_as_a_file_and_the_rest_travels_inline() -> None:
    async with stage() as on:
        key = on.key("home")
        await on.open()
        told = await ask(on, turns())
        assert told.worked
        text, film, picture = parts(on.calls()[-1])
        assert text == {"text": "What is this?"}
        assert film["fileData"]["mimeType"] == "video/mp4"
        assert picture["inlineData"]["data"] == PICTURE
        (kept,) = [one["resource"] for one in on.world.stored.values()]
        assert kept["uri"] == film["fileData"]["fileUri"]
        digest = hashlib.sha256(base64.b64decode(FILM)).hexdigest()
        assert base64.b64decode(kept["sha256Hash"]).decode() == digest
        (start,) = uploads(on)
        assert start.headers["x-goog-api-key"] == key
        sent = [one for one in on.world.requests if one.action == "upload_bytes"]
        assert len(sent) == 4  # of 8 MiB
        assert not [one for one in sent if "x-goog-api-key" in one.headers]


async def test_the_second_turn_and_a_stream_reuse_the_file() -> None:
    async with stage() as on:
        on.key("home")
        await on.open()
        assert (await ask(on, turns())).worked
        assert (await ask(on, turns(FILM, *AND_THEN), "chat stream")).worked
        assert len(uploads(on)) == 1
        assert parts(on.calls()[0])[1] == parts(on.calls()[1])[1]


async def test_the_same_film_in_another_form_of_base64_is_the_same_file() -> None:
    async with stage() as on:
        on.key("home")
        await on.open()
        other = FILM.rstrip("=").replace("+", "-").replace("/", "_")
        assert (await ask(on, turns())).worked
        assert (await ask(on, turns(other))).worked
        assert len(uploads(on)) == 1


async def test_another_project_has_a_file_of_its_own() -> None:
    async with stage() as on:
        on.key("one")
        on.key("two")
        await on.open(ROTATION="fill-first")
        assert (await ask(on, turns())).worked
        on.world.script(Reply.fault("per_minute_429", retry_s=50), project="one")
        assert (await ask(on, turns(FILM, *AND_THEN))).worked
        assert [one.project for one in uploads(on)] == ["one", "two"]
        assert on.asked() == ["one", "one", "two"]


async def test_a_file_is_not_used_in_the_last_hour_of_its_life() -> None:
    async with stage() as on:
        on.key("home")
        await on.open()
        await ask(on, turns())
        on.clock.advance(46.5 * 3_600)
        await ask(on, turns())
        assert len(uploads(on)) == 1
        on.clock.advance(3_600)
        assert (await ask(on, turns())).worked
        assert len(uploads(on)) == 2


async def test_a_file_that_is_gone_is_uploaded_again() -> None:
    async with stage() as on:
        on.key("home")
        await on.open()
        await ask(on, turns())
        on.world.stored.clear()
        assert (await ask(on, turns())).worked
        assert len(uploads(on)) == 2
        assert len(on.calls()) == 3


async def test_what_is_gone_for_good_is_told_after_one_more_upload() -> None:
    async with stage() as on:
        on.key("home")
        await on.open()
        on.world.script(Reply.fault("file_not_owned"), action="streamGenerateContent", times=None)
        told = await ask(on, turns())
        assert (told.status, len(uploads(on)), len(on.calls())) == (404, 2, 2)


@pytest.mark.parametrize("row", ["per_minute_429", "per_day_429", "shared_capacity_429"])
async def test_a_project_without_room_for_files_is_passed_by_and_its_model_does_not_rest(
    row: str,
) -> None:
    async with stage() as on:
        on.key("full")
        on.key("roomy")
        await on.open(ROTATION="fill-first")
        on.world.script(Reply.fault(row), project="full", action="upload", times=None)
        assert (await ask(on, turns())).worked
        assert on.asked() == ["roomy"]
        assert (await on.ask()).worked
        assert on.asked() == ["roomy", "full"]


async def test_no_room_anywhere_is_told_as_a_quota() -> None:
    async with stage() as on:
        on.key("full")
        await on.open()
        on.world.script(Reply.fault("per_minute_429"), action="upload", times=None)
        told = await ask(on, turns())
        assert told.status == 429
        assert not on.calls()
        assert on.state("full") == "ready"


async def test_an_upload_that_breaks_is_begun_again() -> None:
    async with stage() as on:
        on.key("home")
        await on.open()
        on.world.script(Reply.reset(), action="upload_bytes")
        on.world.script(Reply.fault("overloaded_503"), action="upload")
        assert (await ask(on, turns())).worked
        assert len(on.calls()) == 1


async def test_a_stale_access_token_is_renewed_for_an_upload() -> None:
    async with stage() as on:
        on.account("ada@example.org", "home")
        await on.open()
        assert (await on.ask()).worked
        on.world.expire_access_tokens()
        assert (await ask(on, turns())).worked
        assert on.state("home") == "ready"


async def test_a_film_is_waited_for_until_google_has_prepared_it() -> None:
    async with stage() as on:
        on.key("home")
        await on.open()
        on.world.file_states = ("PROCESSING",) * 4
        assert (await ask(on, turns())).worked
        assert len([one for one in on.world.requests if one.action == "get_stored"]) == 4


@pytest.mark.parametrize("states", [("FAILED",), ("PROCESSING", "FAILED")])
async def test_a_film_that_google_cannot_read_is_the_clients_mistake(
    states: tuple[str, ...],
) -> None:
    async with stage() as on:
        on.key("home")
        await on.open()
        on.world.file_states = states
        told = await ask(on, turns())
        assert told.status == 400
        assert told.error is not None
        assert "video/mp4" in told.error["message"]
        assert not on.calls()


async def test_a_film_that_is_never_prepared_ends_in_a_timeout() -> None:
    async with stage() as on:
        on.key("home")
        await on.open()
        on.world.file_states = ("PROCESSING",) * 1_000
        told = await ask(on, turns())
        assert told.status == 504
        assert len(uploads(on)) == 1


async def test_data_that_is_no_base64_is_the_clients_mistake() -> None:
    async with stage() as on:
        on.key("home")
        await on.open()
        told = await ask(on, turns("*" + FILM))
        assert told.status == 400
        assert not uploads(on)


async def test_text_alone_is_too_large_for_google_too() -> None:
    async with stage() as on:
        on.key("home")
        await on.open()
        told = await ask(on, [{"role": "user", "content": "word " * 5_000_000}])
        assert told.status == 413
        assert len(on.calls()) == 1


async def test_a_native_body_passes_as_it_came() -> None:
    async with stage() as on:
        on.key("home")
        await on.open()
        film = {"inlineData": {"mimeType": "video/mp4", "data": FILM}}
        path = f"/v1beta/models/{MODEL}:generateContent"
        told = await post(on, path, {"contents": [{"parts": [film]}]}, "native")
        assert told.status == 400
        assert not uploads(on)
