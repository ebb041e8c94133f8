"""What projects keep, at the front door: forms, queries, and what goes to Google."""

import aiohttp
import orjson
import pytest

from proxy_core.simulator import Reply
from proxy_core.simulator.world import Received
from tests.fakes.site import Site

CACHE = orjson.dumps(
    {"model": "models/gemini-3.8-flash", "contents": [{"parts": [{"text": "x"}]}], "ttl": "60s"}
)
ASKED = orjson.dumps({"model": "gemini-3.8-flash", "input": "hello"})
GEMINI = b"x-goog-api-client: genai\r\n"
CLOSE = b"Connection: close\r\n"


def last(site: Site) -> Received:
    return site.world.requests[-1]


async def test_the_query_goes_on_but_for_who_asks_and_the_forms_of_answers(site: Site) -> None:
    await site.send(
        "/v1beta/fileSearchStores/s?force=true&key=test-bearer-token&alt=json&prettyPrint=true",
        method="DELETE",
    )
    assert dict(last(site).query) == {"force": "true"}
    assert last(site).headers.get("x-goog-api-key") == site.key
    assert "Authorization" not in last(site).headers


async def test_v1_is_raised_where_it_knows_no_caches(site: Site) -> None:
    made = await site.send("/v1/cachedContents", CACHE, head=GEMINI)
    assert made.status == 200
    assert last(site).path == "/v1beta/cachedContents"
    await site.send("/v1/files", head=GEMINI)
    assert last(site).path == "/v1/files"


async def test_v1_is_raised_for_models_that_it_does_not_know(site: Site) -> None:
    latest = b'{"model": "gemini-flash-latest", "input": "x"}'
    await site.send("/v1/interactions", latest, head=GEMINI)
    assert last(site).path == "/v1beta/interactions"
    await site.send("/v1/interactions", ASKED, head=GEMINI)
    assert last(site).path == "/v1/interactions"


async def test_bodies_and_answers_pass_as_they_are(site: Site) -> None:
    spaced = b'{ "model": "gemini-3.8-flash",\n "input": "hello" }'
    answer = await site.send("/v1beta/interactions", spaced)
    assert last(site).raw_body == spaced
    assert answer.json["steps"][0]["content"][0]["text"] == "You said: hello"
    patched = b'{"ttl": "600s"}'
    cache = (await site.send("/v1beta/cachedContents", CACHE)).json["name"]
    path = f"/v1beta/{cache}?updateMask=ttl"
    assert (await site.send(path, patched, method="PATCH")).status == 200
    assert (last(site).raw_body, last(site).query["updateMask"]) == (patched, "ttl")


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"'])
async def test_a_body_that_is_no_object_is_refused(site: Site, body: bytes) -> None:
    answer = await site.send("/v1beta/interactions", body)
    assert (answer.status, answer.json["error"]["status"]) == (400, "INVALID_ARGUMENT")


async def test_a_call_without_a_body_may_be_one(site: Site) -> None:
    made = await site.send("/v1beta/interactions", ASKED)
    path = f"/v1beta/interactions/{made.json['id']}/cancel"
    answer = await site.send(path, b"", head=b"Content-Type: application/json\r\n")
    assert (answer.status, answer.json["status"]) == (200, "cancelled")


async def test_an_interaction_counts_its_tokens_and_names_its_model(site: Site) -> None:
    await site.send("/v1beta/interactions", ASKED)
    stream = orjson.dumps({**orjson.loads(ASKED), "stream": True})
    answer = await site.send("/v1beta/interactions", stream, head=CLOSE)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert b"data: [DONE]\n\n" in answer.body
    for ended in site.ended:
        assert (ended.action, ended.model) == ("interactions.create", "gemini-3.8-flash")
        assert ended.tokens is not None
        assert (ended.tokens.prompt, ended.tokens.output) == (1, 3)
    assert [ended.stream for ended in site.ended] == [False, True]


MADE = b'event: interaction.created\ndata: {"event_type": "interaction.created"}\n\n'
DONE = b"event: done\ndata: [DONE]"
EVENTS = "text/event-stream"


async def interaction(site: Site, body: bytes) -> bytes:
    """What a client gets of an interaction that Google streams so."""
    site.world.script(Reply.raw(200, body, EVENTS), action="interact")
    stream = orjson.dumps({**orjson.loads(ASKED), "stream": True})
    return (await site.send("/v1beta/interactions", stream, head=CLOSE)).content


@pytest.mark.parametrize("half", [b"", b"event: step.delta\ndata: {"])
async def test_an_interaction_without_an_end_is_not_complete(site: Site, half: bytes) -> None:
    told = await interaction(site, MADE + half)
    assert told.startswith(MADE + b'data: {"event_type":"error"')
    assert b"complete" in told


@pytest.mark.parametrize("end", [DONE, DONE + b"\n\n", MADE.replace(b"created", b"completed")])
async def test_an_interaction_with_an_end_passes_as_it_came(site: Site, end: bytes) -> None:
    assert await interaction(site, MADE + end) == MADE + end


async def test_a_stream_that_is_refused_is_an_http_error(site: Site) -> None:
    body = orjson.dumps({"model": "none", "input": "x", "stream": True})
    answer = await site.send("/v1beta/interactions", body)
    assert (answer.status, answer.json["error"]["code"]) == (404, "not_found")


async def test_a_tuned_model_streams_as_it_does_at_google(site: Site) -> None:
    array = b'[{"candidates": []}\n,\r\n{"candidates": []}]'
    site.world.script(Reply.raw(200, array, "application/json"))
    body = b'{"contents": [{"parts": [{"text": "x"}]}]}'
    answer = await site.send("/v1beta/tunedModels/t:streamGenerateContent", body, head=CLOSE)
    assert (answer.status, answer.body) == (200, array)


async def test_a_download_that_breaks_off_does_not_look_complete(site: Site) -> None:
    whole = Reply.raw(200, bytes(100_000), "video/mp4")
    site.world.script(whole, action="download")
    answer = await site.send("/v1beta/files/x:download?alt=media")
    assert (len(answer.body), answer.headers["content-type"]) == (100_000, "video/mp4")
    assert answer.headers["content-length"] == "100000"
    site.world.script(whole | Reply.reset(1), action="download")
    async with (
        aiohttp.ClientSession(headers={"x-goog-api-key": site.pollux.token}) as session,
        session.get(f"{site.pollux.url}/v1beta/files/x:download?alt=media") as broken,
    ):
        assert broken.status == 200
        with pytest.raises(aiohttp.ClientPayloadError):
            await broken.read()
    assert site.in_flight() == 0


async def test_things_show_as_no_model_anywhere(site: Site) -> None:
    await site.send("/v1beta/files")
    await site.send("/v1beta/interactions", ASKED)
    (view,) = site.pollux.engine.snapshot().credentials
    assert view.models == ()


async def test_while_paused_nothing_goes_to_google(site: Site) -> None:
    site.pollux.engine.pause(paused=True)
    before = len(site.world.requests)
    assert (await site.send("/v1beta/files")).status == 503
    assert len(site.world.requests) == before
