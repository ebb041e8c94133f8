import base64
import itertools
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_core.dialects.contract import Stamp
from proxy_core.dialects.openai_responses.render import ResponsesRenderer
from proxy_core.dialects.openai_responses.sealed import TEXT, unseal
from proxy_core.dialects.openai_responses.shape import Shape
from proxy_core.dialects.openai_responses.store import Origin, ResponseStore
from proxy_core.dialects.openai_responses.tools import LOCAL_SHELL, SHELL
from proxy_core.dialects.tools import Toolset
from proxy_core.errors import Problem, ProblemKind
from proxy_core.gemini.names import NameMap
from proxy_core.gemini.signatures import RememberedCall, SignatureMemory
from proxy_core.gemini.wire import Chunk, JsonObject
from tests.dialects.openai_responses.fold import events, fold

ECHO = b'{"model":"m"}'
PLAIN = Shape(ECHO)
STREAM = Shape(ECHO, stream=True)


def make(
    shape: Shape, memory: SignatureMemory | None = None, store: ResponseStore | None = None
) -> ResponsesRenderer:
    counter = itertools.count()
    stamp = Stamp("f" * 32, 1_700_000_000, lambda: f"{next(counter):024d}")
    return ResponsesRenderer(shape, SignatureMemory() if memory is None else memory, store, stamp)


def says(*parts: JsonObject, **fields: Any) -> Chunk:
    content: JsonObject = {"role": "model", "parts": list(parts)}
    return {"candidates": [{"content": content, **fields}]}  # type: ignore[typeddict-item]


def calls(name: str, signature: str | None = None, **args: Any) -> JsonObject:
    part: JsonObject = {"functionCall": {"name": name, "args": args}}
    return {**part, "thoughtSignature": signature} if signature else part


def shells() -> NameMap:
    names = NameMap()
    for name in (LOCAL_SHELL, SHELL, "patch", "f"):
        names.to_gemini(name)
    return names


TEXTS = st.text(max_size=6)
PARTS: st.SearchStrategy[JsonObject] = st.one_of(
    st.fixed_dictionaries({"text": TEXTS}),
    st.fixed_dictionaries({"text": TEXTS, "thought": st.just(True)}),
    st.fixed_dictionaries({"text": TEXTS, "thoughtSignature": st.sampled_from(["QQ==", "Qg=="])}),
    st.builds(
        lambda name, args, signature: {"functionCall": {"name": name, **args}, **signature},
        st.sampled_from(["f", "patch", "json_response", "unknown", "local_shell", "shell_command"]),
        st.sampled_from(
            [
                *({}, {"args": None}, {"args": {"input": "x", "n": 1.0}}, {"id": "g1"}),
                *({"args": {"command": "ls"}}, {"args": {"commands": ["ls", 1]}}),
            ]
        ),
        st.sampled_from([{}, {"thoughtSignature": "Qw=="}]),
    ),
    st.binary(max_size=5).map(
        lambda data: {
            "inlineData": {"mimeType": "audio/L16", "data": base64.b64encode(data).decode()}
        }
    ),
    st.just({"inlineData": {"mimeType": "image/png", "data": "iVBORw0K"}}),
    st.just({"executableCode": {"language": "PYTHON", "code": "1"}}),
    st.just({"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1\n"}}),
    st.just({"toolCall": {"id": "x"}}),
)
GROUNDING: JsonObject = {
    "webSearchQueries": ["a"],
    "groundingChunks": [{"web": {"uri": "https://a.example", "title": "A"}}, {"maps": {}}],
    "groundingSupports": [
        {"segment": {"startIndex": 1, "endIndex": 5}, "groundingChunkIndices": [0, 1, 7]},
        {"groundingChunkIndices": [0]},
    ],
}
FINISHES = st.sampled_from(
    ["STOP", "MAX_TOKENS", "SAFETY", "OTHER", "NEW_REASON", "MALFORMED_FUNCTION_CALL"]
)
CANDIDATES: st.SearchStrategy[JsonObject] = st.fixed_dictionaries(
    {},
    optional={
        "index": st.integers(0, 1),
        "content": st.fixed_dictionaries({}, optional={"parts": st.lists(PARTS, max_size=4)}),
        "finishReason": FINISHES,
        "groundingMetadata": st.just(GROUNDING),
    },
)
USAGES = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        ("promptTokenCount", "candidatesTokenCount", "thoughtsTokenCount", "totalTokenCount"),
        st.integers(0, 9),
    ),
)
CHUNKS: st.SearchStrategy[Any] = st.fixed_dictionaries(
    {},
    optional={
        "candidates": st.lists(CANDIDATES, max_size=2),
        "usageMetadata": USAGES,
        "promptFeedback": st.sampled_from([{}, {"blockReason": "SAFETY"}]),
    },
)
SHAPES = st.builds(
    Shape,
    echo=st.just(ECHO),
    stream=st.just(False),
    seals=st.booleans(),
    searches=st.booleans(),
    namespaces=st.sampled_from([{}, {"f": ("ns", "g")}]),
    tools=st.builds(
        Toolset,
        names=st.builds(shells),
        custom=st.sampled_from([frozenset[str](), frozenset({"patch"})]),
        json_tool=st.sampled_from([None, "json_response"]),
        parallel=st.booleans(),
    ),
)


@given(st.lists(CHUNKS, max_size=8), SHAPES)
def test_a_stream_says_the_same_as_the_whole(received: list[Chunk], shape: Shape) -> None:
    streamed, whole = make(shape._replace(stream=True)), make(shape)
    frames = b"".join(map(streamed.chunk, received)) + streamed.end()
    for chunk in received:
        assert whole.chunk(chunk) == b""
    assert fold(frames) == orjson.loads(whole.whole())


def test_an_answer_has_sums_also_where_google_told_none() -> None:
    whole, failed = make(PLAIN), make(STREAM)
    whole.chunk(says({"text": "Hi"}, finishReason="STOP"))
    assert orjson.loads(whole.whole())["usage"]["total_tokens"] == 0
    failed.opening()
    last = orjson.loads(failed.fail(Problem(ProblemKind.INTERNAL, "x")).partition(b"data: ")[2])
    assert last["response"]["usage"] is None


@given(st.lists(st.lists(PARTS, max_size=3), max_size=5), SHAPES)
def test_any_grouping_of_chunks_gives_the_same_answer(
    pieces: list[list[JsonObject]], shape: Shape
) -> None:
    apart, together = make(shape), make(shape)
    for piece in pieces:
        apart.chunk(says(*piece))
    together.chunk(says(*itertools.chain(*pieces)))
    for renderer in (apart, together):
        renderer.chunk({"candidates": [{"finishReason": "STOP"}]})
    assert apart.whole() == together.whole()


def test_an_opening_that_went_out_early_is_not_repeated() -> None:
    renderer = make(STREAM)
    frames = renderer.opening()
    assert [event["type"] for event in events(frames)] == [
        "response.created",
        "response.in_progress",
    ]
    frames += renderer.chunk(says({"text": "Hi"}, finishReason="STOP")) + renderer.end()
    assert fold(frames)["output"][0]["content"][0]["text"] == "Hi"


def test_silence_is_filled_with_a_comment() -> None:
    assert make(STREAM).keep_alive == b": keep-alive\n\n"


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (ProblemKind.RATE_LIMITED, "rate_limit_exceeded"),
        (ProblemKind.QUOTA_SPENT, "insufficient_quota"),
        (ProblemKind.CONTEXT_TOO_LONG, "context_length_exceeded"),
        (ProblemKind.BAD_REQUEST, "invalid_prompt"),
        (ProblemKind.BAD_UPSTREAM, "server_error"),
    ],
)
def test_a_late_failure_is_told_with_the_whole_response(kind: ProblemKind, code: str) -> None:
    renderer = make(STREAM)
    frames = renderer.chunk(says({"text": "Hel"}))
    frames += renderer.fail(Problem(kind, "Cut short.", retry_after_s=11.05))
    response = fold(frames)
    assert response["status"] == "failed"
    assert response["error"]["code"] == code
    assert response["model"] == "m"
    assert response["output"][0]["status"] == "incomplete"
    assert response["output"][0]["content"][0]["text"] == "Hel"
    waits = "try again in 11.05s" in response["error"]["message"]
    assert waits is (kind is ProblemKind.RATE_LIMITED)


def test_calls_are_remembered_by_the_id_that_the_client_got() -> None:
    memory = SignatureMemory()
    renderer = make(PLAIN, memory)
    call = {"functionCall": {"name": "f", "args": {}, "id": "g1"}, "thoughtSignature": "QQ=="}
    renderer.chunk(says(call, {"functionCall": {"name": "f"}}))
    first, second = orjson.loads(renderer.whole())["output"]
    assert memory.recall(first["call_id"]) == RememberedCall("f", "g1", "QQ==")
    assert memory.recall(second["call_id"]) == RememberedCall("f", None, None)
    assert len(first["call_id"]) == len("call_") + 24


def test_a_call_that_is_dropped_is_not_remembered() -> None:
    memory = SignatureMemory()
    renderer = make(PLAIN._replace(tools=Toolset(parallel=False)), memory)
    renderer.chunk(says(*[calls("f")] * 3))
    assert len(memory) == 1


def test_a_signature_of_a_call_goes_before_the_call() -> None:
    renderer = make(PLAIN._replace(seals=True))
    renderer.chunk(says({"text": "Hm.", "thought": True}, calls("f", "QQ=="), calls("f")))
    reasoning, first, _ = orjson.loads(renderer.whole())["output"]
    assert unseal(reasoning["encrypted_content"]) == {first["call_id"]: "QQ=="}
    assert reasoning["summary"][0]["text"] == "Hm."


def test_a_signature_of_a_text_counts_only_without_calls() -> None:
    signed = {"text": "Hi", "thoughtSignature": "QQ=="}
    alone, before_call = make(PLAIN._replace(seals=True)), make(PLAIN._replace(seals=True))
    alone.chunk(says(signed))
    before_call.chunk(says(signed, calls("f")))
    last = orjson.loads(alone.whole())["output"][-1]
    assert unseal(last["encrypted_content"]) == {TEXT: "QQ=="}
    kinds = [item["type"] for item in orjson.loads(before_call.whole())["output"]]
    assert kinds == ["message", "function_call"]


def test_nothing_is_sealed_for_clients_that_did_not_ask() -> None:
    renderer = make(PLAIN)
    renderer.chunk(says({"text": "Hi", "thoughtSignature": "QQ=="}, calls("f", "QQ==")))
    kinds = [item["type"] for item in orjson.loads(renderer.whole())["output"]]
    assert kinds == ["message", "function_call"]


def test_sources_count_from_the_start_of_the_last_message() -> None:
    renderer = make(PLAIN._replace(searches=True))
    grounding = {
        "groundingChunks": [{"web": {"uri": "https://a.example", "title": "A"}}],
        "groundingSupports": [
            {"segment": {"startIndex": 0, "endIndex": 2}, "groundingChunkIndices": [0]},
            {"segment": {"startIndex": 3, "endIndex": 6}, "groundingChunkIndices": [0]},
        ],
    }
    renderer.chunk(says({"text": "One"}, {"executableCode": {"code": "1"}}, {"text": "Two"}))
    renderer.chunk(says(finishReason="STOP", groundingMetadata=grounding))
    *_, message = orjson.loads(renderer.whole())["output"]
    (annotation,) = message["content"][0]["annotations"]
    assert (annotation["start_index"], annotation["end_index"]) == (0, 3)


@pytest.mark.parametrize("stream", [True, False])
def test_a_finished_answer_is_kept_with_what_its_text_was_signed_with(stream: bool) -> None:
    store = ResponseStore(lambda: 0.0)
    shape = PLAIN._replace(stream=stream, origin=Origin(b'{"input":"Hi"}'))
    renderer = make(shape, store=store)
    renderer.chunk(says({"text": "Hello", "thoughtSignature": "QQ=="}, finishReason="STOP"))
    assert len(store) == 0
    if stream:
        renderer.end()
    else:
        assert renderer.whole() == getattr(store.get(f"resp_{'f' * 32}"), "response", b"")
    kept = store.get(f"resp_{'f' * 32}")
    assert kept is not None
    assert kept.text_signature == "QQ=="
    assert orjson.loads(kept.response)["output"][0]["content"][0]["text"] == "Hello"


def test_a_failed_answer_is_not_kept() -> None:
    store = ResponseStore(lambda: 0.0)
    renderer = make(STREAM._replace(origin=Origin(b"{}")), store=store)
    renderer.chunk(says({"text": "Hel"}))
    renderer.fail(Problem(ProblemKind.BAD_UPSTREAM, "Cut short."))
    assert len(store) == 0


def test_thought_pictures_and_sounds_are_not_answers() -> None:
    renderer = make(PLAIN)
    picture = {"inlineData": {"mimeType": "image/png", "data": "AA=="}, "thought": True}
    sound = {"inlineData": {"mimeType": "audio/L16", "data": "AA=="}}
    renderer.chunk(says(picture, sound, finishReason="STOP"))
    assert orjson.loads(renderer.whole())["output"] == []
