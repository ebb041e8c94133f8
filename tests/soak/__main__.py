"""`make soak-window`: so many minutes, and exit code 1 if anything was wrong."""

import argparse
import signal
import sys
from functools import partial

from tests.bench.processes import StartFailed
from tests.soak.course import Size, run


def main() -> int:
    parser = argparse.ArgumentParser("python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--requests", type=int, default=20_000)
    options = parser.parse_args()
    if sys.platform != "linux":
        print("the long run reads /proc and so runs on Linux only", file=sys.stderr)
        return 2
    # So that a run that is ended leaves no window behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    size = Size(options.minutes, options.requests, step_ms=min(3_000, int(options.minutes * 1_000)))
    try:
        wrong = run(size, say=partial(print, flush=True))
    except StartFailed as failure:
        wrong = [str(failure)]
    for sentence in wrong:
        print(f"WRONG: {sentence}", file=sys.stderr)
    print("not well" if wrong else "all is well")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
