"""Native requests through a running Pollux."""

import asyncio

import orjson
import pytest

from proxy_core.simulator import Reply
from tests.fakes.site import Site
from tests.server import raw
from tests.server.raw import NATIVE, native_body, unchunked

MODEL = "/v1beta/models/gemini-3.8-flash"
ARRAY = f"{MODEL}:streamGenerateContent"
EVENTS = f"{ARRAY}?alt=sse"
CLOSE = b"Connection: close\r\n"


async def test_bytes_pass_as_they_came(site: Site) -> None:
    body = b'{ "contents" : [{"parts":[{"text":"\\u0068i"}] , "role":"user"}] }'
    answer = await site.send(NATIVE, body)
    assert answer.status == 200
    assert site.world.requests[-1].raw_body == body
    assert answer.json["candidates"]


async def test_a_stream_is_an_array_or_events(site: Site) -> None:
    site.world.script(Reply.text("one", "two"), times=None)
    array = await site.send(ARRAY, native_body(), head=CLOSE)
    assert array.headers["content-type"] == "application/json"
    chunks = orjson.loads(unchunked(array))
    events = await site.send(EVENTS, native_body(), head=CLOSE)
    assert events.headers["content-type"] == "text/event-stream"
    lines = [line[6:] for line in unchunked(events).splitlines() if line]
    assert [orjson.loads(line) for line in lines] == chunks
    assert len(chunks) == 2


@pytest.mark.parametrize("path", [ARRAY, EVENTS])
async def test_a_stream_that_breaks_off_says_so(site: Site, path: str) -> None:
    for reply in (Reply.truncate(1), Reply.reset(1), Reply.error_in_stream(1)):
        site.world.script(Reply.text("one", "two", "three") | reply)
        answer = await site.send(path, native_body(), head=CLOSE)
        assert answer.status == 200
        body = unchunked(answer)
        last = orjson.loads(body)[-1] if path == ARRAY else orjson.loads(body.split(b"data: ")[-1])
        assert last["error"]["code"] >= 500
    assert [ended.error is not None for ended in site.ended] == [True] * 3


async def test_nothing_in_a_query_can_end_the_request_line_to_google(site: Site) -> None:
    query = "?x%20HTTP/1.1%0d%0aX-Smuggled:%201=1&%24alt=sse&%6bey=secret"
    assert (await site.send(NATIVE + query, native_body())).status == 200
    assert "x-smuggled" not in {name.lower() for name in site.world.requests[-1].headers}


async def test_an_unknown_action_of_a_model_does_no_harm_to_the_model(site: Site) -> None:
    answer = await site.send(f"{MODEL}:doesNotExist", b"{}")
    assert answer.status == 404
    assert (await site.send(NATIVE, native_body())).status == 200


async def test_an_action_that_google_took_back_is_said_to_be_gone(site: Site) -> None:
    answer = await site.send(f"{MODEL}:predict", b"{}")
    assert answer.status == 404
    assert not site.world.requests


async def test_tokens_are_counted_without_a_conversation(site: Site) -> None:
    answer = await site.send(f"{MODEL}:countTokens", native_body("hello there"))
    assert answer.status == 200
    assert answer.json["totalTokens"] > 0


async def test_the_list_of_models_comes_in_pages(site: Site) -> None:
    first = await site.send("/v1beta/models?pageSize=2")
    assert len(first.json["models"]) == 2
    token = first.json["nextPageToken"]
    second = await site.send(f"/v1beta/models?pageSize=1000&pageToken={token}")
    assert "nextPageToken" not in second.json
    names = [one["name"] for one in first.json["models"] + second.json["models"]]
    assert len(names) == len(set(names)) > 2
    one = await site.send("/v1beta/" + names[0])
    assert one.json["name"] == names[0]


@pytest.mark.parametrize("query", ["pageSize=x", "pageSize=-1", "pageToken=%ff", "pageSize=1e3"])
async def test_a_page_that_is_no_number_is_a_bad_request(site: Site, query: str) -> None:
    answer = await site.send("/v1beta/models?" + query)
    assert answer.status == 400
    assert answer.json["error"]["status"] == "INVALID_ARGUMENT"


@pytest.mark.parametrize("settings", [{"KEEPALIVE_S": "0.02"}], indirect=True)
@pytest.mark.parametrize(("path", "filler"), [(ARRAY, b"1\r\n\n\r\n"), (EVENTS, b"2\r\n\r\n\r\n")])
async def test_a_silence_is_filled_with_what_readers_skip(
    site: Site, path: str, filler: bytes
) -> None:
    hold = asyncio.Event()
    site.world.script(Reply.text("one", "two") | Reply.wait(hold, after=1))
    reader, writer = await raw.connect(site.pollux.url)
    writer.write(raw.request(path, native_body(), head=CLOSE))
    await reader.readuntil(b"one")
    await reader.readuntil(filler)
    hold.set()
    assert b"two" in await reader.read()
    writer.close()


async def test_the_service_tier_of_google_goes_on_to_the_client(site: Site) -> None:
    body = b'{"candidates":[{"content":{"parts":[{"text":"hi"}]},"finishReason":"STOP"}]}'
    site.world.script(Reply.raw(200, body, x_gemini_service_tier="flex"))
    answer = await site.send(NATIVE, native_body())
    assert answer.headers["x-gemini-service-tier"] == "flex"
