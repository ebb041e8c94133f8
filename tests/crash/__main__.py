"""`make crash-test`: so many rounds, at random moments, and their figures."""

import random
import sys
import tempfile
import time
from pathlib import Path

from tests.crash.rounds import run


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    seed = random.SystemRandom().getrandbits(32)
    print(f"{rounds} rounds, seed {seed}", flush=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        for tally in run(Path(folder), rounds, random.Random(seed)):
            if tally.rounds % 100 == 0 or tally.rounds == rounds:
                print(
                    f"killed {tally.rounds} writers after {tally.changes} changes in "
                    f"{time.monotonic() - began:.0f} s: nothing lost, nothing unreadable; "
                    f"{tally.half_done} were killed within a change that then was on the disk, "
                    f"{tally.left_temporaries} left a temporary file",
                    flush=True,
                )


if __name__ == "__main__":
    main()
