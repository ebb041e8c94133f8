import json
from contextlib import suppress
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_core.errors import BadRequest
from proxy_core.gemini.live_setup import read_setup
from tests.gemini.json_values import JSON


def read(**setup: Any) -> Any:
    return read_setup(orjson.dumps({"setup": setup}))


@pytest.mark.parametrize(
    ("written", "model"),
    [
        ("models/gemini-3.8-live", "models/gemini-3.8-live"),
        ("house", "house"),
        ("publishers/google/models/house", "models/house"),
        ("projects/p/locations/us-central1/publishers/google/models/house", "models/house"),
    ],
)
def test_the_model_is_named_without_project_and_publisher(written: str, model: str) -> None:
    assert read(model=written).model == model


def test_the_message_asks_for_another_model_and_changes_in_nothing_else() -> None:
    message = b'{"setup": {"generationConfig": {"topP": 1e0},  "model": "models/house"} }'
    asking = read_setup(message).asking("gemini-3.8-live")
    assert asking == message.replace(b"house", b"gemini-3.8-live")
    assert read_setup(asking).asking("gemini-3.8-live") == asking


@pytest.mark.parametrize("key", ["sessionResumption", "session_resumption"])
def test_the_handle_is_found_in_both_spellings(key: str) -> None:
    assert read(model="models/x", **{key: {"handle": "abc"}}).handle == "abc"


@pytest.mark.parametrize("resumption", [{}, {"handle": ""}, {"handle": 1}, None, "abc"])
def test_a_new_session_has_no_handle(resumption: object) -> None:
    assert read(model="models/x", sessionResumption=resumption).handle is None


@pytest.mark.parametrize("name", ["", 1, None, ["models/x"]])
def test_a_setup_without_a_model_is_refused(name: object) -> None:
    with pytest.raises(BadRequest):
        read(model=name)


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_message_is_a_setup_or_a_mistake(message: bytes) -> None:
    with suppress(BadRequest):
        read_setup(message).asking("x")
