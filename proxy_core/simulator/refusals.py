"""How the pretend Google says no: one exception and Google's error envelope.

Not here: the catalogue of known failures (`faults.py`), the reasons to refuse (rule modules).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

JsonObject = dict[str, Any]

RPC_TYPE = "type.googleapis.com/google.rpc."


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete HTTP answer, ready to be written."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json; charset=UTF-8"


class Refusal(Exception):
    """The request ends here with this answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.body.decode(errors="replace"))
        self.answer = answer


def envelope(
    code: int, status: str, message: str, details: Sequence[JsonObject] = ()
) -> JsonObject:
    """The `{"error": …}` object of every Google API."""
    error: JsonObject = {"code": code, "message": message, "status": status}
    if details:
        error["details"] = list(details)
    return {"error": error}


def json_answer(status: int, body: Any, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(status, orjson.dumps(body), headers or {})


def invalid_argument(message: str, field_name: str | None = None) -> Refusal:
    """400 INVALID_ARGUMENT; with a field name also the BadRequest detail that names it."""
    details = [] if field_name is None else [bad_request([(field_name, message)])]
    return Refusal(json_answer(400, envelope(400, "INVALID_ARGUMENT", message, details)))


def not_found(message: str) -> Refusal:
    return Refusal(json_answer(404, envelope(404, "NOT_FOUND", message)))


def permission_denied(message: str) -> Refusal:
    return Refusal(json_answer(403, envelope(403, "PERMISSION_DENIED", message)))


def bad_request(violations: Sequence[tuple[str, str]]) -> JsonObject:
    return {
        "@type": f"{RPC_TYPE}BadRequest",
        "fieldViolations": [{"field": name, "description": text} for name, text in violations],
    }
