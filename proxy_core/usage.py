"""Statistics, as a subscriber of events: totals since the start, and figures for Prometheus.

Counts only; no text of a request ever comes here.
"""

from collections import Counter

from proxy_core.events import Event, ExchangeEnded
from proxy_core.snapshot import Snapshot, Totals

MODELS = 256
"Models counted apart; further ones count as `other`."


class Usage:
    """Adds up what happened. Per process."""

    def __init__(self) -> None:
        self._exchanges: Counter[tuple[str, str, int]] = Counter()
        self._attempts: Counter[str] = Counter()
        self._tokens: Counter[str] = Counter()
        self._failed = 0
        self._models: set[str] = set()

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
                return "other"
            self._models.add(model)
        return model


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
