"""Vertex AI beside the Gemini API: used last, in its own words, and never for what it cannot do."""

import asyncio
from typing import Any

import orjson
import pytest

from proxy_core.simulator import Limits, Reply
from proxy_core.simulator.world import CLOUD_PLATFORM, DEFAULT_SCOPES, RETRIEVER, Received
from tests.scenarios.stage import FORMS, MODEL, Form, Stage, Told, stage

FREE, PAID = "free-project", "paid-project"
VERTEX_SCOPES = ("openid", RETRIEVER, CLOUD_PLATFORM)
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "look_up",
            "description": "Looks a word up.",
            "parameters": {
                "type": "object",
                "properties": {"word": {"type": "string"}},
                "required": ["word"],
            },
        },
    }
]


def vertex(on: Stage, file: dict[str, Any], project: str, location: str = "global") -> None:
    """Adds a credential's file to the pool, for Vertex AI."""
    on.world.open_vertex(project)
    on.credentials.append({**file, "service": "vertex", "location": location})


def express(on: Stage, project: str = PAID) -> str:
    key = on.world.add_key(project, express=True)
    vertex(on, {"type": "api_key", "key": key}, project)
    return key


def paid_account(on: Stage, project: str = PAID, location: str = "global") -> None:
    file = on.world.sign_in("ada@example.com", project, scopes=VERTEX_SCOPES)
    vertex(on, file, project, location)


async def robot(on: Stage, project: str) -> dict[str, Any]:
    """The file of a service account; making its key is no work for a loop."""
    return await asyncio.to_thread(
        on.world.add_service_account, f"robot@{project}.example", project
    )


def at_vertex(received: Received) -> bool:
    return "/publishers/google/models/" in received.path


def paths(on: Stage) -> list[str]:
    return [received.path for received in on.calls()]


@pytest.mark.parametrize("form", FORMS)
async def test_vertex_answers_every_form_as_the_gemini_api_does(form: Form) -> None:
    async with stage() as on:
        paid_account(on)
        await on.open()
        told = await on.ask(form)
        assert told.worked
        action = "generateContent" if form == "native" else "streamGenerateContent"
        place = f"/v1beta1/projects/{PAID}/locations/global/publishers/google/models/{MODEL}"
        assert paths(on) == [f"{place}:{action}"]
        headers = on.calls()[0].headers
        assert headers["x-goog-user-project"] == PAID
        assert headers["Authorization"].startswith("Bearer ya29.")


@pytest.mark.parametrize("form", FORMS)
async def test_the_gemini_api_is_used_while_any_of_it_is_free(form: Form) -> None:
    async with stage() as on:
        express(on)
        on.key(FREE)
        on.world.project(FREE).limits["*"] = Limits(rpm=2)
        await on.open()
        assert [(await on.ask(form)).worked for _ in range(3)] == [True] * 3
        assert [at_vertex(one) for one in on.calls()] == [False, False, False, True]


async def test_a_conversation_leaves_vertex_as_soon_as_the_gemini_api_is_free() -> None:
    async with stage(flying=False) as on:
        express(on)
        on.key(FREE)
        on.world.project(FREE).limits["*"] = Limits(rpm=1)
        await on.open()
        said = [{"role": "user", "content": "hello"}]
        go_on = [*said, {"role": "assistant", "content": "hi"}, {"role": "user", "content": "on"}]
        for _ in range(3):
            await on.ask("chat", messages=go_on)
        on.clock.advance(120)
        assert (await on.ask("chat", messages=go_on)).worked
        assert [at_vertex(one) for one in on.calls()] == [False, False, True, True, False]


async def test_an_express_key_needs_no_project() -> None:
    async with stage() as on:
        key = express(on)
        await on.open()
        assert (await on.ask("chat")).worked
        (call,) = on.calls()
        assert call.path == f"/v1beta1/publishers/google/models/{MODEL}:streamGenerateContent"
        assert call.headers["x-goog-api-key"] == key
        assert call.headers.get("Authorization") is None


@pytest.mark.parametrize("form", FORMS)
async def test_a_service_account_is_asked_for_in_its_region(form: Form) -> None:
    async with stage() as on:
        vertex(on, await robot(on, PAID), PAID, "us-central1")
        await on.open()
        assert (await on.ask(form, model="gemini-2.5-flash")).worked
        (path,) = paths(on)
        assert path.startswith(f"/v1beta1/projects/{PAID}/locations/us-central1/")


async def test_a_model_that_a_region_lacks_is_asked_of_the_next() -> None:
    async with stage() as on:
        paid_account(on, location="europe-west4")
        vertex(on, await robot(on, "other"), "other", "eu")
        await on.open()
        assert (await on.ask("chat")).worked
        assert [one.project for one in on.calls()] == [PAID, "other"]
        view = on.view(PAID)
        assert (view.state, view.models[0].state) == ("ready", "unavailable")


@pytest.mark.parametrize("form", ["native", "native sse"])
@pytest.mark.parametrize(
    "more",
    [
        {"tools": [{"fileSearch": {"fileSearchStoreNames": ["fileSearchStores/x"]}}]},
        {"cachedContent": "cachedContents/x"},
        {"contents": [{"parts": [{"fileData": {"fileUri": "files/a"}}]}]},
    ],
    ids=["file search", "a cache", "a file"],
)
async def test_what_only_the_gemini_api_has_never_goes_to_vertex(
    form: Form, more: dict[str, Any]
) -> None:
    async with stage() as on:
        paid_account(on)
        on.key(FREE)
        on.world.script(Reply.fault("per_minute_429"), project=FREE)
        await on.open(MAX_WAIT_S="0")
        told = await on.ask(form, **more)
        assert told.status == 429
        assert on.asked() == [FREE]


@pytest.mark.parametrize(
    ("more", "model"),
    [
        ({"tools": [{"fileSearch": {"fileSearchStoreNames": ["fileSearchStores/x"]}}]}, MODEL),
        ({}, "gemma-4-31b-it"),
        ({}, "gemini-flash-latest"),
    ],
)
async def test_a_pool_without_the_gemini_api_says_that_it_is_missing(
    more: dict[str, Any], model: str
) -> None:
    async with stage() as on:
        paid_account(on)
        await on.open()
        told = await on.ask("native", model=model, **more)
        assert (told.status, on.calls()) == (503, [])
        assert told.error is not None
        assert "This needs the Gemini API, for" in told.error["message"]
        assert "retry-after" not in told.headers


@pytest.mark.parametrize("form", FORMS[2:])
@pytest.mark.parametrize(
    "more",
    [
        {"tools": [{"enterpriseWebSearch": {}}]},
        {"contents": [{"parts": [{"fileData": {"fileUri": "gs://bucket/film.mp4"}}]}]},
        {"cachedContent": f"projects/{PAID}/locations/global/cachedContents/1"},
    ],
    ids=["a tool", "cloud storage", "a cache"],
)
async def test_what_only_vertex_has_never_goes_to_the_gemini_api(
    form: Form, more: dict[str, Any]
) -> None:
    async with stage() as on:
        paid_account(on)
        on.key(FREE)
        await on.open()
        assert (await on.ask(form, **more)).worked
        assert on.asked() == [PAID]


async def test_what_no_service_can_do_alone_is_a_mistake_of_the_client() -> None:
    async with stage() as on:
        paid_account(on)
        on.key(FREE)
        await on.open()
        parts = [{"fileData": {"fileUri": "gs://bucket/film.mp4"}}]
        told = await on.ask("native", contents=[{"parts": parts}], cachedContent="cachedContents/x")
        assert (told.status, on.calls()) == (400, [])


SWITCHES = [(False, 200), (False, 429), (True, 200), (True, 200), (False, 200)]
"At Vertex AI or not, and the answer: a signature of the other service would be a 400."


def with_little_of_the_gemini_api(on: Stage, *, bare: bool = False) -> None:
    """One request a minute, and signatures that hold at one service alone."""
    express(on)
    on.key(FREE)
    on.world.project(FREE).limits["*"] = Limits(rpm=1)
    on.world.signatures_bound_to = "service"
    on.world.vertex_bare_calls = bare


@pytest.mark.parametrize("bare", [False, True], ids=["with ids", "without ids"])
@pytest.mark.parametrize("form", ["chat", "chat stream"])
async def test_a_tool_loop_goes_on_over_switches_of_services(form: Form, bare: bool) -> None:
    async with stage(flying=False) as on:
        with_little_of_the_gemini_api(on, bare=bare)
        await on.open()
        messages: list[dict[str, Any]] = []
        for again in (False, True):
            messages.append({"role": "user", "content": "look up a word, please"})
            told = await on.ask(form, messages=messages, tools=TOOLS, tool_choice="required")
            said = said_in(told)
            id_ = said["tool_calls"][0]["id"]
            messages += [said, {"role": "tool", "tool_call_id": id_, "content": "a word"}]
            if again:
                on.clock.advance(120)
            told = await on.ask(form, messages=messages, tools=TOOLS)
            assert told.worked
            messages.append(said_in(told))
        assert [(at_vertex(one), one.status) for one in on.calls()] == SWITCHES


def said_in(told: Told) -> dict[str, Any]:
    """The message, as a client sends it back."""
    assert told.worked
    if told.form == "chat":
        return dict(told.events[0]["choices"][0]["message"])
    said: dict[str, Any] = {"role": "assistant", "content": ""}
    for event in told.events:
        for choice in event["choices"]:
            said["content"] += choice["delta"].get("content") or ""
            for call in choice["delta"].get("tool_calls", ()):
                first = said.setdefault("tool_calls", [call])[0]
                if first is not call:
                    first["function"]["arguments"] += call["function"]["arguments"]
    return said


@pytest.mark.parametrize("form", ["native", "native sse", "native array"])
async def test_a_native_tool_loop_goes_on_over_switches_of_services(form: Form) -> None:
    declared = [{"functionDeclarations": [{"name": "look_up"}]}]
    async with stage(flying=False) as on:
        with_little_of_the_gemini_api(on)
        await on.open()
        contents: list[Any] = []
        for again in (False, True):
            contents.append({"role": "user", "parts": [{"text": "look it up"}]})
            told = await on.ask(form, contents=contents, tools=declared, toolConfig=FORCED)
            (part,) = (part for part in parts_in(told) if "functionCall" in part)
            call = part["functionCall"]
            result = {"id": call["id"], "name": call["name"], "response": {"output": "x"}}
            contents.append({"role": "model", "parts": [part]})
            contents.append({"role": "user", "parts": [{"functionResponse": result}]})
            if again:
                on.clock.advance(120)
            told = await on.ask(form, contents=contents, tools=declared)
            contents.append({"role": "model", "parts": parts_in(told)})
        assert [(at_vertex(one), one.status) for one in on.calls()] == SWITCHES
        sent = orjson.loads(on.calls()[2].raw_body)["contents"]
        assert sent[1]["parts"][0]["thoughtSignature"] == "skip_thought_signature_validator"
        # What nobody needs to change is still the client's own.
        assert orjson.loads(on.calls()[0].raw_body)["contents"] == contents[:1]


FORCED = {"functionCallingConfig": {"mode": "ANY"}}


def parts_in(told: Told) -> list[dict[str, Any]]:
    assert told.worked
    return [
        part
        for event in told.events
        for candidate in event.get("candidates", ())
        for part in candidate.get("content", {}).get("parts", ())
    ]


@pytest.mark.parametrize("form", FORMS)
async def test_shared_capacity_at_vertex_is_a_short_rest(form: Form) -> None:
    async with stage() as on:
        express(on, "first")
        express(on, "second")
        on.world.script(Reply.fault("vertex_capacity_429"), project="first")
        await on.open()
        assert (await on.ask(form)).worked
        assert on.asked() == ["first", "second"]
        first = next(iter(on.pool.members.values()))
        rest_s = on.pool.lanes[MODEL].pairs[first.unit.id].until - on.clock.now()
        assert 0 < rest_s <= 6


@pytest.mark.parametrize(
    ("row", "state", "words"),
    [
        ("vertex_iam_denied", "project_denied", "Vertex AI User"),
        ("vertex_disabled", "api_off", "Vertex AI is switched off"),
        ("vertex_billing_disabled", "billing", "without which Vertex AI"),
        ("scope_insufficient", "scope_missing", "Vertex AI (scope cloud-platform)"),
    ],
)
async def test_a_refusal_of_vertex_is_told_in_its_own_words(
    row: str, state: str, words: str
) -> None:
    async with stage() as on:
        paid_account(on)
        on.world.script(Reply.fault(row, project=PAID), action="streamGenerateContent")
        await on.open()
        told = await on.ask("native sse")
        assert told.status == 503
        view = on.view(PAID)
        assert view.state == state
        assert words in f"{view.sentence} {view.next_step}"


@pytest.mark.parametrize("form", FORMS)
async def test_a_key_of_ai_studio_that_is_marked_for_vertex_is_taken_out_at_once(
    form: Form,
) -> None:
    async with stage() as on:
        key = on.world.add_key(PAID)
        vertex(on, {"type": "api_key", "key": key, "project_id": PAID}, PAID)
        await on.open()
        assert (await on.ask(form)).status == 503
        assert (await on.ask(form)).status == 503
        assert len(on.calls()) == 1
        view = on.view(PAID)
        assert view.state == "key_invalid"
        assert "it is of AI Studio" in view.sentence


async def test_a_project_without_quota_left_rests_for_the_minute() -> None:
    async with stage() as on:
        paid_account(on)
        on.world.project(PAID).vertex_limits["*"] = Limits(rpm=1)
        await on.open(MAX_WAIT_S="0")
        assert (await on.ask("chat")).worked
        assert (await on.ask("chat")).status == 429
        (model,) = on.view(PAID).models
        assert (model.state, model.limit_minute) == ("cooling", 1)


async def test_an_error_in_an_array_is_understood_before_a_stream() -> None:
    async with stage() as on:
        paid_account(on)
        await on.open()
        told = await on.ask("native sse", generationConfig={"temperature": 9})
        assert told.status == 400
        assert told.error is not None
        assert "temperature" in told.error["message"]


@pytest.mark.parametrize("form", ["native", "native sse"])
async def test_the_highest_thinking_level_falls_by_one_where_vertex_does_not_know_it(
    form: Form,
) -> None:
    async with stage() as on:
        paid_account(on)
        on.world.vertex_knows_xhigh = False
        await on.open()
        config = {"thinkingConfig": {"thinkingLevel": "XHIGH"}}
        told = await on.ask(form, model="gemini-4-hydrogen", generationConfig=config)
        assert told.worked
        levels = [
            orjson.loads(one.raw_body)["generationConfig"]["thinkingConfig"]["thinkingLevel"]
            for one in on.calls()
        ]
        assert levels == ["XHIGH", "HIGH"]


async def test_a_sign_in_without_cloud_platform_is_not_used_with_vertex() -> None:
    async with stage() as on:
        file = on.world.sign_in("ada@example.com", PAID, scopes=DEFAULT_SCOPES)
        del file["scopes"]
        vertex(on, file, PAID)
        on.credentials.append(on.world.sign_in("ada@example.com", FREE))
        await on.open()
        assert (await on.ask("chat")).worked
        assert on.asked() == [FREE]
        on.world.project(FREE).fault = "service_disabled"
        await on.ask("chat")
        assert (on.state(PAID), on.state(FREE)) == ("scope_missing", "api_off")
        assert "cloud-platform" in on.view(PAID).sentence


async def test_both_services_of_one_project_have_quotas_of_their_own() -> None:
    async with stage() as on:
        on.key(PAID)
        paid_account(on)
        on.world.project(PAID).limits["*"] = Limits(rpm=1)
        await on.open()
        assert [(await on.ask("chat")).worked for _ in range(3)] == [True] * 3
        assert [at_vertex(one) for one in on.calls()] == [False, False, True, True]
        assert {member.project for member in on.pool.members.values()} == {PAID}


async def test_models_of_both_services_are_one_list() -> None:
    async with stage() as on:
        paid_account(on)
        await on.open()
        assert on.session is not None
        async with on.session.get("/v1/models") as answer:
            ids = {model["id"] for model in (await answer.json())["data"]}
        assert MODEL in ids
        assert ids.isdisjoint({"chirp-2", "imagetext", "gemini-flash-latest"})


@pytest.mark.parametrize("model", ["gemini-embedding-001", "text-embedding-005"])
async def test_embeddings_come_back_in_the_gemini_apis_form(model: str) -> None:
    async with stage() as on:
        paid_account(on)
        await on.open()
        assert on.session is not None
        content = {"parts": [{"text": "hello"}]}
        one = {"content": content, "outputDimensionality": 4}
        several = {"requests": [{"model": f"models/{model}", **one}] * 2}
        path = f"/v1beta/models/{model}"
        async with on.session.post(f"{path}:embedContent", json=one) as answer:
            alone = await answer.json()
        async with on.session.post(f"{path}:batchEmbedContents", json=several) as answer:
            both = await answer.json()
        assert len(alone["embedding"]["values"]) == 4
        assert both["embeddings"] == [alone["embedding"]] * 2


async def test_a_service_tier_is_asked_for_and_told_back() -> None:
    async with stage() as on:
        paid_account(on)
        await on.open()
        told = await on.ask("chat", service_tier="priority")
        assert told.events[0]["service_tier"] == "priority"


async def test_tokens_of_a_whole_request_are_counted() -> None:
    async with stage() as on:
        paid_account(on)
        await on.open()
        assert on.session is not None
        contents = [{"parts": [{"text": "hello"}]}]
        system = {"parts": [{"text": "be short"}]}
        inner = {"model": f"models/{MODEL}", "contents": contents, "systemInstruction": system}
        path = f"/v1beta/models/{MODEL}:countTokens"
        async with on.session.post(path, json={"generateContentRequest": inner}) as answer:
            assert (await answer.json())["totalTokens"] == 4


@pytest.mark.parametrize("form", ["native", "native sse", "native array"])
async def test_a_call_without_arguments_reaches_native_clients_with_empty_ones(form: Form) -> None:
    async with stage() as on:
        express(on)
        on.world.vertex_bare_calls = True
        await on.open()
        declared = [{"functionDeclarations": [{"name": "now"}]}]
        told = await on.ask(form, tools=declared, toolConfig=FORCED)
        calls = [part["functionCall"] for part in parts_in(told) if "functionCall" in part]
        assert calls == [{"name": "now", "args": {}}]
