"""The owner switches one credential to Vertex AI and back, in the middle of a conversation."""

from pathlib import Path
from typing import Any

import aiohttp

from proxy_core.simulator import World
from proxy_core.simulator.world import CLOUD_PLATFORM, RETRIEVER
from tests.fakes.home import Home, at_home
from tests.scenarios.stage import CALLS, MODEL
from tests.scenarios.test_vertex import TOOLS, at_vertex

PROJECT = "home"


class Talk:
    """One conversation with tools; every answer goes back as it came."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []

    async def ask(self, home: Home, *, call: bool) -> None:
        """call: the model has to call the tool; else its result is in, and it goes on."""
        if call:
            self.messages.append({"role": "user", "content": "look up a word, please"})
        choice = "required" if call else "auto"
        body = {"model": MODEL, "messages": self.messages, "tools": TOOLS, "tool_choice": choice}
        headers = {"Authorization": "Bearer test-bearer-token"}
        url = f"{home.url}/v1/chat/completions"
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.post(url, json=body) as answer,
        ):
            told = await answer.json()
            assert answer.status == 200, told
        said = told["choices"][0]["message"]
        self.messages.append(said)
        for wanted in said.get("tool_calls") or ():
            result = {"role": "tool", "tool_call_id": wanted["id"], "content": "a word"}
            self.messages.append(result)


async def test_a_conversation_goes_on_over_the_switch_a_restart_and_the_way_back(
    tmp_path: Path,
) -> None:
    world, talk = World(), Talk()
    world.signatures_bound_to = "service"
    scopes = ("openid", RETRIEVER, CLOUD_PLATFORM)
    stored = world.sign_in("ada@example.com", PROJECT, scopes=scopes)
    world.open_vertex(PROJECT)
    async with at_home(tmp_path, world) as home:
        (item,) = (await home.take_in(stored)).items
        id_ = str(item.id)
        await talk.ask(home, call=True)
        await home.commands.set_service(id_, "vertex", "eu")
        await talk.ask(home, call=False)
        await talk.ask(home, call=True)
    async with at_home(tmp_path, world) as home:
        assert (home.view(id_).service, home.view(id_).location) == ("vertex", "eu")
        await talk.ask(home, call=False)
        await talk.ask(home, call=True)
        await home.commands.set_service(id_, "gemini")
        await talk.ask(home, call=False)
    async with at_home(tmp_path, world) as home:
        assert home.view(id_).service == "gemini"
        await talk.ask(home, call=True)
    calls = [one for one in world.requests if one.action in CALLS]
    # The signatures of the other service are refused, and replaced before the client hears of it.
    answered = [at_vertex(one) for one in calls if one.status == 200]
    assert answered == [False, True, True, True, True, False, False]
    billed = [one.path for one in calls if at_vertex(one)]
    assert all(path.startswith(f"/v1beta1/projects/{PROJECT}/locations/eu/") for path in billed)


async def test_signatures_from_before_the_switch_are_refused_once(tmp_path: Path) -> None:
    world, talk = World(), Talk()
    world.signatures_bound_to = "service"
    scopes = ("openid", RETRIEVER, CLOUD_PLATFORM)
    stored = world.sign_in("ada@example.com", PROJECT, scopes=scopes)
    world.open_vertex(PROJECT)
    async with at_home(tmp_path, world) as home:
        (item,) = (await home.take_in(stored)).items
        await talk.ask(home, call=True)
        await home.commands.set_service(str(item.id), "vertex")
        for _ in range(3):
            await talk.ask(home, call=False)
            await talk.ask(home, call=True)
    calls = [one for one in world.requests if one.action in CALLS]
    assert [one.status for one in calls].count(400) == 1
    assert calls[1].status == 400
