"""What is noted of the calls of one answer, for the turn in which the client brings them back.

A model that may use Google's tools beside the client's says what Google's did in parts of their
own. No other API has a place for them, so they are noted with the next call; `turns` puts them
back before it. Those of an answer without calls are let go: nothing leads back to it.
Source: Gemini API documentation, `toolCall` and `toolResponse` must be returned unchanged.
"""

from proxy_core.gemini.signatures import RememberedCall, SignatureMemory
from proxy_core.gemini.wire import Part


class CallNotes:
    """Per answer, or per choice of one."""

    __slots__ = ("_before", "_memory")

    def __init__(self, memory: SignatureMemory) -> None:
        self._memory = memory
        self._before: list[Part] = []

    def take(self, part: Part) -> bool:
        """Lays by what Google's own tools did; False for any other part."""
        if "toolCall" not in part and "toolResponse" not in part:
            return False
        self._before.append(part)
        return True

    def remember(self, tool_call_id: str, part: Part) -> None:
        """part: the call that the client will know by this id."""
        call = part["functionCall"]
        before = tuple(self._before)
        signature = part.get("thoughtSignature")
        noted = RememberedCall(call.get("name", ""), call.get("id"), signature, before)
        self._memory.remember(tool_call_id, noted)
        self._before.clear()
