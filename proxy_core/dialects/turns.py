"""A conversation in Gemini's turns, built by every translated dialect from its own messages.

Gemini's rules that other APIs do not have: all results of a step follow it at once, in the order
of its calls and in one content; each names its call; the first turn is the user's and, on
newer models, so is the last.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from proxy_core.errors import BadRequest
from proxy_core.gemini.families import Family
from proxy_core.gemini.signatures import SignatureMemory, sign_first_call, split_foreign_id
from proxy_core.gemini.wire import Content, FunctionCall, FunctionResponse, JsonObject, Part

_NO_RESULT: JsonObject = {"error": "no result"}
"Of a call that the client gave up; Gemini demands a result for each."

_IN_RESPONSES = frozenset(
    {"image/png", "image/jpeg", "image/webp", "application/pdf", "text/plain"}
)
"""What may stand in `functionResponse.parts`.
Source: Gemini API documentation, multimodal function responses."""

_EMPTY: Part = {"text": " "}
_CONTINUE: Part = {"text": "Continue."}


@dataclass(slots=True)
class Result:
    """The result of a call and where it stands, until its call takes it."""

    response: JsonObject
    media: list[Part]
    at: str


@dataclass(slots=True)
class Turns:
    """The turns of one request. Per parse."""

    family: Family
    memory: SignatureMemory
    system: list[Part] = field(default_factory=list)
    contents: list[Content] = field(default_factory=list)
    _results: dict[str, deque[Result]] = field(default_factory=dict)
    "By tool-call id, in order: some clients use an id again in a later step."

    def say(
        self, role: Literal["user", "model"], parts: list[Part], *, beside_results: bool = False
    ) -> None:
        """Adds a turn, or to the last one if it has the same role and holds no results.

        beside_results: what comes with results stays in their turn, behind them.
        """
        if not parts:
            return
        last = self.contents[-1] if self.contents else None
        if (
            last is not None
            and last["role"] == role
            and (beside_results or "functionResponse" not in last["parts"][0])
        ):
            last["parts"] += parts
        else:
            self.contents.append({"role": role, "parts": parts})

    def expect(self, tool_call_id: str, result: Result) -> None:
        """Lays a result by before any step is read: its call finds it wherever it stood."""
        self._results.setdefault(tool_call_id, deque()).append(result)

    def call(
        self, tool_call_id: str, google_name: str, args: JsonObject, signature: str | None = None
    ) -> Part:
        """The part of a call in the client's history, with what is remembered of its id.

        signature: the one that the client brought along, which goes before ours.
        """
        call: FunctionCall = {"name": google_name, "args": args}
        plain_id, foreign_signature = split_foreign_id(tool_call_id)
        known = self.memory.recall(tool_call_id)
        google_id = plain_id if known is None else known.gemini_id
        if google_id is not None:
            call["id"] = google_id
        part: Part = {"functionCall": call}
        remembered = foreign_signature if known is None else known.signature
        if signature := signature or remembered:
            part["thoughtSignature"] = signature
        return part

    def step(self, parts: list[Part], calls: Iterable[tuple[Part, str]]) -> None:
        """A model turn with calls, and their results right after it.

        parts: what the model said before its calls. calls: each with its tool-call id.
        """
        parts = list(parts)
        results: list[Part] = []
        late: list[Part] = []
        for part, tool_call_id in calls:
            if self.family.json_with_tools and (known := self.memory.recall(tool_call_id)):
                parts += known.before
            parts.append(part)
            results.append(self._take_result(part["functionCall"], tool_call_id, late))
        if not results:
            self.say("model", parts)
            return
        self.say("model", sign_first_call(parts, self.family))
        self.contents.append({"role": "user", "parts": results})
        self.say("user", late)

    def _take_result(self, call: FunctionCall, tool_call_id: str, late: list[Part]) -> Part:
        """The result of a call; media that Google takes only from a user go to `late`."""
        waiting = self._results.get(tool_call_id)
        result = waiting.popleft() if waiting else Result(_NO_RESULT, [], "")
        response: FunctionResponse = {"name": call["name"], "response": result.response}
        if "id" in call:
            response["id"] = call["id"]
        inside: list[Part] = []
        for part in result.media:
            (inside if self._fits(part) else late).append(part)
        if inside:
            response["parts"] = [{"inlineData": part["inlineData"]} for part in inside]
        return {"functionResponse": response}

    def _fits(self, part: Part) -> bool:
        """Whether media of a result may stand inside it."""
        blob = part.get("inlineData")
        return blob is not None and self.family.response_parts and blob["mimeType"] in _IN_RESPONSES

    def finish(self, instruction: str | None = None) -> JsonObject:
        """`contents`, and `systemInstruction` where there is one. Raises BadRequest.

        instruction: goes after the system texts of the client.
        """
        for waiting in self._results.values():
            for result in waiting:
                raise BadRequest(f"'{result.at}' answers no call before it.", result.at)
        if instruction:
            self.system.append({"text": instruction})
        contents = self.contents
        if not contents or contents[0]["role"] == "model":
            contents.insert(0, {"role": "user", "parts": [_EMPTY]})
        if contents[-1]["role"] == "model" and not self.family.prefill:
            contents.append({"role": "user", "parts": [_CONTINUE]})
        if not self.system:
            return {"contents": contents}
        if not self.family.system_instruction:
            first = contents[0]
            contents[0] = {"role": "user", "parts": [*self.system, *first["parts"]]}
            return {"contents": contents}
        return {"contents": contents, "systemInstruction": {"parts": self.system}}
