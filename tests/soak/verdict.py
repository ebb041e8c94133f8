"""What the long run must show, judged from two samples; and how that is said."""

from dataclasses import dataclass

from tests.soak.load import Tally

FAULT_MARK = "FAULT:"
"Begins a line of the program's errors that must not be there."
_FAULTS_SHOWN = 20
FALL_ALLOWED = 300
"""References to a singleton that may be fewer at the end: what the program holds comes and goes.
A binding that loses one with each call loses some hundred within seconds."""
MORE_OBJECTS_ALLOWED = 20
"A dialog that stays behind is more than that."

Counts = dict[str, int]


@dataclass(frozen=True, slots=True)
class Sample:
    """The program at rest: the overview shown, no dialog open, garbage collected."""

    references: Counts
    "To None, True and False."
    objects: Counts
    "Of Qt's that exist, by how they were found."
    done: Counts
    "What the owner did so far, by kind."
    resident_bytes: int


def violations(before: Sample, after: Sample, tally: Tally) -> list[str]:
    """Sentences; none if all is well."""
    found = [
        f"{-drift} references to {name} were lost"
        for name, drift in differences(before.references, after.references).items()
        if drift < -FALL_ALLOWED
    ]
    found += [
        f"there are {more} more {name}"
        for name, more in differences(before.objects, after.objects).items()
        if more > MORE_OBJECTS_ALLOWED
    ]
    found += [
        f"nothing was done of: {name}"
        for name, more in differences(before.done, after.done).items()
        if more <= 0
    ]
    return found + failures(tally)


def failures(tally: Tally) -> list[str]:
    if not tally.failed:
        return []
    return [f"{tally.failed} of {tally.sent} requests failed: {'; '.join(tally.reasons)}"]


def faults(output: str) -> list[str]:
    """Warnings of Qt, exceptions that nobody caught, and errors in the log: each once."""
    found = dict.fromkeys(line for line in output.splitlines() if line.startswith(FAULT_MARK))
    return list(found)[:_FAULTS_SHOWN]


def differences(before: Counts, after: Counts) -> Counts:
    return {name: after[name] - count for name, count in before.items()}


def report(before: Sample, after: Sample, tally: Tally) -> str:
    """The figures, line by line."""
    grown = (after.resident_bytes - before.resident_bytes) / 2**20
    done = differences(before.done, after.done)
    drifts = {
        name: drift / max(tally.sent, 1) * 1000
        for name, drift in differences(before.references, after.references).items()
    }
    return "\n".join(
        [
            f"requests: {tally.sent:,}, failed {tally.failed}",
            f"the owner: {', '.join(f'{name} {count:,}' for name, count in done.items())}",
            f"references per 1,000 requests: {_signed(drifts)}",
            f"objects of Qt: {_signed(differences(before.objects, after.objects))}",
            f"memory: {after.resident_bytes / 2**20:.1f} MiB, {grown:+.1f} MiB since the warm-up",
        ]
    )


def _signed(counts: Counts | dict[str, float]) -> str:
    return ", ".join(f"{name} {count:+.4g}" for name, count in counts.items())
