"""Signatures are asked for, and only ours or the documented dummies pass."""

import base64
from typing import Any

import pytest

from proxy_core.simulator.refusals import Refusal
from proxy_core.simulator.signatures import check_signatures, sign
from tests.simulator.test_turns import HI, call, model, response, user

DUMMY = "skip_thought_signature_validator"


def signed(signature: str, **more: Any) -> dict[str, Any]:
    return {**call(**more), "thoughtSignature": signature}


def check(*contents: dict[str, Any], bound: bool = False) -> None:
    check_signatures(list(contents), "here", bound_to="project" if bound else "nothing")


@pytest.mark.parametrize(
    "signature",
    [
        sign("here", "x"),
        sign("elsewhere", "x"),
        DUMMY,
        base64.b64encode(DUMMY.encode()).decode(),
        "context_engineering_is_the_way_to_go",
    ],
)
def test_our_own_and_the_documented_dummies_pass(signature: str) -> None:
    check(HI, model(signed(signature)), user(response()))


def test_only_the_first_of_parallel_calls_needs_one() -> None:
    check(HI, model(signed(DUMMY), call()), user(response(), response()))
    with pytest.raises(Refusal, match="missing a thought_signature"):
        check(HI, model(call(), signed(DUMMY)), user(response(), response()))


def test_each_step_of_the_current_turn_needs_one() -> None:
    step = (model(signed(DUMMY)), user(response()))
    check(HI, *step, *step)
    with pytest.raises(Refusal, match="position 4"):
        check(HI, *step, model(call()), user(response()))


def test_earlier_turns_need_none() -> None:
    check(HI, model(call()), user(response()), model({"text": "done"}), HI)


@pytest.mark.parametrize("signature", ["AAAA", "bm90IG91cnM=", sign("here", "x")[:-8] + "AAAAAAA="])
def test_foreign_and_damaged_ones_are_not_valid(signature: str) -> None:
    with pytest.raises(Refusal, match="Thought signature is not valid"):
        check(HI, model({"text": "x", "thoughtSignature": signature}), HI)


def test_they_can_be_bound_to_the_project() -> None:
    check(HI, model(signed(sign("here", "x"))), user(response()), bound=True)
    check(HI, model(signed(DUMMY)), user(response()), bound=True)
    with pytest.raises(Refusal, match="not valid"):
        check(HI, model(signed(sign("elsewhere", "x"))), user(response()), bound=True)
