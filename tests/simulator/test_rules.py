"""What each model family refuses in a well-formed request."""

from typing import Any

import pytest

from proxy_core.simulator.catalogue import CATALOGUE
from proxy_core.simulator.parsing import parse_message
from proxy_core.simulator.refusals import Refusal
from proxy_core.simulator.rules import check_request
from tests.simulator.conftest import said

FUNCTION = {"name": "get_weather", "parametersJsonSchema": {"type": "object"}}
TOOLS = [{"functionDeclarations": [FUNCTION]}]
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}}


def check(model: str, **more: Any) -> None:
    request = parse_message("GenerateContentRequest", said("hi", **more))
    check_request(request, CATALOGUE[model], "home", field_strict_schemas=True)


def config(**values: Any) -> dict[str, Any]:
    return {"generationConfig": values}


def thinking(**values: Any) -> dict[str, Any]:
    return config(thinkingConfig=values)


ACCEPTED = [
    ("gemini-4-hydrogen", thinking(thinkingLevel="XHIGH")),
    ("gemini-3.6-flash", thinking(thinkingLevel="MINIMAL", includeThoughts=True)),
    ("gemini-3.8-flash", thinking(thinkingBudget=1000)),
    ("gemini-3.1-flash-image", thinking(thinkingLevel="HIGH")),
    ("gemini-2.5-pro", thinking(thinkingBudget=-1)),
    ("gemini-2.5-flash", thinking(thinkingBudget=0)),
    ("gemini-2.5-flash-lite", thinking(thinkingBudget=0)),
    ("gemini-2.5-flash", config(candidateCount=2)),
    ("gemini-3-flash-preview", config(presencePenalty=0.5)),
    ("gemini-3.8-flash", {"tools": TOOLS, **config(responseMimeType="application/json")}),
    ("gemini-3.8-flash", config(responseMimeType="application/json", responseJsonSchema=SCHEMA)),
    (
        "gemini-3.8-flash",
        {
            "tools": [*TOOLS, {"googleSearch": {}}],
            "toolConfig": {"includeServerSideToolInvocations": True},
        },
    ),
    (
        "gemini-3.8-flash",
        {
            "tools": TOOLS,
            "toolConfig": {
                "functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["get_weather"]}
            },
        },
    ),
    ("gemini-3.8-flash", {"cachedContent": "cachedContents/x"}),
    ("gemini-3.1-flash-image", config(responseModalities=["TEXT", "IMAGE"])),
]

REFUSED = [
    ("gemini-4-hydrogen", thinking(thinkingLevel="MINIMAL"), "Thinking level"),
    ("gemini-4-argon", thinking(thinkingLevel="XHIGH"), "Thinking level"),
    ("gemini-3.8-flash", thinking(thinkingLevel="MINIMAL"), "Thinking level"),
    ("gemini-3.7-flash", thinking(thinkingLevel="MINIMAL"), "Thinking level"),
    ("gemini-3.1-pro-preview", thinking(thinkingLevel="MINIMAL"), "Thinking level"),
    ("gemini-3.1-pro-preview", thinking(thinkingBudget=0), "thinking budget 0"),
    ("gemini-3.1-flash-image", thinking(thinkingLevel="LOW"), "Thinking level"),
    ("gemini-2.5-flash", thinking(thinkingLevel="LOW"), "Thinking level"),
    ("gemini-2.5-pro", thinking(thinkingBudget=0), "between 128 and 32768"),
    ("gemini-2.5-flash", thinking(thinkingBudget=30_000), "between 0 and 24576"),
    ("gemini-2.5-flash-lite", thinking(thinkingBudget=100), "between 512"),
    ("gemini-3.8-flash", thinking(thinkingBudget=1, thinkingLevel="LOW"), "only one of thinking"),
    ("gemini-2.5-flash-image", thinking(includeThoughts=True), "Thinking is not enabled"),
    ("gemma-4-31b-it", thinking(thinkingLevel="LOW"), "Thinking is not enabled"),
    ("gemma-4-31b-it", {"systemInstruction": {"parts": [{"text": "x"}]}}, "Developer instruction"),
    ("gemini-2.5-flash", config(presencePenalty=0.5), "Penalty is not enabled"),
    ("gemini-2.5-pro", config(frequencyPenalty=0.5), "Penalty is not enabled"),
    ("gemini-3.8-flash", config(candidateCount=2), "Multiple candidates"),
    ("gemini-3.8-flash", config(stopSequences=list("abcdef")), "stop_sequences"),
    ("gemini-3.8-flash", config(temperature=2.5), "temperature"),
    ("gemini-3.8-flash", config(maxOutputTokens=0), "max_output_tokens"),
    ("gemini-4-argon", config(responseLogprobs=True), "Logprobs is not enabled"),
    ("gemini-3.8-flash", config(logprobs=3), "needs response_logprobs"),
    ("gemini-3.8-flash", config(responseLogprobs=True, logprobs=21), "logprobs must be"),
    ("gemini-3.8-flash", config(responseJsonSchema=SCHEMA), "response_mime_type"),
    ("gemini-3.8-flash", config(responseMimeType="text/html"), "Allowed mimetypes"),
    (
        "gemini-3.8-flash",
        config(
            responseMimeType="application/json",
            responseJsonSchema=SCHEMA,
            responseSchema={"type": "STRING"},
        ),
        "Only one of response_schema",
    ),
    (
        "gemini-3.8-flash",
        config(responseMimeType="application/json", responseSchema={"type": "ARRAY"}),
        "items: missing field",
    ),
    ("gemini-3.8-flash", config(responseModalities=["IMAGE"]), "modalities"),
    (
        "gemini-3.8-flash",
        {"toolConfig": {"functionCallingConfig": {"mode": "AUTO"}}},
        "without function_declarations",
    ),
    (
        "gemini-3.8-flash",
        {
            "tools": TOOLS,
            "toolConfig": {
                "functionCallingConfig": {"mode": "AUTO", "allowedFunctionNames": ["get_weather"]}
            },
        },
        "ANY or VALIDATED",
    ),
    (
        "gemini-3.8-flash",
        {
            "tools": TOOLS,
            "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["x"]}},
        },
        "not declared",
    ),
    ("gemini-3.8-flash", {"tools": [*TOOLS, {"googleSearch": {}}]}, "include_server_side"),
    ("gemini-2.5-flash", {"tools": [*TOOLS, {"googleSearch": {}}]}, "unsupported"),
    (
        "gemini-2.5-flash",
        {"tools": TOOLS, **config(responseMimeType="application/json")},
        "response mime type",
    ),
    ("gemini-3.8-flash", {"tools": [TOOLS[0], TOOLS[0]]}, "Duplicate function"),
    (
        "gemini-3.8-flash",
        {"cachedContent": "cachedContents/x", "tools": TOOLS},
        "CachedContent can not be used",
    ),
    ("gemini-4-argon", {"cachedContent": "cachedContents/x"}, "not supported"),
]


@pytest.mark.parametrize(("model", "more"), ACCEPTED)
def test_what_a_family_supports_passes(model: str, more: dict[str, Any]) -> None:
    check(model, **more)


@pytest.mark.parametrize(("model", "more", "sentence"), REFUSED)
def test_what_a_family_does_not_support_is_refused(
    model: str, more: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Refusal, match=sentence) as caught:
        check(model, **more)
    assert caught.value.answer.status == 400


@pytest.mark.parametrize("name", ["", "9lives", "a/b", "a b", "ü", "x" * 129])
def test_function_names_follow_the_rule(name: str) -> None:
    with pytest.raises(Refusal, match="Invalid function name"):
        check("gemini-3.8-flash", tools=[{"functionDeclarations": [{"name": name}]}])


@pytest.mark.parametrize("name", ["a", "_x", "server.tool:do-it", "x" * 128])
def test_function_names_may_hold_dots_colons_and_dashes(name: str) -> None:
    check("gemini-3.8-flash", tools=[{"functionDeclarations": [{"name": name}]}])


@pytest.mark.parametrize(
    ("declaration", "sentence"),
    [
        ({"parameters": {"type": "OBJECT"}, "parametersJsonSchema": {}}, "Only one of"),
        ({"parametersJsonSchema": {"type": "string"}}, "should be of type OBJECT"),
        ({"parameters": {"type": "STRING"}}, "should be of type OBJECT"),
        ({"parametersJsonSchema": {"type": "object", "$schema": "x"}}, "unsupported keyword"),
    ],
)
def test_declarations_have_one_schema_and_it_is_an_object(
    declaration: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Refusal, match=sentence):
        check("gemini-3.8-flash", tools=[{"functionDeclarations": [{"name": "f", **declaration}]}])
