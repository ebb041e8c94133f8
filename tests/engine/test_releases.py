"""Whether there is a newer Pollux, asked of a pretend GitHub."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from proxy_core.commands import Refusal, RefusalCode
from proxy_core.engine.releases import MOST_BYTES, is_newer, newer, version_of

REPOSITORY = "some-owner/pollux"
PATH = f"/repos/{REPOSITORY}/releases/latest"


@asynccontextmanager
async def github(answer: web.Response) -> AsyncIterator[Callable[[str], Awaitable[str | None]]]:
    """Asks a GitHub that answers so, for a running version."""
    asked: list[str] = []

    async def handle(request: web.Request) -> web.Response:
        asked.append(request.path)
        assert set(request.headers) <= {"Host", "Accept", "Accept-Encoding", "User-Agent"}
        return answer

    app = web.Application()
    app.router.add_get("/{path:.*}", handle)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        api = str(server.make_url("/")).rstrip("/")
        yield lambda running: newer(session, REPOSITORY, running, api)
    assert asked == [PATH]


def release(tag: object, **more: object) -> web.Response:
    return web.Response(body=orjson.dumps({"tag_name": tag, **more}))


async def test_a_newer_release_is_told_by_its_version_alone() -> None:
    async with github(release("v1.10.0", html_url="https://evil.example.org/")) as ask:
        assert await ask("1.9.2") == "1.10.0"


@pytest.mark.parametrize("running", ["1.2", "1.2.0", "1.3.0"])
async def test_the_newest_is_told_of_nothing(running: str) -> None:
    async with github(release("v1.2.0")) as ask:
        assert await ask(running) is None


@pytest.mark.parametrize(
    "answer",
    [
        web.Response(status=403, text="rate limited"),
        web.Response(status=301, headers={"Location": "https://evil.example.org/"}),
        web.Response(text="<html>"),
        release("v9.0.0", body=" " * MOST_BYTES),
    ],
    ids=["refused", "sent elsewhere", "no JSON", "without end"],
)
async def test_an_answer_that_tells_nothing_is_a_refusal(answer: web.Response) -> None:
    async with github(answer) as ask:
        with pytest.raises(Refusal) as refused:
            await ask("1.0.0")
    assert refused.value.code is RefusalCode.UNAVAILABLE


async def test_a_github_that_cannot_be_reached_is_a_refusal(unused_tcp_port: int) -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(Refusal) as refused:
            await newer(session, REPOSITORY, "1.0.0", f"http://127.0.0.1:{unused_tcp_port}")
    assert refused.value.code is RefusalCode.UNAVAILABLE


@pytest.mark.parametrize("name", ["", "owner", "a/b/c", "../x", "owner/name?x=1", "o/n\n"])
async def test_what_is_no_repository_is_not_asked_for(name: str) -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(Refusal) as refused:
            await newer(session, name, "1.0.0")
    assert refused.value.code is RefusalCode.INVALID


@pytest.mark.parametrize(
    "tag",
    ["nightly", "v1.2.3-rc1", "1.2.3.4.5", "", None, 7, ["v1"], "v" + "1" * 5_000, "\u0661.2"],
)
def test_a_tag_that_is_no_plain_version_is_none(tag: object) -> None:
    assert version_of(orjson.dumps({"tag_name": tag})) is None


def test_versions_are_compared_as_numbers() -> None:
    assert is_newer("0.10.0", "0.9.9")
    assert is_newer("2", "1.99")
    assert not is_newer("1.2", "1.2.0")


@pytest.mark.parametrize("ours", ["1.2.0rc1", "1.2.dev3", "1.2.0-beta.1"])
def test_what_was_built_before_a_release_is_older_than_it(ours: str) -> None:
    assert is_newer("1.2.0", ours)
    assert not is_newer("1.1.9", ours)
