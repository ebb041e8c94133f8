"""Joins the hops of one long answer, so that a client sees one stream. Pure: no sending.

Gemini 4 ends a hop with finishReason CONTINUATION and a `continuationToken`; tokens may also stand
in the middle of a stream, as checkpoints. The same request with the newest token goes on from
there. Not here: asking for the rest (`relay.continuing`).
Source: Gemini API documentation, long decode.
"""

from collections import deque
from collections.abc import Mapping
from typing import Any, cast

from proxy_core.gemini.replies import CONTINUATION
from proxy_core.gemini.wire import Candidate, Chunk, Part, UsageMetadata

TOKEN = "continuationToken"  # noqa: S105 - the name of a field
_PLAIN = frozenset({"text", "thought"})
_OF_THE_PROMPT = (
    "promptTokenCount",
    "promptTokensDetails",
    "cachedContentTokenCount",
    "cacheTokensDetails",
)
"Counts that the first hop tells for all: the later ones read the same prompt."
_SUMMED = ("candidatesTokenCount", "thoughtsTokenCount", "toolUsePromptTokenCount")
_OF_ONE_HOP = ("candidatesTokensDetails", "toolUsePromptTokensDetails")


class Diverged(Exception):
    """A resumed answer says something else than the client was already given."""


def token_of(chunk: Chunk) -> str | None:
    """Where the answer can be resumed after this chunk; None where it cannot."""
    candidate = _only_candidate(chunk)
    token = None if candidate is None else candidate.get(TOKEN)
    return token if isinstance(token, str) and token else None


class LongAnswer:
    """The fold over all chunks of all hops. Per call."""

    def __init__(self) -> None:
        self.token: str | None = None
        "The newest: where to go on."
        self.is_open = False
        "Whether the hop ended before the answer."
        self.counts: UsageMetadata | None = None
        "Of all hops together."
        self._at_token: UsageMetadata | None = None
        self._before: UsageMetadata | None = None
        "What the hops before the running one count."
        self._since: list[Part] = []
        "What was let through behind the token, so comes again each time it is used."
        self._repeats: deque[Part] = deque()
        "What the running hop must say before it says anything new."

    def take(self, chunk: Chunk) -> Chunk | None:
        """What of a chunk is new to the client; the chunk itself where all is. Raises Diverged."""
        told = self._counted(chunk)
        candidate = _only_candidate(chunk)
        if candidate is None:
            return told
        fresh = candidate
        if self._repeats:
            parts = [rest for part in _parts(candidate) if (rest := self._new(part)) is not None]
            reason = candidate.get("finishReason")
            if self._repeats and reason not in (None, CONTINUATION):
                raise Diverged
            if not parts and reason is None:
                self._note(candidate, [])
                return None
            content = {**candidate.get("content", {}), "parts": parts}
            fresh = cast("Candidate", {**candidate, "content": content})
        self._note(candidate, _parts(fresh))
        if self.is_open:
            fresh = cast("Candidate", {k: v for k, v in fresh.items() if k not in _OF_THE_HOP})
        return told if fresh is candidate else cast("Chunk", {**told, "candidates": [fresh]})

    def resume(self) -> str:
        """The token to send; the chunks that follow are those of the resumed answer."""
        assert self.token is not None  # nobody resumes before there is one
        self.is_open = False
        self._before = self._at_token
        self._repeats = deque(self._since)
        return self.token

    def unresumed(self) -> Chunk:
        """What ends an answer that cannot go on: it is cut short, and says so."""
        self.is_open = False
        chunk: Chunk = {"candidates": [{"index": 0, "finishReason": CONTINUATION}]}
        if self.counts is not None:
            chunk["usageMetadata"] = self.counts
        return chunk

    def _note(self, candidate: Candidate, fresh: list[Part]) -> None:
        token = candidate.get(TOKEN)
        if isinstance(token, str) and token:
            self.token = token
            self._at_token = self.counts
            self._since = list(self._repeats)  # given to the client, and after this token still
            self.is_open = candidate.get("finishReason") == CONTINUATION
        elif self.token is not None:
            self._since += [part for part in fresh if not _is_silent(part)]

    def _new(self, part: Part) -> Part | None:
        """What of a part was not given before."""
        while self._repeats and not _is_silent(part):
            given = self._repeats.popleft()
            if not (_is_plain(part) and _is_plain(given)):
                if part != given:
                    raise Diverged
                return None
            text, before = part["text"], given["text"]
            if part.get("thought") != given.get("thought") or not (
                text.startswith(before) or before.startswith(text)
            ):
                raise Diverged
            if len(before) > len(text):
                self._repeats.appendleft(cast("Part", {**given, "text": before[len(text) :]}))
            part = cast("Part", {**part, "text": text[len(before) :]})
            if not part["text"]:
                return None
        return None if self._repeats else part

    def _counted(self, chunk: Chunk) -> Chunk:
        """The chunk with the counts of all hops so far."""
        counts = chunk.get("usageMetadata")
        if not isinstance(counts, dict):
            return chunk
        if self._before is None:
            self.counts = counts
            return chunk
        self.counts = _joined(self._before, counts)
        return cast("Chunk", {**chunk, "usageMetadata": self.counts})


_OF_THE_HOP = frozenset({"finishReason", TOKEN})


def _joined(before: UsageMetadata, counts: UsageMetadata) -> UsageMetadata:
    first: Mapping[str, Any] = before
    this: Mapping[str, Any] = counts
    joined = {name: value for name, value in this.items() if name not in _OF_ONE_HOP}
    joined |= {name: first[name] for name in _OF_THE_PROMPT if name in first}
    for name in _SUMMED:
        if name in first or name in this:
            joined[name] = _number(first, name) + _number(this, name)
    joined["totalTokenCount"] = sum(
        _number(joined, name) for name in ("promptTokenCount", *_SUMMED)
    )
    return cast("UsageMetadata", joined)


def _number(counts: Mapping[str, Any], name: str) -> int:
    value = counts.get(name)
    return value if isinstance(value, int) else 0


def _only_candidate(chunk: Chunk) -> Candidate | None:
    """Long answers have one candidate; None where it is not the only one."""
    candidates: Any = chunk.get("candidates")
    if not isinstance(candidates, list) or len(candidates) != 1:
        return None
    return cast("Candidate", candidates[0]) if isinstance(candidates[0], dict) else None


def _parts(candidate: Candidate) -> list[Part]:
    content: Any = candidate.get("content")
    parts = content.get("parts") if isinstance(content, dict) else None
    if not isinstance(parts, list):
        return []
    return [cast("Part", part) for part in parts if isinstance(part, dict)]


def _is_plain(part: Part) -> bool:
    return isinstance(part.get("text"), str) and part.keys() <= _PLAIN


def _is_silent(part: Part) -> bool:
    return _is_plain(part) and not part["text"]
