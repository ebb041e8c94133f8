import base64

from hypothesis import given
from hypothesis import strategies as st

from proxy_core.gemini.signatures import (
    DUMMY_SIGNATURE,
    RememberedCall,
    SignatureMemory,
    is_dummy,
    sign_first_call,
    signatures_of,
    split_foreign_id,
)
from proxy_core.gemini.wire import Chunk, Part
from tests.fakes.families import family

NEW, OLD = family("gemini-3.8-flash"), family("gemini-2.5-flash")


def call(signature: str | None = None) -> RememberedCall:
    return RememberedCall("f", None, signature)


def test_the_oldest_call_goes_when_the_memory_is_full() -> None:
    memory = SignatureMemory(capacity=2)
    for name in "abc":
        memory.remember(name, call())
    assert [memory.recall(name) is not None for name in "abc"] == [False, True, True]


def test_a_recalled_call_counts_as_new() -> None:
    memory = SignatureMemory(capacity=2)
    memory.remember("a", call())
    memory.remember("b", call())
    memory.recall("a")
    memory.remember("c", call())
    assert memory.recall("a") is not None
    assert memory.recall("b") is None


def test_large_signatures_fill_the_memory_sooner() -> None:
    memory = SignatureMemory(capacity=100, max_bytes=10_000)
    for number in range(100):
        memory.remember(str(number), call("s" * 2000))
    assert len(memory) == 4
    assert memory.recall("99") is not None


def test_a_call_too_large_for_the_memory_is_not_kept() -> None:
    memory = SignatureMemory(max_bytes=1000)
    memory.remember("a", call("s" * 2000))
    assert len(memory) == 0
    memory.remember("b", call("s" * 20))
    assert memory.recall("b") == call("s" * 20)


def test_what_googles_tools_did_counts_too() -> None:
    memory = SignatureMemory(max_bytes=1000)
    memory.remember("a", RememberedCall("f", None, None, ({"toolResponse": {"a": "s" * 2000}},)))
    assert len(memory) == 0


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 3000))))
def test_the_memory_keeps_to_its_bounds(calls: list[tuple[str, int]]) -> None:
    memory = SignatureMemory(capacity=4, max_bytes=5000)
    for name, length in calls:
        memory.remember(name, call("s" * length))
        assert len(memory) <= 4
        kept = [memory.recall(each) for each in "abcdef"]
        assert sum(len(each.signature or "") for each in kept if each) <= 5000


def test_both_dummies_are_known_in_both_forms() -> None:
    for raw in (DUMMY_SIGNATURE, "context_engineering_is_the_way_to_go"):
        assert is_dummy(raw)
        assert is_dummy(base64.b64encode(raw.encode()).decode())
    assert is_dummy("c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I=")
    assert not is_dummy("CiQB")


def test_the_first_call_of_a_step_gets_the_dummy() -> None:
    parts: list[Part] = [
        {"text": "so"},
        {"functionCall": {"name": "f"}},
        {"functionCall": {"name": "g"}},
    ]
    signed = sign_first_call(parts, NEW)
    assert [part.get("thoughtSignature") for part in signed] == [None, DUMMY_SIGNATURE, None]
    assert "thoughtSignature" not in parts[1]


def test_a_signature_that_is_there_stays() -> None:
    parts: list[Part] = [{"functionCall": {"name": "f"}, "thoughtSignature": "real"}]
    assert sign_first_call(parts, NEW) == parts


def test_a_family_that_does_not_ask_for_signatures_gets_no_dummy() -> None:
    parts: list[Part] = [{"functionCall": {"name": "f"}}]
    assert sign_first_call(parts, OLD) == parts


def test_an_id_with_a_signature_of_another_gateway_is_taken_apart() -> None:
    assert split_foreign_id("call_1__thought__CiQB==") == ("call_1", "CiQB==")
    assert split_foreign_id("call_1") == ("call_1", None)
    assert split_foreign_id("call_1__thought__") == ("call_1", None)


def test_what_is_remembered_is_told_to_whoever_keeps_it() -> None:
    memory = SignatureMemory()
    memory.remember("a", call())
    told: list[tuple[str, RememberedCall]] = []
    memory.on_remember = lambda *kept: told.append(kept)
    memory.remember("b", call("s"))
    assert told == [("b", call("s"))]


def test_restored_calls_are_there_and_told_to_nobody() -> None:
    told: list[str] = []
    memory = SignatureMemory(capacity=2)
    memory.on_remember = lambda id_, _: told.append(id_)
    memory.restore((name, call()) for name in "abc")
    assert [memory.recall(name) is not None for name in "abc"] == [False, True, True]
    assert not told


def test_every_signature_of_a_chunk_is_found() -> None:
    parts: list[Part] = [{"text": "a", "thoughtSignature": "1"}, {"text": "b"}]
    call: Part = {"functionCall": {"name": "f"}, "thoughtSignature": "2"}
    chunk: Chunk = {"candidates": [{"content": {"parts": parts}}, {"content": {"parts": [call]}}]}
    assert list(signatures_of(chunk)) == ["1", "2"]
    assert list(signatures_of({})) == list(signatures_of({"candidates": [{"index": 0}]})) == []
