import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_core.gemini.renaming import renamed
from tests.gemini.json_values import JSON

NAMES = {"house": "gemini-x", "models/house": "models/gemini-x"}

PLACES = {
    "an interaction": b'{"input": "house", "model" : "house",  "n": 1.0}',
    "a cache": b'{"model":"models/house","ttl":"300s"}',
    "a Live setup": b'{"setup": {"generationConfig": {"topP": 1e0}, "model": "models/house"}}',
    "countTokens": b'{"generateContentRequest":{"contents":[{"parts":[]}],"model":"models/house"}}',
    "the other spelling": b'{"generate_content_request":{"model":"models/house"}}',
    "embeddings": b'{"requests":[{"content":{}, "model":"models/house"},{"model":"house"}]}',
    "a batch": (
        b'{"batch":{"inputConfig":{"requests":{"requests":[{"request":{"model":"models/house"},'
        b'"metadata":{"key":"1"}}]}}}}'
    ),
}


@pytest.mark.parametrize("body", PLACES.values(), ids=PLACES)
def test_a_model_is_called_anew_and_no_other_byte_changes(body: bytes) -> None:
    told = renamed(body, NAMES)
    assert told != body
    told = told.replace(b'"model" : "gemini-x"', b'"model" : "house"')
    assert told.replace(b'"gemini-x"', b'"house"').replace(b"gemini-x", b"house") == body


@pytest.mark.parametrize(
    "body",
    [
        b'{"contents":[{"parts":[{"functionCall":{"args":{"model":"house"}}}]}]}',
        b'{"input":"{\\"model\\":\\"house\\"}"}',
        b'{"model":["house"]}',
        b'{"model":{"model":"house"}}',
        b'{"model":"another"}',
        b'{"requests":{"model":"house"}}',
        b'["house",{"a":["model","house"]}]',
        b'{"setup":{"tools":[{"model":"house"}]}}',
        b'"model"',
        b"1",
    ],
)
def test_what_names_no_model_is_left_alone(body: bytes) -> None:
    assert renamed(body, NAMES) is body


def test_a_name_is_known_however_it_is_escaped() -> None:
    body = b'{"mod\\u0065l":"models\\/h\\u006fuse"}'
    assert orjson.loads(renamed(body, NAMES)) == {"model": "models/gemini-x"}


def test_a_name_of_odd_letters_goes_out_as_json() -> None:
    assert orjson.loads(renamed(b'{"model":"house"}', {"house": '"\\\n'})) == {"model": '"\\\n'}


@given(JSON, st.sampled_from(["house", "models/house", "other", 1]))
def test_only_the_models_name_differs(value: Any, name: Any) -> None:
    document = {"a": value, "setup": {"x": value, "model": name}, "contents": [value]}
    told = renamed(json.dumps(document).encode(), NAMES)
    document["setup"]["model"] = NAMES.get(name, name)
    assert told == json.dumps(document).encode()


@given(JSON)
def test_without_names_nothing_changes(value: Any) -> None:
    body = json.dumps(value).encode()
    assert renamed(body, {}) is body
