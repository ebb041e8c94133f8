"""Uploads at the front door: whose address the bytes get, and what passes."""

import pytest

from proxy_core.simulator import Reply
from tests.fakes.pollux import TOKEN
from tests.fakes.site import Site
from tests.server.raw import RawAnswer

START = b"X-Goog-Upload-Protocol: resumable\r\nX-Goog-Upload-Command: start\r\n"
LAST = b"X-Goog-Upload-Command: upload, finalize\r\nX-Goog-Upload-Offset: 0\r\n"
PLAIN = b"Content-Type: text/plain\r\n"


async def begun(site: Site, head: bytes = b"", **more: bytes) -> RawAnswer:
    return await site.send("/upload/v1beta/files", b"{}", head=START + head, **more)


def path_of(answer: RawAnswer) -> str:
    return "/upload/" + answer.headers["x-goog-upload-url"].partition("/upload/")[2]


@pytest.mark.parametrize(
    ("settings", "host", "head", "origin"),
    [
        ({}, b"localhost:7860", b"", "http://localhost:7860"),
        ({}, b"127.0.0.1:1", b"X-Forwarded-Proto: https\r\n", "https://127.0.0.1:1"),
        ({"DOMAIN_NAME": "https://p.example"}, b"p.example", b"", "https://p.example"),
        ({"DOMAIN_NAME": "https://p.example"}, b"localhost", b"", "http://localhost"),
    ],
    indirect=["settings"],
)
async def test_the_address_for_the_bytes_is_ours_as_the_client_calls_us(
    site: Site, host: bytes, head: bytes, origin: str
) -> None:
    answer = await begun(site, head, host=b"Host: " + host + b"\r\n")
    url = answer.headers["x-goog-upload-url"]
    assert url.startswith(f"{origin}/upload/session/")
    assert "session-" not in url
    assert "x-goog-upload-control-url" not in answer.headers


async def test_the_bytes_need_no_token_and_none_goes_to_google(site: Site) -> None:
    path = path_of(await begun(site))
    answer = await site.send(path, b"hello", head=LAST + PLAIN, auth=b"")
    assert answer.headers["x-goog-upload-status"] == "final"
    sent = site.world.requests[-1]
    assert sent.headers["X-Goog-Upload-Command"] == "upload, finalize"
    assert not {"Authorization", "x-goog-api-key"} & set(sent.headers)
    assert TOKEN not in str(sent.headers)
    assert (await site.send(path, b"", head=LAST, auth=b"")).status == 404


async def test_a_start_needs_the_token(site: Site) -> None:
    assert (await begun(site, auth=b"")).status == 401


@pytest.mark.parametrize("settings", [{"MAX_BODY_MB": "1"}], indirect=True)
async def test_the_limit_of_bodies_is_not_one_of_uploads(site: Site) -> None:
    body = bytes(3 << 20)
    path = path_of(await begun(site))
    answer = await site.send(path, body, head=LAST + PLAIN, auth=b"")
    assert answer.json["file"]["sizeBytes"] == str(len(body))
    assert (await site.send("/upload/v1beta/files", body, head=START)).status == 413


async def test_a_client_that_waits_to_be_invited_is(site: Site) -> None:
    path = path_of(await begun(site))
    head = LAST + PLAIN + b"Expect: 100-continue\r\n"
    data = b"POST " + path.encode() + b" HTTP/1.1\r\nHost: localhost\r\n" + head
    answer = await site.raw(data + b"Content-Length: 5\r\n\r\nhello")
    assert answer.status in (100, 200)


async def test_a_refusal_of_google_before_the_end_is_told_and_ends_the_connection(
    site: Site,
) -> None:
    path = path_of(await begun(site))
    site.world.script(Reply.fault("too_large_413"), action="upload_bytes")
    answer = await site.send(path, bytes(8 << 20), head=LAST + PLAIN, auth=b"")
    assert answer.status == 413


async def test_googles_refusal_of_our_credential_is_no_refusal_of_the_client(site: Site) -> None:
    path = path_of(await begun(site))
    site.world.script(Reply.fault("key_leaked"), action="upload_bytes")
    answer = await site.send(path, b"hello", head=LAST + PLAIN, auth=b"")
    assert answer.status not in (401, 403)


async def test_an_unknown_session_is_a_404_in_googles_form(site: Site) -> None:
    answer = await site.send("/upload/session/unknown", b"x", head=LAST + PLAIN, auth=b"")
    assert (answer.status, answer.json["error"]["status"]) == (404, "NOT_FOUND")
    assert (await site.send("/upload/session/unknown", auth=b"")).status == 405


async def test_while_we_stop_an_upload_ends_its_connection(site: Site) -> None:
    path = path_of(await begun(site))
    site.pollux.engine.close_door()
    answer = await site.send(path, b"hello", head=LAST + PLAIN, auth=b"")
    assert answer.headers["x-goog-upload-status"] == "final"
    assert answer.headers["connection"] == "close"


async def test_a_session_ends_with_the_last_credential_of_its_project(site: Site) -> None:
    path = path_of(await begun(site))
    (view,) = site.pollux.engine.snapshot().credentials
    await site.pollux.engine.commands.enable(view.id, enabled=False)
    before = len(site.world.requests)
    assert (await site.send(path, b"hello", head=LAST + PLAIN, auth=b"")).status == 404
    assert len(site.world.requests) == before
