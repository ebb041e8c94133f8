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


@pytest.mark.parametrize("name", ["models/gemini-3.8-live", "gemini-3.8-live"])
def test_the_model_is_bare_however_it_is_named(name: str) -> None:
    assert read(model=name).model == "gemini-3.8-live"


@pytest.mark.parametrize("key", ["sessionResumption", "session_resumption"])
def test_the_handle_is_found_in_both_spellings(key: str) -> None:
    assert read(model="models/x", **{key: {"handle": "abc"}}).handle == "abc"


@pytest.mark.parametrize("resumption", [{}, {"handle": ""}, {"handle": 1}, None, "abc"])
def test_a_new_session_has_no_handle(resumption: object) -> None:
    assert read(model="models/x", sessionResumption=resumption).handle is None


@pytest.mark.parametrize("name", ["", "models/", "models/a/b", "tunedModels/x", 1, None, "x" * 200])
def test_a_name_that_is_no_models_is_refused(name: object) -> None:
    with pytest.raises(BadRequest):
        read(model=name)


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_message_is_a_setup_or_a_mistake(message: bytes) -> None:
    with suppress(BadRequest):
        assert read_setup(message).model
