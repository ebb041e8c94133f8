"""Long decode: hops, their tokens, checkpoints."""

import base64
from dataclasses import replace
from typing import Any

import pytest

from proxy_core.simulator import Reply
from proxy_core.simulator.catalogue import CATALOGUE
from proxy_core.simulator.hops import Hop, hop_of
from proxy_core.simulator.refusals import JsonObject, Refusal
from tests.simulator.conftest import Client, said, text_of

CARD = CATALOGUE["gemini-4-hydrogen"]
REQUEST: JsonObject = {"contents": [{"role": "user", "parts": [{"text": "hello"}]}]}


def hop(start: int = 0, most_tokens: int = 10) -> Hop:
    return Hop("home", "digest", start, most_tokens, None)


def test_a_hop_takes_as_many_steps_as_its_tokens_allow_and_at_least_one() -> None:
    assert hop().end([4, 4, 4]) == 2
    assert hop(start=2).end([4, 4, 4]) == 3
    assert hop().end([99, 1]) == 1
    assert hop(start=3).end([1, 1, 1]) == 3


def test_a_token_leads_to_its_place() -> None:
    first = hop_of(REQUEST, CARD, "home", None)
    assert first is not None
    assert first.start == 0
    again = hop_of({**REQUEST, "continuationToken": first.token(3)}, CARD, "home", None)
    assert again is not None
    assert again.start == 3


@pytest.mark.parametrize(
    ("change", "project", "model"),
    [
        ({"contents": []}, "home", CARD.id),
        ({}, "elsewhere", CARD.id),
        ({}, "home", "gemini-4-argon"),
        ({"continuationToken": "bm9uZSBvZiBvdXJz"}, "home", CARD.id),
        ({"continuationToken": "?"}, "home", CARD.id),
        ({}, "home", "gemini-3.8-flash"),
    ],
)
def test_what_a_token_was_not_issued_for_is_refused(
    change: JsonObject, project: str, model: str
) -> None:
    first = hop_of(REQUEST, CARD, "home", None)
    assert first is not None
    request = {**REQUEST, "continuationToken": first.token(3), **change}
    with pytest.raises(Refusal):
        hop_of(request, CATALOGUE[model], project, None)


def test_only_gemini_4_has_long_decode() -> None:
    long = {name for name, card in CATALOGUE.items() if card.hop_tokens}
    assert long == {name for name in CATALOGUE if name.startswith("gemini-4")}
    assert hop_of(REQUEST, CATALOGUE["gemini-3.8-flash"], "home", 1) is None


def test_a_forged_token_is_none() -> None:
    forged = base64.b64encode(b"pretend-continuation|home|x|3|seal").decode()
    with pytest.raises(Refusal):
        hop_of({**REQUEST, "continuationToken": forged}, CARD, "home", None)


async def whole(client: Client, body: JsonObject) -> JsonObject:
    status, answer = await client.call("generateContent", body, CARD.id)
    assert status == 200
    found: JsonObject = answer
    return found


async def test_hops_say_together_what_one_answer_says(client: Client) -> None:
    body = said("one two three four five six seven eight")
    expected = await whole(client, body)
    client.world.models[CARD.id] = replace(CARD, hop_tokens=3)
    text, output, hops = "", 0, 0
    token: dict[str, Any] = {}
    while True:
        answer = await whole(client, {**body, **token})
        (candidate,) = answer["candidates"]
        text += text_of(answer) if candidate["content"].get("parts") else ""
        output += answer["usageMetadata"]["candidatesTokenCount"]
        hops += 1
        if candidate["finishReason"] == "STOP":
            break
        assert candidate["finishReason"] == "CONTINUATION"
        token = {"continuationToken": candidate["continuationToken"]}
    assert text == text_of(expected)
    assert output == expected["usageMetadata"]["candidatesTokenCount"]
    assert hops > 3


async def test_checkpoints_come_on_order(client: Client) -> None:
    client.world.script(Reply.checkpoints())
    answer = await whole(client, said("one two three four"))
    token = answer["candidates"][0]["continuationToken"]
    assert answer["candidates"][0]["finishReason"] == "STOP"
    rest = await whole(client, {**said("one two three four"), "continuationToken": token})
    assert len(text_of(rest)) < len(text_of(answer))
