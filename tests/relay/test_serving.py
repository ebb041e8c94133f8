"""Which service may answer, and what it is sent."""

import dataclasses
from typing import Any

import orjson
import pytest

from proxy_core.credentials.model import EVERY_SERVICE, Credential, Service
from proxy_core.errors import Failed, ProblemKind
from proxy_core.gemini.faults import Cause, Fault
from proxy_core.gemini.wire import Call
from proxy_core.pool.pool import Pool
from proxy_core.relay.mending import Mender, Rungs
from proxy_core.relay.receive import WholeReply
from proxy_core.relay.serving import Serving, from_vertex, said_by, services_for, to_vertex
from tests.credentials.made_up import account
from tests.fakes.clock import FakeClock
from tests.pool.made_up import MODEL, credential, made_pool, taken

SEARCH: dict[str, Any] = {"tools": [{"fileSearch": {}}]}
STORAGE: dict[str, Any] = {"contents": [{"parts": [{"fileData": {"fileUri": "gs://b/f"}}]}]}
HELLO: dict[str, Any] = {"contents": [{"parts": [{"text": "hello"}]}]}


def call(body: dict[str, Any], action: str = "generateContent", raw: bytes | None = None) -> Call:
    return Call(MODEL, action, body, raw)


def at_vertex(one: Credential, location: str = "global") -> Credential:
    return dataclasses.replace(one, service=Service.VERTEX, location=location)


def pool_of(*credentials: Credential) -> Pool:
    pool = made_pool(FakeClock())
    pool.replace(credentials)
    return pool


def test_a_call_may_go_to_every_service_that_can_answer() -> None:
    assert services_for(call(HELLO), EVERY_SERVICE) == EVERY_SERVICE
    assert services_for(call(SEARCH), EVERY_SERVICE) == {Service.GEMINI}
    assert services_for(call(STORAGE), EVERY_SERVICE) == {Service.VERTEX}


def test_a_service_that_the_pool_lacks_is_told_missing_with_the_reason() -> None:
    with pytest.raises(Failed) as failed:
        services_for(call(SEARCH), frozenset({Service.VERTEX}))
    problem = failed.value.problem
    assert problem.kind is ProblemKind.UNUSABLE_CREDENTIALS
    assert problem.message == (
        "This needs the Gemini API, for file search: the pool has no credential of it."
    )


def test_a_call_for_both_services_at_once_is_a_bad_request() -> None:
    with pytest.raises(Failed) as failed:
        services_for(call({**SEARCH, **STORAGE}), EVERY_SERVICE)
    assert failed.value.problem.kind is ProblemKind.BAD_REQUEST


def test_a_pool_without_vertex_looks_at_nothing() -> None:
    serving = Serving(pool_of(credential("a", "p")))
    assert serving.services_for(call({**SEARCH, **STORAGE})) is EVERY_SERVICE


def test_it_knows_the_actions_of_vertex_all_the_same() -> None:
    serving = Serving(pool_of(credential("a", "p")))
    with pytest.raises(Failed) as failed:
        serving.services_for(call(HELLO, "computeTokens"))
    assert failed.value.problem.message == (
        "This needs Vertex AI, for the action computeTokens: the pool has no credential of it."
    )


def test_the_bytes_of_a_native_client_go_to_the_gemini_api_as_they_came() -> None:
    pool = pool_of(credential("a", "p"))
    asked = call(HELLO, raw=b'{ "contents": [] }')
    sent = Serving(pool).outgoing(asked, "/path", Mender(asked, Rungs()), taken(pool))
    assert sent == ("https://generativelanguage.googleapis.com", "/path", (), asked.raw)


def test_a_key_of_vertex_is_sent_without_a_project_that_is_known() -> None:
    sent = to_vertex(call(HELLO), HELLO, at_vertex(credential("a", "p"), "us-central1"))
    assert sent.origin == "https://aiplatform.googleapis.com"
    assert sent.path == f"/v1beta1/publishers/google/models/{MODEL}:generateContent"
    assert orjson.loads(sent.body)["contents"][0]["role"] == "user"


def test_an_account_is_sent_to_its_project_and_location() -> None:
    sent = to_vertex(call(HELLO), HELLO, at_vertex(account("p1"), "us-central1"))
    assert sent.origin == "https://us-central1-aiplatform.googleapis.com"
    assert sent.path.startswith("/v1beta1/projects/p1/locations/us-central1/")


def test_an_answer_in_another_form_is_encoded_anew_and_no_other() -> None:
    embedded = orjson.dumps({"embedding": {"values": [1.0]}, "truncated": False})
    reply = WholeReply(embedded, "application/json", orjson.loads(embedded), {}, "p")
    from_vertex(call(HELLO, "embedContent"), reply)
    assert reply.body == b'{"embedding":{"values":[1.0]}}'
    said = b'{ "candidates": [] }'
    reply = WholeReply(said, "application/json", orjson.loads(said), {}, "p")
    from_vertex(call(HELLO), reply)
    assert reply.body is said


@pytest.mark.parametrize(
    ("service", "fault", "cause"),
    [
        (Service.VERTEX, Fault(Cause.REFUSED, 401, "no keys"), Cause.KEY_INVALID),
        (Service.VERTEX, Fault(Cause.REFUSED, 403, "no"), Cause.REFUSED),
        (Service.VERTEX, Fault(Cause.SERVER_ERROR, 500, "no"), Cause.SERVER_ERROR),
        (Service.GEMINI, Fault(Cause.REFUSED, 401, "no keys"), Cause.REFUSED),
    ],
)
def test_a_key_that_vertex_ai_takes_for_nothing_is_none_of_its_own(
    service: Service, fault: Fault, cause: Cause
) -> None:
    assert said_by(service, fault) == dataclasses.replace(fault, cause=cause)
