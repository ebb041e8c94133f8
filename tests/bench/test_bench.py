"""That the parts of the benchmark fit together; nothing here is timed."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from tests.bench import bare, client, floor, load, table, upstream
from tests.bench.client import BadAnswer
from tests.bench.rows import ROWS
from tests.bench.table import Figure, Grade, Reached
from tests.bench.upstream import ask

Ports = tuple[int, int]
"Of the proxy, and of the stub of Google behind it."


@asynccontextmanager
async def serving(build: Callable[[str], web.Application]) -> AsyncIterator[Ports]:
    async with await upstream.listen(0) as google:
        google_port = google.sockets[0].getsockname()[1]
        app = build(f"http://127.0.0.1:{google_port}")
        runner = web.AppRunner(app, handler_cancellation=True)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield runner.addresses[0][1], google_port
        await runner.cleanup()


@pytest.mark.parametrize(
    ("build", "ask_for"),
    [
        (bare.build, client.native),
        (floor.build, client.native),
        (floor.build, client.chat_text),
    ],
)
async def test_every_request_of_a_closed_loop_is_answered(
    build: Callable[[str], web.Application], ask_for: Callable[[str], bytes]
) -> None:
    request = ask_for(client.filled(1000))
    async with serving(build) as (port, _):
        await load.closed_loop(port, [request], total=6, concurrency=2)
        (answer,) = await load.open_loop(port, request, total=1, per_s=25)
    assert answer.checked(events=1).status == 200


@pytest.mark.parametrize(
    ("build", "ask_for"),
    [
        (bare.build, client.native_stream),
        (floor.build, lambda prompt: client.chat_text(prompt, stream=True)),
    ],
)
@pytest.mark.parametrize("every_ms", [0, 1])
async def test_no_event_of_a_stream_is_lost(
    build: Callable[[str], web.Application], ask_for: Callable[[str], bytes], every_ms: int
) -> None:
    async with serving(build) as (port, _):
        answers = await load.streams(port, [ask_for(ask(7, every_ms))], total=3, over_s=0)
    assert [answer.is_whole(events=7) for answer in answers] == [True] * 3
    assert all(answer.first_event_s > 0 for answer in answers)


async def test_the_stub_notices_a_client_that_hangs_up() -> None:
    requests = {name: client.native_stream(ask(200, 20, name)) for name in ("one", "two")}
    async with serving(bare.build) as (port, google_port):
        seen = await load.hang_ups(port, google_port, requests, concurrency=2, within_s=0.2)
    assert (seen.sent, seen.late) == (2, 0)


async def test_an_answer_other_than_the_one_asked_for_is_told() -> None:
    request = client.native("x").replace(bare.BEARER_TOKEN.encode(), b"someone-else")
    async with serving(bare.build) as (port, _):
        with pytest.raises(ExceptionGroup) as failed:
            await load.closed_loop(port, [request], total=1, concurrency=1)
    assert failed.group_contains(BadAnswer, match="401")


def test_every_goal_has_its_measurement() -> None:
    assert list(ROWS) == list(table.GOALS)


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ([Figure(1.3, 1.25, 0.6)], Grade.MISSED),
        ([Figure(1.2, 1.25, 0.6)], Grade.MUST),
        ([Figure(0.5, 1.25, 0.6)], Grade.STRETCH),
        ([Figure(0, 0), Figure(0.5, 1.25, 0.6)], Grade.STRETCH),
        ([Figure(1, 0), Figure(0.5, 1.25, 0.6)], Grade.MISSED),
        ([Figure(1, 2)], Grade.MUST),
    ],
)
def test_a_row_is_graded_by_its_worst_figure(figures: list[Figure], expected: Grade) -> None:
    assert table.grade(figures) is expected


def test_the_table_goes_between_the_marks_of_the_readme() -> None:
    rendered = table.render({12: Reached("0.31 s", Grade.STRETCH)})
    readme = "before\n<!-- bench -->\nold\n<!-- /bench -->\nafter\n"
    assert table.replace_block(readme, rendered) == (
        "before\n<!-- bench -->\n"
        "| # | | must | stretch | reached | |\n|---|---|---|---|---|---|\n"
        "| 12 | start to listening / to tray | 0.5 / 0.8 s | 0.4 / 0.4 s | 0.31 s | stretch |\n"
        "<!-- /bench -->\nafter\n"
    )


def test_a_readme_without_marks_is_told() -> None:
    with pytest.raises(LookupError, match="marks"):
        table.replace_block("nothing here", "table")
