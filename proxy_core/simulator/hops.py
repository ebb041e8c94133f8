"""Long decode of Gemini 4: an answer in hops, the tokens that go on with it, checkpoints on order.

A token is self-contained, so nothing is stored: it names the project, the request and the place in
the answer, under a seal. Source: Google's guide "Long decode". Not here: the chunks (`chunks.py`).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from proxy_core.simulator.catalogue import Card
from proxy_core.simulator.refusals import JsonObject, invalid_argument

_MARK = "pretend-continuation"


@dataclass(frozen=True, slots=True)
class Hop:
    """One request's share of a long answer, counted in steps of the answer."""

    project: str
    request: str
    """Digest of the request without its token."""
    start: int
    most_tokens: int
    checkpoint_every: int | None

    def end(self, costs: Sequence[int]) -> int:
        """Behind the last step of this hop; a step is never cut, so one always fits."""
        used, end = 0, self.start
        while end < len(costs) and (end == self.start or used + costs[end] <= self.most_tokens):
            used += costs[end]
            end += 1
        return end

    def token(self, done: int) -> str:
        """What goes on with the answer after so many steps."""
        text = f"{_MARK}|{self.project}|{self.request}|{done}"
        return base64.b64encode(f"{text}|{_digest(text.encode())}".encode()).decode()

    def is_checkpoint(self, done: int) -> bool:
        return self.checkpoint_every is not None and done % self.checkpoint_every == 0


def hop_of(
    request: JsonObject, card: Card, project: str, checkpoint_every: int | None
) -> Hop | None:
    """The hop that a request asks for; None where the model has no long decode.

    Refuses a token that was issued to another project or for another request.
    """
    token = request.get("continuationToken")
    if not card.hop_tokens:
        if token is not None:
            raise invalid_argument(f"Continuation is not supported for models/{card.id}.")
        return None
    asked = {name: value for name, value in request.items() if name != "continuationToken"}
    digest = _digest(orjson.dumps([card.id, asked], option=orjson.OPT_SORT_KEYS))
    start = 0 if token is None else _place(token, project, digest)
    return Hop(project, digest, start, card.hop_tokens, checkpoint_every)


def _place(token: str, project: str, request: str) -> int:
    try:
        text, _bar, seal = base64.b64decode(token, validate=True).decode().rpartition("|")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        text = seal = ""
    fields = text.split("|")
    if len(fields) != 4 or fields[0] != _MARK or seal != _digest(text.encode()):
        raise invalid_argument("Invalid continuation token.", "continuation_token")
    if fields[1:3] != [project, request]:
        raise invalid_argument(
            "The continuation token was issued for another request or project.",
            "continuation_token",
        )
    return int(fields[3])


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
