"""`python -m tests.bench`: measures the rows asked for, prints the table, keeps it where told.

It ends well whatever the figures are: a row that could not be measured says why in the table.
"""

import argparse
import asyncio
import os
import platform
import signal
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import orjson
import uvloop

from tests.bench import processes, table
from tests.bench.client import BadAnswer
from tests.bench.contenders import Arena
from tests.bench.processes import ROOT, StartFailed
from tests.bench.rows import ROWS
from tests.bench.table import Grade, Reached
from tests.bench.turns import QUICK, Bench, Sizes


def main() -> int:
    options = _options()
    if sys.platform != "linux":
        print("the benchmark reads /proc and so runs on Linux only", file=sys.stderr)
        return 2
    # So that a run that is ended leaves no proxy behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    print(f"load before: {_load()}")
    try:
        reached = _measure(options)
    except StartFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    print(f"load after: {_load()}\n")
    block = f"{table.render(reached)}\n\n{_machine()}"
    print(block)
    if options.json:
        options.json.write_bytes(_as_json(reached))
    if options.readme:
        readme = ROOT / "README.md"
        readme.write_text(table.replace_block(readme.read_text(), block))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.bench", description=__doc__)
    parser.add_argument("--rows", type=_rows, default=list(ROWS), help="such as 1,2,4")
    parser.add_argument("--quick", action="store_true", help="less of everything, for a first look")
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    parser.add_argument("--readme", action="store_true", help="put the table into README.md")
    parser.add_argument("--profile", type=Path, help="write a cProfile of Pollux to this file")
    parser.add_argument(
        "--control", action="store_true", help="a second floor in Pollux's place: checks the bench"
    )
    return parser.parse_args()


def _rows(text: str) -> list[int]:
    numbers = [int(number) for number in text.split(",")]
    if unknown := set(numbers) - set(ROWS):
        raise argparse.ArgumentTypeError(f"no such rows: {unknown}; there are {list(ROWS)}")
    return numbers


def _measure(options: argparse.Namespace) -> Mapping[int, Reached]:
    profile = options.profile.resolve() if options.profile else None
    sizes = QUICK if options.quick else Sizes()
    reached: dict[int, Reached] = {}
    with (
        tempfile.TemporaryDirectory(prefix="pollux-bench-") as folder,
        processes.pinned(processes.LOAD_CORE),
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
        Arena.open(Path(folder), control=options.control, profile=profile) as arena,
    ):
        bench = Bench(arena, sizes, runner)
        for number in options.rows:
            reached[number] = _row(number, bench)
            print(f"row {number}: {_sentence(reached[number])}", flush=True)
    return reached


def _row(number: int, bench: Bench) -> Reached:
    try:
        return ROWS[number](bench)
    except* (BadAnswer, OSError, TimeoutError, StartFailed) as failures:
        failure = failures.exceptions[0]
        reason = " ".join(f"{type(failure).__name__}: {failure}".split())
    return Reached(reason[:200].replace("|", "/"), Grade.FAILED)


def _sentence(row: Reached) -> str:
    details = ", ".join(f"{name} {value:.4g}" for name, value in row.figures.items())
    return f"{row.text} [{row.grade}] {details}"


def _as_json(reached: Mapping[int, Reached]) -> bytes:
    rows = {str(number): row for number, row in reached.items()}
    return orjson.dumps({"machine": _machine(), "rows": rows}, option=orjson.OPT_INDENT_2)


def _machine() -> str:
    packages = ", ".join(
        f"{name} {version(name)}" for name in ("aiohttp", "uvloop", "orjson", "PySide6-Essentials")
    )
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d}: {_processor()}, {os.cpu_count()} cores,"
        f" {platform.system()}, Python {platform.python_version()}, {packages}."
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return "unknown processor"


def _load() -> str:
    return " ".join(f"{value:.2f}" for value in os.getloadavg())


if __name__ == "__main__":
    sys.exit(main())
