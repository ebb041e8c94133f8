"""What is no HTTP is answered in our words, and leaves no secret in the log."""

import logging

import pytest

from tests.fakes.site import Site
from tests.server import raw
from tests.server.raw import CHAT

PLANTED = b"AIza" + b"SyPlantedPlantedPlantedPlantedPlanted"


@pytest.mark.parametrize(
    "data",
    [
        b"hello " + PLANTED + b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        raw.request(b"/v1/models?key=" + PLANTED + b"\xff"),
        raw.request(b"/" + PLANTED + b"\xff\xfe"),
        raw.request("/", head=b"x-goog-api-key " + PLANTED + b"\r\n"),
        raw.request("/", head=b"x-goog-api-key: " + PLANTED + b"\x1b\r\n"),
        raw.request("/", head=b"Host: " + PLANTED + b"\r\n"),
        raw.request("/", head=b"Content-Length: -" + PLANTED + b"\r\n"),
        raw.request(CHAT, head=b"Transfer-Encoding: chunked\r\n", method="POST")
        + PLANTED
        + b"\r\n",
        raw.request(CHAT, b"{}", head=b"Transfer-Encoding: chunked\r\n"),
        raw.request(CHAT, b"{}", head=b"Content-Length: 7\r\n"),
    ],
)
async def test_what_is_no_http_is_refused_without_quoting_it(
    site: Site, data: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = await site.raw(data)
    assert answer.status == 400
    assert answer.json["error"]["message"] == "This is not a valid HTTP request."
    assert len(answer.headers["x-request-id"]) == 32
    assert answer.headers["server"] == "pollux"
    assert b"Planted" not in answer.body
    assert "Planted" not in caplog.text
    assert "Traceback" not in caplog.text
    assert not site.world.requests


async def test_a_line_without_end_is_refused(site: Site) -> None:
    for data in (raw.request("/" + "a" * 70_000), raw.request("/", head=b"x: " + b"a" * 70_000)):
        answer = await site.raw(data + b"\r\n\r\n")
        assert answer.status == 431


async def test_a_body_that_breaks_off_in_its_encoding_is_refused_quietly(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    answer = await site.send(CHAT, PLANTED, head=b"Content-Encoding: gzip\r\n")
    assert answer.status == 400
    assert "Traceback" not in caplog.text
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
