"""What the doctor says of the way to Google and of the clock."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from email.utils import formatdate
from typing import Any

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from proxy_core.clock import Clock
from proxy_core.commands import Finding
from proxy_core.engine.reachability import Way, look_at_google
from tests.fakes.clock import FakeClock
from tests.fakes.google import google

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class NoNames(AbstractResolver):
    """A name server that knows nothing."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:
        self.asked.append(host)
        raise OSError(None, "unknown")

    async def close(self) -> None:
        """There is nothing to close."""


@asynccontextmanager
async def server(talk: Talk) -> AsyncIterator[str]:
    """A loopback listener; gives `127.0.0.1:PORT`."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        finally:
            writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    finally:
        listening.close()


def says(status: str, *headers: str) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = [f"HTTP/1.1 {status}", *headers, "Content-Length: 0", "Connection: close"]
        writer.write("\r\n".join([*head, "", ""]).encode())

    return talk


async def never_answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def knows_no_tls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")


async def closed_port() -> str:
    async with server(says("200 OK")) as place:
        return place


async def look(
    base_url: str | None,
    *,
    clock: Clock | None = None,
    proxy: str | None = None,
    resolver: AbstractResolver | None = None,
    accounts: bool = False,
    limit_s: float = 5.0,
) -> tuple[Finding, ...]:
    connector = aiohttp.TCPConnector(resolver=resolver)
    async with aiohttp.ClientSession(connector=connector, proxy=proxy) as session:
        way = Way(session, base_url=base_url, proxy=proxy, limit_s=limit_s)
        return await look_at_google(way, clock or FakeClock(), accounts=accounts)


# -- Google --------------------------------------------------------------------------------


async def test_a_google_that_answers_anything_can_be_reached() -> None:
    async with google() as fake:
        _, *found = await look(fake.base_url)
        place = fake.base_url.removeprefix("http://")
    assert [one.ok for one in found] == [True, True]
    assert [one.sentence for one in found] == [
        f"The Gemini API can be reached ({place}).",
        f"Google's token endpoint can be reached ({place}).",
    ]


async def test_the_list_of_projects_matters_to_accounts_only() -> None:
    async with google() as fake:
        assert len(await look(fake.base_url)) == 3
        found = await look(fake.base_url, accounts=True)
    assert found[-1].sentence.startswith("Google's list of projects can be reached")


async def test_only_googles_own_names_are_looked_up() -> None:
    names = NoNames()
    _, *found = await look(None, resolver=names, accounts=True)
    assert set(names.asked) == {
        "generativelanguage.googleapis.com",
        "oauth2.googleapis.com",
        "cloudresourcemanager.googleapis.com",
    }
    for one in found:
        assert not one.ok
        assert "could not be looked up" in one.sentence
        assert "DNS" in one.next_step


async def test_a_redirect_is_not_followed() -> None:
    async with server(says("302 Found", "Location: http://elsewhere.invalid/")) as place:
        _, *found = await look(f"http://{place}", resolver=NoNames())
    assert all(one.ok for one in found)


async def test_a_refused_connection_is_told() -> None:
    place = await closed_port()
    _, *found = await look(f"http://{place}")
    assert not any(one.ok for one in found)
    assert found[0].sentence == (
        f"The Gemini API cannot be reached ({place}): Google could not be reached."
    )
    assert "firewall" in found[0].next_step


async def test_a_google_that_is_silent_takes_no_longer_than_the_limit() -> None:
    async with asyncio.timeout(5), server(never_answers) as place:
        _, *found = await look(f"http://{place}", limit_s=0.05)
    assert "took too long" in found[0].sentence
    assert place in found[0].next_step


async def test_a_failure_of_tls_is_told_apart() -> None:
    async with server(knows_no_tls) as place:
        _, *found = await look(f"https://{place}")
    assert "certificate or TLS" in found[0].sentence
    assert "SSL_CERT_FILE" in found[0].next_step


# -- the proxy -----------------------------------------------------------------------------


async def test_a_proxy_that_is_down_is_named_without_its_password() -> None:
    place = await closed_port()
    findings = await look("https://google.invalid", proxy=f"http://user:hush@{place}")
    for one in findings[1:]:
        assert "the outbound proxy could not be used" in one.sentence
        assert f"Check the proxy {place}:" in one.next_step
    assert "hush" not in str(findings)
    assert "user" not in str(findings)


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_proxy_that_wants_a_password_is_no_google(scheme: str) -> None:
    async with server(says("407 Proxy Authentication Required")) as place:
        _, *found = await look(f"{scheme}://google.invalid", proxy=f"http://{place}")
    assert not any(one.ok for one in found)
    assert f"The proxy {place} wants a user and a password" in found[0].next_step


async def test_an_unknown_proxy_is_not_taken_for_an_unknown_google() -> None:
    _, *found = await look(
        "https://google.invalid", proxy="http://proxy.invalid:3128", resolver=NoNames()
    )
    assert "the name of the outbound proxy could not be looked up" in found[0].sentence
    assert "Check the proxy proxy.invalid:3128:" in found[0].next_step


# -- the clock -----------------------------------------------------------------------------


@pytest.fixture(params=["UTC", "America/Los_Angeles", "Asia/Kathmandu"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    if not hasattr(time, "tzset"):
        pytest.skip("Windows takes its zone from the registry")
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


async def clock_finding(ahead_s: float) -> Finding:
    clock = FakeClock()
    date = formatdate(clock.now() - ahead_s, usegmt=True)
    async with server(says("404 Not Found", f"Date: {date}")) as place:
        return (await look(f"http://{place}", clock=clock))[0]


@pytest.mark.parametrize("ahead_s", [0, 59, -59])
async def test_a_clock_that_is_right_is_right_in_every_zone(ahead_s: float, zone: str) -> None:
    finding = await clock_finding(ahead_s)
    assert (finding.check, finding.ok) == ("clock", True)


@pytest.mark.parametrize(
    ("ahead_s", "words"),
    [
        (61, "61 seconds ahead of"),
        (-90, "90 seconds behind"),
        (180, "3 minutes ahead of"),
        (-7_200, "2 hours behind"),
        (-864_000, "10 days behind"),
    ],
)
async def test_a_clock_that_is_off_is_told_with_how_far(ahead_s: float, words: str) -> None:
    finding = await clock_finding(ahead_s)
    assert not finding.ok
    assert f"{words} Google's." in finding.sentence
    assert finding.next_step


@pytest.mark.parametrize("headers", [(), ("Date: yesterday",), ("Date: ",)])
async def test_without_googles_time_nothing_is_said_of_the_clock(headers: tuple[str, ...]) -> None:
    async with server(says("200 OK", *headers)) as place:
        finding = (await look(f"http://{place}"))[0]
    assert (finding.check, finding.ok) == ("clock", True)
    assert "not checked" in finding.sentence
