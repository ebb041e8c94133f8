"""Who may speak after whom."""

from typing import Any

import pytest

from proxy_core.simulator.catalogue import CATALOGUE
from proxy_core.simulator.refusals import Refusal
from proxy_core.simulator.turns import check_turns, current_turn

STRICT = CATALOGUE["gemini-3.8-flash"]
OLDER = CATALOGUE["gemini-2.5-flash"]
HI = {"role": "user", "parts": [{"text": "hi"}]}
HELLO = {"role": "model", "parts": [{"text": "hello"}]}


def call(name: str = "f", call_id: str | None = None) -> dict[str, Any]:
    return {"functionCall": {"name": name, "args": {}} | ({"id": call_id} if call_id else {})}


def response(name: str = "f", call_id: str | None = None, **payload: Any) -> dict[str, Any]:
    body = {"name": name, "response": payload or {"output": 1}}
    return {"functionResponse": body | ({"id": call_id} if call_id else {})}


def model(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"role": "model", "parts": list(parts)}


def user(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"role": "user", "parts": list(parts)}


@pytest.mark.parametrize(
    "contents",
    [
        [HI],
        [{"parts": [{"text": "no role"}]}],
        [HI, HELLO, HI],
        [HI, model(call(call_id="1")), user(response(call_id="1"))],
        [HI, model(call(call_id="1")), user(response())],
        [HI, model(call("a", "1"), call("b", "2")), user(response("b", "2"), response("a", "1"))],
        [HI, model(call()), user(response()), model(call()), user(response())],
        [HI, model(call()), {"role": "function", "parts": [response()]}],
    ],
)
def test_ordinary_conversations_pass(contents: list[dict[str, Any]]) -> None:
    check_turns(contents, STRICT)


@pytest.mark.parametrize(
    ("contents", "sentence"),
    [
        ([], "contents is not specified"),
        ([{"role": "user", "parts": []}], "must not be empty"),
        ([{"role": "user", "parts": [{}]}], "required oneof field 'data'"),
        ([{"role": "assistant", "parts": [{"text": "x"}]}], "valid role"),
        ([HI, user(call())], "must come from role 'model'"),
        ([HI, model(response())], "must come from role 'user'"),
        ([HI, model(call("")), user(response(""))], "Name cannot be empty"),
        ([model(call()), user(response())], "immediately after a user turn"),
        ([HI, user(response())], "immediately after a function call turn"),
        ([HI, HELLO, user(response())], "immediately after a function call turn"),
        ([HI, model(call()), HI], "number of function response parts"),
        ([HI, model(call()), HELLO, HI], "number of function response parts"),
        ([HI, model(call(), call()), user(response())], "number of function response parts"),
        ([HI, model(call(), call()), user(response()), user(response())], "number of function"),
        ([HI, model(call("a")), user(response("b"))], "does not match any function call"),
    ],
)
def test_broken_orders_are_refused_by_every_model(
    contents: list[dict[str, Any]], sentence: str
) -> None:
    for card in (STRICT, OLDER):
        with pytest.raises(Refusal, match=sentence):
            check_turns(contents, card)


@pytest.mark.parametrize(
    ("contents", "sentence"),
    [
        ([HI, HELLO], "does not end with a model turn"),
        ([HELLO, HI], "first content has role 'user'"),
        ([HI, model(call(call_id="1")), user(response(call_id="2"))], "does not match"),
    ],
)
def test_from_3_6_on_there_is_no_prefill_and_ids_must_pair(
    contents: list[dict[str, Any]], sentence: str
) -> None:
    check_turns(contents, OLDER)
    with pytest.raises(Refusal, match=sentence):
        check_turns(contents, STRICT)


def test_a_reference_in_a_response_must_name_one_of_its_parts() -> None:
    answer = response(image={"$ref": "a.png"})
    with pytest.raises(Refusal, match="does not name a part"):
        check_turns([HI, model(call()), user(answer)], STRICT)
    answer["functionResponse"]["parts"] = [{"inlineData": {"displayName": "a.png"}}]
    check_turns([HI, model(call()), user(answer)], STRICT)


def test_the_current_turn_starts_after_the_last_ordinary_user_message() -> None:
    assert current_turn([HI, HELLO, HI, model(call()), user(response())]) == 3
