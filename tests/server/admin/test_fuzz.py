"""The admin API asked as its own OpenAPI document says, nearly so, and not at all so.

What is sent is generated from the document, and every answer must be what the document promises.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_core.server.admin import bodies
from proxy_core.server.admin.answers import ErrorView
from proxy_core.server.admin.endpoints import ENDPOINTS, EVENTS, OPENAPI
from proxy_core.server.admin.openapi import document
from tests.dialects.mutated import mutated
from tests.scenarios.stage import FlyingClock
from tests.server import raw
from tests.server.fuzzing import AT_ONCE, CLOSE, Served, anything, examples, serving

DOCUMENT: Any = document(ENDPOINTS, "0.0.0")
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
ANSWERS = {(one.method, one.path): one.answer for one in ENDPOINTS if one is not OPENAPI}
OPERATIONS = [
    (method.upper(), path, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
    if (method.upper(), path) != (EVENTS.method, EVENTS.path)  # which never ends
]
SHORT = 40


class Asked(NamedTuple):
    method: str
    path: str
    "As the document has it."
    target: str
    body: Any


def values(schema: Any) -> st.SearchStrategy[Any]:
    """What fits a schema of the document."""
    if "$ref" in schema:
        return values(SCHEMAS[schema["$ref"].rpartition("/")[2]])
    if "anyOf" in schema:
        return st.one_of(*map(values, schema["anyOf"]))
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    match schema["type"]:
        case "null":
            return st.none()
        case "boolean":
            return st.booleans()
        case "number":
            return st.floats(schema.get("minimum"), 1e12, allow_nan=False)
        case "string":
            longest = min(schema.get("maxLength", SHORT), SHORT)
            return st.text(min_size=schema.get("minLength", 0), max_size=longest)
        case "array":
            return st.lists(values(schema["items"]), min_size=schema.get("minItems", 0), max_size=3)
        case _:
            return objects(schema)


def objects(schema: Any) -> st.SearchStrategy[Any]:
    fields = {name: values(field) for name, field in schema.get("properties", {}).items()}
    if not fields:
        further = schema.get("additionalProperties")
        inside = values(further) if isinstance(further, dict) else anything
        return st.dictionaries(st.text(max_size=8), inside, max_size=3)
    required = {name: fields.pop(name) for name in schema.get("required", ())}
    return st.fixed_dictionaries(required, optional=fields)


@st.composite
def asked(draw: st.DrawFn) -> Asked:
    method, path, operation = draw(st.sampled_from(OPERATIONS))
    named = draw(st.sampled_from(["keyaaaaaaaaaa", "", "..", "a/b", "%"]) | st.text(max_size=8))
    pairs = {
        one["name"]: str(draw(values(one["schema"]) | st.text(max_size=4)))
        for one in operation["parameters"]
        if one["in"] == "query" and draw(st.booleans())
    }
    target = path.replace("{id}", quote(named, safe="") or "x")
    body = None
    if described := operation.get("requestBody"):
        fitting = draw(values(described["content"]["application/json"]["schema"]))
        body = draw(st.one_of(st.just(fitting), mutated([fitting]), anything))
    return Asked(method, path, f"{target}?{urlencode(pairs)}" if pairs else target, body)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(clock=FlyingClock()) as one:
        yield one


@examples(400)
@given(st.lists(asked(), min_size=AT_ONCE, max_size=AT_ONCE))
def test_every_answer_is_what_the_document_promises(served: Served, all_asked: list[Asked]) -> None:
    requests = [
        raw.request(
            one.target,
            None if one.body is None else orjson.dumps(one.body),
            method=one.method,
            head=CLOSE,
        )
        for one in all_asked
    ]
    for one, answer in zip(all_asked, served.ask(requests), strict=True):
        if answer.status >= 400:
            assert answer.status < 500, (one, answer)
            bodies.adapter(ErrorView).validate_json(answer.content)
            continue
        kind = ANSWERS.get((one.method, one.path))
        assert answer.status == (204 if kind is None and one.path != OPENAPI.path else 200), one
        if kind is not None:
            bodies.adapter(kind).validate_json(answer.content)
