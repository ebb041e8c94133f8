"""Golden cases of exchanges that fail: refused at once, or by a failure behind the first chunks.

A case is a folder of `tests/golden/failures/<dialect>`. One that is refused holds `request.json`
alone; one that fails late holds `chunks.jsonl`, perhaps empty, and `failure.json`, the problem.
`whole.json` is the error that a whole answer becomes; `stream.sse` what the stream says before it
ends, with the opening frames where no chunk came. It is not there where the form has no words for
a failure. `--update-golden` rewrites both.
"""

from pathlib import Path

import orjson
import pytest

from proxy_core.dialects.contract import Dialect, ParsedRequest
from proxy_core.errors import BadRequest, Problem, ProblemKind
from tests.dialects import test_golden, test_golden_media
from tests.dialects.test_golden import GOLDEN, case_id, pretty, stamp
from tests.dialects.test_golden_errors import shown

DIALECTS: dict[str, Dialect] = {**test_golden.DIALECTS, **test_golden_media.DIALECTS}
CASES = sorted((GOLDEN / "failures").glob("*/*"))
each_case = pytest.mark.parametrize("case", CASES, ids=case_id)


def parse(case: Path, *, stream: bool) -> ParsedRequest:
    if case.parent.name in test_golden.DIALECTS:
        return test_golden.parse(case, stream=stream)
    return test_golden_media.parse(case, stream=stream)


def refusal(case: Path, *, stream: bool) -> Problem:
    with pytest.raises(BadRequest) as refused:
        parse(case, stream=stream)
    return refused.value.problem


def failure(case: Path) -> Problem:
    given = orjson.loads((case / "failure.json").read_bytes())
    return Problem(ProblemKind(given.pop("kind")), **given)


def stream(case: Path) -> bytes | None:
    renderer = parse(case, stream=True).renderer(stamp())
    lines = (case / "chunks.jsonl").read_bytes().splitlines()
    frames = b"" if lines else renderer.opening()
    for line in lines:
        frames += renderer.chunk(orjson.loads(line))
    told = renderer.fail(failure(case))
    return None if told is None else frames + told


@each_case
def test_a_failure_is_told_as_written(case: Path, request: pytest.FixtureRequest) -> None:
    late = (case / "failure.json").exists()
    problem = failure(case) if late else refusal(case, stream=False)
    made = {"whole.json": pretty(shown(DIALECTS[case.parent.name].error(problem, "some-id")))}
    if late:
        if (told := stream(case)) is not None:
            made["stream.sse"] = told
    else:
        assert refusal(case, stream=True) == problem
    if request.config.getoption("--update-golden"):
        for name, data in made.items():
            (case / name).write_bytes(data)
    given = {"request.json", "about.md", "context.json", "chunks.jsonl", "failure.json"}
    assert {path.name for path in case.iterdir()} - given == set(made)
    for name, data in made.items():
        assert data.decode() == (case / name).read_text("utf-8"), name
