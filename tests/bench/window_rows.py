"""The rows, and halves of rows, that are about the window: on the overview, at 1280 by 800."""

import asyncio
from dataclasses import dataclass, field
from statistics import median, quantiles
from time import sleep

from tests.bench import client, load
from tests.bench.client import Answer
from tests.bench.table import Figure, Reached, grade
from tests.bench.turns import Bench
from tests.bench.upstream import ask
from tests.bench.windows import Window

_MIB = 2**20
_KB = 1000
_UPDATE_S = 0.5
"Events reach the window four times a second at most; then it paints."
_SETTLED_S = 7.0
"`desktop.collecting` sorts out after five seconds what stays for good."
_STREAMS, _EVERY_MS = 200, 20
_BLOCK_MS, _BLOCK_EVERY_MS = 100, 500
_PROBES_PER_S = 50


@dataclass(frozen=True, slots=True)
class Half:
    """The window's part of a row that has a headless part too."""

    text: str
    figures: list[Figure]
    numbers: dict[str, float] = field(default_factory=dict)


def window_open(bench: Bench) -> Reached:
    """CPU of the same load with the window shown and updating, and headless."""
    headless, window = bench.arena.pollux(), _shown(bench)
    request, number = client.native(client.filled(_KB)), bench.sizes.requests
    requests = bench.duel_of_requests(headless, window.server, request, number, _UPDATE_S)
    events = bench.duel_of_streams(headless, window.server, client.native_stream, _UPDATE_S)
    headless.stop()
    window.stop()
    return Reached(
        f"{requests.ratio:.2f} per request, {events.ratio:.2f} per event ({window.display})",
        grade([Figure(requests.ratio, 1.2, 1.1), Figure(events.ratio, 1.2, 1.1)]),
        {
            "requests_ratio": requests.ratio,
            "requests_headless_ms": requests.a_s * 1000,
            "requests_window_ms": requests.b_s * 1000,
            "events_ratio": events.ratio,
            "events_headless_ms": events.a_s * 1000,
            "events_window_ms": events.b_s * 1000,
        },
    )


def window_timer(bench: Bench) -> Reached:
    """How late the window's timers are under load, and the proxy while the window stands still."""
    window = _shown(bench)
    late_s = bench.runner.run(_lateness(window, bench.sizes.timer_s))
    late_p99, late_max = _p99(late_s), max(late_s)
    added_s, direct_s = _while_blocked(bench, window)
    added_p99 = _p99(added_s) - direct_s
    window.stop()
    return Reached(
        f"{late_p99 * 1000:.1f} / {late_max * 1000:.1f} ms;"
        f" {added_p99 * 1000:.0f} ms ({window.display})",
        grade(
            [
                Figure(late_p99, 0.008, 0.004),
                Figure(late_max, 0.033, 0.016),
                Figure(added_p99, 0.060),
            ]
        ),
        {
            "late_p99_s": late_p99,
            "late_max_s": late_max,
            "blocked_added_p99_s": added_p99,
            "blocked_added_p50_s": median(added_s) - direct_s,
        },
    )


async def _lateness(window: Window, for_s: float) -> list[float]:
    """By how much a timer of 16 ms is late at each beat, while all the streams run."""
    opening_s, margin_s = 1.0, 1.0
    events = int((opening_s + for_s + margin_s) * 1000 / _EVERY_MS)
    requests = [client.native_stream(ask(events, _EVERY_MS))]
    running = asyncio.create_task(load.streams(window.server.port, requests, _STREAMS, opening_s))
    await asyncio.sleep(opening_s + 0.3)
    await asyncio.to_thread(window.ask, "meter")
    await asyncio.sleep(for_s)
    answer = await asyncio.to_thread(window.ask, "lateness")
    for stream in await running:
        stream.checked(events)
    late_s: list[float] = answer["late_s"]
    return late_s


def _while_blocked(bench: Bench, window: Window) -> tuple[list[float], float]:
    """Times of small requests while a slot of the window computes again and again, and the median
    of the same without any proxy."""
    request = client.native(client.filled(_KB))
    total = int(bench.sizes.timer_s * _PROBES_PER_S)

    def send(port: int, total: int) -> list[Answer]:
        return bench.runner.run(load.open_loop(port, request, total, _PROBES_PER_S))

    send(window.server.port, _PROBES_PER_S)
    window.ask(f"block {_BLOCK_MS} {_BLOCK_EVERY_MS}")
    answers = send(window.server.port, total)
    window.ask("block 0 0")
    direct = send(bench.arena.upstream.port, total // 4)
    through = [answer.checked(events=1).total_s for answer in answers]
    return through, median(answer.checked(events=1).total_s for answer in direct)


def window_idle(bench: Bench) -> Half:
    """Memory and CPU with nothing to do: shown for a while, then put away into the tray."""
    window = _shown(bench)
    shown = _percent(bench, window)
    window.ask("hide")
    sleep(1)
    hidden = _percent(bench, window)
    resident = window.server.resident_bytes()
    window.stop()
    return Half(
        f"{resident / _MIB:.0f} MiB, {hidden:.3f} % CPU",
        [Figure(resident, 110 * _MIB, 90 * _MIB), Figure(hidden, 0.3)],
        {
            "window_resident_bytes": resident,
            "window_hidden_cpu_percent": hidden,
            "window_shown_cpu_percent": shown,
        },
    )


def window_start(bench: Bench) -> Half:
    """From the start of the process to what the owner sees of it."""
    seen, listening = [], []
    for _ in range(bench.sizes.starts):
        window = bench.arena.window()
        seen.append(window.seen())
        listening.append(window.server.start_s)
        window.stop()
    tray_s = median(one.tray_s for one in seen)
    window_s = median(one.window_s for one in seen)
    where = "tray" if all(one.has_tray for one in seen) else "tray made, though none is there"
    return Half(
        f"{tray_s:.2f} s ({where}), window painted {window_s:.2f} s",
        [Figure(tray_s, 0.8, 0.4)],
        {"tray_s": tray_s, "window_s": window_s, "window_listening_s": median(listening)},
    )


def _shown(bench: Bench) -> Window:
    window = bench.arena.window()
    window.seen()
    window.show()
    sleep(_SETTLED_S)
    return window


def _percent(bench: Bench, window: Window) -> float:
    before = window.server.cpu_s()
    sleep(bench.sizes.idle_s)
    return (window.server.cpu_s() - before) / bench.sizes.idle_s * 100


def _p99(values: list[float]) -> float:
    return quantiles(values, n=100)[98]
