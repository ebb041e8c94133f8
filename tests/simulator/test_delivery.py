"""Both stream forms, and every way to spoil an answer."""

import asyncio

import aiohttp
import orjson
import pytest

from proxy_core.simulator import Reply
from tests.simulator.conftest import Client, said, text_of

SSE = "/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse"


def events(raw: bytes) -> list[dict[str, object]]:
    assert raw.endswith(b"\r\n\r\n")
    blocks = raw.removesuffix(b"\r\n\r\n").split(b"\r\n\r\n")
    assert all(block.startswith(b"data: ") for block in blocks)
    return [orjson.loads(block.removeprefix(b"data: ")) for block in blocks]


async def test_sse_and_array_hold_the_same_chunks(client: Client) -> None:
    client.world.script(Reply.text("a", "b", "c"), times=2)
    sse = events(await client.stream(said("x")))
    array = await client.stream(said("x"), sse=False)
    assert sse == orjson.loads(array)
    assert len(sse) == 3
    assert array.startswith(b"[{")
    assert b"}\n,\r\n{" in array
    assert array.endswith(b"\n]")


async def test_only_the_last_chunk_has_a_finish_reason(client: Client) -> None:
    chunks = events(await client.stream(said("several words for several chunks")))
    reasons = ["finishReason" in one["candidates"][0] for one in chunks]  # type: ignore[index]
    assert len(chunks) > 2
    assert reasons == [False] * (len(chunks) - 1) + [True]


@pytest.mark.parametrize("abrupt", [True, False])
async def test_a_reset_breaks_the_connection_after_the_chunks_ordered(
    client: Client, abrupt: bool
) -> None:
    client.world.script(Reply.text("a", "b", "c") | Reply.reset(2, abrupt=abrupt))
    read = bytearray()

    async def read_on() -> None:
        headers = {"x-goog-api-key": client.key}
        async with client.session.post(SSE, json=said("x"), headers=headers) as answer:
            async for piece in answer.content.iter_any():
                read.extend(piece)

    with pytest.raises((aiohttp.ClientPayloadError, ConnectionResetError)):
        await read_on()
    assert len(events(bytes(read))) == 2


async def test_a_reset_before_the_first_byte_gives_no_answer(client: Client) -> None:
    client.world.script(Reply.reset(), times=2)
    for action in ("generateContent", "streamGenerateContent"):
        with pytest.raises((aiohttp.ClientConnectionError, ConnectionResetError)):
            await client.call(action, said("x"))


async def test_a_truncated_stream_ends_cleanly_without_a_finish_reason(client: Client) -> None:
    client.world.script(Reply.text("a", "b", "c") | Reply.truncate(2))
    chunks = events(await client.stream(said("x")))
    assert len(chunks) == 2
    assert all("finishReason" not in one["candidates"][0] for one in chunks)  # type: ignore[index]


async def test_split_bytes_say_the_same(client: Client) -> None:
    text = "Grüße, 世界 🌍"
    client.world.script(Reply.text(text, text) | Reply.split(1), Reply.text(text, text))
    assert await client.stream(said("x")) == await client.stream(said("x"))


async def test_pieces_leave_apart(client: Client) -> None:
    client.world.script(Reply.text("🌍" * 20) | Reply.split(7))
    headers = {"x-goog-api-key": client.key}
    async with client.session.post(SSE, json=said("x"), headers=headers) as answer:
        pieces = [piece async for piece, _end in answer.content.iter_chunks()]
    assert max(len(piece) for piece in pieces) == 7


async def test_the_empty_answers(client: Client) -> None:
    client.world.script(Reply.empty(), Reply.no_chunks(), Reply.no_chunks(), Reply.blank())
    assert await client.stream(said("x")) == b""
    assert await client.stream(said("x")) == b""
    assert await client.stream(said("x"), sse=False) == b"[]"
    _status, body = await client.call("generateContent", said("x"))
    assert body["candidates"][0] == {
        "content": {"role": "model"},
        "finishReason": "STOP",
        "index": 0,
    }


async def test_an_error_inside_the_stream(client: Client) -> None:
    world = client.world
    world.script(Reply.text("a", "b") | Reply.error_in_stream(1, "internal_500"))
    first, error = events(await client.stream(said("x")))
    assert "candidates" in first
    assert error["error"]["code"] == 500  # type: ignore[index]
    world.script(Reply.text("a", "b") | Reply.error_in_stream(1, bare=True))
    last = (await client.stream(said("x"))).strip().split(b"\r\n")[-1]
    assert orjson.loads(last)["error"]["code"] == 503
    world.script(Reply.error_in_stream(1))
    assert (await client.call("generateContent", said("x")))[0] == 503


async def test_html_from_the_front_end(client: Client) -> None:
    client.world.script(Reply.raw(502, b"<html>", "text/html", retry_after="3"))
    headers = {"x-goog-api-key": client.key}
    async with client.session.post(SSE, json=said("x"), headers=headers) as answer:
        assert (answer.status, answer.content_type) == (502, "text/html")
        assert answer.headers["Retry-After"] == "3"


async def test_an_answer_waits_for_the_event_before_the_chunk_named(client: Client) -> None:
    release = asyncio.Event()
    client.world.script(Reply.text("a", "b") | Reply.wait(release, after=1))
    headers = {"x-goog-api-key": client.key}
    async with client.session.post(SSE, json=said("x"), headers=headers) as answer:
        assert b'"a"' in await answer.content.readany()
        release.set()
        assert b'"b"' in await answer.content.read()


async def test_a_client_that_hangs_up_is_noted_at_once(client: Client) -> None:
    client.world.script(Reply.text("a", "b") | Reply.wait(asyncio.Event(), after=1))
    headers = {"x-goog-api-key": client.key}
    async with client.session.post(SSE, json=said("x"), headers=headers) as answer:
        await answer.content.readany()
        answer.close()
    await client.world.until(lambda: client.world.hang_ups)
    (hang_up,) = client.world.hang_ups
    assert (hang_up.request.action, hang_up.at) == ("streamGenerateContent", client.clock.now)


async def test_a_slow_answer_is_still_whole(client: Client) -> None:
    client.world.script(Reply.slow(0.001, 0.001))
    _status, body = await client.call("generateContent", said("x"))
    assert text_of(body) == "You said: x"


@pytest.mark.parametrize("reply", [Reply.truncate(0), Reply.reset(1)])
async def test_a_whole_answer_can_break_too(client: Client, reply: Reply) -> None:
    client.world.script(reply)
    with pytest.raises((aiohttp.ClientPayloadError, ConnectionResetError, orjson.JSONDecodeError)):
        await client.call("generateContent", said("x"))
