"""What a test may order of the pretend Google: replies, and rules that say when they apply.

A `Reply` says what to answer, how to deliver it, or both; `a | b` joins two. Whatever a reply
leaves open follows the ordinary behaviour, strictness and quotas included. A reply with a complete
answer (a fault, raw bytes) is sent before any other check except the one for two credentials.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from random import Random

from proxy_core.simulator.fault_rows import FAULTS
from proxy_core.simulator.faults import Fault
from proxy_core.simulator.oauth_faults import OAUTH_FAULTS, OAuthFault
from proxy_core.simulator.refusals import Answer, JsonObject
from proxy_core.simulator.vertex_faults import VERTEX_FAULTS


@dataclass(frozen=True, slots=True)
class Reply:
    """One scripted behaviour; the constructors below are the way to make it."""

    named_fault: str | None = None
    fault_values: Mapping[str, object] = field(default_factory=dict)
    whole: Answer | None = None
    verbatim: tuple[JsonObject, ...] | None = None
    first_byte_s: float = 0.0
    between_s: float = 0.0
    reset_after: int | None = None
    abrupt: bool = True
    truncate_after: int | None = None
    piece_bytes: int | None = None
    error_after: int | None = None
    error_fault: str = "overloaded_503"
    bare_error: bool = False
    hold: asyncio.Event | None = None
    hold_after: int = 0
    checkpoint_every: int | None = None
    closing: tuple[int, str] | None = None
    go_away_s: float | None = None

    def __or__(self, other: Reply) -> Reply:
        """Both at once; where both say something, `other` wins."""
        default = Reply()
        values = {}
        for one in fields(Reply):
            theirs = getattr(other, one.name)
            use_theirs = theirs != getattr(default, one.name)
            values[one.name] = theirs if use_theirs else getattr(self, one.name)
        return Reply(**values)

    @classmethod
    def fault(cls, name: str, **values: object) -> Reply:
        """A row of `FAULTS`, `VERTEX_FAULTS` or `OAUTH_FAULTS`.

        values: fill its placeholders (retry_s, limit).
        """
        _row(name)
        return cls(named_fault=name, fault_values=values)

    @classmethod
    def raw(
        cls, status: int, body: bytes, content_type: str = "application/json", **headers: str
    ) -> Reply:
        """These bytes; header names are written with underscores (`retry_after="3"`)."""
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return cls(whole=Answer(status, body, names, content_type))

    @classmethod
    def chunks(cls, chunks: Iterable[JsonObject]) -> Reply:
        """These response objects, unchanged; a whole answer is their fold."""
        return cls(verbatim=tuple(chunks))

    @classmethod
    def text(cls, *pieces: str, finish_reason: str = "STOP") -> Reply:
        """A plain answer in these pieces."""
        made: list[JsonObject] = []
        for index, piece in enumerate(pieces):
            candidate: JsonObject = {"content": {"role": "model", "parts": [{"text": piece}]}}
            if index == len(pieces) - 1:
                candidate["finishReason"] = finish_reason
            made.append({"candidates": [candidate], "responseId": "scripted"})
        return cls(verbatim=tuple(made))

    @classmethod
    def empty(cls) -> Reply:
        """200 without a body."""
        return cls(whole=Answer(200, b""))

    @classmethod
    def no_chunks(cls) -> Reply:
        """A stream that starts well and ends without one chunk."""
        return cls(verbatim=())

    @classmethod
    def blank(cls) -> Reply:
        """STOP with no parts, the "empty response" Gemini sometimes gives."""
        candidate = {"content": {"role": "model"}, "finishReason": "STOP", "index": 0}
        return cls(verbatim=({"candidates": [candidate]},))

    @classmethod
    def slow(cls, first_byte_s: float, between_s: float = 0.0) -> Reply:
        return cls(first_byte_s=first_byte_s, between_s=between_s)

    @classmethod
    def reset(cls, after_chunks: int = 0, *, abrupt: bool = True) -> Reply:
        """The connection breaks after so many chunks: TCP reset, or (not abrupt) a bare close."""
        return cls(reset_after=after_chunks, abrupt=abrupt)

    @classmethod
    def truncate(cls, after: int) -> Reply:
        """A clean end after so many chunks, so without finishReason."""
        return cls(truncate_after=after)

    @classmethod
    def split(cls, piece_bytes: int) -> Reply:
        """Written in pieces of so many bytes: cuts lie inside UTF-8 characters and SSE lines."""
        return cls(piece_bytes=piece_bytes)

    @classmethod
    def error_in_stream(
        cls, after: int, fault: str = "overloaded_503", *, bare: bool = False
    ) -> Reply:
        """An error object after so many chunks; `bare` writes it as a line without `data:`."""
        return cls(error_after=after, error_fault=fault, bare_error=bare)

    @classmethod
    def close(cls, code: int, reason: str) -> Reply:
        """A Live session ends so where its setup should be answered."""
        return cls(closing=(code, reason))

    @classmethod
    def go_away(cls, time_left_s: float) -> Reply:
        """A Live session is told right after its setup that it will end."""
        return cls(go_away_s=time_left_s)

    @classmethod
    def checkpoints(cls, every: int = 1) -> Reply:
        """A continuation token after so many chunks each, of a model with long decode."""
        return cls(checkpoint_every=every)

    @classmethod
    def wait(cls, event: asyncio.Event, after: int = 0) -> Reply:
        """Hold the answer before chunk number `after` until the event is set."""
        return cls(hold=event, hold_after=after)

    def answer(self, **values: object) -> Answer | None:
        """The complete answer this reply orders, or None when it only shapes the ordinary one."""
        if self.named_fault is None:
            return self.whole
        return fault_answer(self.named_fault, **{**values, **self.fault_values})


def fault_answer(name: str, **values: object) -> Answer:
    """The answer of a row of any table."""
    return _row(name).answer(**values)


def _row(name: str) -> Fault | OAuthFault:
    return FAULTS.get(name) or VERTEX_FAULTS.get(name) or OAUTH_FAULTS[name]


@dataclass(slots=True)
class Rule:
    """When a reply applies. None matches everything; `times` None means forever."""

    reply: Reply
    project: str | None = None
    credential: str | None = None
    model: str | None = None
    action: str | None = None
    times: int | None = 1
    every: int = 1
    probability: float = 1.0
    seen: int = 0

    def matches(self, project: str, credential: str, model: str, action: str) -> bool:
        wanted = (self.project, self.credential, self.model, self.action)
        given = (project, credential, model, action)
        return all(want in (None, have) for want, have in zip(wanted, given, strict=True))

    def fires(self, dice: Random) -> bool:
        """Count one matching request and say whether it gets the reply."""
        self.seen += 1
        if self.seen % self.every:
            return False
        if self.probability < 1.0 and dice.random() >= self.probability:
            return False
        if self.times is not None:
            self.times -= 1
        return True
