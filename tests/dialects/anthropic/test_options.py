from typing import Any

import pytest

from proxy_core.dialects.anthropic.options import read_session, read_stops, read_thinking
from proxy_core.gemini.wire import JsonObject
from tests.dialects.anthropic.asking import asking, context, parse, refusal, sent


def config(**fields: Any) -> JsonObject:
    found: JsonObject = sent(asking(**fields))["generationConfig"]
    return found


@pytest.mark.parametrize(
    ("budget", "level"),
    [(1, "LOW"), (2_047, "LOW"), (2_048, "MEDIUM"), (8_191, "MEDIUM"), (8_192, "HIGH")],
)
def test_a_budget_chooses_a_level(budget: int, level: str) -> None:
    thinking = {"type": "enabled", "budget_tokens": budget}
    wanted = {"thinkingLevel": level, "includeThoughts": True}
    assert config(thinking=thinking)["thinkingConfig"] == wanted


@pytest.mark.parametrize("kind", ["create", "continue"])
def test_a_conversation_that_the_server_is_to_hold_is_refused_in_the_sdks_words(kind: str) -> None:
    problem = refusal(asking(thread={"type": kind, "previous_message_id": "msg_1"}))
    assert (problem.param, problem.code) == ("thread", "thread_unsupported_request")
    assert sent(asking(thread=None)) == sent(asking())


def test_a_budget_goes_before_an_effort() -> None:
    told = config(
        thinking={"type": "enabled", "budget_tokens": 1024}, output_config={"effort": "max"}
    )
    assert told["thinkingConfig"]["thinkingLevel"] == "LOW"


@pytest.mark.parametrize("kind", ["adaptive", "between_tools"])
def test_a_model_that_may_decide_is_told_no_level(kind: str) -> None:
    assert config(thinking={"type": kind})["thinkingConfig"] == {"includeThoughts": True}


def test_thoughts_that_are_not_shown_are_not_asked_for() -> None:
    thinking = read_thinking(
        {"thinking": {"type": "adaptive", "display": "omitted"}},
        context().family("gemini-3.8-flash"),
    )
    assert thinking.config == {}
    assert thinking.asked


def test_an_effort_alone_shows_no_thoughts() -> None:
    told = config(output_config={"effort": "low"})
    assert told["thinkingConfig"] == {"thinkingLevel": "LOW"}


@pytest.mark.parametrize(
    ("asked", "sent_"), [(1, 1_025), (1_023, 2_047), (1_024, 1_024), (200_000, 65_536)]
)
def test_a_small_limit_gets_a_reserve_for_thoughts(asked: int, sent_: int) -> None:
    assert config(max_tokens=asked)["maxOutputTokens"] == sent_


@pytest.mark.parametrize(
    ("limit", "budget", "sent_"), [(4_096, 4_095, 4_095), (4_096, 4_096, 2_048), (200, 30_000, 612)]
)
def test_a_budget_leaves_room_for_an_answer(limit: int, budget: int, sent_: int) -> None:
    asked: JsonObject = {"type": "enabled", "budget_tokens": budget}
    told = config(model="gemini-2.5-pro", max_tokens=limit, thinking=asked)
    assert told["thinkingConfig"]["thinkingBudget"] == sent_


def test_more_stop_sequences_than_google_takes_are_left_to_us() -> None:
    assert read_stops({"stop_sequences": list("abcdefg")}) == (list("abcde"), ("f", "g"))
    assert read_stops({"stop_sequences": ["", "a"]}) == (["a"], ())
    assert read_stops({}) == ([], ())


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"max_tokens": None}, "max_tokens"),
        ({"max_tokens": "many"}, "max_tokens"),
        ({"max_tokens": -1}, "max_tokens"),
        ({"temperature": 3}, "temperature"),
        ({"top_p": "x"}, "top_p"),
        ({"top_k": 0.5}, "top_k"),
        ({"stop_sequences": [1]}, "stop_sequences"),
        ({"thinking": "on"}, "thinking"),
        ({"thinking": {}}, "thinking.type"),
        ({"thinking": {"type": "odd"}}, "thinking.type"),
        ({"thinking": {"type": "enabled"}}, "thinking.budget_tokens"),
        ({"thinking": {"type": "enabled", "budget_tokens": 0}}, "thinking.budget_tokens"),
        ({"thinking": {"type": "adaptive", "display": 1}}, "thinking.display"),
        ({"output_config": 1}, "output_config"),
        ({"output_config": {"effort": "odd"}}, "output_config.effort"),
        ({"output_config": {"format": 1}}, "output_config.format"),
        ({"output_config": {"format": {"type": "odd"}}}, "output_config.format.type"),
        ({"output_config": {"format": {"type": "json_schema"}}}, "output_config.format.schema"),
        ({"output_format": {"type": "json_schema"}}, "output_format.schema"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(fields: JsonObject, param: str) -> None:
    assert refusal(asking(**fields)).param == param


@pytest.mark.parametrize(
    ("user_id", "session"),
    [
        ("user_ab_account__session_0123abcd-4567", "0123abcd-4567"),
        ('{"session_id":"s1","device_id":"d"}', "s1"),
        ('{"session_id":7}', None),
        ('{"session_id":""}', None),
        ("{broken", None),
        ("somebody", None),
        ("", None),
        (None, None),
        (7, None),
    ],
)
def test_a_session_is_found_in_the_user_id(user_id: Any, session: str | None) -> None:
    assert read_session({"metadata": {"user_id": user_id}}) == session


def test_metadata_of_another_shape_is_nobodys() -> None:
    assert read_session({"metadata": "x"}) is None


def test_the_body_goes_before_the_header_that_names_a_session() -> None:
    body = asking(metadata={"user_id": '{"session_id":"s1"}'})
    assert parse(body, context(session="s2")).calls[0].conversation == "s1"
    assert parse(asking(), context(session="s2")).calls[0].conversation == "s2"
    assert parse(asking()).calls[0].conversation is None
