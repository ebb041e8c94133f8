"""That nothing which the long run shows to be wrong passes."""

from dataclasses import replace

import pytest

from tests.soak.load import Tally
from tests.soak.verdict import FAULT_MARK, Sample, faults, report, violations

BEFORE = Sample(
    references={"None": 60_000, "True": 4_000, "False": 4_000},
    objects={"widgets": 500, "objects": 1_500},
    done={"pages": 20, "dialogs": 4},
    resident_bytes=100 * 2**20,
)
AFTER = Sample(
    references={"None": 61_000, "True": 3_990, "False": 4_000},
    objects={"widgets": 505, "objects": 1_490},
    done={"pages": 220, "dialogs": 40},
    resident_bytes=101 * 2**20,
)
GOOD = Tally(sent=2_000)


def test_a_run_in_which_nothing_falls_or_grows_is_well() -> None:
    assert violations(BEFORE, AFTER, GOOD) == []


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (
            replace(AFTER, references=AFTER.references | {"None": 59_000}),
            "1000 references to None were lost",
        ),
        (
            replace(AFTER, objects=AFTER.objects | {"widgets": 560}),
            "there are 60 more widgets",
        ),
        (replace(AFTER, done=BEFORE.done | {"pages": 21}), "nothing was done of: dialogs"),
    ],
)
def test_what_is_lost_left_or_not_done_is_told(after: Sample, expected: str) -> None:
    assert violations(BEFORE, after, GOOD) == [expected]


def test_failed_requests_are_told_with_their_reasons() -> None:
    tally = Tally(sent=10)
    tally.fail(OSError("refused"))
    assert violations(BEFORE, AFTER, tally) == ["1 of 10 requests failed: OSError: refused"]


def test_each_complaint_of_the_program_is_told_once() -> None:
    lines = ["INFO listening", f"{FAULT_MARK} Qt: late", "INFO more", f"{FAULT_MARK} Qt: late"]
    assert faults("\n".join(lines)) == [f"{FAULT_MARK} Qt: late"]


def test_the_drift_of_references_is_told_for_each_thousand_requests() -> None:
    lines = report(BEFORE, AFTER, GOOD).splitlines()
    assert lines[2] == "references per 1,000 requests: None +500, True -5, False +0"
    assert lines[4] == "memory: 101.0 MiB, +1.0 MiB since the warm-up"
