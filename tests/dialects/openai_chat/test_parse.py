import contextlib
import copy
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy_core.dialects.contract import ParseContext, ParsedRequest
from proxy_core.dialects.openai_chat import OpenAIChat
from proxy_core.engine.shipped_families import SHIPPED_FAMILIES
from proxy_core.errors import BadRequest, Problem, ProblemKind
from proxy_core.gemini.signatures import SignatureMemory
from proxy_core.gemini.wire import JsonObject

GOLDEN = Path(__file__).parent.parent.parent / "golden" / "openai_chat"
REQUESTS = [orjson.loads(path.read_bytes()) for path in sorted(GOLDEN.glob("*/request.json"))]
MODEL = "gemini-3.8-flash"


def parse(body: Any, context: ParseContext | None = None) -> ParsedRequest:
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    return OpenAIChat().parse(raw, context or ParseContext(SignatureMemory(), SHIPPED_FAMILIES))


def refusal(body: Any) -> Problem:
    with pytest.raises(BadRequest) as caught:
        parse(body)
    return caught.value.problem


def asking(**fields: Any) -> JsonObject:
    return {"model": MODEL, "messages": [{"role": "user", "content": "Hi"}], **fields}


def saying(*messages: JsonObject) -> JsonObject:
    return {"model": MODEL, "messages": list(messages)}


def calling(**call: Any) -> JsonObject:
    return saying({"role": "assistant", "tool_calls": [call]})


def showing(part: Any) -> JsonObject:
    return saying({"role": "user", "content": [part]})


TOOL = {"type": "function", "function": {"name": "f"}}
FUNCTION = {"name": "f", "arguments": "{}"}

WRONG: list[tuple[JsonObject, str]] = [
    ({"messages": [{"role": "user", "content": "Hi"}]}, "model"),
    (asking(model=7), "model"),
    (asking(messages=None), "messages"),
    (asking(messages=[]), "messages"),
    (asking(messages="Hi"), "messages"),
    (asking(messages=["Hi"]), "messages[0]"),
    (saying({"content": "Hi"}), "messages[0].role"),
    (saying({"role": "robot", "content": "Hi"}), "messages[0].role"),
    (saying({"role": "user"}), "messages[0].content"),
    (saying({"role": "user", "content": 7}), "messages[0].content"),
    (saying({"role": "system", "content": [{"type": "file"}]}), "messages[0].content[0].type"),
    (saying({"role": "assistant", "content": {}}), "messages[0].content"),
    (saying({"role": "assistant", "refusal": 1}), "messages[0].refusal"),
    (saying({"role": "assistant", "tool_calls": {}}), "messages[0].tool_calls"),
    (saying({"role": "assistant", "extra_content": 1}), "messages[0].extra_content"),
    (saying({"role": "assistant", "function_call": {}}), "messages[0].function_call.name"),
    (saying({"role": "tool", "content": "x"}), "messages[0].tool_call_id"),
    (
        saying({"role": "tool", "tool_call_id": "call_1", "content": "x"}),
        "messages[0].tool_call_id",
    ),
    (saying({"role": "function", "name": "f", "content": "x"}), "messages[0].name"),
    (calling(function=FUNCTION), "messages[0].tool_calls[0].id"),
    (calling(id="c"), "messages[0].tool_calls[0].function"),
    (calling(id="c", type="x"), "messages[0].tool_calls[0].type"),
    (calling(id="c", function={}), "messages[0].tool_calls[0].function.name"),
    (
        calling(id="c", function={"name": "f", "arguments": "{"}),
        "messages[0].tool_calls[0].function.arguments",
    ),
    (
        calling(id="c", function={"name": "f", "arguments": "[" * 600 + "]" * 600}),
        "messages[0].tool_calls[0].function.arguments",
    ),
    (
        calling(id="c", type="custom", custom={"name": "f", "input": {}}),
        "messages[0].tool_calls[0].custom.input",
    ),
    (showing("Hi"), "messages[0].content[0]"),
    (showing({"type": "video"}), "messages[0].content[0].type"),
    (showing({"type": "text", "text": 1}), "messages[0].content[0].text"),
    (showing({"type": "image_url"}), "messages[0].content[0].image_url"),
    (showing({"type": "image_url", "image_url": {}}), "messages[0].content[0].image_url.url"),
    *(
        (
            showing({"type": "image_url", "image_url": {"url": url}}),
            "messages[0].content[0].image_url.url",
        )
        for url in (
            "file:///etc/passwd",
            "/etc/passwd",
            "C:\\secret.png",
            "data:image/png;base64",
            "data:;base64,AA==",
            "http://[x.example/a.png",
        )
    ),
    (showing({"type": "image_url", "image_url": "cat.png"}), "messages[0].content[0].image_url"),
    (
        showing({"type": "input_audio", "input_audio": {"format": "wav"}}),
        "messages[0].content[0].input_audio.data",
    ),
    (
        showing({"type": "input_audio", "input_audio": {"data": "AA==", "format": "midi"}}),
        "messages[0].content[0].input_audio.format",
    ),
    (
        showing({"type": "file", "file": {"file_id": "file-abc"}}),
        "messages[0].content[0].file.file_id",
    ),
    (
        showing({"type": "file", "file": {"file_data": "AA==", "filename": "x"}}),
        "messages[0].content[0].file.file_data",
    ),
    (asking(stream="yes"), "stream"),
    (asking(stream_options=[]), "stream_options"),
    (asking(stream_options={"include_usage": 1}), "stream_options.include_usage"),
    (asking(n=0), "n"),
    (asking(n=9), "n"),
    (asking(n=True), "n"),
    (asking(temperature="hot"), "temperature"),
    (asking(temperature=3), "temperature"),
    (asking(top_p=-1), "top_p"),
    (asking(seed=1.5), "seed"),
    (asking(presence_penalty=3), "presence_penalty"),
    (asking(max_tokens=0), "max_tokens"),
    (asking(max_completion_tokens="all"), "max_completion_tokens"),
    (asking(stop=[1]), "stop"),
    (asking(stop=list("abcdef")), "stop"),
    (asking(logprobs="yes"), "logprobs"),
    (asking(logprobs=True, top_logprobs=21), "top_logprobs"),
    (asking(reasoning_effort="extreme"), "reasoning_effort"),
    (asking(response_format="json"), "response_format"),
    (asking(response_format={"type": "xml"}), "response_format.type"),
    (asking(response_format={"type": "json_schema"}), "response_format.json_schema"),
    (
        asking(response_format={"type": "json_schema", "json_schema": {"schema": 1}}),
        "response_format.json_schema.schema",
    ),
    (asking(tools={}), "tools"),
    (asking(tools=[{"type": "web"}]), "tools[0].type"),
    (asking(tools=[{"type": "function"}]), "tools[0].function"),
    (asking(tools=[{"type": "function", "function": {}}]), "tools[0].function.name"),
    (
        asking(tools=[{"type": "function", "function": {"name": "f", "parameters": []}}]),
        "tools[0].function.parameters",
    ),
    (asking(tools=[TOOL, TOOL]), "tools[1].function.name"),
    (asking(tools=[{"type": "custom", "custom": {"name": 1}}]), "tools[0].custom.name"),
    (asking(functions=[{}]), "functions[0].name"),
    (asking(tool_choice="required"), "tool_choice"),
    (asking(tools=[TOOL], tool_choice="any"), "tool_choice"),
    (asking(tools=[TOOL], tool_choice=1), "tool_choice"),
    (asking(tools=[TOOL], tool_choice={"type": "x"}), "tool_choice.type"),
    (
        asking(tools=[TOOL], tool_choice={"type": "function", "function": {"name": "g"}}),
        "tool_choice.function.name",
    ),
    (
        asking(
            tools=[TOOL],
            tool_choice={
                "type": "allowed_tools",
                "allowed_tools": {"mode": "auto", "tools": [{"function": {"name": "g"}}]},
            },
        ),
        "tool_choice.allowed_tools.tools[0].function.name",
    ),
    (asking(functions=[FUNCTION], function_call={"name": "g"}), "function_call.name"),
    (asking(parallel_tool_calls="no"), "parallel_tool_calls"),
    (asking(modalities=["text", "audio"]), "modalities"),
    (asking(modalities=["image"]), "modalities"),
    (asking(modalities=["smell"]), "modalities"),
    (asking(model="gemini-3.8-flash-tts", audio={"format": "mp3"}), "audio.format"),
    (asking(model="gemini-3.8-flash-tts", stream=True, audio={"format": "wav"}), "audio.format"),
    (asking(web_search_options=True), "web_search_options"),
    (asking(service_tier=1), "service_tier"),
    (asking(prompt_cache_key=1), "prompt_cache_key"),
    (asking(extra_body=1), "extra_body"),
    (asking(google=1), "google"),
    (asking(extra_body={"google": {"thinking_config": 1}}), "extra_body.google.thinking_config"),
    (
        asking(google={"thinking_config": {"thinking_level": "low", "thinking_budget": 1}}),
        "google.thinking_config.thinking_budget",
    ),
    (asking(google={"thinking_config": {}}, reasoning_effort="low"), "reasoning_effort"),
    (asking(google={"safety_settings": [{}]}), "google.safety_settings[0].category"),
]


@pytest.mark.parametrize(("body", "param"), WRONG, ids=[param for _, param in WRONG])
def test_a_wrong_field_is_refused_by_name(body: JsonObject, param: str) -> None:
    problem = refusal(body)
    assert problem.kind is ProblemKind.BAD_REQUEST
    assert problem.param == param


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"a":NaN}', b"[" * 5000, b'{"a":"\\ud800"}'],
)
def test_a_body_that_is_no_json_object_is_refused(raw: bytes) -> None:
    assert refusal(raw).param is None


@pytest.mark.parametrize("model", ["../v1/files", "a b", "gemini?x=1", "models/", "tuned/x", "ä"])
def test_a_model_name_that_cannot_be_one_is_not_found(model: str) -> None:
    problem = refusal(asking(model=model))
    assert problem.kind is ProblemKind.MODEL_NOT_FOUND
    assert problem.param == "model"


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("gemini-x", "gemini-x"),
        ("models/gemini-x", "gemini-x"),
        ("google/gemini-x", "gemini-x"),
        ("fast", "gemini-3.8-flash"),
        ("google/fast", "gemini-3.8-flash"),
        ("openai/gpt", "gemini-4-argon"),
    ],
)
def test_every_way_to_name_a_model_leads_to_its_bare_id(name: str, model: str) -> None:
    aliases = {"fast": ("models/gemini-3.8-flash", "x"), "openai/gpt": ("gemini-4-argon",)}
    context = ParseContext(SignatureMemory(), SHIPPED_FAMILIES, aliases=aliases)
    parsed = parse(asking(model=name), context)
    assert parsed.calls[0].model == model
    assert parsed.model == name


def test_a_user_alone_names_no_conversation() -> None:
    assert parse(asking(user="u")).calls[0].conversation is None
    assert parse(asking(prompt_cache_key="k")).calls[0].conversation == "k"


def mutations(value: Any) -> st.SearchStrategy[Any]:
    """Something else in the place of a value."""
    junk: st.SearchStrategy[Any] = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**63), 2**64 - 1),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=8),
        st.sampled_from(["file:///x", "data:,x", "http://[", "{", "assistant", "auto", "[" * 999]),
        st.lists(st.one_of(st.none(), st.text(max_size=2)), max_size=2),
        st.dictionaries(st.sampled_from(["type", "text", "name", "$ref"]), st.none(), max_size=2),
    )
    kept: list[st.SearchStrategy[Any]] = [st.just([value]), st.just({"type": value})]
    if isinstance(value, list):
        kept += [st.just(value * 2), st.just(value[::-1])]
    return st.one_of(junk, *kept)


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [at] if at else []
    entries = (
        list(value.items())
        if isinstance(value, dict)
        else list(enumerate(value))
        if isinstance(value, list)
        else []
    )
    for key, child in entries:
        found += places(child, (*at, key))
    return found


@st.composite
def mutated_requests(draw: st.DrawFn) -> Any:
    body = copy.deepcopy(draw(st.sampled_from(REQUESTS)))
    for _ in range(draw(st.integers(1, 2))):
        *way, last = draw(st.sampled_from(places(body)))
        holder = body
        for key in way:
            holder = holder[key]
        if draw(st.booleans()) and isinstance(holder, dict):
            del holder[last]
        else:
            holder[last] = draw(mutations(holder[last]))
        if not places(body):
            break
    return body


@settings(max_examples=600, deadline=None)
@given(mutated_requests())
def test_whatever_a_body_holds_only_a_bad_request_is_raised(body: Any) -> None:
    try:
        calls = parse(body).calls
    except BadRequest as refused:
        calls, param = (), refused.problem.param
    else:
        param = "none is wrong"
    assert param is not None
    for call in calls:
        orjson.dumps(call.body)


@settings(max_examples=300)
@given(st.binary(max_size=60), st.sampled_from(REQUESTS), st.integers(0, 400))
def test_whatever_bytes_come_only_a_bad_request_is_raised(
    junk: bytes, request_body: JsonObject, place: int
) -> None:
    raw = orjson.dumps(request_body)
    with contextlib.suppress(BadRequest):
        parse(raw[:place] + junk + raw[place:])
