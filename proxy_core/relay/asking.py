"""One small question to Google with one credential, outside of any client's call.

Not here: which credential (`catalog`, and the engine's checks), or retries.
"""

import orjson

from proxy_core.credentials.model import Credential
from proxy_core.credentials.tokens import Authorizer, TokenRefused, TokenUnavailable
from proxy_core.gemini import faults
from proxy_core.gemini.faults import Cause, Fault
from proxy_core.gemini.wire import JsonObject
from proxy_core.upstream.google import API_BASE, Answer, NetworkFailure, Upstream

ANSWER_BYTES = 16 << 20
JSON_BODY = ("Content-Type", "application/json")


class Unanswered(Exception):
    """Google did not answer the question."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


async def ask(
    upstream: Upstream,
    authorizer: Authorizer,
    credential: Credential,
    path: str,
    *,
    body: bytes | None = None,
    origin: str = API_BASE,
) -> JsonObject:
    """The JSON object that GET `path` gives, or POST where there is a body.

    Raises Unanswered; has no time limit of its own.
    """
    method = "GET" if body is None else "POST"
    try:
        headers = await authorizer.headers(credential)
        sent = headers if body is None else (JSON_BODY, *headers)
        answer = await upstream.send(method, path, sent, body, origin)
    except (TokenRefused, TokenUnavailable) as refusal:
        raise Unanswered(refusal.fault) from refusal
    except NetworkFailure as failure:
        raise Unanswered(faults.network_fault(str(failure))) from failure
    try:
        body = await _read(answer)
    finally:
        answer.release()
    if answer.status != 200:
        with_api_key = credential.kind == "api_key"
        fault = faults.classify(answer.status, answer.headers, body, with_api_key=with_api_key)
        if fault.cause is Cause.TOKEN_EXPIRED:
            authorizer.expire(credential, headers)
        raise Unanswered(fault)
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        document = None
    if not isinstance(document, dict):
        raise Unanswered(faults.bad_answer("its answer is not JSON"))
    return document


async def _read(answer: Answer) -> bytes:
    parts: list[bytes] = []
    size = 0
    try:
        while (data := await answer.readany()) and size < ANSWER_BYTES:
            parts.append(data)
            size += len(data)
    except NetworkFailure as failure:
        raise Unanswered(faults.network_fault(str(failure))) from failure
    return b"".join(parts)
