"""Orders: what they match, how often they apply."""

import orjson
import pytest

from proxy_core.simulator import FAULTS, OAUTH_FAULTS, Reply
from tests.simulator.conftest import Client, said


async def statuses(client: Client, count: int) -> list[int]:
    return [(await client.call("generateContent", said("x")))[0] for _ in range(count)]


@pytest.mark.parametrize("name", FAULTS)
async def test_every_row_can_be_ordered(client: Client, name: str) -> None:
    client.world.script(Reply.fault(name))
    headers = {"x-goog-api-key": client.key}
    path = "/v1beta/models/gemini-3.8-flash:generateContent"
    async with client.session.post(path, json=said("x"), headers=headers) as answer:
        assert answer.status == FAULTS[name].http
        assert client.world.requests[-1].scripted
    assert await statuses(client, 1) == [200]


@pytest.mark.parametrize("name", OAUTH_FAULTS)
async def test_every_token_refusal_can_be_ordered(client: Client, name: str) -> None:
    file = client.world.sign_in("ada@example.com")
    client.world.script(Reply.fault(name), action="token", credential="ada@example.com")
    status, body = await client.access_token(file)
    assert (status, body["error"]) == (OAUTH_FAULTS[name].http, OAUTH_FAULTS[name].error)
    assert (await client.access_token(file))[0] == 200


async def test_replies_are_served_in_order_and_each_so_often(client: Client) -> None:
    client.world.script(Reply.fault("internal_500"), Reply.fault("overloaded_503"), times=2)
    assert await statuses(client, 5) == [500, 500, 503, 503, 200]
    assert client.world.rules == []


async def test_every_third_request(client: Client) -> None:
    client.world.script(Reply.fault("overloaded_503"), times=None, every=3)
    assert await statuses(client, 7) == [200, 200, 503, 200, 200, 503, 200]


async def test_a_chance_is_the_same_in_every_run(client: Client) -> None:
    client.world.script(Reply.fault("overloaded_503"), times=None, probability=0.5)
    assert await statuses(client, 8) == [503, 503, 200, 503, 200, 503, 503, 200]


async def test_orders_name_project_credential_model_or_action(client: Client) -> None:
    world = client.world
    world.script(Reply.fault("overloaded_503"), project="other")
    world.script(Reply.fault("overloaded_503"), credential="other")
    world.script(Reply.fault("overloaded_503"), model="gemini-3.7-flash")
    world.script(Reply.fault("overloaded_503"), action="countTokens")
    assert await statuses(client, 1) == [200]
    assert (await client.call("countTokens", said("x")))[0] == 503
    assert (await client.call("generateContent", said("x"), "gemini-3.7-flash"))[0] == 503
    world.script(Reply.fault("overloaded_503"), project="home-project", credential=client.key)
    assert await statuses(client, 1) == [503]


async def test_a_row_takes_values(client: Client) -> None:
    client.world.script(Reply.fault("per_minute_429", retry_s=7, limit=3))
    _status, body = await client.call("generateContent", said("x"), "gemini-3.7-flash")
    quota, _help, retry = body["error"]["details"]
    assert retry["retryDelay"] == "7s"
    assert quota["violations"][0]["quotaValue"] == "3"
    assert quota["violations"][0]["quotaDimensions"]["model"] == "gemini-3.7-flash"


def test_an_unknown_row_is_told_where_it_is_ordered() -> None:
    with pytest.raises(KeyError):
        Reply.fault("no_such_row")


def test_two_orders_join() -> None:
    both = Reply.text("a") | Reply.split(3) | Reply.slow(0.5)
    assert (both.piece_bytes, both.first_byte_s) == (3, 0.5)
    assert both.verbatim is not None


async def test_ordered_chunks_still_need_a_good_request(client: Client) -> None:
    client.world.script(Reply.text("ordered"), times=None)
    assert (await client.call("generateContent", {"bogus": 1}))[0] == 400
    _status, body = await client.call("generateContent", said("x"))
    assert b"ordered" in orjson.dumps(body)
