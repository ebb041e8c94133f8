"""The table of goals, and what was reached beside them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Grade(StrEnum):
    STRETCH = "stretch"
    MUST = "must"
    MISSED = "missed"
    FAILED = "failed"
    "There is no figure, since something went wrong."


@dataclass(frozen=True, slots=True)
class Goal:
    what: str
    must: str
    stretch: str = ""


GOALS: Mapping[int, Goal] = {
    1: Goal("native 1 KB, CPU per request, x bare", "1.25", "0.6"),
    2: Goal("native stream, CPU per event, x bare", "1.15", "0.8"),
    3: Goal("OpenAI chat 1 KB / 100 KB / 1 MB image, CPU, x floor", "1.3 / 1.25 / 1.25", "0.8"),
    4: Goal("OpenAI stream, CPU per event, x floor", "1.25", "0.85"),
    5: Goal("added latency p50 at 25 requests/s, x floor", "1.25", "1.0"),
    6: Goal(
        "500 and 1,000 slow streams",
        "no error, no event lost, first byte 5 ms, 40 KiB a stream",
        "30 KiB",
    ),
    7: Goal("window open, updating: CPU, x headless", "1.2", "1.1"),
    8: Goal(
        "timer of the window late at 200 streams of 50 events/s, p99 / max;"
        " added latency p99 while the window stands still for 100 ms",
        "8 / 33 ms; 60 ms",
        "4 / 16 ms",
    ),
    9: Goal(
        "memory over 100,000 requests after the first 10,000; over 3,000 aborted streams",
        "+3 MiB; +10 MiB, each abort upstream within 1 s",
    ),
    10: Goal("2,000 credentials against 8", "start +1 s, +20 MiB, CPU 1.1 x"),
    11: Goal(
        "idle, headless / window in the tray",
        "55 / 110 MiB, 0.05 / 0.3 % CPU",
        "45 / 90 MiB",
    ),
    12: Goal("start to listening / to tray", "0.5 / 0.8 s", "0.4 / 0.4 s"),
}


@dataclass(frozen=True, slots=True)
class Reached:
    text: str
    grade: Grade
    figures: Mapping[str, float] = field(default_factory=dict)
    "The same and more as plain numbers, each with its unit in its name."


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value, less being better, and what it must and should not exceed."""

    value: float
    must: float
    stretch: float | None = None


def grade(figures: Iterable[Figure]) -> Grade:
    """The grade of a row: of the worst of its figures. Those without a stretch do not hold it
    back, but one at least must have it."""
    figures = list(figures)
    if any(figure.value > figure.must for figure in figures):
        return Grade.MISSED
    stretches = [(figure.value, figure.stretch) for figure in figures if figure.stretch is not None]
    if stretches and all(value <= stretch for value, stretch in stretches):
        return Grade.STRETCH
    return Grade.MUST


def render(reached: Mapping[int, Reached]) -> str:
    """The table in Markdown, with the rows that were measured."""
    lines = ["| # | | must | stretch | reached | |", "|---|---|---|---|---|---|"]
    for number, goal in GOALS.items():
        if number in reached:
            row = reached[number]
            cells = (number, goal.what, goal.must, goal.stretch, row.text, row.grade.value)
            lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines)


_BLOCK = re.compile(r"(<!-- bench -->\n).*?(<!-- /bench -->)", re.DOTALL)


def replace_block(readme: str, block: str) -> str:
    """The README with the text between its two marks replaced.

    Raises LookupError if the marks are not there.
    """
    if not _BLOCK.search(readme):
        raise LookupError("README.md has no <!-- bench --> and <!-- /bench --> marks")
    return _BLOCK.sub(lambda match: f"{match[1]}{block}\n{match[2]}", readme)
