"""Thought signatures: issued, recognised, and asked for where Gemini 3 asks for them.

A signature is self-contained: a digest over its own text, so nothing is stored. Source: Google's
guide "Thought signatures" and its two documented dummies.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Literal

from proxy_core.simulator.fault_rows import FAULTS
from proxy_core.simulator.refusals import JsonObject, invalid_argument
from proxy_core.simulator.turns import current_turn, names_of_calls

Bound = Literal["nothing", "project", "service"]
"What a signature is good for beside its own project: every project, no other, its service's."
VERTEX_MARK = "@vertex"
"Behind the project in signatures that Vertex AI issued."
_MARK = "pretend-signature"
_DUMMIES = ("skip_thought_signature_validator", "context_engineering_is_the_way_to_go")
DUMMIES = frozenset({*_DUMMIES, *(base64.b64encode(dummy.encode()).decode() for dummy in _DUMMIES)})


def sign(project: str, about: str) -> str:
    """A signature of this project; the same words give the same signature."""
    text = f"{_MARK}|{project}|{_digest(about)}"
    return base64.b64encode(f"{text}|{_digest(text)}".encode()).decode()


def signed_project(signature: str) -> str | None:
    """The project a signature was issued for; None when it is not one of ours."""
    try:
        text, _bar, seal = base64.b64decode(signature, validate=True).decode().rpartition("|")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    fields = text.split("|")
    if len(fields) != 3 or fields[0] != _MARK or seal != _digest(text):
        return None
    return fields[1]


def check_signatures(contents: list[JsonObject], project: str, *, bound_to: Bound) -> None:
    """Raises Refusal: a signature that is none of ours, or a step of the current turn without.

    project: who would have issued them here; at Vertex AI with `VERTEX_MARK` behind it.
    """
    for content in contents:
        for part in content.get("parts", []):
            signature = part.get("thoughtSignature")
            if signature is not None:
                _check_one(signature, project, bound_to)
    start = current_turn(contents)
    in_step = False
    for position, content in enumerate(contents[start:], start + 1):
        calls = [part for part in content.get("parts", []) if "functionCall" in part]
        if content.get("role") == "model" and calls and not in_step:
            in_step = True
            if "thoughtSignature" not in calls[0]:
                _refuse_missing(names_of_calls(calls)[0], position)
        elif content.get("role") != "model":
            in_step = False


def _check_one(signature: str, project: str, bound_to: Bound) -> None:
    if signature in DUMMIES:
        return
    issued_for = signed_project(signature)
    if issued_for is None:
        raise FAULTS["signature_invalid"].refusal()
    same_service = issued_for.endswith(VERTEX_MARK) == project.endswith(VERTEX_MARK)
    fits = {"nothing": True, "project": issued_for == project, "service": same_service}
    if not fits[bound_to]:
        raise FAULTS["signature_invalid"].refusal()


def _refuse_missing(name: str, position: int) -> None:
    raise invalid_argument(
        "Function call is missing a thought_signature in functionCall parts. This is required for "
        "tools to work correctly, and missing thought_signature may lead to degraded model "
        f"performance. Additional data, function call `default_api:{name}` , position {position}. "
        "Please refer to https://ai.google.dev/gemini-api/docs/thought-signatures for more details."
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
