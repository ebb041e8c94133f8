"""A scripted upstream and authorizer in memory: every await is one turn of the loop.

Not the simulated Google: these answer by a list, so that a property can order any failures
and cancel a call at each of its awaits.
"""

import asyncio
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import orjson

from proxy_core.credentials.model import Credential
from proxy_core.credentials.tokens import Authorizer, Headers, TokenRefused, TokenUnavailable
from proxy_core.gemini.faults import Cause, Fault
from proxy_core.gemini.wire import Call, JsonObject
from proxy_core.pool.lease import Lease
from proxy_core.pool.pool import Pool
from proxy_core.relay.exchange import Exchange
from proxy_core.relay.relay import Patience, Relay
from proxy_core.simulator import FAULTS
from proxy_core.upstream.google import API_BASE, NetworkFailure
from tests.fakes.clock import FakeClock
from tests.pool.made_up import MODEL, made_pool, taken

BODY: JsonObject = {"contents": [{"role": "user", "parts": [{"text": "hello"}]}]}


def chunk(*parts: JsonObject, finish: str | None = None, **more: Any) -> JsonObject:
    candidate: JsonObject = {"content": {"role": "model", "parts": list(parts)}}
    if finish is not None:
        candidate["finishReason"] = finish
    return {"candidates": [candidate], **more}


def marked(text: str, finish: str | None = None, token: str = "made-up") -> JsonObject:
    """A chunk behind which the answer can be resumed."""
    made = chunk({"text": text}, finish=finish)
    made["candidates"][0]["continuationToken"] = token
    return made


def sse(*chunks: JsonObject) -> bytes:
    return b"".join(b"data: " + orjson.dumps(one) + b"\r\n\r\n" for one in chunks)


HELLO = chunk({"text": "hello"})
END = chunk({"text": " there"}, finish="STOP", usageMetadata={"totalTokenCount": 7})
BLANK = chunk(finish="STOP")
BROKEN_CALL = chunk(finish="MALFORMED_FUNCTION_CALL")


@dataclass
class Reply:
    """One answer: its status and the pieces its body arrives in; None breaks the connection."""

    status: int = 200
    pieces: Sequence[bytes | None] = (sse(HELLO), sse(END))
    headers: Mapping[str, str] = field(default_factory=dict)


def fault(name: str, **values: Any) -> Reply:
    """A row of the simulator's table."""
    answer = FAULTS[name].answer(**{"model": MODEL, "project": "made-up", **values})
    return Reply(answer.status, (answer.body,), answer.headers)


NO_CONNECTION = Reply(0)
RESET = Reply(pieces=(None,))
RESET_LATER = Reply(pieces=(sse(HELLO), None))
EMPTY = Reply(pieces=())
CUT = Reply(pieces=(sse(HELLO),))
SAYS_NOTHING = Reply(pieces=(sse(BLANK),))
BREAKS_ITS_CALL = Reply(pieces=(sse(BROKEN_CALL),))
ERROR_FIRST = Reply(pieces=(sse({"error": {"code": 503, "status": "UNAVAILABLE"}}),))
WELL = Reply()


@dataclass
class FakeAnswer:
    status: int
    headers: Mapping[str, str]
    waiting: list[bytes | None]
    released: bool = False

    async def readany(self) -> bytes:
        await asyncio.sleep(0)
        if not self.waiting:
            return b""
        piece = self.waiting.pop(0)
        if piece is None:
            raise NetworkFailure("it broke")
        return piece

    def abort(self) -> None:
        self.waiting = [None]

    def release(self) -> None:
        self.released = True


@dataclass
class FakeUpstream:
    """Answers from a script, then well for ever."""

    script: list[Reply]
    clock: FakeClock
    sent: list[tuple[str, float]] = field(default_factory=list)
    "Credential and monotonic time of each request."
    bodies: list[bytes | None] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    answers: list[FakeAnswer] = field(default_factory=list)

    async def send(
        self,
        method: str,
        path: str,
        headers: Iterable[tuple[str, str]],
        body: bytes | None,
        origin: str = API_BASE,
    ) -> FakeAnswer:
        self.sent.append((dict(headers)["credential"], self.clock.monotonic()))
        self.bodies.append(body)
        self.paths.append(path)
        reply = self.script.pop(0) if self.script else WELL
        await asyncio.sleep(0)
        if reply is NO_CONNECTION:
            raise NetworkFailure("no connection")
        answer = FakeAnswer(reply.status, reply.headers, list(reply.pieces))
        self.answers.append(answer)
        return answer


@dataclass
class FakeAuthorizer:
    """Headers after a turn of the loop; `refused` credentials get none."""

    refused: set[str] = field(default_factory=set)
    unavailable: set[str] = field(default_factory=set)
    expired: list[str] = field(default_factory=list)

    def ready(self, credential: Credential) -> Headers | None:
        return None

    async def headers(self, credential: Credential) -> Headers:
        await asyncio.sleep(0)
        if credential.label in self.refused:
            raise TokenRefused(Fault(Cause.NEEDS_SIGN_IN, 400, "Sign in again."))
        if credential.label in self.unavailable:
            raise TokenUnavailable(Fault(Cause.SERVER_ERROR, 500, "The token endpoint failed."))
        return (("credential", credential.label),)

    def expire(self, credential: Credential, headers: Headers) -> None:
        self.expired.append(credential.label)


@dataclass
class Stage:
    """A relay with everything around it made up."""

    names: Sequence[str] = ("a", "b")
    script: Iterable[Reply] = ()
    max_attempts: int = 5
    max_wait_s: float = 20.0
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clock = FakeClock()
        self.pool: Pool = made_pool(self.clock, *self.names, **self.options)
        self.upstream = FakeUpstream(list(self.script), self.clock)
        self.authorizer = FakeAuthorizer()
        loaded = asyncio.Event()
        loaded.set()
        self.relay = Relay(
            pool=self.pool,
            authorizer=cast("Authorizer", self.authorizer),
            upstream=self.upstream,
            clock=self.clock,
            loaded=loaded,
            patience=Patience(self.max_attempts, self.max_wait_s),
            jitter=random.Random(7),
        )

    @property
    def contacted(self) -> list[str]:
        return [name for name, _ in self.upstream.sent]

    def exchange(self) -> Exchange:
        return Exchange("made-up", self.clock.now(), self.clock.monotonic())

    async def finish(self, task: "asyncio.Future[Any]") -> None:
        """Runs until the task is done; time passes whenever it waits for that."""
        while not task.done():
            await asyncio.sleep(0)
            if (seconds := self.clock.next_due()) is not None:
                self.clock.advance(seconds)

    def all_is_back(self) -> bool:
        pairs = [pair for lane in self.pool.lanes.values() for pair in lane.pairs.values()]
        members = self.pool.members.values()
        return (
            all(pair.in_flight == 0 for pair in pairs)
            and all(member.in_flight == 0 for member in members)
            and not self.pool._waiting
            and all(answer.released for answer in self.upstream.answers)
        )


def call(action: str = "streamGenerateContent", body: JsonObject | None = None) -> Call:
    return Call(MODEL, action, BODY if body is None else body)


def lease() -> Lease:
    """A lease of a pool of its own."""
    return taken(made_pool(FakeClock(), "a"))


def answer_of(reply: Reply) -> FakeAnswer:
    return FakeAnswer(reply.status, reply.headers, list(reply.pieces))
