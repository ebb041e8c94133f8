from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_core.errors import BadRequest
from proxy_core.gemini.from_vertex import publisher_model, to_gemini, to_vertex
from proxy_core.gemini.vertex import Place, vertex_request
from proxy_core.gemini.wire import Call
from tests.gemini.json_values import JSON

MODEL = "gemini-3.8-flash"
HELLO = [{"role": "user", "parts": [{"text": "hello"}]}]
FIELDS = [
    *("contents", "generationConfig", "safety_settings", "toolConfig", "labels"),
    *("instances", "parameters", "requests", "embedContentConfig"),
]
ACTIONS = (
    "generateContent",
    "streamGenerateContent",
    "countTokens",
    "embedContent",
    "batchEmbedContents",
    "predict",
    "computeTokens",
)


def converted(action: str, **body: Any) -> Any:
    return to_gemini(MODEL, action, body)[1]


def test_what_both_services_know_stays_as_it_is() -> None:
    body = {
        "contents": HELLO,
        "systemInstruction": {"parts": [{"text": "Be short."}]},
        "tools": [{"googleSearch": {}}],
        "generationConfig": {"temperature": 1, "thinkingConfig": {"thinking_level": "LOW"}},
    }
    assert to_gemini(MODEL, "generateContent", body) == ("generateContent", body)


@pytest.mark.parametrize("spelling", ["labels", "modelSelectionConfig", "model_selection_config"])
def test_fields_that_change_no_answer_are_dropped(spelling: str) -> None:
    assert converted("generateContent", contents=HELLO, **{spelling: {}}) == {"contents": HELLO}


@pytest.mark.parametrize("spelling", ["generationConfig", "generation_config"])
def test_so_are_those_of_the_generation_config(spelling: str) -> None:
    config = {"temperature": 1, "routingConfig": {}, "routing_config": {}}
    sent = converted("generateContent", contents=HELLO, **{spelling: config})
    assert sent[spelling] == {"temperature": 1}


def test_one_format_of_a_list_stands_alone() -> None:
    form = {"text": {"mimeType": "application/json"}}
    sent = converted("generateContent", generationConfig={"responseFormat": [form]})
    assert sent["generationConfig"] == {"responseFormat": form}


def test_safety_settings_lose_their_method() -> None:
    setting = {"category": "HARM_CATEGORY_HARASSMENT", "threshold": "OFF"}
    sent = converted("generateContent", safetySettings=[{**setting, "method": "SEVERITY"}])
    assert sent["safetySettings"] == [setting]


def test_arguments_come_whole() -> None:
    calling = {"mode": "ANY", "streamFunctionCallArguments": True}
    sent = converted("generateContent", toolConfig={"functionCallingConfig": calling})
    assert sent["toolConfig"] == {"functionCallingConfig": {"mode": "ANY"}}


@pytest.mark.parametrize(("header", "tier"), [("priority", "priority"), ("FLEX", "flex")])
def test_the_header_becomes_the_service_tier(header: str, tier: str) -> None:
    sent = to_gemini(MODEL, "generateContent", {"contents": HELLO}, header)[1]
    assert sent["serviceTier"] == tier


@pytest.mark.parametrize("header", ["", "standard", "x"])
def test_other_values_of_the_header_mean_nothing(header: str) -> None:
    sent = to_gemini(MODEL, "generateContent", {"contents": HELLO}, header)[1]
    assert "serviceTier" not in sent


def test_contents_alone_are_counted_as_they_are() -> None:
    assert converted("countTokens", contents=HELLO) == {"contents": HELLO}


def test_all_that_counts_goes_into_one_request() -> None:
    told = {"contents": HELLO, "systemInstruction": {"parts": [{"text": "s"}]}, "labels": {}}
    sent = converted("countTokens", **told)
    del told["labels"]
    assert sent == {"generateContentRequest": {**told, "model": f"models/{MODEL}"}}


def test_the_settings_of_an_embedding_are_flat() -> None:
    config = {"taskType": "RETRIEVAL_QUERY", "output_dimensionality": 3, "autoTruncate": True}
    sent = converted("embedContent", content=HELLO[0], embedContentConfig=config)
    flat = {"taskType": "RETRIEVAL_QUERY", "outputDimensionality": 3}
    assert sent == {"content": HELLO[0], **flat}


def test_each_of_several_embeddings_names_the_model() -> None:
    config = {"embedContentConfig": {"title": "t"}}
    requests = [{"content": HELLO[0], **config}, {"content": HELLO[0]}]
    sent = converted("batchEmbedContents", requests=requests)
    named = {"content": HELLO[0], "model": f"models/{MODEL}"}
    assert sent == {"requests": [{**named, "title": "t"}, named]}


def test_a_prediction_of_texts_is_a_batch() -> None:
    instances = [{"content": "a", "task_type": "CLUSTERING", "title": "t"}, {"content": "b"}]
    action, sent = to_gemini(
        "text-embedding-005",
        "predict",
        {"instances": instances, "parameters": {"outputDimensionality": 3, "autoTruncate": True}},
    )
    assert action == "batchEmbedContents"
    first, second = sent["requests"]
    assert (first["taskType"], first["title"], first["outputDimensionality"]) == (
        "CLUSTERING",
        "t",
        3,
    )
    assert second["content"]["parts"] == [{"text": "b"}]


def test_its_answer_is_one_of_predictions() -> None:
    answer = {"embeddings": [{"values": [1.0]}, {"values": [2.0]}]}
    predictions = [{"embeddings": {"values": [1.0]}}, {"embeddings": {"values": [2.0]}}]
    assert to_vertex("predict", answer) == {"predictions": predictions}


@pytest.mark.parametrize("action", [action for action in ACTIONS if action != "predict"])
def test_every_other_answer_is_the_very_object(action: str) -> None:
    answer = {"totalTokens": 3}
    assert to_vertex(action, answer) is answer


@pytest.mark.parametrize("body", [{}, {"instances": [{"prompt": "x"}]}])
def test_a_prediction_of_pictures_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(BadRequest):
        to_gemini("imagen-4", "predict", body)
    if body:
        with pytest.raises(BadRequest):
            to_gemini("text-embedding-005", "predict", body)


def test_a_model_is_listed_as_a_publishers() -> None:
    listed = publisher_model({"name": "models/gemini-3.1-pro-preview", "version": "001"})
    name = "publishers/google/models/gemini-3.1-pro-preview"
    assert listed == {"name": name, "versionId": "001", "launchStage": "PUBLIC_PREVIEW"}


ROUND = [
    ("generateContent", {"contents": HELLO, "generationConfig": {"temperature": 1}}),
    ("countTokens", {"contents": HELLO}),
    ("countTokens", {"contents": HELLO, "systemInstruction": {"parts": [{"text": "s"}]}}),
    ("embedContent", {"content": HELLO[0], "embedContentConfig": {"outputDimensionality": 3}}),
    ("embedContent", {"content": HELLO[0]}),
]


@pytest.mark.parametrize(("action", "body"), ROUND)
def test_a_credential_of_vertex_ai_gets_what_the_client_sent(
    action: str, body: dict[str, Any]
) -> None:
    asked, pivot = to_gemini(MODEL, action, body)
    sent = vertex_request(Call(MODEL, asked, pivot), pivot, Place())
    assert sent.body == body
    assert sent.path.endswith(f"{MODEL}:{action}")


def test_a_prediction_is_one_again() -> None:
    body = {"instances": [{"content": "a", "task_type": "CLUSTERING"}]}
    action, pivot = to_gemini("text-embedding-005", "predict", body)
    sent = vertex_request(Call("text-embedding-005", action, pivot), pivot, Place())
    assert sent.body == body
    assert sent.path.endswith("text-embedding-005:predict")


@given(
    action=st.sampled_from(ACTIONS),
    model=st.sampled_from([MODEL, "text-embedding-005"]),
    body=st.dictionaries(
        st.sampled_from(FIELDS),
        JSON,
    ),
)
def test_any_body_is_converted_or_a_mistake_and_never_changed(
    action: str, model: str, body: dict[str, Any]
) -> None:
    before = repr(body)
    with suppress(BadRequest):
        to_gemini(model, action, body, "flex")
    assert repr(body) == before
