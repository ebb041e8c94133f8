"""Tool loops between any client and the strict Google, with everything that can come between.

`async with loop(hardship) as on:` then `await on.run(client)`, which plays the whole conversation
and looks at it from the client's side; `on.check(client)` looks at it from Google's.
"""

import asyncio
import itertools
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import aiohttp
import orjson

from proxy_core.simulator import World
from proxy_core.simulator.signatures import DUMMIES, VERTEX_MARK, signed_project
from proxy_core.simulator.world import CLOUD_PLATFORM, Received
from tests.fakes.google import google
from tests.fakes.pollux import RunningPollux, pollux
from tests.scenarios.loop_clients import Asked, LoopClient, Step

QUESTION = "Tell me the weather in Paris and London, then the time in Rome"
THANKS = "thanks"
STEPS = [
    [("get_weather", {"place": "Paris"}), ("get_weather", {"place": "London"})],
    [("get_time", {"place": "Rome"})],
]
ANSWER = 'get_time returned {"output":"get_time of Rome"}.'
TURNS = 4
LONGEST_S = 30.0


class Hardship(NamedTuple):
    """What comes between."""

    switches: bool = False
    "Each turn on another credential of another project: API key, account, service account."
    restarts: bool = False
    "Each turn to another process on the same data folder."
    strips: bool = False
    "The client sends back only what it knows."
    services: bool = False
    "Each turn at the other service: Gemini API, Vertex AI, and back."


@dataclass
class Loop:
    """One pretend Google, and one Pollux after another in front of it."""

    world: World
    google_url: str
    folder: str
    hardship: Hardship
    stack: AsyncExitStack
    credentials: list[dict[str, Any]] = field(default_factory=list)
    turn: int = 0
    running: RunningPollux | None = None

    async def run(self, client: LoopClient) -> None:
        """The conversation, from the client's side."""
        client.say(QUESTION)
        step = await self.ask(client)
        for wanted in STEPS:
            assert [(asked.name, asked.args) for asked in step.calls] == wanted
            assert not step.is_over
            client.tell([(asked, result_of(asked)) for asked in step.calls])
            step = await self.ask(client)
        assert step == Step([], ANSWER, is_over=True)
        client.say(THANKS)
        assert await self.ask(client) == Step([], f"You said: {THANKS}", is_over=True)

    async def ask(self, client: LoopClient) -> Step:
        status, body = await self.send(client)
        assert status == 200, body
        return client.take(body)

    async def send(self, client: LoopClient) -> tuple[int, bytes]:
        running = await self._proxy()
        self.turn += 1
        headers = {"Authorization": f"Bearer {running.token}"}
        async with (
            aiohttp.ClientSession(running.url, headers=headers) as session,
            session.post(client.path, json=client.body()) as answer,
        ):
            return answer.status, await answer.read()

    async def _proxy(self) -> RunningPollux:
        """The one for this turn, with the credential of this turn."""
        if self.running is not None and not self.hardship.restarts:
            await self._turn_over(self.running)
            return self.running
        await self.stack.aclose()
        usable = self.credentials
        if self.hardship.restarts:
            usable = [self.credentials[self.turn % len(self.credentials)]]
        self.running = await self.stack.enter_async_context(
            pollux(
                self.google_url,
                usable,
                PERSISTENT_STORAGE_PATH=self.folder,
                ROTATION="round-robin",
                STICKY="false",
            )
        )
        return self.running

    async def _turn_over(self, running: RunningPollux) -> None:
        """Vertex AI is used last: for its turn, the other one has to be out of the way."""
        if not self.hardship.services:
            return
        (free,) = [one for one in running.engine.snapshot().credentials if one.project == "free"]
        await running.engine.commands.enable(free.id, enabled=not self.turn % 2)

    def sent(self) -> list[Received]:
        return [one for one in self.world.requests if "enerateContent" in one.action]

    # -- Google's side ---------------------------------------------------------------------

    def check(self, client: LoopClient) -> None:
        """The conversation, from Google's side."""
        accepted = [one for one in self.sent() if one.status == 200]
        assert len(accepted) == TURNS
        places = [signer_at(one) for one in accepted]
        if self.hardship.switches or self.hardship.services:
            assert all(here != there for here, there in itertools.pairwise(places))
        assert [shape(one) for one in accepted] == [WHOLE_SHAPE[: 2 * n + 1] for n in range(TURNS)]
        for one in accepted:
            check_pairs(one)
        self._check_refusals(client)
        for one in accepted:
            self._check_signatures(client, one, places)
        told = [part for part in parts_of(accepted[-1], 5) if part.get("thoughtSignature")]
        if client.keeps_text_signature and places[2] == places[3]:
            assert [signed_project(part["thoughtSignature"]) for part in told] == [places[2]]

    def _check_refusals(self, client: LoopClient) -> None:
        """A refusal is the way to learn that a signature does not fit, once for a request."""
        sent = self.sent()
        for refused, mended in itertools.pairwise(sent):
            if refused.status == 200:
                continue
            assert refused.status == 400
            assert self._is_unfit(client, refused), refused.refusal
            assert (mended.status, mended.project) == (200, refused.project)
            assert set(signatures_of(mended)) <= DUMMIES
        assert sent[-1].status == 200

    def _is_unfit(self, client: LoopClient, refused: Received) -> bool:
        """Whether nobody here could have known better."""
        if not client.keeps_signatures:
            return True
        here = signer_at(refused)
        foreign = any(signed_project(one) not in (None, here) for one in signatures_of(refused))
        # In one process it is remembered which service a signature came from.
        return foreign and (not self.hardship.services or self.hardship.restarts)

    def _check_signatures(self, client: LoopClient, received: Received, places: list[str]) -> None:
        """Real ones of this place where there are any, and else dummies; one for each step."""
        here = signer_at(received)
        for turn, position in ((0, 1), (1, 3)):
            parts = parts_of(received, position)
            is_past = len(shape(received)) > len(WHOLE_SHAPE) - 1
            if not parts or (is_past and not client.keeps_signatures):
                continue
            first, *others = [part for part in parts if "functionCall" in part]
            assert not any("thoughtSignature" in part for part in others)
            signature = first["thoughtSignature"]
            all_fit = {*places[: len(shape(received)) // 2]} <= {here}
            one_fits = places[turn] == here and self.hardship.services
            known = client.keeps_signatures and (
                all_fit or (one_fits and not self.hardship.restarts)
            )
            if known:
                assert signed_project(signature) == places[turn]
            else:
                assert signature in DUMMIES


WHOLE_SHAPE = [
    *("user:text", "model:call,call", "user:result,result", "model:call", "user:result"),
    *("model:text", "user:text"),
]


def result_of(asked: Asked) -> str:
    return f"{asked.name} of {asked.args['place']}"


def contents_of(received: Received) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = orjson.loads(received.raw_body)["contents"]
    return found


def parts_of(received: Received, position: int) -> list[dict[str, Any]]:
    """Of one content; none where the conversation has not come so far."""
    contents = contents_of(received)
    parts: list[dict[str, Any]] = contents[position]["parts"] if position < len(contents) else []
    return parts


def signatures_of(received: Received) -> Iterator[str]:
    for content in contents_of(received):
        for part in content["parts"]:
            if "thoughtSignature" in part:
                yield part["thoughtSignature"]


def signer_at(received: Received) -> str:
    """Who signs there: the project, at Vertex AI with its mark."""
    return received.project + (VERTEX_MARK if "/publishers/" in received.path else "")


def shape(received: Received) -> list[str]:
    """Role and kinds of parts of each content, without thoughts and empty texts."""
    kinds = {"functionCall": "call", "functionResponse": "result", "text": "text"}
    shapes = []
    for content in contents_of(received):
        found = [
            next(kinds[key] for key in kinds if key in part)
            for part in content["parts"]
            if part.get("text") != "" and not part.get("thought")
        ]
        joined = ["text"] if set(found) == {"text"} else found
        shapes.append(f"{content['role']}:{','.join(joined)}")
    return shapes


def check_pairs(received: Received) -> None:
    """Each step's results are its calls' own, in their order."""
    contents = contents_of(received)
    for step, results in itertools.pairwise(contents):
        calls = [part["functionCall"] for part in step["parts"] if "functionCall" in part]
        for call, part in zip(calls, results["parts"], strict=bool(calls)) if calls else ():
            response = part["functionResponse"]
            assert (call["name"], call.get("id")) == (response["name"], response.get("id"))
            assert response["response"] == {"output": f"{call['name']} of {call['args']['place']}"}


@asynccontextmanager
async def loop(hardship: Hardship) -> AsyncIterator[Loop]:
    world = World(
        signatures_bound_to="service" if hardship.services else "project",
        field_strict_schemas=True,
        vertex_bare_calls=hardship.services,
    )
    async with asyncio.timeout(LONGEST_S), AsyncExitStack() as stack, google(world) as fake:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="pollux-loop-"))
        inner = await stack.enter_async_context(AsyncExitStack())
        on = Loop(world, fake.base_url, folder, hardship, inner)
        on.credentials = await asyncio.to_thread(_credentials, world, hardship)
        try:
            yield on
        finally:
            await inner.aclose()


def _credentials(world: World, hardship: Hardship) -> list[dict[str, Any]]:
    if hardship.services:
        world.open_vertex("paid")
        paid = world.sign_in("ada@example.com", "paid", scopes=(CLOUD_PLATFORM,))
        return [_key(world, "free"), {**paid, "service": "vertex", "location": "global"}]
    if not hardship.switches:
        return [_key(world, "north")]
    robot = world.add_service_account("robot@west.example", "west")
    return [_key(world, "north"), world.sign_in("ada@example.com", "south"), robot]


def _key(world: World, project: str) -> dict[str, Any]:
    return {"type": "api_key", "key": world.add_key(project), "project_id": project}
