import orjson

from proxy_core.dialects.openai_responses.calls import Announced
from proxy_core.dialects.openai_responses.events import Events
from proxy_core.dialects.openai_responses.output import Output
from proxy_core.dialects.openai_responses.sealed import unseal
from tests.dialects.openai_responses.fold import events


def output() -> Output:
    return Output(Events(), "e")


def test_an_item_ends_before_the_next_one_begins() -> None:
    made = output()
    frames = (
        made.thought("Hm.") + made.text("A") + made.text("B") + made.refuse("No") + made.close()
    )
    ends = [event for event in events(frames) if event["type"] == "response.output_item.done"]
    assert [event["item"]["id"] for event in ends] == ["rs_e_0", "msg_e_1", "msg_e_2"]
    assert [event["item"] for event in ends] == made.items


def test_a_complete_item_is_announced_without_what_is_to_come() -> None:
    made = output()
    item = {"id": "fc_e_0", "type": "function_call", "arguments": "{}"}
    steps = (("response.function_call_arguments.delta", {"delta": "{}"}),)
    added, delta, done = events(made.add(Announced(item, {"arguments": ""}, steps)))
    assert added["item"]["arguments"] == ""
    assert (delta["item_id"], delta["output_index"]) == ("fc_e_0", 0)
    assert done["item"] == item


def test_a_signature_rides_in_the_thoughts_that_lead_to_what_it_signs() -> None:
    made = output()
    made.thought("Hm.")
    made.sign("call_1", "QUJD")
    (item,) = made.items
    assert item["summary"][0]["text"] == "Hm."
    assert unseal(item["encrypted_content"]) == {"call_1": "QUJD"}


def test_a_signature_without_thoughts_has_an_item_of_its_own() -> None:
    made = output()
    made.text("Hi")
    made.sign("call_1", "QUJD")
    message, reasoning = made.items
    assert message["content"][0]["text"] == "Hi"
    assert reasoning["summary"] == []
    assert unseal(reasoning["encrypted_content"]) == {"call_1": "QUJD"}


def test_closing_nothing_says_nothing() -> None:
    made = output()
    assert made.close() == b""
    assert made.unfinished("incomplete") is None
    assert orjson.dumps(made.items) == b"[]"
