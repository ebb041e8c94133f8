"""How many tokens a text costs here, and which prefixes the implicit cache has seen.

A token is four bytes of text; a piece of media costs 258. Not here: quotas.
"""

from __future__ import annotations

import hashlib
from typing import Any

import orjson

from proxy_core.simulator.refusals import JsonObject

_MEDIA_TOKENS = 258
_MODALITIES = ("IMAGE", "AUDIO", "VIDEO")


def tokens_of_text(text: str) -> int:
    return -(-len(text) // 4)


def tokens_of_content(content: JsonObject) -> int:
    return sum(_tokens_of_part(part) for part in content.get("parts", []))


def tokens_of_request(request: JsonObject) -> int:
    """Input tokens: system instruction, tools and contents."""
    total = sum(tokens_of_content(content) for content in request.get("contents", []))
    total += tokens_of_content(request.get("systemInstruction", {}))
    if "tools" in request:
        total += len(orjson.dumps(request["tools"])) // 4
    return total


def tokens_by_modality(request: JsonObject, total: int) -> list[JsonObject]:
    """`promptTokensDetails`: media by their kind, everything else as text."""
    media: dict[str, int] = {}
    for content in request.get("contents", []):
        for part in content.get("parts", []):
            if "inlineData" in part:
                kind = part["inlineData"].get("mimeType", "").partition("/")[0].upper()
                name = kind if kind in _MODALITIES else "DOCUMENT"
                media[name] = media.get(name, 0) + _MEDIA_TOKENS
    counts = {"TEXT": total - sum(media.values()), **media}
    return [{"modality": name, "tokenCount": count} for name, count in counts.items() if count]


def cached_tokens(seen: set[bytes], request: JsonObject, minimum: int) -> int:
    """Tokens of the longest prefix seen before; remembers all prefixes of this request.

    seen: the prefixes of one (project, model). Prefixes shorter than `minimum` never count.
    """
    state = hashlib.sha256(_bytes([request.get("systemInstruction"), request.get("tools")]))
    head: JsonObject = {
        name: request[name] for name in ("systemInstruction", "tools") if name in request
    }
    total, cached = tokens_of_request(head), 0
    for content in request.get("contents", []):
        state.update(_bytes(content))
        total += tokens_of_content(content)
        digest = state.digest()
        if digest in seen and total >= minimum:
            cached = total
        seen.add(digest)
    return cached


def _tokens_of_part(part: JsonObject) -> int:
    if "text" in part:
        return tokens_of_text(part["text"])
    if "inlineData" in part or "fileData" in part:
        return _MEDIA_TOKENS
    return len(_bytes(part)) // 4


def _bytes(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
