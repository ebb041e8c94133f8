"""The pretend model: a deterministic answer to any valid request.

It repeats what it was told, calls the functions the user's words name, quotes what functions
returned, and fills schemas with the smallest valid value. Not here: how an answer is cut into
chunks (`chunks.py`).
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

import orjson

from proxy_core.simulator.catalogue import Card
from proxy_core.simulator.instances import smallest
from proxy_core.simulator.media import picture, speech
from proxy_core.simulator.refusals import JsonObject
from proxy_core.simulator.rules import declarations_of
from proxy_core.simulator.turns import current_turn, responses_of

_THOUGHT_TOKENS = {"": 0, "minimal": 0, "low": 8, "medium": 16, "high": 32, "xhigh": 64}
_PLACES = re.compile(r"\bin ([A-Z]\w+(?:(?:, and |, | and )[A-Z]\w+)*)")
_IN_TURN = re.compile(r"one after (?:another|the other)|step by step", re.IGNORECASE)
_NEXT_STEP = re.compile(r"\bthen\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Thought:
    """What the model decided to answer, before signatures, chunks and usage."""

    text: str = ""
    calls: tuple[JsonObject, ...] = ()
    """functionCall objects without id."""
    media: tuple[JsonObject, ...] = ()
    summary: str = ""
    """Thought summary; empty when none was asked for."""
    thought_tokens: int = 0
    searched: str = ""
    """The query of a Google search, when the tool was used."""


def think(request: JsonObject, card: Card) -> Thought:
    """The answer to a request that passed every rule."""
    said = _last_words(request)
    summary, thought_tokens = _reasoning(request, card, said)
    calls = () if card.kind != "text" else _calls(request, said)
    if calls:
        return Thought(calls=calls, summary=summary, thought_tokens=thought_tokens)
    media = _media(request, card, said)
    text = "" if card.kind == "speech" else _text(request, said)
    searched = said if _wants_search(request, said) else ""
    return Thought(text, (), media, summary, thought_tokens, searched)


def _last_words(request: JsonObject) -> str:
    """The text of the last user message with ordinary content, media named in brackets."""
    contents = request.get("contents", [])
    words: list[str] = []
    for part in contents[max(current_turn(contents) - 1, 0)].get("parts", []):
        if "text" in part:
            words.append(part["text"])
        elif "inlineData" in part:
            blob = part["inlineData"]
            words.append(f"[{blob.get('mimeType')}, {len(blob.get('data', ''))} base64 characters]")
        elif "fileData" in part:
            words.append(f"[{part['fileData'].get('fileUri')}]")
    return " ".join(words)


def _reasoning(request: JsonObject, card: Card, said: str) -> tuple[str, int]:
    """Thought summary (if asked for) and thought tokens."""
    config = request.get("generationConfig", {}).get("thinkingConfig", {})
    if not card.thinks or config.get("thinkingBudget") == 0:
        return "", 0
    default = "low" if "thinkingBudget" in config else card.default_level or "low"
    level = config.get("thinkingLevel", default).lower()
    tokens = _THOUGHT_TOKENS[level]
    asked = bool(config.get("includeThoughts")) and tokens > 0
    return f"Thinking about: {said[:200]}" if asked else "", tokens


def _calls(request: JsonObject, said: str) -> tuple[JsonObject, ...]:
    """The calls of the next step; none once every call the words ask for has its answer."""
    config = request.get("toolConfig", {}).get("functionCallingConfig", {})
    mode = config.get("mode", "AUTO")
    declared = declarations_of(request)
    allowed = config.get("allowedFunctionNames") or [one["name"] for one in declared]
    usable = [one for one in declared if one["name"] in allowed]
    if mode == "NONE" or not usable:
        return ()
    steps = _steps(usable, said)
    if mode == "ANY" and not steps:
        steps = [_made(usable[0], said)]
    done = _answers_so_far(request)
    for step in steps:
        if done <= 0:
            return tuple(step)
        done -= len(step)
    return ()


def _steps(usable: list[JsonObject], said: str) -> list[list[JsonObject]]:
    """The calls that the words ask for, step by step; "then" begins another step."""
    steps = []
    for words in _NEXT_STEP.split(said):
        named = [one for one in usable if _mentions(words, one["name"])]
        if calls := [call for one in named for call in _made(one, words)]:
            steps.append(calls)
    if _IN_TURN.search(said):
        return [[call] for step in steps for call in step]
    return steps


def _mentions(said: str, name: str) -> bool:
    """Whether the words name the function, or its last word (`weather` for `get_weather`)."""
    lowered = said.lower()
    if name.lower() in lowered:
        return True
    last = re.split(r"[_.:\-]", name.lower())[-1]
    return len(last) > 3 and re.search(rf"\b{re.escape(last)}\b", lowered) is not None


def _made(declaration: JsonObject, said: str) -> list[JsonObject]:
    """One call, or one for each place the words name ("in Paris and London")."""
    schema = declaration.get("parametersJsonSchema") or declaration.get("parameters") or {}
    places = _PLACES.search(said)
    found = re.split(r", and |, | and ", places[1]) if places else [said[:80]]
    texts = found if schema.get("required") else found[:1]
    return [{"name": declaration["name"], "args": smallest(schema, text)} for text in texts]


def _answers_so_far(request: JsonObject) -> int:
    contents = request.get("contents", [])
    return sum(len(responses_of(content)) for content in contents[current_turn(contents) :])


def _text(request: JsonObject, said: str) -> str:
    config = request.get("generationConfig", {})
    schema = config.get("responseJsonSchema") or config.get("responseSchema")
    schema = schema or config.get("_responseJsonSchema")
    mime_type = config.get("responseMimeType")
    if mime_type == "text/x.enum":
        return str(smallest(schema))
    if mime_type == "application/json":
        value = {"said": said} if schema is None else smallest(schema, said[:80] or "text")
        return orjson.dumps(value).decode()
    contents = request.get("contents", [])
    answers = [part["functionResponse"] for part in responses_of(contents[-1])]
    if answers:
        return " ".join(
            f"{one['name']} returned {orjson.dumps(one.get('response', {})).decode()}."
            for one in answers
        )
    return f"You said: {said}"


def _wants_search(request: JsonObject, said: str) -> bool:
    tools = request.get("tools", [])
    return any("googleSearch" in tool for tool in tools) and "search" in said.lower()


def _media(request: JsonObject, card: Card, said: str) -> tuple[JsonObject, ...]:
    config = request.get("generationConfig", {})
    modalities = config.get("responseModalities", [])
    if card.kind == "image" and (not modalities or "IMAGE" in modalities):
        return (picture(said, config.get("imageConfig", {})),)
    if card.kind == "speech":
        return speech(said, config.get("speechConfig", {}))
    return ()


SILENCE = base64.b64encode(bytes(4_800)).decode()
"""A tenth of a second of 16-bit samples at 24 kHz."""
