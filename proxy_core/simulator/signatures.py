"""Thought signatures: issued, recognised, and asked for where Gemini 3 asks for them.

A signature is self-contained: a digest over its own text, so nothing is stored. Source: Google's
guide "Thought signatures" and its two documented dummies.
"""

from __future__ import annotations

import base64
import binascii
import hashlib

from proxy_core.simulator.fault_rows import FAULTS
from proxy_core.simulator.refusals import JsonObject, invalid_argument
from proxy_core.simulator.turns import current_turn, names_of_calls

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


def check_signatures(contents: list[JsonObject], project: str, *, bound_to_project: bool) -> None:
    """Raises Refusal: a signature that is none of ours, or a step of the current turn without."""
    for content in contents:
        for part in content.get("parts", []):
            signature = part.get("thoughtSignature")
            if signature is not None:
                _check_one(signature, project, bound_to_project=bound_to_project)
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


def _check_one(signature: str, project: str, *, bound_to_project: bool) -> None:
    if signature in DUMMIES:
        return
    issued_for = signed_project(signature)
    if issued_for is None or (bound_to_project and issued_for != project):
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
