"""Adds up what happened, as a subscriber of events.

Not here: where the counts of a minute are kept (`memory`), or what they cost (`prices`).
"""

from collections import Counter

from proxy_core.commands import UsageQuery, UsageReport
from proxy_core.events import Event, ExchangeEnded
from proxy_core.memory import Memory
from proxy_core.snapshot import Snapshot, Totals
from proxy_core.usage.minute import MODELS, OTHER, Minute
from proxy_core.usage.prices import LONG
from proxy_core.usage.report import MOST_ROWS, report_of


class Usage:
    """Totals since the start; what a minute brought goes to the memory. Per process."""

    def __init__(self, memory: Memory | None = None) -> None:
        self.memory = memory
        "Keeps usage over restarts. While there is none, counts of minutes wait for it."
        self._exchanges: Counter[tuple[str, str, int]] = Counter()
        self._attempts: Counter[str] = Counter()
        self._tokens: Counter[str] = Counter()
        self._failed = 0
        self._models: set[str] = set()
        self._minute = Minute()

    def on_event(self, event: Event) -> None:
        if not isinstance(event, ExchangeEnded):
            return
        self._exchanges[event.dialect, self._model(event.model), event.status] += 1
        if event.error is not None:
            self._failed += 1
        for attempt in event.attempts:
            self._attempts[attempt.outcome] += 1
        if (tokens := event.tokens) is not None:
            counted = self._tokens
            counted["prompt"] += tokens.prompt
            counted["cached"] += tokens.cached
            counted["output"] += tokens.output
            counted["thoughts"] += tokens.thoughts
        self.roll(event.at + event.total_s)
        self._minute.count(event)

    def totals(self) -> Totals:
        return Totals(
            exchanges=self._exchanges.total(),
            failed=self._failed,
            attempts=self._attempts.total(),
            prompt_tokens=self._tokens["prompt"],
            cached_tokens=self._tokens["cached"],
            output_tokens=self._tokens["output"],
            thought_tokens=self._tokens["thoughts"],
        )

    # -- over restarts ---------------------------------------------------------------------

    def roll(self, now: float) -> None:
        """Hands the counts of the running minute to the memory when it is over."""
        if not self._minute.covers(now):
            self.hand_over()
            self._minute.begin(now)

    def hand_over(self) -> None:
        """Hands over what was counted so far; before the memory is closed, for one."""
        if self.memory is not None:
            self.memory.add_usage(self._minute.take())

    async def report(self, query: UsageQuery) -> UsageReport:
        """What was used, up to this moment, with prices. Raises DatabaseFailed."""
        if self.memory is None:
            return UsageReport(query.period, ())
        self.hand_over()
        asked = (query.period, query.since, query.until)
        if query.by == "client":
            # One more than is told, to see whether there are more.
            return await report_of(query.period, await self.memory.usage(*asked, MOST_ROWS + 1))
        sums = await self.memory.usage_sums(*asked, credentials=query.by == "credential", long=LONG)
        return await report_of(query.period, sums, most=len(sums))

    # -- Prometheus ------------------------------------------------------------------------

    def metrics(self, snapshot: Snapshot) -> str:
        """Text in the Prometheus exposition format 0.0.4."""
        lines = ["# TYPE pollux_exchanges_total counter"]
        for (dialect, model, status), count in sorted(self._exchanges.items()):
            labels = f'dialect="{dialect}",model="{_escaped(model)}",status="{status}"'
            lines.append(f"pollux_exchanges_total{{{labels}}} {count}")
        lines.append("# TYPE pollux_attempts_total counter")
        for outcome, count in sorted(self._attempts.items()):
            lines.append(f'pollux_attempts_total{{outcome="{outcome}"}} {count}')
        lines.append("# TYPE pollux_tokens_total counter")
        for kind, count in sorted(self._tokens.items()):
            lines.append(f'pollux_tokens_total{{kind="{kind}"}} {count}')
        lines.append("# TYPE pollux_credentials gauge")
        states = Counter(credential.state for credential in snapshot.credentials)
        for state, count in sorted(states.items()):
            lines.append(f'pollux_credentials{{state="{state}"}} {count}')
        return "\n".join(lines) + "\n"

    def _model(self, model: str) -> str:
        if model not in self._models:
            if len(self._models) >= MODELS:
                return OTHER
            self._models.add(model)
        return model


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
