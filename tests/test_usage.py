"""Totals since the start, and the figures that Prometheus reads."""

import re

from proxy_core.events import AttemptRecord, CredentialsLoaded, ExchangeEnded, Tokens
from proxy_core.snapshot import CredentialView, Snapshot, Totals
from proxy_core.usage import MODELS, Usage

SAMPLE = re.compile(
    r'[a-z_]+(\{[a-z_]+="(?:[^"\\\n]|\\["\\n])*"(,[a-z_]+="(?:[^"\\\n]|\\["\\n])*")*\})? \d+'
)
"Source: Prometheus exposition formats, text-based format."


def ended(
    model: str = "m",
    status: int = 200,
    outcomes: tuple[str, ...] = ("ok",),
    tokens: Tokens | None = None,
    error: str | None = None,
) -> ExchangeEnded:
    return ExchangeEnded(
        id="id",
        at=0.0,
        client="",
        dialect="openai_chat",
        action="chat.completions",
        model=model,
        stream=False,
        status=status,
        attempts=tuple(AttemptRecord("key1", "home", outcome, 0.1) for outcome in outcomes),
        tokens=tokens,
        first_s=None,
        total_s=0.1,
        error=error,
    )


def snapshot(*states: str) -> Snapshot:
    views = tuple(
        CredentialView("id", "api_key", "home", "p", "folder", True, state, 0.0, None, "", "", 0)
        for state in states
    )
    return Snapshot("1.0", "serving", "http://127.0.0.1:1", views, Totals())


def test_totals_add_up() -> None:
    usage = Usage()
    usage.on_event(ended(outcomes=("overloaded", "ok"), tokens=Tokens(10, 4, 3, 2, 15)))
    usage.on_event(ended(status=429, outcomes=("day_quota",), error="quota_spent"))
    usage.on_event(
        ended(status=400, outcomes=(), error="bad_request", tokens=Tokens(1, 0, 1, 1, 3))
    )
    usage.on_event(CredentialsLoaded(0.0, 1, 0))
    assert usage.totals() == Totals(
        exchanges=3,
        failed=2,
        attempts=3,
        prompt_tokens=11,
        cached_tokens=4,
        output_tokens=4,
        thought_tokens=3,
    )


def test_every_line_of_the_metrics_is_one_that_prometheus_reads() -> None:
    usage = Usage()
    usage.on_event(ended(outcomes=("overloaded", "ok"), tokens=Tokens(10, 4, 3, 2, 15)))
    usage.on_event(ended('odd "name"\\\nwith all', status=404, outcomes=()))
    text = usage.metrics(snapshot("ready", "ready", "needs_sign_in"))
    assert text.endswith("\n")
    samples = [line for line in text.splitlines() if not line.startswith("# TYPE ")]
    assert samples
    assert all(SAMPLE.fullmatch(line) for line in samples)
    assert 'pollux_credentials{state="ready"} 2' in samples
    assert 'pollux_attempts_total{outcome="overloaded"} 1' in samples
    assert 'pollux_tokens_total{kind="cached"} 4' in samples
    declared = re.findall(r"^# TYPE (\S+) (?:counter|gauge)$", text, re.MULTILINE)
    assert {line.partition("{")[0] for line in samples} <= set(declared)


def test_invented_models_do_not_fill_the_memory() -> None:
    usage = Usage()
    for number in range(MODELS + 100):
        usage.on_event(ended(f"model-{number}"))
    text = usage.metrics(snapshot())
    assert text.count("pollux_exchanges_total{") == MODELS + 1
    assert 'model="other",status="200"} 100' in text
