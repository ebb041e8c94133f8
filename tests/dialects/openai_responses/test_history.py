import orjson

from proxy_core.dialects.openai_responses.history import input_items, listed_items
from proxy_core.dialects.openai_responses.sealed import TEXT, unseal
from proxy_core.dialects.openai_responses.store import Kept, Origin
from proxy_core.gemini.wire import JsonObject


def kept(
    id_: str, asked: object, previous: Kept | None = None, signature: str | None = None
) -> Kept:
    said = {"id": f"msg_{id_}_0", "type": "message", "role": "assistant", "content": []}
    response = orjson.dumps({"output": [said]})
    return Kept(
        f"resp_{id_}", Origin(orjson.dumps({"input": asked}), previous), response, signature
    )


def test_a_text_is_a_message_of_the_user() -> None:
    assert input_items({"input": "Hi"}) == [{"role": "user", "content": "Hi"}]
    assert input_items({}) == []


def test_short_messages_are_listed_in_full() -> None:
    item: JsonObject = {"role": "assistant", "content": "Hi"}
    user, assistant, call = listed_items(
        kept("1", [{"role": "user", "content": "Hi"}, item, {"type": "function_call", "id": "x"}])
    )
    assert user == {
        "id": "in_1_0",
        "status": "completed",
        "type": "message",
        "role": "user",
        "content": [{"type": "input_text", "text": "Hi"}],
    }
    assert assistant["content"] == [{"type": "output_text", "text": "Hi", "annotations": []}]
    assert call == {"type": "function_call", "id": "x"}


def test_an_item_with_a_role_that_is_no_message_stays_as_it_is() -> None:
    item: JsonObject = {"type": "additional_tools", "role": "developer", "tools": []}
    assert listed_items(kept("1", [item])) == [{"id": "in_1_0", **item}]


def test_all_that_went_into_an_answer_is_listed_oldest_first() -> None:
    first = kept("1", "one", signature="QUJD")
    listed = listed_items(kept("2", "two", first))
    assert [item["id"] for item in listed] == ["in_1_0", "msg_1_0", "rs_1_-1", "in_2_0"]
    assert unseal(listed[2]["encrypted_content"]) == {TEXT: "QUJD"}
