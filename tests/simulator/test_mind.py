"""What the pretend model decides to answer."""

from typing import Any

import orjson
import pytest

from proxy_core.simulator.catalogue import CATALOGUE
from proxy_core.simulator.mind import Thought, think
from tests.simulator.conftest import said
from tests.simulator.test_turns import model, response, user

CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOLS = [
    {
        "functionDeclarations": [
            {"name": "get_weather", "parametersJsonSchema": CITY},
            {"name": "get_time", "parameters": {"type": "OBJECT"}},
        ]
    }
]


def thought(words: str, model: str = "gemini-3.8-flash", **more: Any) -> Thought:
    return think(said(words, **more), CATALOGUE[model])


def called(answer: Thought) -> list[str]:
    return [call["name"] for call in answer.calls]


def test_functions_are_called_when_the_words_name_them() -> None:
    assert called(thought("hello", tools=TOOLS)) == []
    assert called(thought("how is the weather?", tools=TOOLS)) == ["get_weather"]
    assert called(thought("call get_time", tools=TOOLS)) == ["get_time"]
    assert called(thought("weather and time", tools=TOOLS)) == ["get_weather", "get_time"]
    places = thought("weather in Paris, Rome, and Oslo", tools=TOOLS).calls
    assert [call["args"]["city"] for call in places] == ["Paris", "Rome", "Oslo"]


@pytest.mark.parametrize(
    ("mode", "names"), [("ANY", ["get_weather"]), ("AUTO", []), ("NONE", []), ("VALIDATED", [])]
)
def test_the_mode_decides_when_the_words_name_none(mode: str, names: list[str]) -> None:
    config = {"functionCallingConfig": {"mode": mode}}
    assert called(thought("hello", tools=TOOLS, toolConfig=config)) == names


def test_only_allowed_functions_are_called() -> None:
    config = {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["get_time"]}}
    assert called(thought("weather", tools=TOOLS, toolConfig=config)) == ["get_time"]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("weather, then time, one after another", [["get_weather"], ["get_time"]]),
        ("weather and time, then time", [["get_weather", "get_time"], ["get_time"]]),
    ],
)
def test_the_words_order_the_steps(words: str, wanted: list[list[str]]) -> None:
    request = said(words, tools=TOOLS)
    card = CATALOGUE["gemini-3.8-flash"]
    steps = []
    while calls := think(request, card).calls:
        steps.append([call["name"] for call in calls])
        request["contents"] += [
            model(*({"functionCall": call} for call in calls)),
            user(*(response(call["name"]) for call in calls)),
        ]
    assert steps == wanted
    assert think(request, card).text == 'get_time returned {"output":1}.'


def test_structured_answers_fit_their_schema() -> None:
    config = {"responseMimeType": "application/json", "responseJsonSchema": CITY}
    assert orjson.loads(thought("Oslo", generationConfig=config).text) == {"city": "Oslo"}
    assert orjson.loads(
        thought("x", generationConfig={"responseMimeType": "application/json"}).text
    ) == {"said": "x"}
    enum = {"responseMimeType": "text/x.enum", "responseSchema": {"enum": ["one", "two"]}}
    assert thought("x", generationConfig=enum).text == "one"


def test_thoughts_are_summed_up_only_when_asked_for() -> None:
    asked = {"thinkingConfig": {"includeThoughts": True}}
    assert thought("why", generationConfig=asked).summary == "Thinking about: why"
    assert thought("why").summary == ""
    assert thought("why").thought_tokens > 0
    assert thought("why", "gemini-2.5-flash-lite").thought_tokens == 0
    off = {"thinkingConfig": {"thinkingBudget": 0}}
    assert thought("why", "gemini-2.5-flash", generationConfig=off).thought_tokens == 0


def test_media_of_the_user_is_named_in_the_answer() -> None:
    request = said("look")
    request["contents"][0]["parts"] += [
        {"inlineData": {"mimeType": "image/png", "data": "AAAA"}},
        {"fileData": {"fileUri": "https://example.com/a.pdf"}},
    ]
    text = think(request, CATALOGUE["gemini-3.8-flash"]).text
    assert text == "You said: look [image/png, 4 base64 characters] [https://example.com/a.pdf]"


def test_image_and_speech_models_answer_in_their_media() -> None:
    image = thought("a cat", "gemini-3.1-flash-image")
    assert image.media[0]["inlineData"]["mimeType"] == "image/png"
    speech = thought("say hi", "gemini-3.8-flash-tts")
    assert (speech.text, speech.media[0]["inlineData"]["mimeType"][:9]) == ("", "audio/L16")


def test_a_search_leaves_its_query() -> None:
    assert thought("search cats", tools=[{"googleSearch": {}}]).searched == "search cats"
    assert thought("cats", tools=[{"googleSearch": {}}]).searched == ""
