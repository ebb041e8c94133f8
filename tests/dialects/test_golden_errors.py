"""Every kind of problem as each family of clients is told it before the first frame.

A case is a file of `tests/golden/errors/<family>`: the row it pins, the problem, and the reply.
`--update-golden` rewrites the replies.
"""

from collections.abc import Mapping
from pathlib import Path

import orjson
import pytest

from proxy_core.dialects.anthropic import Anthropic
from proxy_core.dialects.contract import Dialect, ErrorReply
from proxy_core.dialects.gemini_native import GeminiNative
from proxy_core.dialects.openai_chat import OpenAIChat
from proxy_core.errors import Problem, ProblemKind
from proxy_core.gemini.wire import JsonObject
from tests.dialects.test_golden import GOLDEN, pretty

FAMILIES: Mapping[str, Dialect | GeminiNative] = {
    "openai": OpenAIChat(),
    "anthropic": Anthropic(),
    "gemini": GeminiNative(),
}
CASES = sorted((GOLDEN / "errors").glob("*/*.json"))


def shown(reply: ErrorReply) -> JsonObject:
    return {
        "status": reply.status,
        "headers": dict(reply.headers),
        "body": orjson.loads(reply.body),
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.stem}")
def test_a_problem_is_told_as_written(case: Path, request: pytest.FixtureRequest) -> None:
    given = orjson.loads(case.read_bytes())
    problem = Problem(ProblemKind(given["problem"]["kind"]), **_rest(given["problem"]))
    made = shown(FAMILIES[case.parent.name].error(problem, "some-id"))
    if request.config.getoption("--update-golden"):
        case.write_bytes(pretty({**given, "reply": made}))
    assert made == orjson.loads(case.read_bytes())["reply"]


def _rest(problem: JsonObject) -> JsonObject:
    return {name: value for name, value in problem.items() if name != "kind"}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_kind_of_problem_has_a_case(family: str) -> None:
    told = {
        orjson.loads(case.read_bytes())["problem"]["kind"]
        for case in CASES
        if case.parent.name == family
    }
    assert told == {str(kind) for kind in ProblemKind}
