"""Long answers of Gemini 4: one answer in one piece for clients that know nothing of hops."""

from dataclasses import replace
from typing import Any

import orjson
import pytest

from proxy_core.simulator import Reply
from tests.scenarios.stage import STREAMS, Form, Stage, Told, stage

MODEL = "gemini-4-hydrogen"
WORDS = " ".join(f"word{number}" for number in range(60))
SAID = f"You said: {WORDS}"
CHAT: tuple[Form, ...] = ("chat", "chat stream")


def with_short_hops(on: Stage, tokens: int) -> None:
    on.world.models[MODEL] = replace(on.world.models[MODEL], hop_tokens=tokens)


async def ask(on: Stage, form: Form, **more: Any) -> Told:
    if form == "chat stream":
        more.setdefault("stream_options", {"include_usage": True})
    return await on.ask(form, WORDS, MODEL, **more)


def text_of(told: Told) -> str:
    deltas = (event["choices"][0] for event in told.events if event.get("choices"))
    return "".join(
        (one.get("delta") or one.get("message") or {}).get("content") or "" for one in deltas
    )


def usage_of(told: Told) -> dict[str, Any]:
    usage: dict[str, Any] = next(e["usage"] for e in told.events if e.get("usage"))
    return usage


def finish_of(told: Told) -> str:
    reasons = [c.get("finish_reason") for e in told.events for c in e.get("choices", ())]
    found: str = next(reason for reason in reasons if reason)
    return found


def bodies(on: Stage) -> list[dict[str, Any]]:
    return [orjson.loads(received.raw_body) for received in on.calls()]


@pytest.mark.parametrize("form", CHAT)
async def test_hops_are_joined_and_counted_together(form: Form) -> None:
    async with stage() as on:
        on.key("home")
        await on.open()
        in_one_piece = await ask(on, form)
        with_short_hops(on, 20)
        in_hops = await ask(on, form)
        assert in_hops.worked
        assert text_of(in_hops) == text_of(in_one_piece) == SAID
        assert finish_of(in_hops) == "stop"
        assert usage_of(in_hops) == usage_of(in_one_piece)
        assert len(on.calls()) > 5


async def test_each_hop_is_the_same_request_with_the_newest_token() -> None:
    async with stage() as on:
        on.key("home")
        with_short_hops(on, 40)
        await on.open()
        await ask(on, "chat stream")
        first, *others = bodies(on)
        tokens = [body.pop("continuationToken") for body in others]
        assert all(body == first for body in others)
        assert len(set(tokens)) == len(tokens) > 1


@pytest.mark.parametrize("form", CHAT)
async def test_all_hops_stay_on_the_credential_that_began(form: Form) -> None:
    async with stage() as on:
        for name in ("a", "b", "c"):
            on.key(name)
        on.key("a")
        with_short_hops(on, 20)
        await on.open()
        assert (await ask(on, form)).worked
        assert len({(received.project, received.credential) for received in on.calls()}) == 1


@pytest.mark.parametrize("form", CHAT)
async def test_another_credential_of_the_project_stands_in_for_one_that_is_gone(form: Form) -> None:
    async with stage() as on:
        first, second = on.key("home"), on.key("home")
        on.key("elsewhere")
        with_short_hops(on, 40)
        await on.open(ROTATION="fill-first")
        on.world.script(Reply())  # the first request as usual, then:
        on.world.script(Reply.fault("api_key_invalid"), credential=first)
        told = await ask(on, form)
        assert told.worked
        assert text_of(told) == SAID
        assert {received.credential for received in on.calls()} == {first, second}


@pytest.mark.parametrize("form", CHAT)
async def test_an_answer_that_cannot_go_on_is_told_as_cut_short(form: Form) -> None:
    async with stage() as on:
        on.key("home")
        on.key("elsewhere")
        with_short_hops(on, 40)
        await on.open(ROTATION="fill-first")
        on.world.script(Reply(), Reply.fault("invalid_argument"))
        told = await ask(on, form)
        assert told.worked
        assert finish_of(told) == "length"
        assert SAID.startswith(text_of(told))
        assert on.asked() == ["home", "home"]


async def test_the_record_shows_every_hop() -> None:
    async with stage() as on:
        on.key("home")
        with_short_hops(on, 40)
        await on.open()
        assert on.session is not None
        on.session.headers["X-Pollux-Trace"] = "1"
        told = await ask(on, "chat")
        assert told.headers["x-pollux-attempts"] == str(len(on.calls()))


@pytest.mark.parametrize("form", CHAT)
@pytest.mark.parametrize(("every", "after"), [(1, 1), (1, 2), (1, 3), (2, 2), (2, 3)])
async def test_a_broken_stream_goes_on_after_its_last_checkpoint(
    form: Form, every: int, after: int
) -> None:
    async with stage() as on:
        on.key("home")
        await on.open()
        whole = await ask(on, form)
        on.world.script(Reply.checkpoints(every) | Reply.reset(after, abrupt=False))
        told = await ask(on, form)
        assert told.worked
        assert text_of(told) == SAID
        assert usage_of(told) == usage_of(whole)
        assert "continuationToken" in bodies(on)[-1]


@pytest.mark.parametrize("form", CHAT)
async def test_a_stream_that_ends_too_early_goes_on_too(form: Form) -> None:
    async with stage() as on:
        on.key("home")
        await on.open()
        on.world.script(Reply.checkpoints() | Reply.truncate(2))
        told = await ask(on, form)
        assert told.worked
        assert text_of(told) == SAID


async def test_without_a_checkpoint_a_broken_stream_is_told_as_before() -> None:
    async with stage() as on:
        on.key("home")
        await on.open()
        on.world.script(Reply.reset(2, abrupt=False))
        told = await ask(on, "chat stream")
        assert told.error is not None
        assert not told.ended
        assert len(on.calls()) == 1


async def test_reconnecting_without_progress_ends_after_three_times() -> None:
    async with stage() as on:
        on.key("home")
        await on.open()
        on.world.script(Reply.checkpoints() | Reply.reset(2, abrupt=False))
        on.world.script(Reply.reset(0, abrupt=False), times=None)
        told = await ask(on, "chat stream")
        assert told.error is not None
        assert not told.ended
        assert SAID.startswith(text_of(told))
        assert len(on.calls()) == 1 + 3


async def test_a_refused_resume_is_not_tried_again() -> None:
    async with stage() as on:
        on.key("home")
        on.key("elsewhere")
        await on.open(ROTATION="fill-first")
        on.world.script(Reply.checkpoints() | Reply.reset(2, abrupt=False))
        on.world.script(Reply.fault("invalid_argument"), times=None)
        told = await ask(on, "chat stream")
        assert told.error is not None
        assert on.asked() == ["home", "home"]


async def test_a_call_of_a_function_comes_once() -> None:
    tool = {"type": "function", "function": {"name": "get_weather", "parameters": {}}}
    async with stage() as on:
        on.key("home")
        with_short_hops(on, 1)
        await on.open()
        told = await on.ask("chat", "weather in Paris and London", MODEL, tools=[tool])
        alone = len(on.calls())
        calls = told.events[0]["choices"][0]["message"]["tool_calls"]
        assert told.worked
        assert len(calls) == alone - 1


async def test_a_budget_of_tokens_ends_all_hops_together() -> None:
    async with stage() as on:
        on.key("home")
        with_short_hops(on, 500)
        await on.open()
        told = await on.ask("chat", WORDS * 20, MODEL, max_completion_tokens=1_200)
        assert told.worked
        assert finish_of(told) == "length"
        assert usage_of(told)["completion_tokens"] == 1_200
        assert len(on.calls()) > 2


@pytest.mark.parametrize("form", ["native", "native sse", "native array"])
async def test_a_native_client_gets_every_hop_as_it_is(form: Form) -> None:
    async with stage() as on:
        on.key("home")
        with_short_hops(on, 40)
        await on.open()
        told = await ask(on, form)
        last = told.events[-1]["candidates"][0]
        assert last["finishReason"] == "CONTINUATION"
        assert last["continuationToken"]
        assert len(on.calls()) == 1


@pytest.mark.parametrize("form", ["native", "native sse", "native array"])
async def test_a_native_client_goes_on_with_the_project_that_began(form: Form) -> None:
    async with stage() as on:
        for project in ("one", "two", "three"):
            on.key(project)
        with_short_hops(on, 40)
        await on.open(ROTATION="round-robin", STICKY="false")
        told = await ask(on, form)
        while token := told.events[-1]["candidates"][0].get("continuationToken"):
            # google-genai writes the bytes back in the alphabet of URLs.
            token = token.replace("+", "-").replace("/", "_")
            told = await ask(on, form, continuationToken=token)
            assert told.worked, told
        assert len(on.calls()) > 2
        assert len({received.project for received in on.calls()}) == 1


@pytest.mark.parametrize("form", [form for form in STREAMS if form.startswith("native")])
async def test_a_native_stream_that_breaks_is_never_resumed(form: Form) -> None:
    async with stage() as on:
        on.key("home")
        await on.open()
        on.world.script(Reply.checkpoints() | Reply.reset(2, abrupt=False))
        told = await ask(on, form)
        assert told.error is not None
        assert len(on.calls()) == 1
