"""The world of the demo."""

import orjson
import pytest

from proxy_core.simulator import demo_world, lively_world
from tests.fakes.google import google
from tests.simulator.conftest import Client, HandClock, said

PICTURES = "gemini-nano-banana-2.1"


@pytest.mark.parametrize(
    ("model", "statuses"), [("gemini-3.8-flash", [200, 200, 429]), (PICTURES, [200, 429, 429])]
)
async def test_two_accounts_answer_one_of_them_with_pictures_and_the_third_has_used_up_its_day(
    client: Client, clock: HandClock, model: str, statuses: list[int]
) -> None:
    world, files = demo_world(clock)
    assert len(files) == 3
    assert all(file["account"].endswith("@example.com") for file in files)
    told = []
    async with google(world, clock) as fake:
        for file in orjson.loads(orjson.dumps(files)):
            there = {name: file[name] for name in ("refresh_token", "client_id", "client_secret")}
            form = {"grant_type": "refresh_token", **there}
            _status, token = await client.send("POST", f"{fake.base_url}/token", {}, data=form)
            headers = {
                "Authorization": f"Bearer {token['access_token']}",
                "x-goog-user-project": file["project_id"],
            }
            path = f"{fake.base_url}/v1beta/models/{model}:generateContent"
            status, _body = await client.send("POST", path, headers, json=said("hi"))
            told.append(status)
    assert told == statuses


async def test_the_lively_world_knows_the_key_and_one_who_has_not_signed_in_yet(
    clock: HandClock,
) -> None:
    world, files = lively_world("a-made-up-key", clock)
    assert len(files) == 3
    assert world.api_keys["a-made-up-key"].project in world.projects
    signed_in = {grant.email for grant in world.grants.values()}
    assert set(world.accounts) - signed_in == {"alan@example.com"}
