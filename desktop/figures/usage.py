"""What was used over an hour, a day or a month: by model or by credential, period by period."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from proxy_core.api import UsageQuery, UsageRow

SpanName: TypeAlias = Literal["hour", "day", "month"]
By: TypeAlias = Literal["model", "credential"]


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time, cut into periods that the engine remembers."""

    period: Literal["minute", "hour", "day"]
    period_s: int
    count: int

    def begin(self, now: float) -> float:
        """Begin of the first period; the last one is running."""
        return (int(now) // self.period_s - self.count + 1) * self.period_s

    def query(self, now: float, by: By) -> UsageQuery:
        return UsageQuery(self.period, since=self.begin(now), by=by)


SPANS: Final[dict[SpanName, Span]] = {
    "hour": Span("minute", 60, 60),
    "day": Span("hour", 3_600, 24),
    "month": Span("day", 86_400, 30),
}


@dataclass(slots=True)
class Group:
    """One model's or one credential's use."""

    key: str | None
    """Empty: of requests that named no model, or reached no credential. None: of all that are not
    shown apart."""
    exchanges: list[int]
    "In each period, oldest first."
    failed: int = 0
    tokens: int = 0
    "Read and written, thoughts included."
    price_usd: float = 0.0
    "At list price, of the models whose price is known."
    unpriced: bool = False

    @property
    def total(self) -> int:
        return sum(self.exchanges)


def group(rows: Iterable[UsageRow], span: Span, now: float, by: By) -> list[Group]:
    """The groups, the one with most exchanges first; rows outside of the span are left out."""
    begin = span.begin(now)
    groups: dict[str, Group] = {}
    for row in rows:
        at = int(row.at - begin) // span.period_s
        if not 0 <= at < span.count:
            continue
        name = row.model if by == "model" else row.credential_id
        one = groups.setdefault(name, Group(name, [0] * span.count))
        one.exchanges[at] += row.exchanges
        one.failed += row.failed
        one.tokens += row.prompt_tokens + row.output_tokens + row.thought_tokens
        one.price_usd += row.price_usd or 0.0
        one.unpriced |= row.price_usd is None and row.exchanges > row.failed
    names = sorted(groups, key=lambda name: (-groups[name].total, name))
    return [groups[name] for name in names]


def gather(groups: list[Group], most: int) -> list[Group]:
    """At most so many groups; what is beyond is summed up in the last one, which has no key."""
    if len(groups) <= most:
        return groups
    kept, others = groups[: most - 1], groups[most - 1 :]
    sums = [sum(column) for column in zip(*(one.exchanges for one in others), strict=True)]
    return [
        *kept,
        Group(
            None,
            sums,
            sum(one.failed for one in others),
            sum(one.tokens for one in others),
            sum(one.price_usd for one in others),
            any(one.unpriced for one in others),
        ),
    ]
