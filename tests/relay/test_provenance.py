"""Which service a thought signature came from."""

from proxy_core.credentials.model import Service
from proxy_core.gemini.signatures import DUMMY_SIGNATURE
from proxy_core.gemini.wire import Chunk
from proxy_core.relay.provenance import REMEMBERED, Provenance

SIGNATURE = "c29tZS9zaWduYXR1cmU+"


def signed(signature: str) -> Chunk:
    part = {"text": "", "thoughtSignature": signature}
    return {"candidates": [{"content": {"role": "model", "parts": [part]}}]}  # type: ignore[list-item]  # as Google sends it


def test_a_signature_is_foreign_to_the_other_service_alone() -> None:
    provenance = Provenance()
    provenance.note(Service.VERTEX, signed(SIGNATURE))
    assert provenance.foreign_to(Service.GEMINI)(SIGNATURE)
    assert not provenance.foreign_to(Service.VERTEX)(SIGNATURE)


def test_what_was_never_seen_and_the_dummy_are_foreign_to_none() -> None:
    provenance = Provenance()
    provenance.note(Service.VERTEX, signed(DUMMY_SIGNATURE))
    for service in Service:
        assert not provenance.foreign_to(service)(SIGNATURE)
        assert not provenance.foreign_to(service)(DUMMY_SIGNATURE)


def test_a_client_may_write_it_in_the_alphabet_of_urls() -> None:
    provenance = Provenance()
    provenance.note(Service.GEMINI, signed("a+b/cd=="))
    assert provenance.foreign_to(Service.VERTEX)("a-b_cd")


def test_the_oldest_are_forgotten() -> None:
    provenance = Provenance()
    for number in range(REMEMBERED + 1):
        provenance.note(Service.VERTEX, signed(f"{number:08d}"))
    foreign = provenance.foreign_to(Service.GEMINI)
    assert not foreign("00000000")
    assert foreign("00000001")


def test_a_refusal_closes_one_service_to_all_signatures_of_the_request() -> None:
    provenance = Provenance()
    assert not provenance
    parts = [{"text": "", "thoughtSignature": SIGNATURE}, {"thought_signature": "b2xk"}]
    dummy = {"functionCall": {"name": "f"}, "thoughtSignature": DUMMY_SIGNATURE}
    body = {"contents": [{"role": "user", "parts": 3}, {"parts": [*parts, dummy]}]}
    provenance.note_refusal(Service.GEMINI, body)
    assert provenance
    for signature in (SIGNATURE, "b2xk"):
        assert provenance.foreign_to(Service.GEMINI)(signature)
        assert not provenance.foreign_to(Service.VERTEX)(signature)
    assert not provenance.foreign_to(Service.GEMINI)(DUMMY_SIGNATURE)
    provenance.note_refusal(Service.VERTEX, body)
    assert all(provenance.foreign_to(service)(SIGNATURE) for service in Service)
