"""Golden cases of Gemini's own API, purely and through a running Pollux.

A case is a folder of `tests/golden/gemini_native`: `request.json` (target, headers, body as text,
perhaps aliases) and what Google answers: `chunks.jsonl`, `google.sse` where its bytes matter, or
`google.json`, an error. What must come out: `call.json`, that which goes to Google; `whole.json`;
`stream.sse` and `stream.json`, both forms of the stream. Whole bodies stand there as text: they
pass byte for byte. `--update-golden` rewrites the expectations.
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, NamedTuple, cast
from urllib.parse import parse_qsl

import orjson
import pytest

from proxy_core.dialects.gemini_native.errors import error_reply
from proxy_core.dialects.gemini_native.framing import ArrayFraming, Framing, SseFraming
from proxy_core.dialects.gemini_native.parse import parse
from proxy_core.errors import BadRequest, Problem
from proxy_core.gemini import faults
from proxy_core.gemini.faults import Cause, Fault
from proxy_core.gemini.replies import finish_reason, is_finished, stream_error
from proxy_core.gemini.stream import EventSplitter, data_blocks, event_data
from proxy_core.gemini.wire import Call, Chunk
from proxy_core.relay.relay import lean_headers
from proxy_core.relay.trip import path_of
from proxy_core.retry import problem_of
from proxy_core.server.native import pairs_of
from proxy_core.server.routes import Target, find
from proxy_core.simulator import Reply
from proxy_core.simulator.chunks import fold
from tests.dialects.test_golden import GOLDEN, case_id, pretty
from tests.fakes.site import Site, open_site
from tests.server.raw import RawAnswer, unchunked

CASES = sorted((GOLDEN / "gemini_native").iterdir())
ALIASES = {"house": "gemini-3.8-flash", "small": "gemini-3.5-flash-lite"}
each_case = pytest.mark.parametrize("case", CASES, ids=case_id)


class Asked(NamedTuple):
    """One client request; of its stream, where `stream` is asked for."""

    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def target(self) -> str:
        return f"{self.path}?{self.query}" if self.query else self.path


def asked(case: Path, *, stream: str = "") -> Asked:
    """stream: `sse` or `array`; empty: the request as it stands."""
    given = orjson.loads((case / "request.json").read_bytes())
    path, _, query = given["target"].partition("?")
    if stream:
        path = path.replace(":generateContent", ":streamGenerateContent")
    if stream == "sse":
        query = f"{query}&alt=sse" if query else "alt=sse"
    return Asked(path, query, given.get("headers", {}), given["body"].encode())


def read(one: Asked) -> Call:
    route = find(one.path, one.headers, one.query)
    assert route is not None
    assert route.target is Target.NATIVE_CALL
    model = ALIASES.get(route.model, "")
    return parse(route.version, route.model, route.action, one.body, pairs_of(one.query), model)


def streams(case: Path) -> bool:
    return ":generateContent" in asked(case).path and not (case / "google.json").exists()


def is_refused(case: Path) -> bool:
    return not {path.name for path in case.iterdir()} & {
        "chunks.jsonl",
        "google.sse",
        "google.json",
    }


def sent(case: Path) -> bytes:
    one = asked(case)
    call = read(one)
    told: dict[str, Any] = {"target": path_of(call)}
    if streams(case):
        told["stream"] = path_of(read(asked(case, stream="sse")))
        assert told["stream"] == path_of(read(asked(case, stream="array")))
    assert call.raw is not None
    headers = dict(lean_headers(one.headers))
    return pretty({**told, "headers": headers, "body": call.raw.decode()})


def of_google(case: Path) -> bytes:
    """The bytes of Google's stream."""
    exact = case / "google.sse"
    if exact.exists():
        return exact.read_bytes()
    lines = (case / "chunks.jsonl").read_bytes().splitlines()
    return b"".join(b"data: " + line + b"\r\n\r\n" for line in lines)


def blocks(case: Path) -> list[bytes]:
    splitter = EventSplitter()
    found = splitter.feed(of_google(case))
    return data_blocks([*found, splitter.rest() + b"\r\n\r\n"])


def fault_of(block: bytes) -> Fault | None:
    if (error := stream_error(event_data(block))) is not None:
        return faults.classify_stream_error(error, with_api_key=True)
    fault = faults.finish_fault(finish_reason(chunk_of(block)) or "")
    return fault if fault is not None and fault.cause is Cause.SUSPENDED else None


def chunk_of(block: bytes) -> Chunk:
    return cast("Chunk", orjson.loads(event_data(block) or b"{}"))


def good_blocks(case: Path) -> Iterator[bytes]:
    for block in blocks(case):
        if fault_of(block) is not None:
            return
        yield block


def late_problem(case: Path) -> Problem | None:
    """What goes wrong in Google's stream."""
    model = read(asked(case)).model
    for block in blocks(case):
        if (fault := fault_of(block)) is not None:
            return problem_of(fault, model)
    if any(is_finished(chunk_of(block)) for block in blocks(case)):
        return None
    return problem_of(faults.truncated(), model)


def stream(case: Path, framing: Framing) -> bytes:
    frames = framing.frames(list(good_blocks(case)))
    problem = late_problem(case)
    return frames + (framing.end() if problem is None else framing.fail(problem))


def told(problem: Problem) -> bytes:
    reply = error_reply(problem)
    return shown(reply.status, dict(reply.headers), reply.body)


def shown(status: int, headers: dict[str, str], body: bytes) -> bytes:
    return pretty({"status": status, "headers": headers, "body": body.decode()})


def whole(case: Path) -> bytes:
    if is_refused(case):
        with pytest.raises(BadRequest) as refused:
            read(asked(case))
        return told(refused.value.problem)
    if (case / "google.json").exists():
        google = orjson.loads((case / "google.json").read_bytes())
        fault = faults.classify(
            google["status"],
            google.get("headers", {}),
            orjson.dumps(google["body"]),
            with_api_key=True,
        )
        return told(problem_of(fault, read(asked(case)).model))
    if streams(case) and (problem := late_problem(case)) is not None:
        return told(problem)
    return shown(200, {}, whole_of_google(case))


def whole_of_google(case: Path) -> bytes:
    return orjson.dumps(fold([dict(chunk_of(block)) for block in blocks(case)]))


def made(case: Path) -> dict[str, bytes]:
    """Every expectation of a case."""
    found = {"whole.json": whole(case)}
    if not is_refused(case):
        found["call.json"] = sent(case)
        if streams(case):
            found["stream.sse"] = stream(case, SseFraming())
            found["stream.json"] = stream(case, ArrayFraming())
    return found


@each_case
def test_a_golden_case_comes_out_as_written(case: Path, request: pytest.FixtureRequest) -> None:
    found = made(case)
    if request.config.getoption("--update-golden"):
        for name, data in found.items():
            (case / name).write_bytes(data)
    given = {"request.json", "about.md", "chunks.jsonl", "google.sse", "google.json"}
    assert {path.name for path in case.iterdir()} - given == set(found)
    for name, data in found.items():
        assert data == (case / name).read_bytes(), name


@each_case
def test_a_body_goes_on_byte_for_byte_unless_it_names_an_alias(case: Path) -> None:
    if is_refused(case):
        return
    one = asked(case)
    call = read(one)
    assert (call.raw == one.body) is (case.name != "alias_in_the_body")


@each_case
def test_both_forms_of_a_stream_hold_the_same_elements(case: Path) -> None:
    if not streams(case) or is_refused(case):
        return
    events = EventSplitter().feed((case / "stream.sse").read_bytes())
    said = [orjson.loads(data) for block in events if (data := event_data(block))]
    assert said == orjson.loads((case / "stream.json").read_bytes())


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    aliases = orjson.dumps(ALIASES).decode()
    async with open_site(MODEL_ALIASES=aliases) as opened:
        yield opened


async def test_all_of_them_come_out_of_a_running_pollux(site: Site) -> None:
    for case in CASES:
        await _run_whole(site, case)
        if streams(case) and not is_refused(case):
            await _run_stream(site, case, "sse", "stream.sse")
            await _run_stream(site, case, "array", "stream.json")
    assert site.in_flight() == 0


async def _run_whole(site: Site, case: Path) -> None:
    expected = orjson.loads((case / "whole.json").read_bytes())
    if (case / "google.json").exists():
        google = orjson.loads((case / "google.json").read_bytes())
        body = orjson.dumps(google["body"])
        site.world.script(Reply.raw(google["status"], body, **_names(google.get("headers", {}))))
    elif not is_refused(case):
        if expected["status"] != 200:
            return  # fails late, as only a stream can
        # Twice: what the model did wrong is asked for again, and then taken.
        site.world.script(Reply.raw(200, whole_of_google(case)), times=2)
    answer = await _send(site, asked(case))
    assert (answer.status, answer.body.decode()) == (expected["status"], expected["body"]), case
    for name, value in expected["headers"].items():
        assert answer.headers[name] == value, case
    if not is_refused(case):
        _check_sent(site, case, "target")


async def _run_stream(site: Site, case: Path, form: str, name: str) -> None:
    site.world.script(Reply.raw(200, of_google(case), "text/event-stream"))
    answer = await _send(site, asked(case, stream=form))
    assert answer.status == 200
    assert unchunked(answer) == (case / name).read_bytes(), case
    _check_sent(site, case, "stream")
    for credential in site.pollux.engine.snapshot().credentials:  # it may rest after a failure
        await site.pollux.engine.commands.clear(credential.id)


def _names(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("-", "_"): value for name, value in headers.items()}


async def _send(site: Site, one: Asked) -> RawAnswer:
    head = "".join(f"{name}: {value}\r\n" for name, value in one.headers.items()).encode()
    answer = await site.send(one.target, one.body, head=head + b"Connection: close\r\n")
    site.world.rules.clear()
    return answer


def _check_sent(site: Site, case: Path, which: str) -> None:
    expected = orjson.loads((case / "call.json").read_bytes())
    received = site.world.requests[-1]
    path, _, query = expected[which].partition("?")
    assert received.path == path, case
    assert dict(received.query) == dict(parse_qsl(query, keep_blank_values=True)), case
    assert received.raw_body.decode() == expected["body"], case
    lower = {name.lower(): value for name, value in received.headers.items()}
    assert {name: lower.get(name) for name in expected["headers"]} == expected["headers"], case
    strange = {"authorization", "x-api-key", "cookie", "user-agent"} & lower.keys()
    assert strange <= {"user-agent"}, case
