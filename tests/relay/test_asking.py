"""One small question to the Gemini API with one credential."""

import asyncio
from collections.abc import Iterable
from typing import cast

import orjson
import pytest

from proxy_core.credentials.model import Credential
from proxy_core.credentials.oauth_answers import TokenFailure
from proxy_core.credentials.tokens import Authorizer, TokenRefused, TokenUnavailable
from proxy_core.gemini import faults
from proxy_core.gemini.faults import Cause
from proxy_core.gemini.wire import JsonObject
from proxy_core.relay.asking import ANSWER_BYTES, Unanswered, ask
from proxy_core.upstream.google import API_BASE, NetworkFailure
from tests.credentials.made_up import account, api_key
from tests.relay.made_up import FakeAnswer, Reply, fault

HEADERS = (("Authorization", "Bearer made-up"),)


class Question:
    """A Google that gives one answer, and who asks it."""

    def __init__(self, reply: Reply | None = None, refusal: Exception | None = None) -> None:
        """reply: None: there is no connection. refusal: why there are no headers."""
        self.reply, self.refusal = reply, refusal
        self.sent: list[tuple[str, str, object, bytes | None]] = []
        self.expired: list[tuple[Credential, object]] = []
        self.answers: list[FakeAnswer] = []

    async def headers(self, credential: Credential) -> Iterable[tuple[str, str]]:
        if self.refusal is not None:
            raise self.refusal
        return HEADERS

    def expire(self, credential: Credential, headers: object) -> None:
        self.expired.append((credential, headers))

    async def send(
        self,
        method: str,
        path: str,
        headers: Iterable[tuple[str, str]],
        body: bytes | None,
        origin: str = API_BASE,
    ) -> FakeAnswer:
        self.sent.append((method, path, headers, body))
        if self.reply is None:
            raise NetworkFailure("no connection")
        answer = FakeAnswer(self.reply.status, self.reply.headers, list(self.reply.pieces))
        self.answers.append(answer)
        return answer

    async def ask(self, credential: Credential | None = None) -> JsonObject:
        return await ask(self, cast("Authorizer", self), credential or api_key(), "/v1beta/models")

    async def fails(self, credential: Credential | None = None) -> faults.Fault:
        with pytest.raises(Unanswered) as caught:
            await self.ask(credential)
        assert all(answer.released for answer in self.answers)
        return caught.value.fault


def answer(*pieces: bytes | None, status: int = 200) -> Reply:
    return Reply(status, pieces)


async def test_the_answer_is_put_together_and_let_go() -> None:
    question = Question(answer(b'{"models": [', b"1]}"))
    assert await question.ask() == {"models": [1]}
    assert question.sent == [("GET", "/v1beta/models", HEADERS, None)]
    assert question.answers[0].released


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'"text"', b"{"])
async def test_what_is_no_json_object_is_a_bad_answer(body: bytes) -> None:
    assert (await Question(answer(body)).fails()).cause is Cause.BAD_ANSWER


async def test_a_refusal_is_classified() -> None:
    fault_ = await Question(fault("service_disabled")).fails()
    assert fault_.cause is Cause.API_OFF


async def test_an_access_token_that_has_expired_is_forgotten() -> None:
    question, credential = Question(fault("access_token_expired")), account()
    assert (await question.fails(credential)).cause is Cause.TOKEN_EXPIRED
    assert question.expired == [(credential, HEADERS)]


async def test_another_refusal_leaves_the_access_token() -> None:
    question = Question(fault("scope_insufficient"))
    assert (await question.fails(account())).cause is Cause.SCOPE_MISSING
    assert question.expired == []


async def test_a_401_to_an_api_key_is_not_about_an_access_token() -> None:
    question = Question(fault("api_key_retired"))
    assert (await question.fails(api_key())).cause is Cause.KEY_RETIRED
    assert question.expired == []


@pytest.mark.parametrize("reply", [None, answer(None), answer(b'{"mod', None)])
async def test_a_connection_that_breaks_is_the_networks_fault(reply: Reply | None) -> None:
    assert (await Question(reply).fails()).cause is Cause.NETWORK


@pytest.mark.parametrize("kind", [TokenRefused, TokenUnavailable])
async def test_without_an_access_token_nothing_is_sent(
    kind: type[TokenRefused] | type[TokenUnavailable],
) -> None:
    failure = TokenFailure(faults.network_fault("made up"), lasting=kind is TokenRefused)
    question = Question(answer(b"{}"), kind(failure.fault))
    assert await question.fails(account()) == failure.fault
    assert question.sent == []


async def test_an_endless_answer_is_not_read_to_its_end() -> None:
    piece = b" " * (ANSWER_BYTES // 4)
    question = Question(answer(*[piece] * 100))
    assert (await question.fails()).cause is Cause.BAD_ANSWER
    assert len(question.answers[0].waiting) > 90


async def test_a_body_of_the_full_length_is_read_whole() -> None:
    text = "x" * 1_000_000
    body = orjson.dumps({"text": text})
    pieces = [body[at : at + 65_536] for at in range(0, len(body), 65_536)]
    assert await Question(answer(*pieces)).ask() == {"text": text}


async def test_a_question_that_is_given_up_lets_its_answer_go() -> None:
    class Silent(FakeAnswer):
        reading = asyncio.Event()

        async def readany(self) -> bytes:
            self.reading.set()
            await asyncio.Event().wait()
            return b""

    silent = Silent(200, {}, [])
    question = Question(answer(b"{}"))

    async def send(*_: object) -> FakeAnswer:
        return silent

    question.send = send  # type: ignore[method-assign, assignment]  # one answer of another kind
    asked = asyncio.create_task(question.ask())
    await silent.reading.wait()
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert silent.released


async def test_a_question_with_a_body_is_posted() -> None:
    question = Question(Reply(pieces=(b'{"totalTokens":1}',)))
    authorizer = cast("Authorizer", question)
    found = await ask(question, authorizer, api_key(), "/count", body=b"{}")
    assert found == {"totalTokens": 1}
    ((method, path, headers, body),) = question.sent
    assert (method, path, body) == ("POST", "/count", b"{}")
    assert headers == (("Content-Type", "application/json"), *HEADERS)
