"""The front door for clients of Anthropic's API: paths, headers, and errors in their own form."""

from typing import Any

import orjson
import pytest

from proxy_core.server.outflow import Pace
from proxy_core.simulator import Reply
from tests.fakes.site import Site
from tests.scenarios.stage import stage
from tests.server import raw

MESSAGES = "/v1/messages"
COUNT = "/v1/messages/count_tokens"
VERSION = b"anthropic-version: 2026-10-21\r\n"
PREFIXES = ("", "/v1", "/v1/v1", "/anthropic", "/anthropic/v1", "/anthropic/v1/v1")
SMALL = pytest.mark.parametrize("settings", [{"MAX_BODY_MB": "1"}], indirect=True)


def body(**more: Any) -> bytes:
    messages = [{"role": "user", "content": "hi"}]
    given = {"model": "gemini-3.8-flash", "max_tokens": 4096, "messages": messages, **more}
    return orjson.dumps(given)


def told(answer: raw.RawAnswer) -> tuple[int, str]:
    """Status and type of an error, which is complete in this form."""
    assert answer.json["type"] == "error"
    assert answer.json["request_id"] == answer.headers["request-id"]
    assert answer.headers["request-id"] == f"req_{answer.headers['x-request-id']}"
    return answer.status, answer.json["error"]["type"]


@pytest.mark.parametrize("prefix", PREFIXES)
async def test_a_message_is_answered_under_every_prefix(site: Site, prefix: str) -> None:
    answer = await site.send(f"{prefix}/messages?beta=true", body())
    assert (answer.status, answer.json["type"]) == (200, "message")
    counted = await site.send(f"{prefix}/messages/count_tokens", body())
    assert counted.json["input_tokens"] > 0
    for each in (answer, counted):
        assert each.headers["request-id"] == f"req_{each.headers['x-request-id']}"


async def test_a_stream_has_the_header_too(site: Site) -> None:
    answer = await site.send(MESSAGES, body(stream=True), head=b"Connection: close\r\n")
    assert answer.headers["content-type"] == "text/event-stream"
    assert answer.headers["request-id"].startswith("req_")
    assert b"event: message_stop" in answer.body


async def test_models_come_in_anthropics_form_for_its_clients(site: Site) -> None:
    for path, head in (
        ("/v1/models", VERSION),
        ("/models", VERSION),
        ("/anthropic/v1/models", b""),
        ("/anthropic/models", b""),
        ("/v1/v1/models", b""),
    ):
        answer = await site.send(f"{path}?limit=2", head=head)
        assert [entry["type"] for entry in answer.json["data"]] == ["model", "model"]
        assert answer.json["has_more"] is True
        one = await site.send(f"{path}/gemini-3.8-flash", head=head)
        assert one.json["max_input_tokens"] == 1_048_576
        assert one.headers["request-id"].startswith("req_")


async def test_other_clients_get_theirs(site: Site) -> None:
    assert (await site.send("/v1/models")).json["object"] == "list"
    assert (await site.send("/v1/models/gemini-3.8-flash")).json["object"] == "model"
    openai = await site.send("/v1beta/openai/models", head=VERSION)
    assert openai.json["object"] == "list"
    gemini = b"x-goog-api-client: x\r\n" + VERSION
    assert "models" in (await site.send("/v1/models", head=gemini)).json


async def test_a_name_of_anthropics_is_a_model(site: Site) -> None:
    answer = await site.send("/v1/models/claude-opus-4-6", head=VERSION)
    assert answer.json["id"] == "claude-opus-4-6"
    assert answer.json["display_name"] == "Gemini 4 Hydrogen"


async def test_every_refusal_is_in_anthropics_form(site: Site) -> None:
    wrong = b"x-api-key: wrong\r\n"
    assert told(await site.send(MESSAGES, body(), auth=wrong)) == (401, "authentication_error")
    models = await site.send("/v1/models", auth=wrong, head=VERSION)
    assert told(models) == (401, "authentication_error")
    elsewhere = await site.send(MESSAGES, body(), host=b"Host: evil.example\r\n")
    assert told(elsewhere) == (403, "permission_error")
    for path in ("/v1/messages/batches", "/anthropic/v1/files", "/anthropic"):
        assert told(await site.send(path, body())) == (404, "not_found_error")
    files = await site.send("/v1/files", head=VERSION)
    assert told(files) == (404, "not_found_error")
    assert "OpenAI" not in files.json["error"]["message"]
    none = await site.send("/v1/models/gemini-0-none", head=VERSION)
    assert told(none) == (404, "not_found_error")
    assert told(await site.send("/v1/models?limit=x", head=VERSION))[0] == 400
    get = await site.send(MESSAGES)
    assert told(get) == (405, "invalid_request_error")
    assert get.headers["allow"] == "POST"
    assert told(await site.send(MESSAGES, b"{")) == (400, "invalid_request_error")
    assert told(await site.send(COUNT, b"{")) == (400, "invalid_request_error")


@SMALL
async def test_a_body_that_is_too_large_is_too(site: Site) -> None:
    large = body(system="x" * (1 << 20))
    assert told(await site.send(MESSAGES, large)) == (413, "request_too_large")


@pytest.mark.parametrize(
    ("fault", "status", "type_"),
    [
        ("overloaded_503", 529, "overloaded_error"),
        ("deadline_504", 504, "timeout_error"),
        ("internal_500", 500, "api_error"),
        ("per_minute_429", 429, "rate_limit_error"),
        ("prepaid_spent_402", 402, "billing_error"),
        ("suspended", 503, "api_error"),
        ("model_not_found", 404, "not_found_error"),
        ("too_large_413", 413, "request_too_large"),
        ("context_too_long", 400, "invalid_request_error"),
        ("invalid_argument", 400, "invalid_request_error"),
    ],
)
@pytest.mark.parametrize("settings", [{"MAX_ATTEMPTS": "1", "MAX_WAIT_S": "0"}], indirect=True)
async def test_what_google_says_has_its_status(
    site: Site, fault: str, status: int, type_: str
) -> None:
    fault = "consumer_suspended" if fault == "suspended" else fault
    site.world.script(Reply.fault(fault), times=None)
    assert told(await site.send(MESSAGES, body())) == (status, type_)


async def test_a_full_context_says_what_makes_clients_shorten_it(site: Site) -> None:
    site.world.script(Reply.fault("context_too_long"), times=None)
    answer = await site.send(MESSAGES, body())
    assert answer.json["error"]["message"].startswith("prompt is too long: ")


async def test_the_header_of_a_session_keeps_it_on_its_credential() -> None:
    async with stage() as on:
        on.key("one")
        on.key("two")
        await on.open(ROTATION="round-robin")
        assert on.session is not None
        for number in range(4):
            messages = [
                {"role": "user", "content": f"Hi {number}"},
                {"role": "assistant", "content": "Hello."},
                {"role": "user", "content": "On"},
            ]
            given = orjson.loads(body(messages=messages))
            headers = {"x-claude-code-session-id": "s1"}
            async with on.session.post(MESSAGES, json=given, headers=headers) as answer:
                assert answer.status == 200
        assert len(set(on.asked())) == 1


async def test_silence_is_filled_with_a_start_and_pings() -> None:
    async with stage(flying=False) as on:
        on.key("one")
        await on.open(pace=Pace(head_after_s=0.02, keep_alive_s=0.02))
        on.world.script(Reply.slow(0.3))
        assert on.session is not None
        given = orjson.loads(body(stream=True))
        async with on.session.post(MESSAGES, json=given) as answer:
            frames = (await answer.read()).split(b"\n\n")
        names = [frame.split(b"\n")[0] for frame in frames if frame]
        assert names[0] == b"event: message_start"
        assert names[1] == b"event: ping"
        assert names.count(b"event: message_start") == names.count(b"event: message_stop") == 1
