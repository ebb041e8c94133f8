import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_core.gemini.vertex_live import message_to_vertex, setup_to_gemini
from tests.gemini.json_values import JSON

MODEL = "projects/p/locations/l/publishers/google/models/gemini-3.8-live"


def taken(**setup: Any) -> Any:
    return orjson.loads(setup_to_gemini(orjson.dumps({"setup": {"model": MODEL, **setup}})))


def test_a_setup_that_both_services_take_stays_byte_for_byte() -> None:
    message = b'{"setup": {"model": "x",  "generationConfig": {"temperature": 1e0}}}'
    assert setup_to_gemini(message) is message


def test_what_the_gemini_api_does_not_know_and_changes_no_answer_is_dropped() -> None:
    told = taken(
        generationConfig={"temperature": 1, "routingConfig": {}},
        safetySettings=[{"category": "C", "threshold": "OFF", "method": "SEVERITY"}],
        tools=[{"googleSearch": {}}],
    )
    assert told["setup"] == {
        "model": MODEL,
        "generationConfig": {"temperature": 1},
        "safetySettings": [{"category": "C", "threshold": "OFF"}],
        "tools": [{"googleSearch": {}}],
    }


def test_what_would_change_the_session_is_for_google_to_refuse() -> None:
    assert taken(explicitVadSignal=True)["setup"]["explicitVadSignal"] is True


@pytest.mark.parametrize("message", [b"{", b"[]", b"{}", b'{"setup": 1}', b"\xff"])
def test_what_is_no_setup_stays(message: bytes) -> None:
    assert setup_to_gemini(message) is message


def test_counts_have_the_names_of_vertex_ai() -> None:
    usage = {
        "promptTokenCount": 3,
        "responseTokenCount": 2,
        "responseTokensDetails": [{"modality": "AUDIO", "tokenCount": 2}],
    }
    answer = {"serverContent": {"turnComplete": True}, "usageMetadata": usage}
    told = orjson.loads(message_to_vertex(orjson.dumps(answer)))
    assert told == {
        "serverContent": {"turnComplete": True},
        "usageMetadata": {
            "promptTokenCount": 3,
            "candidatesTokenCount": 2,
            "candidatesTokensDetails": [{"modality": "AUDIO", "tokenCount": 2}],
        },
    }


def test_a_heard_voice_has_the_name_of_vertex_ai() -> None:
    message = b'{"voiceActivity":{"voiceActivityType":"ACTIVITY_START","audioOffset":"1s"}}'
    assert message_to_vertex(message) == (
        b'{"voiceActivity":{"type":"ACTIVITY_START","audioOffset":"1s"}}'
    )


def test_other_messages_stay_byte_for_byte() -> None:
    message = b'{ "serverContent": {"modelTurn": {"parts": [{"text": "usageMetadata"}]}}}'
    assert message_to_vertex(message) is message


@given(st.binary() | JSON.map(lambda value: json.dumps({"usageMetadata": value}).encode()))
def test_any_message_comes_through(message: bytes) -> None:
    message_to_vertex(message)
    setup_to_gemini(message)
