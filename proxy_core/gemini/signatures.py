"""Thought signatures: what is remembered for clients that strip them, and the last resort.

Not here: where a signature rides in a client's protocol (each dialect knows its own place).
Source: Gemini API documentation, thought signatures.
"""

import base64
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import orjson

from proxy_core.gemini.families import Family
from proxy_core.gemini.wire import Chunk, JsonObject, Part

DUMMY_SIGNATURE = "skip_thought_signature_validator"
"Documented for calls that the model did not produce; accepted by both services."

_RAW_DUMMIES = (DUMMY_SIGNATURE, "context_engineering_is_the_way_to_go")
_DUMMIES = frozenset(
    form for raw in _RAW_DUMMIES for form in (raw, base64.b64encode(raw.encode()).decode())
)
"Both documented dummies; the field is bytes, so Google's Python SDK sends them as base64."

_FOREIGN_MARK = "__thought__"
"Between id and signature in the tool-call ids of another gateway (LiteLLM)."

_ENTRY_BYTES = 400
"About what an entry takes beside its text: slots, dataclass, string headers (CPython 3.11)."


@dataclass(frozen=True, slots=True)
class RememberedCall:
    """What a client's tool-call id stands for."""

    name: str
    gemini_id: str | None
    signature: str | None
    "None: a later call of a parallel step, which Google does not sign."
    before: tuple[Part, ...] = ()
    """What Google's own tools did before it. It may hold texts, so it is kept in this process
    alone."""


class SignatureMemory:
    """Tool-call id to what Google said of it; the oldest goes when it is full.

    Bounded in bytes too, since a signature can take kilobytes.
    """

    on_remember: Callable[[str, RememberedCall], None] | None = None
    "Told of each call, by whoever keeps them beyond this process."

    def __init__(self, capacity: int = 10_000, max_bytes: int = 32 * 1024 * 1024) -> None:
        self._capacity = capacity
        self._max_bytes = max_bytes
        self._bytes = 0
        self._calls: OrderedDict[str, RememberedCall] = OrderedDict()

    def __len__(self) -> int:
        return len(self._calls)

    def restore(self, calls: Iterable[tuple[str, RememberedCall]]) -> None:
        """Takes in what was remembered before, oldest first; nobody is told of it."""
        for tool_call_id, call in calls:
            self._put(tool_call_id, call)

    def remember(self, tool_call_id: str, call: RememberedCall) -> None:
        self._put(tool_call_id, call)
        if self.on_remember is not None:
            self.on_remember(tool_call_id, call)

    def _put(self, tool_call_id: str, call: RememberedCall) -> None:
        known = self._calls.pop(tool_call_id, None)
        if known is not None:
            self._bytes -= _size(tool_call_id, known)
        self._calls[tool_call_id] = call
        self._bytes += _size(tool_call_id, call)
        while self._calls and (len(self._calls) > self._capacity or self._bytes > self._max_bytes):
            self._bytes -= _size(*self._calls.popitem(last=False))

    def recall(self, tool_call_id: str) -> RememberedCall | None:
        call = self._calls.get(tool_call_id)
        if call is not None:
            self._calls.move_to_end(tool_call_id)
        return call


def signatures_of(chunk: Chunk) -> Iterator[str]:
    """Every signature that Google gave with a chunk."""
    for candidate in chunk.get("candidates") or ():
        for part in candidate.get("content", {}).get("parts") or ():
            if signature := part.get("thoughtSignature"):
                yield signature


def signatures_in(body: JsonObject) -> Iterator[str]:
    """Every signature that the turns of a request hold, in either spelling."""
    for content in _dicts(body.get("contents")):
        for part in _dicts(content.get("parts")):
            signature = part.get("thoughtSignature") or part.get("thought_signature")
            if isinstance(signature, str):
                yield signature


def is_dummy(signature: str) -> bool:
    """Whether a signature is one of the documented dummies, raw or base64."""
    return signature in _DUMMIES


def sign_first_call(parts: Sequence[Part], family: Family) -> list[Part]:
    """The parts of one step (one model turn), its first function call signed at least by a dummy.

    Only where the family enforces it; a signature that is there stays. `parts` is not changed.
    """
    signed = list(parts)
    if not family.enforces_signatures:
        return signed
    for index, part in enumerate(signed):
        if "functionCall" in part:
            if not part.get("thoughtSignature"):
                signed[index] = {**part, "thoughtSignature": DUMMY_SIGNATURE}
            break
    return signed


def split_foreign_id(tool_call_id: str) -> tuple[str, str | None]:
    """Id and signature of a tool-call id that carries one (`call_1__thought__<base64>`).

    Another gateway wrote such ids into histories that clients may bring along. An id without
    the mark, or with nothing after it, has no signature.
    """
    plain, _, signature = tool_call_id.partition(_FOREIGN_MARK)
    return plain, signature or None


def _dicts(value: object) -> list[JsonObject]:
    """The objects of a list; a lone one, which proto-JSON takes for a list, is one too."""
    if isinstance(value, dict):
        return [value]
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _size(tool_call_id: str, call: RememberedCall) -> int:
    strings = (tool_call_id, call.name, call.gemini_id or "", call.signature or "")
    beside = len(orjson.dumps(call.before)) if call.before else 0
    return _ENTRY_BYTES + sum(map(len, strings)) + beside
