from typing import Any

import pytest

from proxy_core.gemini.schema import clean
from proxy_core.gemini.schema_refs import Targets

TEXT = {"type": "string"}


@pytest.mark.parametrize(
    ("root", "pointer"),
    [
        (TEXT, "#"),
        ({"$defs": {"A": TEXT}}, "#/$defs/A"),
        ({"definitions": {"A/B ~": TEXT}}, "#/definitions/A~1B%20~0"),
        ({"anyOf": [{}, TEXT]}, "#/anyOf/1"),
        ({"$defs": {"A": {"$anchor": "text", **TEXT}}}, "#text"),
        ({"properties": {"a": {"items": [{"$id": "T0", **TEXT}]}}}, "T0"),
    ],
)
def test_a_reference_leads_to_what_it_names(root: dict[str, Any], pointer: str) -> None:
    found = Targets(root).of(pointer)
    assert isinstance(found, dict)
    assert found["type"] == "string"


@pytest.mark.parametrize(
    "pointer",
    [
        *("", "#/", "#/$defs/B", "#/$defs/A/type/x", "#/anyOf/2", "#/anyOf/٣٣٣٣٣٣٣", "#/anyOf/-1"),
        *("#B", "B", "https://example.com/schema.json", "#/anyOf/99999999"),
    ],
)
def test_a_reference_to_nothing_leads_nowhere(pointer: str) -> None:
    root = {"$defs": {"A": TEXT}, "anyOf": [{}, TEXT]}
    assert Targets(root).of(pointer) is None


def test_a_schema_that_refers_to_its_own_id_stays_recursive() -> None:
    node: dict[str, Any] = {
        "$id": "T0",
        "type": "object",
        "properties": {"nodes": {"type": "array", "items": {"$ref": "T0"}}},
        "required": ["nodes"],
    }
    cleaned = clean({"type": "object", "properties": {"tree": node}, "required": ["tree"]})
    assert cleaned["$defs"]["T0"]["properties"]["nodes"]["items"] == {"$ref": "#/$defs/T0"}
    assert "required" not in cleaned["$defs"]["T0"]
