"""How each row of the table is measured, and what is reached in it."""

import asyncio
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median, quantiles
from time import sleep

from tests.bench import client, load
from tests.bench.bare import CREDENTIALS
from tests.bench.contenders import MANY_CREDENTIALS
from tests.bench.processes import Server
from tests.bench.table import Figure, Reached, grade
from tests.bench.turns import CONCURRENCY, Bench, Duel, Sizes
from tests.bench.upstream import ask
from tests.bench.window_rows import window_idle, window_open, window_start, window_timer

_KIB, _MIB = 2**10, 2**20
_KB, _MB = 1000, 1_000_000


def native_request(bench: Bench) -> Reached:
    request = client.native(client.filled(_KB))
    number = bench.sizes.requests
    duel = bench.duel_of_requests(bench.arena.bare, bench.pollux, request, number)
    return _ratio(duel, must=1.25, stretch=0.6)


def native_stream(bench: Bench) -> Reached:
    duel = bench.duel_of_streams(bench.arena.bare, bench.pollux, client.native_stream)
    return _ratio(duel, must=1.15, stretch=0.8)


def openai_request(bench: Bench) -> Reached:
    requests = bench.sizes.requests
    kinds = [
        ("1 KB", client.chat_text(client.filled(_KB)), requests, 1.3),
        ("100 KB", _conversation(100 * _KB), requests // 4, 1.25),
        ("1 MB", _picture(_MB), requests // 20, 1.25),
    ]
    figures = []
    numbers: dict[str, float] = {}
    for name, request, number, must in kinds:
        duel = bench.duel_of_requests(bench.arena.floor, bench.pollux, request, number)
        figures.append(Figure(duel.ratio, must, 0.8))
        numbers |= {f"{name} {key}": value for key, value in _numbers(duel).items()}
    text = " / ".join(f"{figure.value:.2f}" for figure in figures)
    return Reached(text, grade(figures), numbers)


def openai_stream(bench: Bench) -> Reached:
    def make(prompt: str) -> bytes:
        return client.chat_text(prompt, stream=True)

    duel = bench.duel_of_streams(bench.arena.floor, bench.pollux, make)
    return _ratio(duel, must=1.25, stretch=0.85)


def added_latency(bench: Bench) -> Reached:
    """The median of a chat through the proxy, less that of the same reply from the stub itself."""
    arena = bench.arena
    chat = client.chat_text(client.filled(_KB))
    direct = client.native(client.filled(_KB))
    taken: dict[Server, list[float]] = {arena.upstream: [], arena.floor: [], bench.pollux: []}
    order = [arena.upstream, arena.floor, bench.pollux]
    for server in (order + order[::-1]) * bench.sizes.rounds:
        request = direct if server is arena.upstream else chat
        total = int(bench.sizes.latency_s * 25)
        answers = bench.runner.run(load.open_loop(server.port, request, total, per_s=25))
        taken[server] += [answer.checked(events=1).total_s for answer in answers]
    straight, floor, pollux = (median(taken[server]) for server in order)
    ratio = (pollux - straight) / (floor - straight)
    return Reached(
        f"{ratio:.2f} ({(pollux - straight) * 1000:.2f} ms)",
        grade([Figure(ratio, 1.25, 1.0)]),
        {"ratio": ratio, "direct_s": straight, "floor_s": floor, "pollux_s": pollux},
    )


def slow_streams(bench: Bench) -> Reached:
    """A fresh Pollux, so that memory freed by earlier rows does not hide what a stream takes."""
    pollux = bench.arena.pollux()
    bench.runner.run(load.streams(pollux.port, _both_streams(20, every_ms=20), 20, over_s=0.2))
    before = pollux.resident_bytes()
    texts = []
    figures: list[Figure] = []
    numbers: dict[str, float] = {}
    for total in (500, 1000):
        crowd = bench.runner.run(_crowd(pollux, total, bench.sizes))
        per_stream = (crowd.resident_bytes - before) / total
        p50, p99 = median(crowd.first_event_s), quantiles(crowd.first_event_s, n=100)[98]
        figures += [Figure(crowd.wrong, 0), Figure(p50, 0.005)]
        figures.append(Figure(per_stream, 40 * _KIB, 30 * _KIB))
        texts.append(
            f"{total:,}: {crowd.wrong} wrong, {p50 * 1000:.1f} ms (p99 {p99 * 1000:.1f}),"
            f" {per_stream / _KIB:.0f} KiB"
        )
        numbers |= {
            f"{total} wrong": crowd.wrong,
            f"{total} first_event_p50_s": p50,
            f"{total} first_event_p99_s": p99,
            f"{total} bytes_per_stream": per_stream,
        }
    pollux.stop()
    return Reached("; ".join(texts), grade(figures), numbers)


@dataclass(frozen=True, slots=True)
class _Crowd:
    wrong: int
    "Streams that failed or lost an event, those of the probes included."
    first_event_s: list[float]
    "Of further streams, opened while all the others ran."
    resident_bytes: int


async def _crowd(server: Server, total: int, sizes: Sizes) -> _Crowd:
    """So many streams of five events a second, half of them native and half translated."""
    over_s = total / 250
    slow = _both_streams(sizes.slow_events, every_ms=200)
    running = asyncio.create_task(load.streams(server.port, slow, total, over_s))
    await asyncio.sleep(over_s + 0.5)
    short = _both_streams(3, every_ms=10)
    probes = await load.streams(server.port, short, sizes.probes, sizes.probes / 20)
    resident = server.resident_bytes()
    answers = await running
    wrong = sum(not answer.is_whole(sizes.slow_events) for answer in answers)
    wrong += sum(not probe.is_whole(3) for probe in probes)
    return _Crowd(wrong, [probe.first_event_s for probe in probes], resident)


def memory(bench: Bench) -> Reached:
    """Memory over many requests, half native and half translated, then over aborted streams."""
    sizes = bench.sizes
    pollux = bench.arena.pollux()
    requests = [client.native(client.filled(_KB)), client.chat_text(client.filled(_KB))]

    def soak(total: int) -> int:
        bench.runner.run(load.closed_loop(pollux.port, requests, total, CONCURRENCY))
        return pollux.resident_bytes()

    early = soak(sizes.soak // 10)
    late = soak(sizes.soak)
    names = [f"{pollux.port}-{number}" for number in range(sizes.aborts)]
    left = {name: _both_streams(200, 20, name)[number % 2] for number, name in enumerate(names)}
    upstream = bench.arena.upstream.port
    hang_ups = bench.runner.run(load.hang_ups(pollux.port, upstream, left, 50, within_s=1))
    grown, grown_by_aborts = late - early, pollux.resident_bytes() - late
    pollux.stop()
    return Reached(
        f"{grown / _MIB:+.1f} MiB; {grown_by_aborts / _MIB:+.1f} MiB,"
        f" {hang_ups.late} late, slowest {hang_ups.slowest_s * 1000:.0f} ms",
        grade(
            [
                Figure(grown, 3 * _MIB),
                Figure(grown_by_aborts, 10 * _MIB),
                Figure(hang_ups.late, 0),
            ]
        ),
        {
            "requests_bytes": grown,
            "aborts_bytes": grown_by_aborts,
            "late_aborts": hang_ups.late,
            "slowest_abort_s": hang_ups.slowest_s,
        },
    )


def many_credentials(bench: Bench) -> Reached:
    few, many = bench.arena.pollux(), bench.arena.pollux(MANY_CREDENTIALS)
    request = client.native(client.filled(_KB))
    duel = bench.duel_of_requests(few, many, request, bench.sizes.requests)
    memory_bytes = many.resident_bytes() - few.resident_bytes()
    few.stop()
    many.stop()
    start_s = _start_s(bench, MANY_CREDENTIALS) - _start_s(bench, CREDENTIALS)
    return Reached(
        f"start {start_s:+.2f} s, {memory_bytes / _MIB:+.1f} MiB, CPU {duel.ratio:.2f} x",
        grade([Figure(start_s, 1), Figure(memory_bytes, 20 * _MIB), Figure(duel.ratio, 1.1)]),
        {"start_s": start_s, "memory_bytes": memory_bytes} | _numbers(duel),
    )


def idle(bench: Bench) -> Reached:
    pollux = bench.arena.pollux()
    sleep(2)
    before = pollux.cpu_s()
    sleep(bench.sizes.idle_s)
    percent = (pollux.cpu_s() - before) / bench.sizes.idle_s * 100
    resident = pollux.resident_bytes()
    pollux.stop()
    window = window_idle(bench)
    return Reached(
        f"{resident / _MIB:.0f} MiB, {percent:.3f} % CPU / {window.text}",
        grade([Figure(resident, 55 * _MIB, 45 * _MIB), Figure(percent, 0.05), *window.figures]),
        {"resident_bytes": resident, "cpu_percent": percent} | window.numbers,
    )


def start(bench: Bench) -> Reached:
    middle = _start_s(bench, CREDENTIALS)
    window = window_start(bench)
    return Reached(
        f"{middle:.2f} s / {window.text}",
        grade([Figure(middle, 0.5, 0.4), *window.figures]),
        {"start_s": middle} | window.numbers,
    )


def _start_s(bench: Bench, credentials: int) -> float:
    """From the start of the process to an answer of /healthz."""
    taken = []
    for _ in range(bench.sizes.starts):
        pollux = bench.arena.pollux(credentials)
        taken.append(pollux.start_s)
        pollux.stop()
    return median(taken)


ROWS: Mapping[int, Callable[[Bench], Reached]] = {
    1: native_request,
    2: native_stream,
    3: openai_request,
    4: openai_stream,
    5: added_latency,
    6: slow_streams,
    7: window_open,
    8: window_timer,
    9: memory,
    10: many_credentials,
    11: idle,
    12: start,
}


def _ratio(duel: Duel, must: float, stretch: float) -> Reached:
    verdict = grade([Figure(duel.ratio, must, stretch)])
    return Reached(f"{duel.ratio:.2f}", verdict, _numbers(duel))


def _numbers(duel: Duel) -> dict[str, float]:
    return {"ratio": duel.ratio, "compared_ms": duel.a_s * 1000, "pollux_ms": duel.b_s * 1000}


def _both_streams(events: int, every_ms: int, name: str = "-") -> list[bytes]:
    """The same stream, asked for natively and as an OpenAI chat."""
    prompt = ask(events, every_ms, name)
    return [client.native_stream(prompt), client.chat_text(prompt, stream=True)]


def _conversation(size_bytes: int) -> bytes:
    """A chat of twenty turns, as an editor's assistant sends it."""
    turns: list[dict[str, object]] = [{"role": "system", "content": "Answer briefly."}]
    text = client.filled(size_bytes // 20)
    for _ in range(10):
        turns.append({"role": "user", "content": text})
        turns.append({"role": "assistant", "content": text})
    return client.chat(*turns[:-1])


def _picture(size_bytes: int) -> bytes:
    data = b64encode(bytes(size_bytes * 3 // 4)).decode()
    picture = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}}
    question = {"type": "text", "text": client.filled(100)}
    return client.chat({"role": "user", "content": [question, picture]})
