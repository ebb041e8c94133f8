"""Golden cases of schemas: how a client writes one, what Gemini is sent, and what after a 400.

A case is a folder of `tests/golden/schema` with `schema.json`. `call.json` is the request that
offers it as a tool's parameters and asks for an answer by it; `rung_1.json` to `rung_3.json` are
the same one rung further down. Or it holds `names.json`, names of functions; `call.json` is what
they are called at Gemini. `--update-golden` rewrites the expectations.
"""

from pathlib import Path

import orjson
import pytest

from proxy_core.dialects.answer_format import json_format
from proxy_core.dialects.tools import Tools
from proxy_core.gemini.names import NameMap
from proxy_core.gemini.repairs import with_lower_schemas
from proxy_core.gemini.schema_rungs import RUNGS
from proxy_core.gemini.wire import JsonObject
from proxy_core.simulator.catalogue import CATALOGUE
from proxy_core.simulator.parsing import parse_message
from proxy_core.simulator.rules import check_request
from tests.dialects.test_golden import GOLDEN, pretty
from tests.fakes.families import family

MODEL = "gemini-3.8-flash"
CASES = sorted((GOLDEN / "schema").iterdir())
SCHEMAS = [case for case in CASES if (case / "schema.json").exists()]
each_schema = pytest.mark.parametrize("case", SCHEMAS, ids=lambda case: case.name)


def request_of(case: Path) -> JsonObject:
    schema = orjson.loads((case / "schema.json").read_bytes())
    tools = Tools()
    tools.declare("f", None, schema, "tools[0]")
    answer = json_format(schema, family(MODEL), tools)
    return {
        "contents": [{"role": "user", "parts": [{"text": "hello"}]}],
        **tools.to_gemini(family(MODEL)),
        "generationConfig": answer.config,
    }


def made(case: Path) -> dict[str, bytes]:
    if (case / "names.json").exists():
        names = NameMap()
        given = orjson.loads((case / "names.json").read_bytes())
        sent = {name: names.to_gemini(name) for name in given}
        assert [names.to_client(name) for name in sent.values()] == given
        return {"call.json": pretty(sent)}
    body = request_of(case)
    found = {"call.json": pretty(body)}
    for rung in RUNGS:
        if (lowered := with_lower_schemas(body, rung)) is not None:
            found[f"rung_{rung}.json"] = pretty(lowered)
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_golden_case_comes_out_as_written(case: Path, request: pytest.FixtureRequest) -> None:
    found = made(case)
    if request.config.getoption("--update-golden"):
        for name, data in found.items():
            (case / name).write_bytes(data)
    assert {path.name for path in case.iterdir()} - {"about.md", "schema.json", "names.json"} == (
        set(found)
    )
    for name, data in found.items():
        assert data.decode() == (case / name).read_text("utf-8"), name


@each_schema
def test_a_strict_google_takes_every_rung(case: Path) -> None:
    for path in sorted(case.glob("*.json")):
        if path.name != "schema.json":
            body = parse_message("GenerateContentRequest", orjson.loads(path.read_bytes()))
            # Unknown keywords are an error there, which is more than Google documents.
            check_request(body, CATALOGUE[MODEL], project="p", field_strict_schemas=True)
