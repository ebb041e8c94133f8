"""The course of the long run: start, warm up, use it under load, look, quit."""

import asyncio
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

import uvloop

from tests.bench import display, processes
from tests.bench.contenders import start_window
from tests.bench.display import Display
from tests.bench.processes import Server, StartFailed
from tests.bench.windows import Window
from tests.soak import load
from tests.soak.load import Tally
from tests.soak.verdict import Sample, failures, faults, report, violations

_MIB = 2**20
_END_S = 30.0


@dataclass(frozen=True, slots=True)
class Size:
    """How long it goes on."""

    minutes: float
    requests: int
    step_ms: int
    "Between two deeds of the owner."
    warm_up_rounds: int = 2
    "Of all the owner's deeds, before anything is compared."
    settle_s: float = 7.0
    "At rest before a sample; `desktop.collecting` sorts out after five seconds what stays."


def run(size: Size, screen: Display | None = None, say: Callable[[str], None] = print) -> list[str]:
    """What was wrong, in sentences. screen: by itself the best there is."""
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="pollux-soak-")))
        running.enter_context(processes.pinned(processes.LOAD_CORE))
        screen = screen or running.enter_context(display.opened())
        upstream = _start_upstream(folder, running)
        window = start_window(
            folder / "window",
            f"http://127.0.0.1:{upstream.port}",
            screen,
            module="tests.soak.window_process",
        )
        running.callback(window.stop)
        log = folder / "window/output.log"
        tally = Tally()
        try:
            wrong = _judge(window, size, tally, say)
        except StartFailed as failure:
            ended = window.server.process.poll()
            tail = log.read_text(errors="replace")[-3000:]
            return [f"{failure}; it ended with {ended} after {tally.sent} requests\n{tail}"]
        return [*wrong, *faults(log.read_text(errors="replace"))]


def _start_upstream(folder: Path, running: ExitStack) -> Server:
    port = processes.free_port()
    command = ["-m", "tests.bench.upstream", str(port)]
    core = processes.LOAD_CORE
    upstream = processes.start("upstream", command, port=port, folder=folder / "stub", core=core)
    running.callback(upstream.stop)
    return upstream


def _judge(window: Window, size: Size, tally: Tally, say: Callable[[str], None]) -> list[str]:
    window.seen()
    window.show()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        per_s = size.requests / (size.minutes * 60)
        say(f"{window.ask('sample')['versions']}, {window.display}, {per_s:.0f} requests/s")
        steps = window.ask(f"live {size.step_ms}")["steps"]
        warm_up_s = steps * size.step_ms / 1000 * size.warm_up_rounds
        warm = Tally()
        runner.run(load.run(window.server.port, int(warm_up_s * per_s) + 1, warm_up_s, warm))
        before = _sample(window, size.settle_s)
        say(f"warmed up in {warm_up_s:.0f} s: {before.resident_bytes / _MIB:.1f} MiB")
        window.ask(f"live {size.step_ms}")
        runner.run(_under_load(window, size, tally, say))
        after = _sample(window, size.settle_s)
    say(report(before, after, tally))
    wrong = [*failures(warm), *violations(before, after, tally)]
    return [*wrong, *_quit(window.server.process)]


async def _under_load(window: Window, size: Size, tally: Tally, say: Callable[[str], None]) -> None:
    """All the requests, with a word every minute."""
    sending = asyncio.create_task(
        load.run(window.server.port, size.requests, size.minutes * 60, tally)
    )
    began = monotonic()
    while not (await asyncio.wait([sending], timeout=60))[0]:
        if window.server.process.poll() is not None:
            sending.cancel()
            raise StartFailed("the window is gone")
        resident = window.server.resident_bytes() / _MIB
        minutes = (monotonic() - began) / 60
        say(f"{minutes:.0f} min: {tally.sent:,} requests, {tally.failed} bad, {resident:.1f} MiB")
    await sending


def _sample(window: Window, settle_s: float) -> Sample:
    window.ask("rest")
    sleep(settle_s)
    told = window.ask("sample")
    return Sample(
        references=told["references"],
        objects=told["objects"],
        done=told["done"],
        resident_bytes=window.server.resident_bytes(),
    )


def _quit(process: "subprocess.Popen[bytes]") -> list[str]:
    """What was wrong when the end of its input told it to."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        code = process.wait(_END_S)
    except subprocess.TimeoutExpired:
        return ["the program did not end when it was told to"]
    return [f"the program ended with {code}"] if code else []
