"""From an answer to GenerateContentResponse chunks, and from chunks to one whole response.

Every answer is made as a stream; `fold` makes the whole from the same chunks, so the two always
agree. Not here: bytes on the wire (`delivery.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from proxy_core.simulator.catalogue import Card
from proxy_core.simulator.hops import Hop
from proxy_core.simulator.mind import Thought
from proxy_core.simulator.refusals import JsonObject
from proxy_core.simulator.signatures import sign
from proxy_core.simulator.tokens import tokens_of_text

_PIECES = 4
_CALL_TOKENS = 12
_MEDIA_TOKENS = 258


@dataclass(frozen=True, slots=True)
class Occasion:
    """What chunks need to know beside the answer itself."""

    card: Card
    project: str
    response_id: str
    prompt_tokens: int
    cached_tokens: int
    config: JsonObject
    prompt_details: tuple[JsonObject, ...] = ()
    """Prompt tokens by modality; all text where none are given."""
    hop: Hop | None = None
    """Of models with long decode."""


@dataclass(frozen=True, slots=True)
class _Step:
    """The parts of one chunk and the output tokens they cost."""

    parts: tuple[JsonObject, ...]
    tokens: int


def make_chunks(thought: Thought, occasion: Occasion) -> list[JsonObject]:
    """All chunks of an answer, or of one hop of it; only the last has a finishReason."""
    text, finish_reason = _within_limits(thought, occasion.config)
    steps = _steps(thought, text, occasion)
    out_of_budget = finish_reason == "MAX_TOKENS" and not text
    hop = occasion.hop
    start, end = (hop.start, hop.end([one.tokens for one in steps])) if hop else (0, len(steps))
    chunks: list[JsonObject] = []
    used = 0
    for number, step in enumerate(steps[start:end], start + 1):
        used += step.tokens
        last = number == len(steps)
        candidate: JsonObject = {
            "content": {"role": "model", "parts": list(step.parts)},
            "index": 0,
        }
        if last:
            candidate["finishReason"] = finish_reason
            if out_of_budget:
                candidate["content"] = {"role": "model"}
            if thought.searched:
                candidate["groundingMetadata"] = _grounding(thought.searched, text)
        if occasion.config.get("responseLogprobs"):
            _add_logprobs(candidate, int(occasion.config.get("logprobs", 0)))
        if hop is not None and not last:
            _go_on_later(candidate, hop, number, hop_ends=number == end)
        chunks.append(_chunk(candidate, occasion, used, 0 if start else thought.thought_tokens))
    return chunks


def _go_on_later(candidate: JsonObject, hop: Hop, done: int, *, hop_ends: bool) -> None:
    if hop_ends or hop.is_checkpoint(done):
        candidate["continuationToken"] = hop.token(done)
    if hop_ends:
        candidate["finishReason"] = "CONTINUATION"


def fold(chunks: Sequence[JsonObject]) -> JsonObject:
    """The whole response: parts joined, later fields over earlier ones."""
    whole: JsonObject = {}
    candidates: dict[int, JsonObject] = {}
    for chunk in chunks:
        whole |= {name: value for name, value in chunk.items() if name != "candidates"}
        for candidate in chunk.get("candidates", []):
            merged = candidates.setdefault(candidate.get("index", 0), {})
            _merge(merged, candidate)
    if candidates:
        whole = {"candidates": list(candidates.values()), **whole}
    return whole


def _within_limits(thought: Thought, config: JsonObject) -> tuple[str, str]:
    """The text after stop sequences and maxOutputTokens, and the finishReason."""
    text = thought.text
    for stop in config.get("stopSequences", []):
        text = text.partition(stop)[0] if stop else text
    if "maxOutputTokens" not in config or thought.calls:
        return text, "STOP"
    left = int(config["maxOutputTokens"]) - thought.thought_tokens
    if tokens_of_text(text) <= left:
        return text, "STOP"
    return text[: max(left, 0) * 4], "MAX_TOKENS"


def _steps(thought: Thought, text: str, occasion: Occasion) -> list[_Step]:
    steps = []
    if thought.summary:
        steps.append(_Step(({"text": thought.summary, "thought": True},), 0))
    steps += _text_steps(text, occasion.hop)
    steps += [_Step((part,), _MEDIA_TOKENS) for part in thought.media]
    calls = _signed_calls(thought, occasion)
    if occasion.card.generation < (3, 0):
        return [*steps, _Step(calls, _CALL_TOKENS * len(calls))] if calls or not steps else steps
    steps += [_Step((call,), _CALL_TOKENS) for call in calls]
    closing: JsonObject = {"text": ""}
    if not calls:
        # Turns without calls: signature on the last part, possibly an empty one.
        closing["thoughtSignature"] = sign(occasion.project, text)
    return [*steps, _Step((closing,), 0)]


def _text_steps(text: str, hop: Hop | None) -> list[_Step]:
    """The text in a few pieces, each short enough for a hop; together they cost what it costs."""
    size = max(-(-len(text) // _PIECES), 1)
    if hop is not None:
        size = min(size, 4 * hop.most_tokens)
    steps = []
    for start in range(0, len(text), size):
        piece = text[start : start + size]
        so_far = tokens_of_text(text[:start])
        steps.append(_Step(({"text": piece},), tokens_of_text(text[: start + size]) - so_far))
    return steps


def _signed_calls(thought: Thought, occasion: Occasion) -> tuple[JsonObject, ...]:
    """functionCall parts; from Gemini 3 on with ids, and the first of a step signed."""
    if occasion.card.generation < (3, 0):
        return tuple({"functionCall": call} for call in thought.calls)
    parts: list[JsonObject] = []
    for number, call in enumerate(thought.calls):
        call_id = f"call-{occasion.response_id}-{number}"
        parts.append({"functionCall": {"id": call_id, **call}})
    if parts:
        parts[0]["thoughtSignature"] = sign(occasion.project, occasion.response_id)
    return tuple(parts)


def _chunk(
    candidate: JsonObject, occasion: Occasion, candidate_tokens: int, thought_tokens: int
) -> JsonObject:
    count = int(occasion.config.get("candidateCount", 1))
    total = occasion.prompt_tokens + candidate_tokens * count + thought_tokens
    usage: JsonObject = {
        "promptTokenCount": occasion.prompt_tokens,
        "candidatesTokenCount": candidate_tokens * count,
        "totalTokenCount": total,
        "promptTokensDetails": list(occasion.prompt_details)
        or [{"modality": "TEXT", "tokenCount": occasion.prompt_tokens}],
    }
    if thought_tokens:
        usage["thoughtsTokenCount"] = thought_tokens
    if occasion.cached_tokens:
        usage["cachedContentTokenCount"] = occasion.cached_tokens
        usage["cacheTokensDetails"] = [{"modality": "TEXT", "tokenCount": occasion.cached_tokens}]
    return {
        "candidates": [{**candidate, "index": index} for index in range(count)],
        "usageMetadata": usage,
        "modelVersion": occasion.card.alias_of or occasion.card.id,
        "responseId": occasion.response_id,
    }


def _merge(merged: JsonObject, candidate: JsonObject) -> None:
    for name, value in candidate.items():
        if name == "content":
            content = merged.setdefault("content", {})
            content |= {key: item for key, item in value.items() if key != "parts"}
            if "parts" in value:
                _join(content.setdefault("parts", []), value["parts"])
        elif name == "logprobsResult":
            known = merged.setdefault(name, {"topCandidates": [], "chosenCandidates": []})
            for key in known:
                known[key] += value.get(key, [])
        else:
            merged[name] = value


def _join(parts: list[JsonObject], more: Iterable[JsonObject]) -> None:
    """Append parts; plain text goes on where plain text of the same kind ended."""
    for part in more:
        before = parts[-1] if parts else None
        if before is not None and _same_run(before, part):
            parts[-1] = {**before, **part, "text": before["text"] + part["text"]}
        elif part != {"text": ""}:
            parts.append(part)


def _same_run(before: JsonObject, part: JsonObject) -> bool:
    return (
        before.keys() <= {"text", "thought"}
        and "text" in before
        and part.keys() <= {"text", "thought", "thoughtSignature"}
        and "text" in part
        and before.get("thought") == part.get("thought")
    )


def _grounding(query: str, text: str) -> JsonObject:
    segment = {"startIndex": 0, "endIndex": len(text.encode()), "text": text}
    return {
        "webSearchQueries": [query[:100]],
        "searchEntryPoint": {"renderedContent": "<div>pretend search</div>"},
        "groundingChunks": [{"web": {"uri": "https://example.com/found", "title": "example.com"}}],
        "groundingSupports": [{"segment": segment, "groundingChunkIndices": [0]}],
    }


def _add_logprobs(candidate: JsonObject, alternatives: int) -> None:
    """One entry per text part: each is a token here."""
    texts = [part["text"] for part in candidate["content"].get("parts", []) if part.get("text")]
    chosen: list[Any] = []
    for number, text in enumerate(texts):
        chosen.append({"token": text, "tokenId": number + 1, "logProbability": -0.25})
    top = [
        {
            "candidates": [
                {
                    "token": one["token"] if not rank else f"alternative {rank}",
                    "tokenId": one["tokenId"] + rank,
                    "logProbability": -0.25 - rank,
                }
                for rank in range(alternatives)
            ]
        }
        for one in chosen
    ]
    if chosen:
        candidate["logprobsResult"] = {"chosenCandidates": chosen, "topCandidates": top}
        candidate["avgLogprobs"] = -0.25
