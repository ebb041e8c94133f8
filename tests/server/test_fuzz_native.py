"""Anything at Gemini's own routes, in Vertex AI's shapes too: an answer or a refusal as Google
gives it; no fault of ours."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.dialects.mutated import GOLDEN, crossed, mutated
from tests.scenarios.stage import FlyingClock
from tests.server import raw
from tests.server.fuzzing import (
    AT_ONCE,
    CLOSE,
    Served,
    anything,
    check_native,
    examples,
    mostly,
    serving,
)

FIELDS = [
    *("contents", "tools", "toolConfig", "systemInstruction", "system_instruction", "content"),
    *("generationConfig", "safetySettings", "cachedContent", "requests", "model", "serviceTier"),
    *("generateContentRequest", "instances", "parameters", "embedContentConfig", "labels"),
]
VERBS = [
    *("generateContent", "streamGenerateContent", "countTokens", "embedContent"),
    *("batchEmbedContents", "predict", "computeTokens", "odd"),
]
QUERIES = ["", "?alt=sse", "?$alt=json", "?alt=%73se&x", "?key", "?prettyPrint=false&fields=a"]
MODELS = ["gemini-3.8-flash", "gemini-2.5-flash", "gemini-embedding-001", "odd", "a%20b"]
PLACES = [
    *("/v1beta/models", "/v1/models", "/v1alpha/models", "/v1/publishers/google/models"),
    *("/v1beta1/publishers/google/models", "/v1/projects/a/locations/b/publishers/google/models"),
]
path = st.builds(
    "{}/{}:{}{}".format,
    st.sampled_from(PLACES),
    st.sampled_from(MODELS),
    st.sampled_from(VERBS) | st.sampled_from(VERBS[:2]),
    st.sampled_from(QUERIES),
)
CALLS: list[Any] = [
    orjson.loads(call.read_bytes()) for call in sorted(GOLDEN.glob("*/*/call.json"))
]
"What the dialects ask of Google, which is what native clients ask as well."
BODIES = [call["body"] for call in CALLS if isinstance(call.get("body"), dict)]
CONTENTS = [body for body in BODIES if "contents" in body]
body = st.one_of(
    mutated(BODIES),
    st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, anything)),
    anything,
)
usual = st.builds(
    "{}/gemini-3.8-flash:{}".format,
    st.sampled_from(PLACES),
    st.sampled_from([VERBS[0], VERBS[1], VERBS[1] + "?alt=sse"]),
)
asks = mostly(st.tuples(usual, crossed(CONTENTS)), st.tuples(path, body))


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(clock=FlyingClock(), MAX_WAIT_S="0") as one:
        yield one


@examples(400)
@given(st.lists(asks, min_size=AT_ONCE, max_size=AT_ONCE))
def test_no_body_is_answered_with_a_fault_of_ours(
    served: Served, asked: list[tuple[str, Any]]
) -> None:
    sent = [raw.request(where, orjson.dumps(what), head=CLOSE) for where, what in asked]
    check_native(asked, served.ask(sent))


COLLECTIONS = ["files", "cachedContents", "batches", "fileSearchStores", "interactions"]
KEPT_FIELDS = [
    *("model", "input", "stream", "contents", "ttl", "file", "fileName", "batch", "tools", "uris"),
    *("previous_interaction_id", "cached_content", "displayName"),
]
WHERE = ["", "/x", "/x/y", "/%2e%2e", "/a%0d%0ab", "/x==", "/" + "a" * 300, "/x/documents"]
kept_path = st.builds(
    "/v1beta/{}{}{}{}".format,
    st.sampled_from([*COLLECTIONS, "tunedModels", "operations"]),
    st.sampled_from(WHERE),
    st.sampled_from(["", ":download", ":cancel", ":register", ":importFile", ":odd"]),
    st.sampled_from(["", "?alt=media", "?alt=sse", "?pageToken=x", "?pageSize=1", "?stream=true"]),
)
kept_body = st.fixed_dictionaries({}, optional=dict.fromkeys(KEPT_FIELDS, anything))
method = st.sampled_from(["GET", "POST", "PATCH", "DELETE"])


@examples(400)
@given(st.lists(st.tuples(kept_path, method, kept_body), min_size=AT_ONCE, max_size=AT_ONCE))
def test_nothing_asked_about_what_projects_keep_is_answered_with_a_fault_of_ours(
    served: Served, asked: list[tuple[str, str, Any]]
) -> None:
    sent = [
        raw.request(where, orjson.dumps(what), method=verb, head=CLOSE)
        for where, verb, what in asked
    ]
    check_native(asked, served.ask(sent))
