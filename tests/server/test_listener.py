"""Taking the port, and telling who has it."""

import asyncio

import pytest

from proxy_core.ports import PortTaken
from tests.fakes.pollux import pollux
from tests.fakes.site import Site
from tests.server import raw
from tests.server.raw import CHAT, chat_body


async def test_a_taken_port_is_said_to_be_taken(site: Site) -> None:
    port = int(site.pollux.url.rpartition(":")[2])
    with pytest.raises(PortTaken) as caught:
        async with pollux("http://127.0.0.1:1", [], PORT=str(port)):
            pass
    assert caught.value.port == port
    assert f"port {port} on 127.0.0.1 is taken" in str(caught.value)


async def test_a_stop_closes_the_port_but_not_what_runs(site: Site) -> None:
    reader, writer = await raw.connect(site.pollux.url)
    writer.write(raw.request("/healthz"))
    assert (await raw.read_answer(reader)).status == 200
    stopping = asyncio.create_task(site.pollux.engine.stop(grace_s=5.0))
    await stopping
    with pytest.raises(OSError, match="Connect call failed"):
        await raw.send(site.pollux.url, raw.request(CHAT, chat_body()))
    writer.close()
