"""Chunks, their fold, limits, signatures, usage."""

from typing import Any

import pytest

from proxy_core.simulator.catalogue import CATALOGUE
from proxy_core.simulator.chunks import Occasion, fold, make_chunks
from proxy_core.simulator.mind import Thought
from proxy_core.simulator.refusals import JsonObject


def chunks(thought: Thought, model: str = "gemini-3.8-flash", **config: Any) -> list[JsonObject]:
    return make_chunks(thought, Occasion(CATALOGUE[model], "home", "r1", 10, 0, config))


def candidate(thought: Thought, model: str = "gemini-3.8-flash", **config: Any) -> JsonObject:
    whole: JsonObject = fold(chunks(thought, model, **config))["candidates"][0]
    return whole


def test_the_fold_of_a_text_is_the_text() -> None:
    whole = candidate(Thought("a longer text for four pieces", summary="hm", thought_tokens=4))
    thought, text = whole["content"]["parts"]
    assert thought == {"text": "hm", "thought": True}
    assert text["text"] == "a longer text for four pieces"
    assert text["thoughtSignature"]


def test_the_budget_cuts_the_text_and_counts_thoughts() -> None:
    text = "12345678" * 4
    for limit, left, reason in ((8, text, "STOP"), (3, text[:12], "MAX_TOKENS")):
        whole = candidate(Thought(text), "gemini-2.5-flash", maxOutputTokens=limit)
        assert (whole["content"]["parts"][0]["text"], whole["finishReason"]) == (left, reason)
    whole = candidate(Thought(text, thought_tokens=16), maxOutputTokens=10)
    assert (whole["content"], whole["finishReason"]) == ({"role": "model"}, "MAX_TOKENS")


def test_a_stop_sequence_ends_the_text_before_it() -> None:
    whole = candidate(Thought("one two three"), stopSequences=["two", "zzz"])
    assert (whole["content"]["parts"][0]["text"], whole["finishReason"]) == ("one ", "STOP")


@pytest.mark.parametrize("model", ["gemini-3.8-flash", "gemini-2.5-flash"])
def test_calls_have_ids_and_a_signature_only_from_gemini_3_on(model: str) -> None:
    calls = ({"name": "f", "args": {}}, {"name": "g", "args": {}})
    parts = candidate(Thought(calls=calls), model)["content"]["parts"]
    newer = model == "gemini-3.8-flash"
    assert ["id" in part["functionCall"] for part in parts] == [newer, newer]
    assert ["thoughtSignature" in part for part in parts] == [newer, False]


def test_usage_is_a_running_total() -> None:
    totals = [
        one["usageMetadata"]["totalTokenCount"]
        for one in chunks(Thought("some more words", thought_tokens=5))
    ]
    assert totals == sorted(totals)
    assert totals[-1] == 10 + 5 + 4


def test_several_candidates_share_one_prompt() -> None:
    whole = fold(chunks(Thought("hi"), "gemini-2.5-flash", candidateCount=2))
    assert [one["index"] for one in whole["candidates"]] == [0, 1]
    assert whole["usageMetadata"]["candidatesTokenCount"] == 2


def test_log_probabilities_and_grounding_are_merged() -> None:
    whole = candidate(Thought("abcd", searched="q"), responseLogprobs=True, logprobs=2)
    result = whole["logprobsResult"]
    assert [one["token"] for one in result["chosenCandidates"]] == ["a", "b", "c", "d"]
    assert [len(one["candidates"]) for one in result["topCandidates"]] == [2, 2, 2, 2]
    assert whole["groundingMetadata"]["webSearchQueries"] == ["q"]


def test_the_fold_of_nothing_is_nothing() -> None:
    assert fold([]) == {}
