"""Kept answers over HTTP: reading, listing, forgetting."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest

from proxy_core.simulator import World
from tests.fakes.google import google
from tests.fakes.pollux import pollux
from tests.server import raw

RESPONSES = "/v1/responses"


class Client:
    """A running Pollux, asked by plain requests."""

    def __init__(self, url: str) -> None:
        self.url = url

    async def ask(self, **body: Any) -> Any:
        sent = orjson.dumps({"model": "gemini-3.8-flash", **body})
        return (await raw.send(self.url, raw.request(RESPONSES, sent))).json

    async def send(self, path: str, method: str = "GET") -> raw.RawAnswer:
        return await raw.send(self.url, raw.request(RESPONSES + path, method=method))


@asynccontextmanager
async def running() -> AsyncIterator[Client]:
    world = World()
    key: dict[str, Any] = {"type": "api_key", "key": world.add_key("p"), "project_id": "p"}
    async with google(world) as fake, pollux(fake.base_url, [key]) as made:
        yield Client(made.url)


async def test_a_kept_response_is_what_the_client_got() -> None:
    async with running() as client:
        told = await client.ask(input="Hi")
        assert (await client.send(f"/{told['id']}")).json == told
        assert (await client.send(f"/{told['id']}", "HEAD")).status == 200


async def test_a_deleted_response_is_gone() -> None:
    async with running() as client:
        told = await client.ask(input="Hi")
        deleted = await client.send(f"/{told['id']}", "DELETE")
        assert deleted.json == {"id": told["id"], "object": "response", "deleted": True}
        for method in ("GET", "DELETE"):
            again = await client.send(f"/{told['id']}", method)
            assert again.status == 404
            assert again.json["error"]["param"] == "response_id"


async def test_other_methods_are_refused() -> None:
    async with running() as client:
        refused = await client.send("/resp_1", "POST")
        assert refused.status == 405
        assert refused.headers["allow"] == "DELETE, GET, HEAD"
        assert (await client.send("/resp_1/input_items", "DELETE")).status == 405
        assert (await client.send("/resp_1/cancel", "POST")).status == 404


async def test_input_items_come_in_pages() -> None:
    async with running() as client:
        messages = [{"role": "user", "content": str(number)} for number in range(5)]
        told = await client.ask(input=messages)
        path = f"/{told['id']}/input_items"
        newest = (await client.send(f"{path}?limit=2")).json
        texts = [item["content"][0]["text"] for item in newest["data"]]
        assert texts == ["4", "3"]
        assert newest["has_more"] is True
        assert newest["last_id"] == newest["data"][1]["id"]
        after = newest["last_id"]
        rest = (await client.send(f"{path}?limit=9&after={after}")).json
        assert [item["content"][0]["text"] for item in rest["data"]] == ["2", "1", "0"]
        assert rest["has_more"] is False
        oldest = (await client.send(f"{path}?order=asc&limit=1")).json
        assert oldest["data"][0]["content"][0]["text"] == "0"
        nothing = (await client.send(f"{path}?after=unknown")).json
        assert (nothing["data"], nothing["first_id"]) == ([], None)


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "limit=%C2%B2"])
async def test_an_odd_limit_is_refused(query: str) -> None:
    async with running() as client:
        told = await client.ask(input="Hi")
        answer = await client.send(f"/{told['id']}/input_items?{query}")
        assert answer.status == 400
        assert answer.json["error"]["param"] == "limit"


async def test_items_too_deep_to_be_written_are_not_listed() -> None:
    async with running() as client:
        deep = b"[" * 300 + b"]" * 300
        said = b'{"role":"user","content":"Hi"}'
        body = b'{"model":"gemini-3.8-flash","input":[{"type":"odd","x":%b},%b]}' % (deep, said)
        told = (await raw.send(client.url, raw.request(RESPONSES, body))).json
        refused = await client.send(f"/{told['id']}/input_items")
        assert refused.status == 400
        assert "too deeply" in refused.json["error"]["message"]


async def test_a_kept_response_is_not_streamed_again() -> None:
    async with running() as client:
        told = await client.ask(input="Hi")
        assert (await client.send(f"/{told['id']}?stream=true")).status == 400


async def test_nobody_looks_without_the_bearer_token() -> None:
    async with running() as client:
        told = await client.ask(input="Hi")
        for method in ("GET", "DELETE"):
            path = f"{RESPONSES}/{told['id']}"
            answer = await raw.send(client.url, raw.request(path, method=method, auth=b""))
            assert answer.status == 401
        assert (await client.send(f"/{told['id']}")).status == 200
