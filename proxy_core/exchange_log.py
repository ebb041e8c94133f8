"""One log line per exchange, and one per change of a standing: a subscriber of events."""

import logging

from proxy_core.events import Event, ExchangeEnded, StandingChanged

log = logging.getLogger("pollux")

_LINE = (
    "%s %s %s %s%s status=%d attempts=%d%s credential=%r first=%s total=%.3fs tokens=%s client=%s"
)


class ExchangeLog:
    """Writes what happened; no text of a request, no secret."""

    def on_event(self, event: Event) -> None:
        match event:
            case ExchangeEnded():
                if log.isEnabledFor(logging.INFO):
                    self._exchange(event)
            case StandingChanged():
                what = f"{event.label} for {event.model}" if event.model else event.label
                log.info("%s is %s: %s", what, event.state, event.sentence)
            case _:
                pass

    def _exchange(self, event: ExchangeEnded) -> None:
        attempts, tokens = event.attempts, event.tokens
        outcomes = ""
        if len(attempts) > 1 or (attempts and attempts[0].outcome != "ok"):
            outcomes = f" ({', '.join(f'{a.label}: {a.outcome}' for a in attempts)})"
        log.info(
            _LINE,
            event.id,
            event.dialect,
            event.action,
            event.model or "-",
            " stream" if event.stream else "",
            event.status,
            len(attempts),
            outcomes,
            attempts[-1].label if attempts else None,
            "-" if event.first_s is None else f"{event.first_s:.3f}s",
            event.total_s,
            "-" if tokens is None else f"{tokens.prompt}+{tokens.thoughts}+{tokens.output}",
            event.client or "-",
        )
