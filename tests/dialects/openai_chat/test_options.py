from typing import Any

import pytest

from proxy_core.dialects.openai_chat.options import generation_config
from proxy_core.dialects.openai_extras import read_extras
from proxy_core.gemini.wire import JsonObject
from tests.fakes.families import family


def config(model: str, *, thoughts: bool = False, **body: Any) -> JsonObject:
    return generation_config(body, family(model), read_extras(body), thoughts=thoughts)


def thinking(model: str, **asked: Any) -> Any:
    return config(model, google={"thinking_config": asked}).get("thinkingConfig")


def test_a_plain_request_leaves_everything_to_google() -> None:
    assert config("gemini-3.8-flash") == {}


def test_thoughts_are_not_asked_of_models_that_do_not_think() -> None:
    assert config("gemini-2.5-flash-image", thoughts=True) == {}
    assert config("gemma-4-31b-it", reasoning_effort="high") == {}


@pytest.mark.parametrize(
    ("model", "asked", "expected"),
    [
        ("gemini-3.8-flash", {"thinking_level": "HIGH"}, {"thinkingLevel": "HIGH"}),
        ("gemini-3.8-flash", {"thinking_level": "minimal"}, {"thinkingLevel": "LOW"}),
        ("gemini-3.8-flash", {"thinking_budget": 512}, {"thinkingBudget": 512}),
        ("gemini-2.5-pro", {"thinking_budget": 0}, {"thinkingBudget": 128}),
        ("gemini-2.5-flash", {"thinking_budget": -1}, {"thinkingBudget": -1}),
        ("gemini-2.5-flash", {"thinking_level": "low"}, {"thinkingBudget": 1024}),
    ],
)
def test_a_thinking_config_is_fitted_to_the_family(
    model: str, asked: JsonObject, expected: JsonObject
) -> None:
    assert thinking(model, **asked) == {**expected, "includeThoughts": True}


def test_thoughts_are_not_included_where_thinking_is_off() -> None:
    assert thinking("gemini-2.5-flash", thinking_budget=0) == {"thinkingBudget": 0}


def test_a_client_may_decline_thoughts_that_the_owner_asks_for() -> None:
    body = {"google": {"thinking_config": {"include_thoughts": False}}}
    assert config("gemini-3.8-flash", thoughts=True, **body) == {}


def test_extras_inside_extra_body_win() -> None:
    assert read_extras({"google": {"a": 1}, "extra_body": {"google": {"b": 2}}}).fields == {"b": 2}


@pytest.mark.parametrize("voice", ["alloy", "Alloy"])
def test_a_voice_of_openais_becomes_the_nearest_of_geminis(voice: str) -> None:
    found = config("gemini-3.8-flash-tts", audio={"voice": voice, "format": "wav"})
    nearest = {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "Kore"}}}
    assert found == {"responseModalities": ["AUDIO"], "speechConfig": nearest}
