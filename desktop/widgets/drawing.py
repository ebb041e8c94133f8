"""What a chart shows, as plain data."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Series:
    """Values of one kind, oldest first."""

    name: str
    colour: str
    "A field of Tokens."
    values: tuple[float, ...]
    form: Literal["area", "columns", "stack"] = "area"
    "`columns` are small, for what is rare; those of `stack` stand on each other."


@dataclass(frozen=True, slots=True)
class Drawing:
    """All that a chart shows."""

    series: tuple[Series, ...] = ()
    ticks: tuple[tuple[int, str], ...] = ()
    "Points that have a text below, and the text."
    runs: bool = False
    "Whether the last point's time still runs, so that its values are not yet those of a whole one."

    @property
    def count(self) -> int:
        return len(self.series[0].values) if self.series else 0

    @property
    def stacked(self) -> bool:
        return any(one.form == "stack" for one in self.series)

    def highest(self) -> float:
        if not self.count:
            return 0.0
        if self.stacked:
            return max(map(sum, zip(*(one.values for one in self.series), strict=True)))
        return max(max(one.values) for one in self.series)
