"""Any bytes at a running engine: an answer or an end, never a fault of ours, never a hang."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_core.simulator import World
from tests.fakes.google import google
from tests.fakes.pollux import pollux
from tests.server import raw
from tests.server.fuzzing import CLOSE, examples
from tests.server.raw import CHAT, NATIVE

few = examples(480, at_once=8)


def ask_all(requests: list[bytes]) -> list[raw.RawAnswer | None]:
    """Their first answers; None where the connection ended without one."""

    async def asked(url: str, data: bytes) -> raw.RawAnswer | None:
        reader, writer = await raw.connect(url)
        try:
            writer.write(data)
            writer.write_eof()
            return await raw.read_answer(reader)
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        finally:
            writer.close()

    async def scene() -> list[raw.RawAnswer | None]:
        world = World()
        key: dict[str, Any] = {"type": "api_key", "key": world.add_key("p"), "project_id": "p"}
        async with google(world) as fake, pollux(fake.base_url, [key]) as running:
            answers = [await asked(running.url, data) for data in requests]
            alive = await raw.send(running.url, raw.request("/healthz"))
            assert alive.status == 200
            assert not any(one.in_flight for one in running.engine.snapshot().credentials)
        return answers

    return asyncio.run(scene())


@few
@given(st.lists(st.binary(max_size=64), min_size=1, max_size=8))
def test_no_bytes_for_a_body_are_answered_with_a_fault_of_ours(bodies: list[bytes]) -> None:
    asked = [
        raw.request(path, body, head=CLOSE + more)
        for body in bodies
        for path in (CHAT, NATIVE)
        for more in (b"", b"Content-Encoding: gzip\r\n", b"Content-Encoding: deflate\r\n")
    ]
    assert {answer.status for answer in ask_no_eof(asked)} <= {400, 404}


line = st.binary(max_size=24)


@few
@given(
    st.lists(
        st.tuples(line, line, line, st.sampled_from([b"\r\n", b"\n", b"", b"\r\n\r\n"])),
        min_size=1,
        max_size=10,
    )
)
def test_no_bytes_for_a_head_hang_or_break_it(
    heads: list[tuple[bytes, bytes, bytes, bytes]],
) -> None:
    asked = [
        data
        for start, header, rest, end in heads
        for data in (
            start + end + header + end + rest,
            b"GET /" + start + b" HTTP/1.1\r\nHost: localhost\r\n" + header + end + b"\r\n" + rest,
            b"POST "
            + CHAT.encode()
            + b" HTTP/1.1\r\n"
            + raw.HOST
            + raw.AUTH
            + header
            + b": "
            + rest
            + end
            + b"\r\n\r\n",
        )
    ]
    for data, answer in zip(asked, ask_all(asked), strict=True):
        assert answer is None or answer.status < 500, data


def ask_no_eof(requests: list[bytes]) -> list[raw.RawAnswer]:
    """Their answers, from clients that stay until the end."""

    async def scene() -> list[raw.RawAnswer]:
        world = World()
        key: dict[str, Any] = {"type": "api_key", "key": world.add_key("p"), "project_id": "p"}
        async with google(world) as fake, pollux(fake.base_url, [key]) as running:
            return [await raw.send(running.url, data) for data in requests]

    return asyncio.run(scene())


@pytest.mark.parametrize("path", [CHAT, NATIVE])
def test_every_cut_of_a_request_is_an_answer_or_an_end(path: str) -> None:
    whole = raw.request(path, raw.chat_body())
    answers = ask_all([whole[:length] for length in range(0, len(whole), 7)])
    assert all(answer is None or answer.status < 500 for answer in answers)
