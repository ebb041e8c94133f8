"""OpenAI's SDK against a running Pollux: which error it raises for what went wrong, and when it
tries again.
"""

import asyncio
import time
from typing import Any

import openai
import pytest
from openai import OpenAI
from openai.types.chat import ChatCompletion, ChatCompletionMessageParam

from proxy_core.clock import SystemClock
from proxy_core.simulator import Reply
from tests.clients.conftest import MODEL, Proxy, Serve

pytestmark = pytest.mark.real_client

HELLO: list[ChatCompletionMessageParam] = [{"role": "user", "content": "hello"}]
IMPATIENT = {"MAX_WAIT_S": "0", "MAX_ATTEMPTS": "1"}


class NoonInCalifornia(SystemClock):
    """Far from the midnight at which quotas return: shortly before it, the SDK would wait."""

    def __init__(self) -> None:
        self._ahead = 1_795_464_000.0 - time.time()

    def now(self) -> float:
        return time.time() + self._ahead


def ask(client: OpenAI, **more: Any) -> ChatCompletion:
    given: dict[str, Any] = {"model": MODEL, "messages": HELLO, **more}
    answer: ChatCompletion = client.chat.completions.create(**given)
    return answer


def test_a_wrong_token_is_an_authentication_error(proxy: Proxy) -> None:
    with (
        proxy.openai(api_key="wrong") as client,
        pytest.raises(openai.AuthenticationError) as caught,
    ):
        ask(client)
    assert caught.value.code == "invalid_api_key"
    assert proxy.world.requests == []


def test_a_foreign_host_name_is_a_permission_error(client: OpenAI) -> None:
    with pytest.raises(openai.PermissionDeniedError):
        ask(client, extra_headers={"Host": "evil.example"})


def test_an_unknown_model_is_not_found(client: OpenAI) -> None:
    for unknown in (
        lambda: ask(client, model="gemini-9"),
        lambda: ask(client, model="gemini-9", stream=True),
        lambda: client.models.retrieve("gemini-9"),
    ):
        with pytest.raises(openai.NotFoundError) as caught:
            unknown()
        assert caught.value.code == "model_not_found"
        assert caught.value.request_id


def test_an_unknown_path_is_not_found(client: OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        client.post("/nothing/here", cast_to=object)
    assert caught.value.code == "not_found"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("temperature", 9),
        ("messages", []),
        ("messages[0].content", [{"role": "user", "content": 7}]),
        ("messages[0].role", [{"role": "wizard", "content": "hello"}]),
        ("stop", 1),
        ("n", 0),
        ("tools[0].function.name", [{"type": "function", "function": {}}]),
        ("tool_choice", "sometimes"),
        ("response_format.type", {"type": "yaml"}),
        ("reasoning_effort", "a lot"),
        ("stream_options.include_usage", {"include_usage": "yes"}),
    ],
)
def test_a_bad_field_is_named(client: OpenAI, proxy: Proxy, field: str, value: Any) -> None:
    name = field.partition("[")[0].partition(".")[0]
    with pytest.raises(openai.BadRequestError) as caught:
        ask(client, **{name: value})
    assert caught.value.param == field
    assert caught.value.type == "invalid_request_error"
    assert proxy.sent() == []


def test_what_google_calls_a_bad_request_is_one(client: OpenAI, proxy: Proxy) -> None:
    with pytest.raises(openai.BadRequestError, match="Logprobs is not enabled"):
        ask(client, model="gemini-3.7-flash", logprobs=True)
    assert len(proxy.sent()) == 1, "another credential would not help"


def test_a_prompt_that_is_too_long_has_its_own_code(client: OpenAI, proxy: Proxy) -> None:
    proxy.order(Reply.fault("context_too_long"))
    with pytest.raises(openai.BadRequestError) as caught:
        ask(client)
    assert caught.value.code == "context_length_exceeded"


def test_a_body_beyond_the_limit_is_refused(serve: Serve) -> None:
    proxy = serve(MAX_BODY_MB="1")
    with proxy.openai() as client, pytest.raises(openai.APIStatusError) as caught:
        ask(client, messages=[{"role": "user", "content": "x" * 2_000_000}])
    assert caught.value.status_code == 413
    assert caught.value.code == "request_too_large"


def test_resting_credentials_are_a_rate_limit_with_a_true_wait(serve: Serve) -> None:
    proxy = serve(**IMPATIENT)
    proxy.order(Reply.fault("per_minute_429", retry_s=30), times=2)
    with proxy.openai() as client:
        with pytest.raises(openai.RateLimitError) as caught:
            ask(client)
        assert caught.value.code == "rate_limit_exceeded"
        assert 25 <= int(caught.value.response.headers["retry-after"]) <= 33
        with pytest.raises(openai.RateLimitError):
            ask(client, stream=True)
    assert len(proxy.sent()) == 2, "nobody asks Google while both rest"


def test_the_sdk_waits_as_long_as_it_is_told_and_succeeds(serve: Serve) -> None:
    proxy = serve("north", **IMPATIENT)
    proxy.order(Reply.fault("per_minute_429", retry_s=0.5))
    with proxy.openai(max_retries=1) as client:
        assert ask(client).choices[0].message.content == "You said: hello"
    assert [each.status for each in proxy.sent()] == [429, 200]


def test_a_spent_day_is_not_asked_again(serve: Serve) -> None:
    proxy = serve("north", clock=NoonInCalifornia())
    proxy.order(Reply.fault("per_day_429", retry_s=0.5), times=None)
    with proxy.openai(max_retries=2) as client, pytest.raises(openai.RateLimitError) as caught:
        ask(client)
    assert caught.value.code == "insufficient_quota"
    assert caught.value.response.headers["x-should-retry"] == "false"
    assert len(proxy.sent()) == 2, "the refusal, and one probe after the wait it named"


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("overloaded_503", 503, "overloaded"),
        ("internal_500", 502, "bad_upstream"),
        ("html_502", 502, "bad_upstream"),
        ("deadline_504", 504, "upstream_timeout"),
        ("api_key_invalid", 503, "no_credentials"),
        ("consumer_suspended", 503, "no_credentials"),
        ("key_leaked", 503, "no_credentials"),
    ],
)
def test_troubles_between_pollux_and_google_are_server_errors(
    serve: Serve, fault: str, status: int, code: str
) -> None:
    proxy = serve("north", **IMPATIENT)
    proxy.order(Reply.fault(fault), times=None)
    with proxy.openai() as client, pytest.raises(openai.InternalServerError) as caught:
        ask(client)
    assert caught.value.status_code == status
    assert caught.value.code == code
    assert "AIzaSim" not in str(caught.value)


def test_no_credentials_at_all_says_so(serve: Serve) -> None:
    proxy = serve(CREDENTIALS_JSON_LIST="[]")
    with (
        proxy.openai(max_retries=2) as client,
        pytest.raises(openai.InternalServerError, match="credential") as caught,
    ):
        ask(client)
    assert caught.value.code == "no_credentials"


BROKEN = pytest.mark.parametrize(
    "reply",
    [
        Reply.error_in_stream(2),
        Reply.error_in_stream(2, bare=True),
        Reply.reset(2),
        Reply.reset(2, abrupt=False),
        Reply.truncate(2),
    ],
    ids=["error", "bare error", "reset", "close", "no finish reason"],
)


@BROKEN
def test_a_stream_that_breaks_off_raises(client: OpenAI, proxy: Proxy, reply: Reply) -> None:
    proxy.order(reply, times=None)
    chunks = client.chat.completions.create(model=MODEL, messages=HELLO, stream=True)
    assert next(chunks).choices[0].delta.role == "assistant"
    with pytest.raises(openai.APIError) as caught:
        list(chunks)
    assert caught.value.type in ("server_error", "timeout_error")


@BROKEN
def test_a_whole_answer_that_breaks_off_is_asked_for_again(
    client: OpenAI, proxy: Proxy, reply: Reply
) -> None:
    proxy.order(reply)
    assert ask(client).choices[0].message.content == "You said: hello"
    assert len(proxy.sent()) == 2


def test_a_whole_answer_that_always_breaks_off_is_an_error(client: OpenAI, proxy: Proxy) -> None:
    proxy.order(Reply.truncate(2), times=None)
    with pytest.raises(openai.InternalServerError) as caught:
        ask(client)
    assert (caught.value.status_code, caught.value.code) == (502, "bad_upstream")


@pytest.mark.parametrize("stream", [False, True])
def test_a_malformed_call_is_asked_for_again_and_never_handed_on(
    client: OpenAI, proxy: Proxy, stream: bool
) -> None:
    malformed = Reply.text("", finish_reason="MALFORMED_FUNCTION_CALL")
    proxy.order(malformed)
    ask(client, stream=stream)
    assert len(proxy.sent()) == 2
    proxy.order(malformed, times=None)
    with pytest.raises(openai.InternalServerError) as caught:
        ask(client, stream=stream)
    assert caught.value.code == "bad_upstream"


@pytest.mark.parametrize(
    "reply",
    [Reply.error_in_stream(0), Reply.reset(0), Reply.no_chunks(), Reply.empty(), Reply.blank()],
    ids=["error", "reset", "no chunks", "empty body", "empty answer"],
)
def test_a_stream_that_breaks_before_its_first_chunk_is_asked_for_again(
    client: OpenAI, proxy: Proxy, reply: Reply
) -> None:
    proxy.order(reply)
    with client.chat.completions.stream(model=MODEL, messages=HELLO) as stream:
        final = stream.get_final_completion()
    assert final.choices[0].message.content == "You said: hello"


def test_a_client_that_leaves_a_stream_ends_it_at_google(client: OpenAI, proxy: Proxy) -> None:
    proxy.order(Reply.wait(asyncio.Event(), after=2))
    chunks = client.chat.completions.create(model=MODEL, messages=HELLO, stream=True)
    next(chunks)
    chunks.close()
    proxy.wait_until(lambda: proxy.world.hang_ups)
    assert ask(client).choices[0].message.content == "You said: hello"


def test_a_client_that_loses_patience_ends_its_request_at_google(
    client: OpenAI, proxy: Proxy
) -> None:
    proxy.order(Reply.wait(asyncio.Event()))
    with pytest.raises(openai.APITimeoutError):
        ask(client, timeout=0.2)
    proxy.wait_until(lambda: proxy.world.hang_ups)


def test_a_refused_body_leaves_the_connection_usable(client: OpenAI) -> None:
    with pytest.raises(openai.NotFoundError):
        client.post("/nothing/here", cast_to=object, body={"text": "x" * 300_000})
    assert ask(client).choices[0].message.content == "You said: hello"


def test_a_blocked_prompt_is_a_refusal(client: OpenAI, proxy: Proxy) -> None:
    blocked = {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}
    proxy.order(Reply.chunks([blocked]), times=2)
    choice = ask(client).choices[0]
    assert choice.finish_reason == "content_filter"
    assert choice.message.content is None
    assert "PROHIBITED_CONTENT" in (choice.message.refusal or "")
    chunks = list(client.chat.completions.create(model=MODEL, messages=HELLO, stream=True))
    assert [each.choices[0].delta.refusal for each in chunks] == [
        None,
        choice.message.refusal,
        None,
    ]
    assert chunks[-1].choices[0].finish_reason == "content_filter"
