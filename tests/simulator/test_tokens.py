"""Token counts and the implicit cache."""

from typing import Any

from proxy_core.simulator.tokens import cached_tokens, tokens_by_modality, tokens_of_request
from tests.simulator.conftest import said


def test_text_media_and_tools_count() -> None:
    request: dict[str, Any] = said("12345")
    assert tokens_of_request(request) == 2
    request["contents"][0]["parts"].append({"inlineData": {"data": "AAAA"}})
    assert tokens_of_request(request) == 260
    request["tools"] = [{"codeExecution": {}}]
    assert tokens_of_request(request) > 260


def test_a_grown_conversation_finds_its_beginning_again() -> None:
    seen: set[bytes] = set()
    first = said("x" * 400)
    longer = {"contents": [*first["contents"], {"role": "model", "parts": [{"text": "y" * 40}]}]}
    assert cached_tokens(seen, first, 50) == 0
    assert cached_tokens(seen, longer, 50) == 100
    assert cached_tokens(seen, longer, 50) == 110
    assert cached_tokens(seen, {**longer, "systemInstruction": {}}, 50) == 0


def test_short_prefixes_are_never_cached() -> None:
    seen: set[bytes] = set()
    assert [cached_tokens(seen, said("x" * 40), 11) for _ in range(2)] == [0, 0]


def test_media_are_counted_by_their_kind() -> None:
    request: dict[str, Any] = said("12345")
    parts = request["contents"][0]["parts"]
    parts += [{"inlineData": {"mimeType": kind}} for kind in ("audio/wav", "application/pdf")]
    assert tokens_by_modality(request, 518) == [
        {"modality": "TEXT", "tokenCount": 2},
        {"modality": "AUDIO", "tokenCount": 258},
        {"modality": "DOCUMENT", "tokenCount": 258},
    ]
