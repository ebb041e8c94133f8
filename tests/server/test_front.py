"""The front door of a running Pollux: who comes in, what bad input gets, what goes with answers."""

import asyncio
import gzip
import json
import logging
from typing import Any

import orjson
import pytest

from proxy_core.simulator import Reply
from tests.fakes.pollux import TOKEN
from tests.fakes.site import Site, until
from tests.server import raw
from tests.server.raw import CHAT, NATIVE, chat_body, native_body

STREAM = "/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse"
SMALL = pytest.mark.parametrize("settings", [{"MAX_BODY_MB": "1"}], indirect=True)
PAGES = pytest.mark.parametrize(
    "settings", [{"CORS_ALLOWED_ORIGINS": '["https://app.example"]'}], indirect=True
)


# -- who comes in ------------------------------------------------------------------------------


@pytest.mark.parametrize("carrier", ["Authorization: Bearer ", "x-api-key: ", "x-goog-api-key: "])
@pytest.mark.parametrize("path", [CHAT, NATIVE])
async def test_each_header_may_carry_the_token(site: Site, carrier: str, path: str) -> None:
    body = chat_body() if path == CHAT else native_body()
    answer = await site.send(path, body, auth=f"{carrier}{TOKEN}\r\n".encode())
    assert answer.status == 200


async def test_the_query_may_carry_the_token(site: Site) -> None:
    assert (await site.send(f"{NATIVE}?key={TOKEN}", native_body(), auth=b"")).status == 200


@pytest.mark.parametrize(
    "auth",
    [
        b"",
        b"Authorization: Bearer wrong\r\n",
        b"Authorization: Bearer \xff\xfe\r\n",
        b"x-api-key: \xc3\xa9\xff\r\n",
    ],
)
async def test_without_it_nothing_is_said_but_that(site: Site, auth: bytes) -> None:
    for path in (CHAT, "/v1/models", "/metrics", "/nothing/here"):
        answer = await site.send(path, b"{", auth=auth)
        assert answer.status == 401
        assert answer.json == {
            "error": {
                "message": "The bearer token is missing or wrong.",
                "type": "authentication_error",
                "param": None,
                "code": "invalid_api_key",
            }
        }
    assert not site.world.requests


async def test_a_gemini_client_hears_it_in_its_own_dialect(site: Site) -> None:
    answer = await site.send(NATIVE, native_body(), auth=b"x-goog-api-key: \xff\r\n")
    assert answer.status == 401
    assert answer.json["error"]["status"] == "UNAUTHENTICATED"


async def test_nothing_of_the_client_reaches_google_but_the_call(site: Site) -> None:
    head = (
        b"Cookie: secret-cookie=1\r\n"
        b"OpenAI-Organization: secret-org\r\n"
        b"OpenAI-Project: secret-project\r\n"
        b"x-api-key: " + TOKEN.encode() + b"\r\n"
        b"x-goog-api-key: secret-key\r\n"
        b"x-goog-user-project: secret-user-project\r\n"
        b"X-Forwarded-For: 203.0.113.9\r\n"
        b"Referer: https://secret.example\r\n"
        b"User-Agent: secret-agent\r\n"
        b"x-goog-api-client: google-genai-sdk/9\r\n"
    )
    query = (
        f"?key={TOKEN}&access_token=secret-1&oauth_token=secret-2&%6bey=secret-3&KEY=secret-4"
        "&$key=secret-5&userProject=secret-6&$userProject=secret-7&quotaUser=secret-8"
        "&callback=secret-9&$.xgafv=1&alt=media&fields=candidates%2CusageMetadata"
    )
    for path, body in ((CHAT, chat_body()), (NATIVE + query, native_body())):
        assert (await site.send(path, body, head=head)).status == 200
        asked = site.world.requests[-1]
        sent = f"{asked.path} {dict(asked.query)} {dict(asked.headers)}"
        assert "secret" not in sent
        assert TOKEN not in sent
        assert asked.headers["x-goog-api-key"] == site.key
        assert asked.headers["User-Agent"].startswith("pollux/")
        assert "203.0.113.9" not in sent
    assert dict(asked.query) == {"fields": "candidates,usageMetadata"}
    assert asked.headers["x-goog-api-client"] == "google-genai-sdk/9"


@pytest.mark.parametrize("host", [b"evil.example", b"evil.example:7860", b"localhost/x", b""])
async def test_an_unknown_host_gets_nothing_at_all(site: Site, host: bytes) -> None:
    for path in ("/healthz", "/readyz", CHAT):
        answer = await site.send(path, host=b"Host: " + host + b"\r\n")
        assert answer.status == 403
        assert "ALLOWED_HOSTS" in answer.json["error"]["message"]
    preflight = await site.send(CHAT, method="OPTIONS", host=b"Host: " + host + b"\r\n")
    assert preflight.status == 403


async def test_a_request_without_a_host_is_refused(site: Site) -> None:
    assert (await site.send("/healthz", host=b"")).status == 400
    assert (await site.raw(b"GET /healthz HTTP/1.0\r\n\r\n")).status == 403


async def test_the_host_of_a_whole_url_counts(site: Site) -> None:
    assert (await site.send("http://localhost:7860/healthz")).status == 200
    assert (await site.send("http://evil.example/healthz")).status == 403


# -- pages -------------------------------------------------------------------------------------


@PAGES
async def test_a_listed_page_may_ask_and_read(site: Site) -> None:
    origin = b"Origin: https://app.example\r\n"
    asked = origin + b"Access-Control-Request-Headers: authorization\r\n"
    preflight = await site.send(CHAT, method="OPTIONS", head=asked, auth=b"")
    assert preflight.status == 204
    assert preflight.headers["access-control-allow-origin"] == "https://app.example"
    assert preflight.headers["access-control-allow-headers"] == "authorization"
    for auth in (raw.AUTH, b""):  # errors too, or the page cannot tell what is wrong
        answer = await site.send(CHAT, chat_body(), head=origin, auth=auth)
        assert answer.headers["access-control-allow-origin"] == "https://app.example"
    stream = await site.send(CHAT, chat_body(stream=True), head=origin + b"Connection: close\r\n")
    assert stream.headers["access-control-allow-origin"] == "https://app.example"


@PAGES
async def test_another_page_may_not_read(site: Site) -> None:
    head = b"Origin: https://evil.example\r\n"
    preflight = await site.send(CHAT, method="OPTIONS", head=head, auth=b"")
    answer = await site.send(CHAT, chat_body(), head=head)
    assert not any(name.startswith("access-control") for name in preflight.headers)
    assert not any(name.startswith("access-control") for name in answer.headers)


@pytest.mark.parametrize(
    "content_type",
    [b"text/plain", b"application/x-www-form-urlencoded", b"multipart/form-data; boundary=x"],
)
async def test_a_form_of_a_page_does_not_get_through(site: Site, content_type: bytes) -> None:
    head = b"Origin: https://evil.example\r\nContent-Type: " + content_type + b"\r\n"
    answer = await site.send(f"{NATIVE}?key={TOKEN}", native_body(), head=head, auth=b"")
    assert answer.status == 400
    assert "application/json" in answer.json["error"]["message"]
    assert not site.world.requests


async def test_curl_without_a_content_type_gets_its_answer(site: Site) -> None:
    head = b"Content-Type: application/x-www-form-urlencoded\r\n"
    assert (await site.send(CHAT, chat_body(), head=head)).status == 200


# -- routes ------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["PUT", "GET", "DELETE", "TRACE", "PATCH"])
async def test_a_wrong_method_is_told_the_right_one(site: Site, method: str) -> None:
    answer = await site.send(CHAT, method=method)
    assert answer.status == 405
    assert answer.headers["allow"] == "POST"


async def test_head_gets_the_head_alone(site: Site) -> None:
    data = raw.request("/healthz", method="HEAD") + raw.request("/readyz")
    reader, writer = await raw.connect(site.pollux.url)
    writer.write(data)
    assert (await raw.read_answer(reader, has_body=False)).status == 200
    assert (await raw.read_answer(reader)).json == {"status": "ready"}
    writer.close()


async def test_every_path_takes_options(site: Site) -> None:
    for path in (CHAT, NATIVE, "/healthz", "/nothing", "*"):
        answer = await site.send(path, method="OPTIONS", auth=b"")
        assert answer.status == 204


@pytest.mark.parametrize(
    "path", ["/nothing", "/pages", "/v1/x/../chat/completions", "/v1/chat/completions/x", "/oauth2"]
)
async def test_an_unknown_path_is_not_found(site: Site, path: str) -> None:
    answer = await site.send(path, chat_body())
    assert answer.status == 404
    assert answer.json["error"]["code"] == "not_found"


@pytest.mark.parametrize(
    "path",
    [
        "/chat/completions",
        "/v1/chat/completions/",
        "/v1//chat/completions",
        "/v1beta/openai/chat/completions",
        "/v1/%63hat/completions",
    ],
)
async def test_the_same_route_has_other_spellings(site: Site, path: str) -> None:
    assert (await site.send(path, chat_body())).status == 200


@pytest.mark.parametrize(
    "model",
    ["..%2F..%2Fsecret", "a%2Fb", "%2E%2E", "a%20b", "%00", "a%0d%0ab", "é", "%C3%A9", "a" * 129],
)
async def test_an_odd_model_name_never_reaches_google(site: Site, model: str) -> None:
    for verb in ("generateContent", "streamGenerateContent", "countTokens"):
        answer = await site.send(f"/v1beta/models/{model}:{verb}", native_body())
        assert answer.status in (400, 404)
    document = {**orjson.loads(chat_body()), "model": model}
    answer = await site.send(CHAT, orjson.dumps(document))
    assert answer.status == 404
    assert answer.json["error"]["code"] == "model_not_found"
    assert not site.world.requests


async def test_a_model_that_google_does_not_know_is_not_found(site: Site) -> None:
    document = {**orjson.loads(chat_body()), "model": "gpt-5"}
    answer = await site.send(CHAT, orjson.dumps(document))
    assert answer.status == 404
    assert answer.json["error"]["code"] == "model_not_found"
    native = await site.send("/v1beta/models/gpt-5:generateContent", native_body())
    assert (native.status, native.json["error"]["status"]) == (404, "NOT_FOUND")
    for path in ("/v1/models/gpt-5", "/v1beta/models/gpt-5"):
        answer = await site.send(path)
        assert answer.status == 404
        assert "MODEL_ALIASES" in answer.json["error"]["message"]


async def test_a_name_of_openais_that_stands_for_a_model_is_found_by_it(site: Site) -> None:
    answer = await site.send("/v1/models/text-embedding-3-small")
    assert (answer.status, answer.json["id"]) == (200, "text-embedding-3-small")
    assert (await site.send("/v1/models/dall-e-3")).json["id"] == "dall-e-3"


async def test_tokens_of_google_are_not_handed_out(site: Site) -> None:
    assert (await site.send("/v1beta/auth_tokens", b"{}")).status == 403


# -- bodies ------------------------------------------------------------------------------------

MESSAGES = [{"role": "user", "content": "hi"}]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"hello",
        b'{"model":NaN}',
        b'{"model":"\xff"}',
        b'{"contents":1e999}',
        b'{"model":"\\ud800"}',
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        b"[" * 100_000,
        b"\x00",
        b"\xef\xbb\xbf{}",
    ],
)
async def test_what_is_no_json_object_is_a_bad_request(site: Site, body: bytes) -> None:
    answer = await site.send(CHAT, body)
    assert answer.status == 400
    assert answer.json["error"]["type"] == "invalid_request_error"
    native = await site.send(NATIVE, body)
    assert native.status == 400
    assert native.json["error"]["status"] == "INVALID_ARGUMENT"
    assert not site.world.requests


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({}, "model"),
        ({"model": 1}, "model"),
        ({"model": "gemini-3.8-flash"}, "messages"),
        ({"model": "gemini-3.8-flash", "messages": {}}, "messages"),
        ({"model": "gemini-3.8-flash", "messages": [1]}, "messages[0]"),
        ({"model": "gemini-3.8-flash", "messages": MESSAGES, "stream": "yes"}, "stream"),
        ({"model": "gemini-3.8-flash", "messages": MESSAGES, "temperature": "hot"}, "temperature"),
        ({"model": "gemini-3.8-flash", "messages": MESSAGES, "max_tokens": 9**30}, "max_tokens"),
        ({"model": "gemini-3.8-flash", "messages": MESSAGES, "tools": [{}]}, None),
    ],
)
async def test_a_wrong_field_is_named(
    site: Site, fields: dict[str, Any], param: str | None
) -> None:
    answer = await site.send(CHAT, json.dumps(fields).encode())
    assert answer.status == 400
    error = answer.json["error"]
    assert error["param"] == param if param else error["param"].startswith("tools")


async def test_of_a_field_given_twice_the_last_counts(site: Site) -> None:
    body = b'{"model":"nope",' + chat_body()[1:]
    assert (await site.send(CHAT, body)).status == 200


@SMALL
@pytest.mark.parametrize("path", [CHAT, NATIVE])
async def test_a_body_said_to_be_too_large_is_refused_unread(site: Site, path: str) -> None:
    head = raw.request(path, head=b"Content-Length: 1048577\r\n", method="POST")
    answer = await site.raw(head + b"{")
    assert answer.status == 413
    assert "MAX_BODY_MB" in answer.json["error"]["message"]


@SMALL
async def test_a_chunked_body_is_refused_once_it_is_too_large(site: Site) -> None:
    reader, writer = await raw.connect(site.pollux.url)
    writer.write(raw.request(CHAT, head=b"Transfer-Encoding: chunked\r\n", method="POST"))
    for _ in range(5):
        writer.write(b"40000\r\n" + b" " * 0x40000 + b"\r\n")
        await writer.drain()
    answer = await raw.read_answer(reader)  # while the client would go on sending
    assert answer.status == 413
    writer.close()


async def test_a_body_of_101_mb_gets_its_answer_though_all_of_it_is_sent(site: Site) -> None:
    length = 101 << 20
    reader, writer = await raw.connect(site.pollux.url)
    head = f"Content-Length: {length}\r\n".encode()
    writer.write(raw.request(CHAT, head=head, method="POST"))
    piece = b" " * (1 << 20)
    for _ in range(101):
        writer.write(piece)
        await writer.drain()
    answer = await raw.read_answer(reader)
    assert answer.status == 413
    assert answer.headers["connection"] == "close"
    assert answer.json["error"]["code"] == "request_too_large"
    assert await reader.read() == b""
    writer.close()


@SMALL
async def test_a_compressed_body_is_measured_by_what_comes_out(site: Site) -> None:
    packed = b"Content-Encoding: gzip\r\n"
    assert (await site.send(CHAT, gzip.compress(chat_body()), head=packed)).status == 200
    bomb = gzip.compress(b" " * (50 << 20))
    assert (await site.send(CHAT, bomb, head=packed)).status == 413
    assert (await site.send(CHAT, chat_body(), head=packed)).status == 400


async def test_a_client_that_waits_for_a_go_ahead_gets_it(site: Site) -> None:
    body = chat_body()
    reader, writer = await raw.connect(site.pollux.url)
    length = f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\n".encode()
    writer.write(raw.request(CHAT, head=length, method="POST"))
    assert (await raw.read_answer(reader)).status == 100
    writer.write(body)
    assert (await raw.read_answer(reader)).status == 200
    writer.close()


async def test_a_client_without_a_token_gets_no_go_ahead(site: Site) -> None:
    head = b"Content-Length: 10\r\nExpect: 100-continue\r\n"
    answer = await site.raw(raw.request(CHAT, head=head, method="POST", auth=b""))
    assert answer.status == 401


# -- what goes with every answer ---------------------------------------------------------------


async def test_every_answer_has_an_id_of_its_own_and_names_no_software(site: Site) -> None:
    seen = set()
    for data in (
        raw.request("/healthz", auth=b""),
        raw.request("/readyz"),
        raw.request("/metrics"),
        raw.request("/v1/models"),
        raw.request("/nothing"),
        raw.request(CHAT, chat_body()),
        raw.request(CHAT, chat_body(stream=True)),
        raw.request(CHAT, b"{"),
        raw.request(CHAT, chat_body(), auth=b""),
        raw.request(CHAT, method="DELETE"),
        raw.request(CHAT, method="OPTIONS"),
        raw.request(NATIVE, native_body()),
        raw.request(STREAM, native_body()),
        raw.request("/healthz", host=b"Host: evil.example\r\n"),
        b"no HTTP at all\r\n\r\n",
    ):
        answer = await site.raw(data.replace(b"HTTP/1.1\r\n", b"HTTP/1.1\r\nConnection: close\r\n"))
        assert answer.headers["server"] == "pollux"
        seen.add(answer.headers["x-request-id"])
    assert len(seen) == 15


async def test_the_trace_is_told_to_who_asks_for_it(site: Site) -> None:
    trace = b"X-Pollux-Trace: 1\r\nConnection: close\r\n"
    for path, body in (
        (CHAT, chat_body()),
        (CHAT, chat_body(stream=True)),
        (NATIVE, native_body()),
        (STREAM, native_body()),
    ):
        answer = await site.send(path, body, head=trace)
        assert answer.headers["x-pollux-attempts"] == "1"
        assert answer.headers["x-pollux-credential"] == "home"
        plain = await site.send(path, body, head=b"Connection: close\r\n")
        assert not any(name.startswith("x-pollux") for name in plain.headers)
    failed = await site.send(CHAT, b"{", head=trace)
    assert failed.headers["x-pollux-attempts"] == "0"


async def test_a_connection_serves_on_after_an_error(site: Site) -> None:
    reader, writer = await raw.connect(site.pollux.url)
    statuses = []
    for path, body in ((CHAT, b"{"), ("/nothing", b""), (CHAT, chat_body()), (NATIVE, b"[]")):
        writer.write(raw.request(path, body))
        statuses.append((await raw.read_answer(reader)).status)
    assert statuses == [400, 404, 200, 400]
    writer.close()


async def test_requests_sent_at_once_are_answered_in_order(site: Site) -> None:
    reader, writer = await raw.connect(site.pollux.url)
    writer.write(raw.request("/healthz") + raw.request(CHAT, chat_body()) + raw.request("/nothing"))
    assert [(await raw.read_answer(reader)).status for _ in range(3)] == [200, 200, 404]
    writer.close()


# -- clients that leave ------------------------------------------------------------------------


@pytest.mark.parametrize("path", [CHAT, STREAM])
@pytest.mark.parametrize("chunks", [0, 1])
async def test_a_client_that_leaves_ends_the_call_at_once(
    site: Site, path: str, chunks: int
) -> None:
    site.world.script(Reply.text("one", "two", "three") | Reply.wait(asyncio.Event(), chunks))
    reader, writer = await raw.connect(site.pollux.url)
    writer.write(raw.request(path, chat_body(stream=True) if path == CHAT else native_body()))
    if chunks:
        await reader.readuntil(b"one")
    else:
        await site.world.until(lambda: site.world.requests)
    assert site.in_flight() == 1
    writer.close()
    async with asyncio.timeout(raw.PATIENCE_S):
        await site.world.until(lambda: site.world.hang_ups)
    await until(lambda: site.ended)
    assert site.in_flight() == 0
    assert [ended.status for ended in site.ended] == [499]


async def test_a_client_that_does_not_read_holds_the_stream_up(site: Site) -> None:
    part = {"candidates": [{"content": {"role": "model", "parts": [{"text": "x" * 100_000}]}}]}
    last = {"candidates": [{"content": {"parts": [{"text": "."}]}, "finishReason": "STOP"}]}
    site.world.script(Reply.chunks([part] * 1_000 + [last]))
    _reader, writer = await raw.connect(site.pollux.url)
    writer.write(raw.request(STREAM, native_body()))
    await site.world.until(lambda: site.world.requests)
    # What the sockets hold is soon full; a plain request still goes through beside it.
    assert (await site.send(CHAT, chat_body())).status == 200
    assert site.in_flight() == 1
    writer.transport.abort()
    await until(lambda: not site.in_flight())


# -- the own routes ----------------------------------------------------------------------------


async def test_health_and_readiness_need_no_token(site: Site) -> None:
    assert (await site.send("/healthz", auth=b"")).json == {"status": "ok"}
    assert (await site.send("/readyz", auth=b"")).json == {"status": "ready"}
    assert (await site.send("/metrics", auth=b"")).status == 401


@pytest.mark.parametrize("settings", [{"CREDENTIALS_JSON_LIST": "[]"}], indirect=True)
async def test_a_pool_without_credentials_is_not_ready(site: Site) -> None:
    assert (await site.send("/readyz", auth=b"")).status == 503
    assert (await site.send("/healthz", auth=b"")).status == 200
    answer = await site.send(CHAT, chat_body())
    assert answer.status == 503
    assert answer.json["error"]["code"] == "no_credentials"
    assert answer.headers["x-should-retry"] == "false"
    assert "retry-after" not in answer.headers


# -- the log -----------------------------------------------------------------------------------


async def test_an_exchange_is_one_event_and_a_refusal_one_line(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await site.send(CHAT, chat_body(), head=b"User-Agent: thing/1.0 (more)\r\n")
    refused = await site.send(CHAT, chat_body(), auth=b"")
    (ended,) = site.ended
    assert (ended.dialect, ended.model, ended.status) == ("openai_chat", "gemini-3.8-flash", 200)
    assert ended.client == "thing/1.0"
    assert ended.attempts[0].label == "home"
    assert ended.tokens is not None
    lines = [record.getMessage() for record in caplog.records]
    told = [line for line in lines if refused.headers["x-request-id"] in line]
    assert len(told) == 1
    assert told[0].endswith("was refused: unauthenticated")


async def test_a_model_name_cannot_forge_a_log_line(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await site.send("/v1beta/models/a%0AFORGED%20line:generateContent", native_body())
    assert [ended.model for ended in site.ended] == [""]
    assert not any("FORGED" in record.getMessage() for record in caplog.records)


# -- paused ------------------------------------------------------------------------------------


async def test_while_paused_models_answer_nobody_in_each_dialect(site: Site) -> None:
    site.pollux.engine.pause(paused=True)
    chat = await site.send(CHAT, chat_body(stream=True))
    assert (chat.status, chat.headers["retry-after"]) == (503, "30")
    assert chat.json["error"]["code"] == "unavailable"
    native = await site.send(NATIVE, native_body())
    assert (native.status, native.headers["retry-after"]) == (503, "30")
    assert native.json["error"]["status"] == "UNAVAILABLE"
    assert "Pollux is paused" in native.json["error"]["message"]
    assert not site.world.requests
    ready = await site.send("/readyz")
    assert (ready.status, ready.json) == (503, {"status": "paused"})
    assert site.pollux.engine.snapshot().state == "paused"
    assert [(one.status, one.error) for one in site.ended] == [(503, "unavailable")] * 2


async def test_while_paused_all_else_goes_on(site: Site) -> None:
    site.pollux.engine.pause(paused=True)
    for path in ("/healthz", "/v1/models", "/v1beta/models", "/metrics"):
        assert (await site.send(path)).status == 200
    state = await site.send("/admin/v1/state")
    assert (state.status, state.json["state"]) == (200, "paused")
    site.pollux.engine.pause(paused=False)
    assert (await site.send(CHAT, chat_body())).status == 200
    assert (await site.send("/readyz")).status == 200


async def test_what_runs_when_it_is_paused_comes_to_its_end(site: Site) -> None:
    hold = asyncio.Event()
    site.world.script(Reply.text("one", "two") | Reply.wait(hold, after=1))
    reader, writer = await raw.connect(site.pollux.url)
    writer.write(raw.request(CHAT, chat_body(stream=True)))
    await reader.readuntil(b"one")
    site.pollux.engine.pause(paused=True)
    hold.set()
    assert b"two" in await reader.readuntil(b"data: [DONE]")
    writer.close()
