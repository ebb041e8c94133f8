"""What every test stands on: nothing of ours may block a loop, anywhere."""

# Python loads these at first use, on the loop (`asyncio.to_thread`, listening, a warning's origin),
# and PySide6's import hook then looks at files: loaded here, it is no test's fault.
import logging
import os
import tracemalloc  # noqa: F401
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor  # noqa: F401

import pytest
from blockbuster import blockbuster_ctx

"localhost".encode("idna")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(autouse=True)
def no_blocking_on_a_loop() -> Iterator[None]:
    """A blocking call raises when our own code makes it on a thread whose loop is running."""
    with blockbuster_ctx(scanned_modules=["proxy_core", "desktop"]) as watch:
        # The measuring of coverage has a lock of its own, which no program waits for.
        watch.functions["threading.Lock.acquire"].can_block_in("coverage/collector.py", "lock_data")
        yield


@pytest.fixture(autouse=True)
def the_log_stays_as_it_was() -> Iterator[None]:
    """An engine sets the level of the process's log; the next test has its own."""
    root = logging.getLogger()
    level = root.level
    yield
    root.setLevel(level)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="rewrite what golden cases expect; read the diff",
    )
