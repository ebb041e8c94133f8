"""Golden cases of the dialects whose bodies or answers are no JSON, or that do not stream.

As in `test_golden`, but: `request.json` may be a form (`form` and `files`), `whole.json` holds the
answer with its content type, as text or, of bytes, their length and hash, or the failure that is
told instead; and `stream.sse` is there only where the dialect streams events.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from proxy_core.dialects.anthropic import AnthropicCount
from proxy_core.dialects.contract import Dialect, ParsedRequest, Renderer
from proxy_core.dialects.openai_embeddings import OpenAIEmbeddings
from proxy_core.dialects.openai_images import OpenAIImageEdits, OpenAIImages
from proxy_core.dialects.openai_responses import OpenAIResponsesCount
from proxy_core.dialects.openai_speech import OpenAISpeech
from proxy_core.dialects.openai_transcriptions import OpenAITranscriptions, OpenAITranslations
from proxy_core.errors import Failed
from proxy_core.simulator.catalogue import CATALOGUE
from proxy_core.simulator.parsing import parse_message
from proxy_core.simulator.rules import check_request
from tests.dialects.test_golden import GOLDEN, case_id, pretty, read_context, stamp
from tests.fakes import forms

DIALECTS: Mapping[str, Dialect] = {
    dialect.name: dialect
    for dialect in (
        AnthropicCount(),
        OpenAIResponsesCount(),
        OpenAIEmbeddings(),
        OpenAIImages(),
        OpenAIImageEdits(),
        OpenAISpeech(),
        OpenAITranscriptions(),
        OpenAITranslations(),
    )
}
CASES = sorted(case for name in DIALECTS for case in (GOLDEN / name).iterdir())
EVENTS = "text/event-stream"


def parse(case: Path, *, stream: bool | None = None) -> ParsedRequest:
    given = orjson.loads((case / "request.json").read_bytes())
    context = read_context(case)
    fields = given.get("form", given)
    if stream is not None and case.parent.name != "openai_speech":
        fields["stream"] = str(stream).lower() if "form" in given else stream
    body = orjson.dumps(given)
    if "form" in given:
        context = replace(context, form=forms.CONTENT_TYPE)
        body = forms.form(fields, given.get("files", {}))
    return DIALECTS[case.parent.name].parse(body, context)


def feed(renderer: Renderer, case: Path) -> bytes:
    frames = b""
    for line in (case / "chunks.jsonl").read_bytes().splitlines():
        entry = orjson.loads(line)
        frames += renderer.chunk(entry.get("chunk", entry), entry.get("call", 0))
    return frames


def whole(case: Path) -> bytes:
    parsed = parse(case, stream=False)
    renderer = parsed.renderer(stamp())
    kind = renderer.content_type if parsed.stream else renderer.whole_type
    try:
        data = feed(renderer, case)
        data = data + renderer.end() if parsed.stream else renderer.whole()
    except Failed as failed:
        problem = failed.problem
        told = {"kind": problem.kind, "code": problem.code, "message": problem.message}
        return pretty({"failed": told})
    return pretty({"content_type": kind, **shown(kind, data)})


def shown(kind: str, data: bytes) -> dict[str, object]:
    if kind == "application/json":
        return {"json": orjson.loads(data)}
    if kind.startswith("text/"):
        return {"text": data.decode()}
    if kind == "audio/mpeg":  # another version of its encoder may choose other bytes
        return {"bytes": len(data)}
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def stream(case: Path) -> bytes:
    renderer = parse(case, stream=True).renderer(stamp())
    try:
        return feed(renderer, case) + renderer.end()
    except Failed as failed:
        return renderer.fail(failed.problem) or b""


def sent(case: Path) -> bytes:
    calls = parse(case).calls
    alike = all(call == calls[0] for call in calls)
    return pretty(
        {
            "times": len(calls),
            "model": calls[0].model,
            "action": calls[0].action,
            "body": calls[0].body if alike else [call.body for call in calls],
        }
    )


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_a_golden_case_comes_out_as_written(case: Path, request: pytest.FixtureRequest) -> None:
    made = {"call.json": sent(case), "whole.json": whole(case)}
    streaming = parse(case, stream=True)
    if streaming.stream and streaming.renderer(stamp()).content_type == EVENTS:
        made["stream.sse"] = stream(case)
    if request.config.getoption("--update-golden"):
        for name, data in made.items():
            (case / name).write_bytes(data)
    kept = {"request.json", "chunks.jsonl", "about.md", "context.json"}
    assert {path.name for path in case.iterdir()} - kept == set(made)
    for name, data in made.items():
        assert data.decode() == (case / name).read_text("utf-8"), name


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_a_strict_google_takes_what_is_sent(case: Path) -> None:
    for call in parse(case).calls:
        if call.action == "batchEmbedContents":
            parse_message("BatchEmbedContentsRequest", call.body)
            assert len(call.body["requests"]) <= 100
            continue
        asked = call.body
        if call.action == "countTokens":
            parse_message("CountTokensRequest", asked)
            asked = asked["generateContentRequest"]
        body = parse_message("GenerateContentRequest", asked)
        check_request(body, CATALOGUE[call.model], project="p")
