"""One log line per exchange, and one per change of a standing: a subscriber of events."""

import logging
from functools import partial
from typing import assert_never

from proxy_core.events import (
    ClockChanged,
    CredentialsLoaded,
    Event,
    ExchangeEnded,
    NetworkChanged,
    PauseChanged,
    SignInChanged,
    StandingChanged,
    Woke,
)
from proxy_core.logs import DeferredRecord, clean

log = logging.getLogger("pollux")


class ExchangeLog:
    """Writes what happened; no text of a request, no secret."""

    def on_event(self, event: Event) -> None:
        match event:
            case ExchangeEnded():
                if log.isEnabledFor(logging.INFO):
                    log.handle(DeferredRecord(log, partial(_line, event)))
            case StandingChanged():
                what = f"{event.label} for {event.model}" if event.model else event.label
                log.info("%s is %s: %s", what, event.state, event.sentence)
            case PauseChanged():
                log.info("paused" if event.paused else "resumed")
            case CredentialsLoaded() | SignInChanged() | Woke() | ClockChanged() | NetworkChanged():
                pass  # said by whoever found it out
            case _:
                assert_never(event)


def _line(event: ExchangeEnded) -> str:
    attempts, tokens = event.attempts, event.tokens
    outcomes = ""
    if len(attempts) > 1 or (attempts and attempts[0].outcome != "ok"):
        outcomes = f" ({', '.join(f'{clean(a.label)}: {a.outcome}' for a in attempts)})"
    label = clean(repr(attempts[-1].label)) if attempts else "-"
    model = clean(event.model) if event.model else "-"
    stream = " stream" if event.stream else ""
    first = "-" if event.first_s is None else f"{event.first_s:.3f}s"
    used = "-" if tokens is None else f"{tokens.prompt}+{tokens.thoughts}+{tokens.output}"
    client = clean(event.client) if event.client else "-"
    return (
        f"{event.id} {event.dialect} {clean(event.action)} {model}{stream}"
        f" status={event.status} attempts={len(attempts)}{outcomes} credential={label}"
        f" first={first} total={event.total_s:.3f}s used={used} client={client}"
    )
