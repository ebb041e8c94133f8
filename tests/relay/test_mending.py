"""Bodies that are mended for one more send."""

from typing import Any

import pytest

from proxy_core.gemini.faults import Cause
from proxy_core.gemini.signatures import DUMMY_SIGNATURE
from proxy_core.gemini.wire import Call
from proxy_core.relay.mending import REMEMBERED, Mender, Rungs
from tests.pool.made_up import MODEL

SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False}
BODY: dict[str, Any] = {
    "contents": [
        {"role": "user", "parts": [{"text": "go"}]},
        {"role": "model", "parts": [{"functionCall": {"name": "f"}, "thoughtSignature": "old"}]},
    ],
    "generationConfig": {
        "presencePenalty": 1,
        "thinkingConfig": {"thinkingLevel": "low"},
        "responseJsonSchema": SCHEMA,
    },
}
PLAIN = {"contents": [{"role": "user", "parts": [{"text": "go"}]}]}


def mender(
    body: dict[str, Any] = BODY, raw: bytes | None = None, rungs: Rungs | None = None
) -> Mender:
    return Mender(Call(MODEL, "generateContent", body, raw), Rungs() if rungs is None else rungs)


def config(mender: Mender) -> dict[str, Any]:
    found: dict[str, Any] = mender.body["generationConfig"]
    return found


@pytest.mark.parametrize("cause", [Cause.SIGNATURE, Cause.THINKING, Cause.PENALTY])
def test_each_cause_is_mended_once(cause: Cause) -> None:
    one = mender()
    assert one.mend(cause)
    assert one.body != BODY
    assert not one.mend(cause)


@pytest.mark.parametrize("cause", [Cause.SIGNATURE, Cause.THINKING, Cause.PENALTY, Cause.SCHEMA])
def test_where_there_is_nothing_to_mend_it_is_not_sent_again(cause: Cause) -> None:
    one = mender(PLAIN)
    assert not one.mend(cause)
    assert one.body is PLAIN


@pytest.mark.parametrize(
    "cause", sorted(set(Cause) - {Cause.SIGNATURE, Cause.THINKING, Cause.PENALTY, Cause.SCHEMA})
)
def test_no_other_cause_changes_a_body(cause: Cause) -> None:
    one = mender()
    assert not one.mend(cause)
    assert one.body is BODY


def test_the_calls_own_body_is_never_changed_in_place() -> None:
    before = repr(BODY)
    one = mender()
    for cause in (Cause.SIGNATURE, Cause.SCHEMA, Cause.SCHEMA, Cause.THINKING, Cause.SCHEMA):
        one.mend(cause)
    assert repr(BODY) == before


def test_the_ladder_has_three_rungs_each_from_the_first_body() -> None:
    one = mender()
    assert one.mend(Cause.SCHEMA)
    assert "responseJsonSchema" in config(one)
    assert one.mend(Cause.SCHEMA)
    assert "responseSchema" in config(one)
    assert one.mend(Cause.SCHEMA)
    assert "systemInstruction" in one.body
    assert not one.mend(Cause.SCHEMA)


def test_another_repair_keeps_the_rung_that_was_reached() -> None:
    one = mender()
    one.mend(Cause.SCHEMA)
    one.mend(Cause.SCHEMA)
    assert one.mend(Cause.THINKING)
    assert "responseSchema" in config(one)
    assert "thinkingConfig" not in config(one)
    assert one.mend(Cause.SCHEMA)
    assert "systemInstruction" in one.body
    assert "thinkingConfig" not in config(one)


def test_the_rung_that_worked_is_where_the_next_call_begins() -> None:
    rungs = Rungs()
    first = mender(rungs=rungs)
    first.mend(Cause.SCHEMA)
    first.mend(Cause.SCHEMA)
    first.worked()
    assert "responseSchema" in config(mender(rungs=rungs))
    assert mender(PLAIN, rungs=rungs).body is PLAIN


def test_a_rung_that_did_not_work_is_not_remembered() -> None:
    rungs = Rungs()
    mender(rungs=rungs).mend(Cause.SCHEMA)
    assert mender(rungs=rungs).body is BODY


def test_a_native_body_is_mended_for_signatures_alone() -> None:
    one = mender(raw=b"the client's own bytes")
    for cause in (Cause.SCHEMA, Cause.THINKING, Cause.PENALTY):
        assert not one.mend(cause)
    assert one.raw == b"the client's own bytes"
    assert one.mend(Cause.SIGNATURE)
    assert not one.raw
    assert one.body["contents"][1]["parts"][0]["thoughtSignature"] == DUMMY_SIGNATURE


def test_rungs_are_bounded() -> None:
    rungs = Rungs()
    for number in range(REMEMBERED + 1):
        rungs.put(b"%d" % number, 2)
    assert rungs.get(b"0") == 0
    assert rungs.get(b"1") == 2


def test_foreign_signatures_give_way_to_the_dummy_and_the_bytes_are_made_anew() -> None:
    one = mender(raw=b"as it came")
    one.resign(lambda _: False)
    assert (one.raw, one.body) == (b"as it came", BODY)
    one.resign(lambda signature: signature == "old")
    assert one.raw is None
    assert one.body["contents"][1]["parts"][0]["thoughtSignature"] == DUMMY_SIGNATURE


def test_the_highest_thinking_level_is_lowered_once_and_then_left_out() -> None:
    thinking = {"thinkingConfig": {"thinkingLevel": "XHIGH"}}
    one = mender({**PLAIN, "generationConfig": thinking})
    assert one.lower_thinking()
    assert config(one) == {"thinkingConfig": {"thinkingLevel": "HIGH"}}
    assert not one.lower_thinking()
    assert one.mend(Cause.THINKING)
    assert config(one) == {}


def test_going_on_asks_the_same_with_the_token_and_mends_nothing() -> None:
    one = mender()
    one.go_on("token")
    assert one.body == {**BODY, "continuationToken": "token"}
    before = one.body
    for cause in Cause:
        assert not one.mend(cause)
    one.resign(lambda signature: True)
    assert not one.lower_thinking()
    assert one.body is before
