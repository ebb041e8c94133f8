"""What every test stands on: nothing of ours may block a loop, anywhere."""

from collections.abc import Iterator

# Python loads this at the first `asyncio.to_thread`, on the loop, and PySide6's import hook then
# looks at files: loaded here, it is no test's fault.
from concurrent.futures import ThreadPoolExecutor  # noqa: F401

import pytest
from blockbuster import blockbuster_ctx


@pytest.fixture(autouse=True)
def no_blocking_on_a_loop() -> Iterator[None]:
    """A blocking call raises when our own code makes it on a thread whose loop is running."""
    with blockbuster_ctx(scanned_modules=["proxy_core", "desktop"]):
        yield


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="rewrite what golden cases expect; read the diff",
    )
