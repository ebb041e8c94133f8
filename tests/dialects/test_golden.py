"""Every golden case of every dialect: what is sent to Gemini, and both forms of the answer.

A case is a folder with `request.json`, `chunks.jsonl` (a line may be `{"call": n, "chunk": …}`)
and perhaps `context.json`; `call.json`, `whole.json` and `stream.sse` are what must come out,
and `about.md` says what it pins. `--update-golden` rewrites the expectations.
"""

import copy
import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from proxy_core.dialects.anthropic import Anthropic
from proxy_core.dialects.contract import Dialect, ParseContext, ParsedRequest, Stamp
from proxy_core.dialects.openai_chat import OpenAIChat
from proxy_core.dialects.openai_completions import OpenAICompletions
from proxy_core.dialects.openai_responses import OpenAIResponses
from proxy_core.dialects.openai_responses.store import Kept, Origin, ResponseStore
from proxy_core.engine.shipped_families import SHIPPED_FAMILIES
from proxy_core.gemini.signatures import (
    DUMMY_SIGNATURE,
    RememberedCall,
    SignatureMemory,
    is_dummy,
)
from proxy_core.gemini.wire import JsonObject
from proxy_core.simulator.catalogue import CATALOGUE
from proxy_core.simulator.parsing import parse_message
from proxy_core.simulator.rules import check_request
from proxy_core.simulator.signatures import sign

GOLDEN = Path(__file__).parent.parent / "golden"
DIALECTS: Mapping[str, Dialect] = {
    dialect.name: dialect
    for dialect in (OpenAIChat(), Anthropic(), OpenAIResponses(), OpenAICompletions())
}
CASES = sorted(case for name in DIALECTS for case in (GOLDEN / name).iterdir())


def case_id(case: Path) -> str:
    return f"{case.parent.name}/{case.name}"


def read_context(case: Path) -> ParseContext:
    path = case / "context.json"
    given = orjson.loads(path.read_bytes()) if path.exists() else {}
    memory = SignatureMemory()
    for id_, call in given.get("memory", {}).items():
        memory.remember(id_, RememberedCall(**call))
    tags = given.get("thought_tags")
    aliases = {name: (model,) for name, model in given.get("aliases", {}).items()}
    return ParseContext(
        memory,
        SHIPPED_FAMILIES,
        tuple(tags) if tags else None,
        aliases,
        responses=read_responses(given.get("responses", ())),
    )


def read_responses(given: Iterable[JsonObject]) -> ResponseStore:
    """Kept answers, each with the one before it as its previous one."""
    store = ResponseStore(lambda: 0.0)
    previous = None
    for each in given:
        request, response = orjson.dumps(each["request"]), orjson.dumps(each["response"])
        origin = Origin(request, previous)
        previous = Kept(each["response"]["id"], origin, response, each.get("text_signature"))
        store.put(previous)
    return store


def parse(case: Path, *, stream: bool) -> ParsedRequest:
    body = {**orjson.loads((case / "request.json").read_bytes()), "stream": stream}
    if stream and "audio" in body:
        body["audio"]["format"] = "pcm16"
    return DIALECTS[case.parent.name].parse(orjson.dumps(body), read_context(case))


def stamp() -> Stamp:
    counter = itertools.count()
    return Stamp("0123456789abcdef" * 2, 1_700_000_000, lambda: f"{next(counter):024d}")


def render(case: Path, *, stream: bool) -> bytes:
    """All frames, or the whole answer."""
    renderer = parse(case, stream=stream).renderer(stamp())
    frames = b""
    for line in (case / "chunks.jsonl").read_bytes().splitlines():
        entry = orjson.loads(line)
        if "chunk" in entry:
            frames += renderer.chunk(entry["chunk"], entry["call"])
        else:
            frames += renderer.chunk(entry)
    return frames + renderer.end() if stream else pretty(orjson.loads(renderer.whole()))


def pretty(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def sent(case: Path) -> bytes:
    """What the exchange asks of Gemini."""
    calls = parse(case, stream=False).calls
    call = calls[0]
    assert call.raw is None
    alike = all(each == call for each in calls)
    return pretty(
        {
            "times": len(calls),
            "version": call.version,
            "model": call.model,
            "action": call.action,
            "conversation": call.conversation,
            "body": call.body if alike else [each.body for each in calls],
        }
    )


@pytest.mark.parametrize("case", CASES, ids=case_id)
@pytest.mark.parametrize(
    ("file", "make"),
    [
        ("call.json", sent),
        ("whole.json", lambda case: render(case, stream=False)),
        ("stream.sse", lambda case: render(case, stream=True)),
    ],
    ids=["call", "whole", "stream"],
)
def test_a_golden_case_comes_out_as_written(
    case: Path, file: str, make: Callable[[Path], bytes], request: pytest.FixtureRequest
) -> None:
    made = make(case)
    expected = case / file
    if request.config.getoption("--update-golden"):
        expected.write_bytes(made)
    assert made.decode() == expected.read_bytes().decode()


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_a_strict_google_takes_what_is_sent(case: Path) -> None:
    for call in parse(case, stream=False).calls:
        # Which models give log probabilities is not known; the simulated ones refuse.
        card = replace(CATALOGUE[call.model], logprobs=True)
        body = parse_message("GenerateContentRequest", countersigned(call.body))
        check_request(body, card, project="p")


def countersigned(body: JsonObject) -> JsonObject:
    """With signatures that the simulator knows for its own, where the case has made-up ones."""
    body = copy.deepcopy(body)
    for part in itertools.chain(*(content["parts"] for content in body["contents"])):
        if not is_dummy(part.get("thoughtSignature", DUMMY_SIGNATURE)):
            part["thoughtSignature"] = sign("p", "anything")
    return body
