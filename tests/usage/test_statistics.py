"""Totals since the start, the figures that Prometheus reads, and what goes to the memory."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import pytest

from proxy_core.commands import UsageQuery, UsageRow
from proxy_core.events import CredentialsLoaded, Tokens
from proxy_core.memory import UsageCounts
from proxy_core.memory.memory import FILE_NAME
from proxy_core.snapshot import CredentialView, Snapshot, Totals
from proxy_core.usage import MODELS, Usage
from tests.memory.opened import opened, rows_of
from tests.usage.ended import MINUTE, ended

SAMPLE = re.compile(
    r'[a-z_]+(\{[a-z_]+="(?:[^"\\\n]|\\["\\n])*"(,[a-z_]+="(?:[^"\\\n]|\\["\\n])*")*\})? \d+'
)
"Source: Prometheus exposition formats, text-based format."


TOKENS = ((1_000, 500, 5, 2), (99_000, 0, 5, 2), (220_000, 0, 5, 2), (3_000, 0, 7, 0))
"Of the clients of a large pool; one of them sends long requests."


def one_hour(at: float) -> UsageQuery:
    return UsageQuery("hour", since=at, until=at + 3_600)


def whole_price(rows: Iterable[UsageRow]) -> float:
    return sum(row.price_usd or 0.0 for row in rows)


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


async def test_a_minute_is_handed_over_when_it_is_over(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    async with opened(path) as memory:
        usage = Usage(memory)
        usage.on_event(ended(at=MINUTE + 58))
        usage.roll(MINUTE + 59)
        await memory.flush()
        assert rows_of(path, "SELECT * FROM usage") == []
        usage.on_event(ended(at=MINUTE + 60))
        await memory.flush()
        assert rows_of(path, "SELECT at FROM usage WHERE period = 60") == [(int(MINUTE),)]
        usage.roll(MINUTE + 120)
        await memory.flush()
        assert len(rows_of(path, "SELECT at FROM usage WHERE period = 60")) == 2


async def test_the_last_minute_is_not_lost_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    async with opened(path) as memory:
        usage = Usage(memory)
        usage.on_event(ended(at=MINUTE, tokens=Tokens(10, 4, 3, 2, 15)))
        usage.hand_over()
    async with opened(path) as memory:
        [row] = (await Usage(memory).report(UsageQuery("day"))).rows
        assert (row.exchanges, row.prompt_tokens, row.thought_tokens) == (1, 10, 2)


async def test_a_report_tells_of_the_running_minute_too() -> None:
    async with opened(None) as memory:
        usage = Usage(memory)
        for _ in range(2):
            usage.on_event(ended("gemini-2.5-flash", at=MINUTE, tokens=Tokens(1_000_000, 0, 0)))
            [row] = (await usage.report(UsageQuery("minute"))).rows
        assert (row.at, row.exchanges, row.prompt_tokens) == (MINUTE, 2, 2_000_000)
        assert row.credential_id == "key1"
        assert row.price_usd is not None
        assert row.price_usd > 0


@pytest.mark.parametrize("by", ["model", "credential"])
async def test_sums_of_a_large_pool_are_whole_and_cost_the_same(
    by: Literal["model", "credential"],
) -> None:
    day = MINUTE // 86_400 * 86_400
    models = ("gemini-2.5-pro", "gemini-2.5-flash", "gemini-3.8-flash", "own-model", "")
    async with opened(None) as memory:
        usage = Usage(memory)
        memory.add_usage(
            UsageCounts(day + 3_600 * hour, model, f"acc{at}", f"client{client}", 2, 1, *tokens)
            for hour in range(16)
            for model in models
            for at in range(40)
            for client, tokens in enumerate(TOKENS)
        )
        report = await usage.report(UsageQuery("hour", since=day, by=by))
        assert not report.more
        assert sum(row.exchanges for row in report.rows) == 2 * 16 * 5 * 40 * 4
        assert sum(row.prompt_tokens for row in report.rows) == 16 * 5 * 40 * 323_000
        ids = {row.credential_id for row in report.rows if not row.client}
        assert len(ids) == (40 if by == "credential" else 1)
        apart = [
            row
            for hour in range(16)
            for row in (await usage.report(one_hour(day + 3_600 * hour))).rows
        ]
        assert len(apart) == 16 * 5 * 40 * 4
        assert whole_price(report.rows) == pytest.approx(whole_price(apart), rel=1e-12)
        assert {row.model for row in report.rows if row.price_usd is None} == {"own-model", ""}


async def test_what_came_before_the_memory_was_open_is_not_lost() -> None:
    usage = Usage()
    usage.on_event(ended(at=MINUTE))
    usage.on_event(ended(at=MINUTE + 60))
    async with opened(None) as memory:
        usage.memory = memory
        [row] = (await usage.report(UsageQuery("hour"))).rows
        assert row.exchanges == 2


async def test_without_a_memory_there_are_totals_only() -> None:
    usage = Usage()
    usage.on_event(ended())
    usage.hand_over()
    assert usage.totals().exchanges == 1
    assert (await usage.report(UsageQuery())).rows == ()


def contents(folder: Path) -> list[tuple[str, bytes]]:
    return [(file.name, file.read_bytes()) for file in folder.iterdir()]


SECRET = "the patient's name is Alice"


async def test_no_text_of_a_request_gets_into_the_file(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    async with opened(path) as memory:
        usage = Usage(memory)
        usage.on_event(ended(SECRET, client=SECRET, error=SECRET, at=MINUTE))
        usage.hand_over()
        await memory.flush()
        told = rows_of(path, "SELECT model, client FROM usage WHERE period = 60")
        assert told == [("other", "other")]
    assert not [name for name, content in contents(tmp_path) if b"Alice" in content]
