"""What each family of models is asked for, effort by effort.

A case is a file of `tests/golden/families`: the row it pins, models of the family, and what each
of them gets. `--update-golden` rewrites that.
"""

from dataclasses import asdict
from pathlib import Path

import orjson
import pytest

from proxy_core.gemini.families import EFFORTS, thinking_config
from proxy_core.gemini.wire import JsonObject
from proxy_core.simulator.catalogue import CATALOGUE
from proxy_core.simulator.rules import check_request
from tests.dialects.test_golden import GOLDEN, pretty
from tests.fakes.families import family

CASES = sorted((GOLDEN / "families").glob("*.json"))
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)


def asked(model: str) -> JsonObject:
    row = family(model)
    return {
        "efforts": {effort: thinking_config(row, effort) for effort in sorted(EFFORTS)},
        "levels": row.levels,
        "budget": None if row.budget is None else asdict(row.budget),
        "sampling": row.sampling,
        "single_candidate": row.single_candidate,
        "enforces_signatures": row.enforces_signatures,
        "prefill": row.prefill,
        "json_with_tools": row.json_with_tools,
        "system_instruction": row.system_instruction,
        "functions": row.functions,
    }


@each_case
def test_every_model_of_a_family_is_asked_as_written(
    case: Path, request: pytest.FixtureRequest
) -> None:
    given = orjson.loads(case.read_bytes())
    if request.config.getoption("--update-golden"):
        case.write_bytes(pretty({**given, "asked": asked(given["models"][0])}))
    expected = orjson.loads(case.read_bytes())["asked"]
    for model in given["models"]:
        assert orjson.loads(orjson.dumps(asked(model))) == expected, model


@each_case
def test_a_strict_google_takes_every_effort(case: Path) -> None:
    given = orjson.loads(case.read_bytes())
    contents = [{"role": "user", "parts": [{"text": "hello"}]}]
    for model in given["models"]:
        for config in given["asked"]["efforts"].values():
            body: JsonObject = {"contents": contents}
            if config is not None:
                body["generationConfig"] = {"thinkingConfig": config}
            if model in CATALOGUE:
                check_request(body, CATALOGUE[model], project="p")
