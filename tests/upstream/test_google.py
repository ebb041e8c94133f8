"""The way to Google through a proxy; the rest of the upstream is tested by `tests/relay`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from proxy_core.upstream.google import (
    GoogleUpstream,
    NetworkFailure,
    drop_idle,
    open_connector,
    system_proxy,
)


@asynccontextmanager
async def recording_proxy(heads: list[str]) -> AsyncIterator[int]:
    """A proxy that notes what it is asked for and answers `{}` itself; yields its port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_a_proxy_is_told_the_whole_url_of_what_it_does_not_tunnel() -> None:
    heads: list[str] = []
    connector = open_connector()
    async with recording_proxy(heads) as port:
        upstream = GoogleUpstream(
            connector,
            user_agent="pollux/test",
            connect_timeout_s=5,
            silence_timeout_s=5,
            base_url="http://127.0.0.1:1",
            proxy=f"http://me:secret@127.0.0.1:{port}",
        )
        answer = await upstream.send("GET", "/v1beta/models", (), None)
        assert await answer.readany() == b"{}"
        answer.release()
    await connector.close()
    head = heads[0].split("\r\n")
    assert head[0] == "GET http://127.0.0.1:1/v1beta/models HTTP/1.1"
    assert "Host: 127.0.0.1:1" in head
    assert "Proxy-Authorization: Basic bWU6c2VjcmV0" in head


@pytest.mark.parametrize(
    ("base_url", "expected"),
    [
        (None, "http://proxy.example:3128"),
        ("https://gateway.example", "http://proxy.example:3128"),
        ("http://127.0.0.1:8080", None),
        ("http://localhost:8080", None),
        ("http://[::1]:8080", None),
    ],
)
def test_the_systems_proxy_is_not_asked_for_this_very_computer(
    monkeypatch: pytest.MonkeyPatch, base_url: str | None, expected: str | None
) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert system_proxy(base_url) == expected


class Served:
    """Answers `{}` on connections that stay open; counts them."""

    def __init__(self) -> None:
        self.connections = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


async def test_idle_connections_are_dropped_and_the_next_request_makes_a_new_one() -> None:
    served, failures = Served(), list[bool]()
    server = await asyncio.start_server(served.serve, "127.0.0.1", 0)
    connector = open_connector()
    async with server:
        upstream = GoogleUpstream(
            connector,
            user_agent="pollux/test",
            connect_timeout_s=5,
            silence_timeout_s=5,
            base_url=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}",
            on_failure=lambda: failures.append(True),
        )
        for drop, connections in ((False, 1), (False, 1), (True, 2)):
            if drop:
                drop_idle(connector)
            answer = await upstream.send("GET", "/", (), None)
            assert await answer.readany() == b"{}"
            answer.release()
            assert served.connections == connections
        assert not failures
        drop_idle(connector)
        server.close()
        with pytest.raises(NetworkFailure):
            await upstream.send("GET", "/", (), None)
        assert failures == [True]
    await connector.close()


async def test_each_origin_is_asked_at_its_own_host_over_one_connector() -> None:
    heads: list[str] = []
    connector = open_connector()
    origins = ("http://one.example", "http://two.example")
    async with recording_proxy(heads) as port:
        upstream = GoogleUpstream(
            connector,
            user_agent="pollux/test",
            connect_timeout_s=5,
            silence_timeout_s=5,
            proxy=f"http://127.0.0.1:{port}",
        )
        for origin in (*origins, origins[0]):
            answer = await upstream.send("POST", "/path", (), b"{}", origin)
            assert await answer.readany() == b"{}"
            answer.release()
    await connector.close()
    told = [head.split("\r\n")[:2] for head in heads]
    assert told == [
        [f"POST {origin}/path HTTP/1.1", f"Host: {origin.removeprefix('http://')}"]
        for origin in (*origins, origins[0])
    ]


async def test_a_base_url_stands_for_every_origin() -> None:
    heads: list[str] = []
    connector = open_connector()
    async with recording_proxy(heads) as port:
        upstream = GoogleUpstream(
            connector,
            user_agent="pollux/test",
            connect_timeout_s=5,
            silence_timeout_s=5,
            base_url=f"http://127.0.0.1:{port}",
        )
        answer = await upstream.send("POST", "/path", (), b"{}", "https://elsewhere.example")
        answer.release()
    await connector.close()
    assert f"Host: 127.0.0.1:{port}" in heads[0]
