"""Long answers and large media in every translated dialect."""

import base64
import io
from dataclasses import replace
from typing import Any

import orjson
import pytest

from proxy_core.simulator import Reply
from proxy_core.simulator.world import Received
from tests.dialects import said
from tests.scenarios.stage import Stage, stage

LONG = "gemini-4-hydrogen"
WORDS = " ".join(f"word{number}" for number in range(60))
ASKED: dict[str, dict[str, Any]] = {
    "openai_chat": {"messages": [{"role": "user", "content": WORDS}]},
    "openai_responses": {"input": WORDS, "store": False},
    "anthropic": {"messages": [{"role": "user", "content": WORDS}], "max_tokens": 9_999},
    "openai_completions": {"prompt": WORDS},
}
CUT = {
    "openai_chat": b'"finish_reason":"length"',
    "openai_responses": b'"reason":"max_output_tokens"',
    "anthropic": b'"stop_reason":"max_tokens"',
    "openai_completions": b'"finish_reason":"length"',
}
each_dialect = pytest.mark.parametrize("dialect", said.FORMS)
both_forms = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])


async def post(on: Stage, path: str, body: dict[str, Any]) -> bytes:
    """In pieces: aiohttp warns of large bodies in one."""
    assert on.session is not None
    headers = {"Content-Type": "application/json"}
    async with on.session.post(path, data=io.BytesIO(orjson.dumps(body)), headers=headers) as got:
        told = await got.read()
        assert got.status == 200, told
        return told


async def ask(on: Stage, dialect: str, *, stream: bool) -> bytes:
    form = said.FORMS[dialect]
    streaming = form.streaming if stream else {}
    return await post(
        on, form.path, {"model": LONG, **ASKED[dialect], "stream": stream, **streaming}
    )


def answer_in(dialect: str, told: bytes, *, stream: bool) -> Any:
    form = said.FORMS[dialect]
    return said.without_ids(said.streamed(form, told) if stream else said.whole(form, told))


def with_short_hops(on: Stage) -> None:
    on.world.models[LONG] = replace(on.world.models[LONG], hop_tokens=20)


@both_forms
@each_dialect
async def test_hops_make_the_same_answer_as_one_piece(dialect: str, stream: bool) -> None:
    async with stage() as on:
        on.key("home")
        await on.open()
        in_one_piece = answer_in(dialect, await ask(on, dialect, stream=stream), stream=stream)
        alone = len(on.calls())
        with_short_hops(on)
        in_hops = answer_in(dialect, await ask(on, dialect, stream=stream), stream=stream)
        assert in_hops == in_one_piece
        assert WORDS in orjson.dumps(in_hops).decode()
        assert len(on.calls()) - alone > 5


@both_forms
@each_dialect
async def test_a_broken_answer_goes_on_after_its_last_checkpoint(
    dialect: str, stream: bool
) -> None:
    async with stage() as on:
        on.key("home")
        await on.open()
        unbroken = answer_in(dialect, await ask(on, dialect, stream=stream), stream=stream)
        on.world.script(Reply.checkpoints(2) | Reply.reset(3, abrupt=False))
        told = answer_in(dialect, await ask(on, dialect, stream=stream), stream=stream)
        assert told == unbroken


@both_forms
@each_dialect
async def test_an_answer_that_cannot_go_on_is_told_as_cut_short(dialect: str, stream: bool) -> None:
    async with stage() as on:
        on.key("home")
        with_short_hops(on)
        await on.open()
        on.world.script(Reply(), Reply.fault("invalid_argument"))
        told = await ask(on, dialect, stream=stream)
        assert CUT[dialect] in told
        answer_in(dialect, told, stream=stream)  # a complete stream all the same
        assert len(on.calls()) == 2


# -- large media -------------------------------------------------------------------------------

MODEL = "gemini-3.8-flash"
PDF = base64.b64encode(b"%PDF-1.7 " + bytes(range(256)) * 100_000).decode()
"34 MB, of 25 MB."
SOURCE = {"type": "base64", "media_type": "application/pdf", "data": PDF}
DOCUMENT = {"type": "document", "source": SOURCE}
FILE = {
    "type": "input_file",
    "filename": "a.pdf",
    "file_data": f"data:application/pdf;base64,{PDF}",
}
TOOL = {"name": "read", "input_schema": {"type": "object"}}
CALL = {"type": "tool_use", "id": "toolu_1", "name": "read", "input": {}}
RESULT = {"type": "tool_result", "tool_use_id": "toolu_1", "content": [DOCUMENT]}
FUNCTION = {"type": "function", "name": "read", "parameters": {"type": "object"}}
ITEM = {"type": "function_call", "call_id": "call_1", "name": "read", "arguments": "{}"}
OUTPUT = {"type": "function_call_output", "call_id": "call_1", "output": [FILE]}
READ = {"role": "user", "content": "Read it."}
LARGE: dict[str, tuple[str, dict[str, Any]]] = {
    "anthropic": (
        "/v1/messages",
        {"max_tokens": 99, "messages": [{"role": "user", "content": [DOCUMENT]}]},
    ),
    "anthropic, as a result": (
        "/v1/messages",
        {
            "max_tokens": 99,
            "tools": [TOOL],
            "messages": [
                READ,
                {"role": "assistant", "content": [CALL]},
                {"role": "user", "content": [RESULT]},
            ],
        },
    ),
    "responses": ("/v1/responses", {"input": [{"role": "user", "content": [FILE]}]}),
    "responses, as a result": (
        "/v1/responses",
        {"input": [READ, ITEM, OUTPUT], "tools": [FUNCTION], "store": False},
    ),
}


def file_in(received: Received) -> dict[str, Any]:
    """The one file that a call refers to."""
    contents = orjson.loads(received.raw_body)["contents"]
    (found,) = [part["fileData"] for one in contents for part in one["parts"] if "fileData" in part]
    return dict(found)


@both_forms
@pytest.mark.parametrize("name", LARGE)
async def test_a_large_document_goes_ahead_as_a_file_and_is_reused(name: str, stream: bool) -> None:
    path, asked = LARGE[name]
    async with stage() as on:
        on.key("home")
        await on.open()
        for _ in range(2):
            await post(on, path, {"model": MODEL, **asked, "stream": stream})
        first, second = map(file_in, on.calls())
        assert first == second
        assert first["mimeType"] == "application/pdf"
        uploads = [one for one in on.world.requests if one.action == "upload"]
        assert len(uploads) == 1
