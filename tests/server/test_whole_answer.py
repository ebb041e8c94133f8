"""Whole answers on the wire: what aiohttp's own would be, in one piece."""

import pytest

from tests.fakes.site import Site
from tests.server import raw

CHAT = raw.request(raw.CHAT, raw.chat_body())


async def test_an_answer_says_its_length_and_date_and_keeps_the_connection(site: Site) -> None:
    reader, writer = await raw.connect(site.pollux.url)
    for _ in range(2):
        writer.write(CHAT)
        answer = await raw.read_answer(reader)
        assert answer.status == 200
        assert answer.json["object"] == "chat.completion"
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["date"].endswith("GMT")
        assert answer.headers["server"] == "pollux"
        assert "connection" not in answer.headers
        assert "transfer-encoding" not in answer.headers
    writer.close()


async def test_a_client_that_wants_the_connection_closed_has_it_closed(site: Site) -> None:
    head = b"Connection: close\r\n"
    reader, writer = await raw.connect(site.pollux.url)
    writer.write(raw.request(raw.CHAT, raw.chat_body(), head=head))
    answer = await raw.read_answer(reader)
    assert answer.headers["connection"] == "close"
    assert await reader.read() == b""
    writer.close()


@pytest.mark.parametrize("keep", [b"", b"Connection: keep-alive\r\n"])
async def test_a_client_of_http_1_0_is_answered_as_such(site: Site, keep: bytes) -> None:
    reader, writer = await raw.connect(site.pollux.url)
    request = raw.request(raw.CHAT, raw.chat_body(), head=keep)
    writer.write(request.replace(b"HTTP/1.1", b"HTTP/1.0", 1))
    answer = await raw.read_answer(reader)
    assert answer.json["object"] == "chat.completion"
    assert answer.headers.get("connection") == ("keep-alive" if keep else None)
    writer.close()


async def test_a_head_gets_no_body(site: Site) -> None:
    answer = await raw.send(site.pollux.url, raw.request("/healthz", method="HEAD"))
    assert answer.body == b""
