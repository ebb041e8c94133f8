"""Tool loops in every dialect: over credentials, restarts, services, and clients that forget."""

import orjson
import pytest

from tests.scenarios.loop_clients import CLIENTS, LoopClient, StoredResponsesClient
from tests.scenarios.loops import QUESTION, Hardship, loop

HARDSHIPS = {
    "none": Hardship(),
    "switches": Hardship(switches=True),
    "restarts": Hardship(restarts=True),
    "strips": Hardship(strips=True),
    "restarts and strips": Hardship(restarts=True, strips=True),
    "switches, restarts and strips": Hardship(switches=True, restarts=True, strips=True),
    "switches and restarts": Hardship(switches=True, restarts=True),
    "services": Hardship(services=True),
    "services and strips": Hardship(services=True, strips=True),
    "services and restarts": Hardship(services=True, restarts=True),
    "services, restarts and strips": Hardship(services=True, restarts=True, strips=True),
}
CASES = [
    pytest.param(kind, hardship, id=f"{kind.__name__}, {name}")
    for kind in CLIENTS
    for name, hardship in HARDSHIPS.items()
    # What it goes on from is gone after a restart, and it brings nothing back to strip.
    if kind is not StoredResponsesClient or not (hardship.restarts or hardship.strips)
]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize(("kind", "hardship"), CASES)
async def test_a_tool_loop_comes_to_its_end(
    kind: type[LoopClient], hardship: Hardship, stream: bool
) -> None:
    async with loop(hardship) as on:
        client = kind(stream=stream, strips=hardship.strips)
        await on.run(client)
        on.check(client)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_a_kept_response_is_gone_after_a_restart(stream: bool) -> None:
    async with loop(Hardship(restarts=True)) as on:
        client = StoredResponsesClient(stream=stream, strips=False)
        client.say(QUESTION)
        step = await on.ask(client)
        client.tell([(asked, "") for asked in step.calls])
        status, body = await on.send(client)
        error = orjson.loads(body)["error"]
        assert status == 400
        assert error["code"] == "previous_response_not_found"
        assert error["param"] == "previous_response_id"
        assert len(on.sent()) == 1
