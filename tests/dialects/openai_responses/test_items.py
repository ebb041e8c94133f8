from typing import Any

from proxy_core.dialects.contract import ParseContext
from proxy_core.dialects.openai_responses.history import all_items
from proxy_core.dialects.openai_responses.items import read_items
from proxy_core.dialects.openai_responses.sealed import TEXT, seal
from proxy_core.dialects.openai_responses.tools import read_tools
from proxy_core.engine.shipped_families import SHIPPED_FAMILIES
from proxy_core.gemini.signatures import RememberedCall, SignatureMemory
from proxy_core.gemini.wire import JsonObject


def read(
    *items: JsonObject, model: str = "gemini-3.8-flash", memory: SignatureMemory | None = None
) -> Any:
    context = ParseContext(memory or SignatureMemory(), SHIPPED_FAMILIES)
    placed = all_items({"input": list(items)}, None, None)
    return read_items(placed, None, context.family(model), read_tools({}), context)


def user(text: str) -> JsonObject:
    return {"role": "user", "content": text}


def said(text: str) -> JsonObject:
    return {"role": "assistant", "content": text}


def call(id_: str) -> JsonObject:
    return {"type": "function_call", "call_id": id_, "name": "f", "arguments": "{}"}


def result(id_: str, output: object = "x") -> JsonObject:
    return {"type": "function_call_output", "call_id": id_, "output": output}


def sealed(**signatures: str) -> JsonObject:
    return {"type": "reasoning", "summary": [], "encrypted_content": seal(signatures)}


def outline(told: JsonObject) -> list[list[str]]:
    """The kinds of parts of each turn."""
    return [[next(iter(part)) for part in turn["parts"]] for turn in told["contents"]]


def test_a_step_is_put_together_from_its_items() -> None:
    told = read(user("a"), said("b"), sealed(), call("1"), call("2"), result("2"), result("1"))
    assert outline(told) == [
        ["text"],
        ["text", "functionCall", "functionCall"],
        ["functionResponse", "functionResponse"],
    ]
    assert [part["functionResponse"]["id"] for part in told["contents"][2]["parts"]] == ["1", "2"]


def test_results_between_calls_make_two_steps() -> None:
    told = read(user("a"), call("1"), result("1"), call("2"), result("2"))
    assert outline(told) == [
        ["text"],
        ["functionCall"],
        ["functionResponse"],
        ["functionCall"],
        ["functionResponse"],
    ]


def test_a_text_after_a_call_still_belongs_to_its_step() -> None:
    told = read(user("a"), call("1"), said("b"), result("1"))
    assert outline(told) == [["text"], ["text", "functionCall"], ["functionResponse"]]


def test_the_signature_that_a_client_brings_goes_before_ours() -> None:
    memory = SignatureMemory()
    memory.remember("1", RememberedCall("f", "g1", "T1VSUw=="))
    told = read(user("a"), sealed(**{"1": "VEhFSVJT"}), call("1"), result("1"), memory=memory)
    part = told["contents"][1]["parts"][0]
    assert part["thoughtSignature"] == "VEhFSVJT"
    assert part["functionCall"]["id"] == "g1"


def test_a_signature_is_found_wherever_the_client_put_it() -> None:
    told = read(user("a"), call("1"), result("1"), sealed(**{"1": "QUJD"}))
    assert told["contents"][1]["parts"][0]["thoughtSignature"] == "QUJD"


def test_the_signature_of_a_text_goes_to_the_text_before_it() -> None:
    signed = sealed(**{TEXT: "QUJD"})
    told = read(user("a"), said("b"), signed, user("c"))
    assert told["contents"][1]["parts"] == [{"text": "b", "thoughtSignature": "QUJD"}]
    assert read(user("a"), signed, user("c"))["contents"][0]["parts"] == [
        {"text": "a"},
        {"text": "c"},
    ]


def test_pictures_in_a_result_stand_where_the_family_takes_them() -> None:
    picture = {"type": "input_image", "image_url": "data:image/png;base64,AA=="}
    items = (user("a"), call("1"), result("1", [picture]))
    (new,) = read(*items)["contents"][2]["parts"]
    assert new["functionResponse"]["parts"] == [
        {"inlineData": {"mimeType": "image/png", "data": "AA=="}}
    ]
    old = read(*items, model="gemini-2.5-flash")["contents"]
    assert [list(part) for turn in old[2:] for part in turn["parts"]] == [
        ["functionResponse"],
        ["inlineData"],
    ]


def test_a_result_of_a_local_shell_may_name_the_item() -> None:
    shell = {"type": "local_shell_call", "id": "lsh_1", "call_id": "call_1"}
    action = {"type": "exec", "command": ["ls"], "env": {}}
    output = {"type": "local_shell_call_output", "id": "lsh_1", "output": "a.txt"}
    told = read(user("a"), {**shell, "action": action}, output)
    assert told["contents"][2]["parts"][0]["functionResponse"]["response"] == {"output": "a.txt"}


def test_pictures_of_the_model_are_only_for_models_that_draw() -> None:
    drawn = {"type": "image_generation_call", "id": "ig_1", "result": "AA=="}
    assert outline(read(user("a"), drawn, user("b"))) == [["text", "text"]]
    told = read(user("a"), drawn, user("b"), model="gemini-3.1-flash-image")
    assert outline(told) == [["text"], ["inlineData"], ["text"]]
