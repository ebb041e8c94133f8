"""That every request is sent, and each failure counted."""

from aiohttp.test_utils import TestServer

from tests.bench import floor, upstream
from tests.bench.processes import free_port
from tests.soak import load
from tests.soak.load import Tally


async def test_plain_and_streamed_requests_of_both_dialects_are_answered() -> None:
    tally = Tally()
    async with await upstream.listen(0) as google:
        url = f"http://127.0.0.1:{google.sockets[0].getsockname()[1]}"
        async with TestServer(floor.build(url)) as proxy:
            assert proxy.port is not None
            await load.run(proxy.port, 8, 0, tally)
    assert (tally.sent, tally.failed) == (8, 0), tally.reasons


async def test_each_failure_is_counted_and_the_first_ones_are_explained() -> None:
    tally = Tally()
    await load.run(free_port(), 7, 0, tally)
    assert (tally.sent, tally.failed, len(tally.reasons)) == (7, 7, 5)
