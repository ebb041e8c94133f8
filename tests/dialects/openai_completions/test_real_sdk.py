"""What the openai SDK makes of the golden answers."""

from pathlib import Path

import httpx2
import orjson
import pytest
from openai import OpenAI, Stream
from openai.types import Completion

from tests.dialects.openai_completions.reassemble import reassemble

GOLDEN = Path(__file__).parent.parent.parent / "golden" / "openai_completions"
CASES = sorted(GOLDEN.iterdir())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_whole_answer_is_valid_for_the_sdk(case: Path) -> None:
    raw = orjson.loads((case / "whole.json").read_bytes())
    assert Completion.model_validate(raw).to_dict() == raw


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_sdk_reads_of_a_stream_what_the_whole_says(case: Path) -> None:
    content = (case / "stream.sse").read_bytes()
    response = httpx2.Response(200, content=content, request=httpx2.Request("POST", "http://local"))
    texts: dict[int, str] = {}
    reasons: dict[int, str] = {}
    with OpenAI(api_key="none", base_url="http://127.0.0.1:1/v1") as client:
        # The SDK's type knows no chunk without a finish reason, which the API sends all the same.
        for chunk in Stream(cast_to=Completion, response=response, client=client):
            for choice in chunk.choices:
                texts[choice.index] = texts.get(choice.index, "") + choice.text
                reasons[choice.index] = choice.finish_reason
    whole = orjson.loads((case / "whole.json").read_bytes())
    assert [texts[each["index"]] for each in whole["choices"]] == [
        each["text"] for each in whole["choices"]
    ]
    assert [reasons[each["index"]] for each in whole["choices"]] == [
        each["finish_reason"] for each in whole["choices"]
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_stream_of_a_golden_case_says_the_same_as_its_whole(case: Path) -> None:
    told = reassemble((case / "stream.sse").read_bytes())
    whole = orjson.loads((case / "whole.json").read_bytes())
    assert told["choices"] == whole["choices"]
    assert told.get("usage", whole["usage"]) == whole["usage"]
