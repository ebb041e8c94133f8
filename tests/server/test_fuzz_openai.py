"""Any body at OpenAI's smaller routes: an answer, or a refusal in OpenAI's words; no fault of ours.

POLLUX_FUZZ=10000 sends so many bodies to each route.
"""

import asyncio
import os
from collections.abc import Iterator
from contextlib import AsyncExitStack
from threading import Thread
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proxy_core.simulator import World
from tests.dialects.mutated import mutated, requests_of
from tests.fakes import forms
from tests.fakes.google import google
from tests.fakes.pollux import pollux
from tests.server import raw

BODIES = int(os.environ.get("POLLUX_FUZZ", "120"))
AT_ONCE = 20
few = settings(
    max_examples=max(1, BODIES // AT_ONCE),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
CLOSE = b"Connection: close\r\n"
FORM = f"Connection: close\r\nContent-Type: {forms.CONTENT_TYPE}\r\n".encode()

JSON_ROUTES = {
    "/v1/completions": "openai_completions",
    "/v1/embeddings": "openai_embeddings",
    "/v1/images/generations": "openai_images",
    "/v1/images/edits": "openai_image_edits",
    "/v1/audio/speech": "openai_speech",
}
FORM_ROUTES = {
    "/v1/images/edits": ["image", "mask", "prompt", "model", "n", "size", "stream", "quality"],
    "/v1/audio/transcriptions": ["file", "model", "prompt", "response_format", "stream"],
    "/v1/audio/translations": ["file", "model", "prompt", "temperature", "language"],
}
VALUES = st.sampled_from(
    [
        *("whisper-1", "gemini-3.1-flash-image", "json", "text", "srt", "true", "2", "1024x1024"),
        *("", "x", "-1", "null", "hd"),
    ]
)
FILES = st.sampled_from(
    [
        ("a.wav", "audio/wav", b"RIFF0000WAVE"),
        ("a.png", "image/png", b"\x89PNG\r\n\x1a\n"),
        ("", "", b""),
        ("a.txt", "text/plain", b"Hi"),
        ("upload", "application/octet-stream", b"OggS"),
    ]
)


@st.composite
def form_bodies(draw: st.DrawFn, names: list[str]) -> bytes:
    """A form, now and then with bytes in it that break it."""
    name = st.sampled_from(names)
    body = forms.form(
        draw(st.dictionaries(name, VALUES | st.text(max_size=6), max_size=5)),
        draw(st.dictionaries(st.sampled_from(names[:2]), FILES, max_size=2)),
    )
    if draw(st.integers(0, 3)):
        return body
    at = draw(st.integers(0, len(body)))
    return body[:at] + draw(st.binary(max_size=6)) + body[at + draw(st.integers(0, 9)) :]


class Served:
    """A running Pollux, and what is sent to it, on a thread of its own. Per module."""

    def __init__(self, url: str, loop: asyncio.AbstractEventLoop) -> None:
        self._url = url
        self._loop = loop

    def answers(self, path: str, bodies: list[bytes], head: bytes) -> list[raw.RawAnswer]:
        asked = [raw.request(path, body, head=head) for body in bodies]
        return asyncio.run_coroutine_threadsafe(self._send(asked), self._loop).result(60)

    async def _send(self, asked: list[bytes]) -> list[raw.RawAnswer]:
        return [await raw.send(self._url, data) for data in asked]


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, name="pollux")
    thread.start()
    stack = AsyncExitStack()

    async def start() -> str:
        world = World()
        world.add_project("p", free_tier=False)
        key: dict[str, Any] = {"type": "api_key", "key": world.add_key("p"), "project_id": "p"}
        fake = await stack.enter_async_context(google(world))
        running = await stack.enter_async_context(pollux(fake.base_url, [key]))
        return running.url

    try:
        yield Served(asyncio.run_coroutine_threadsafe(start(), loop).result(60), loop)
    finally:
        asyncio.run_coroutine_threadsafe(stack.aclose(), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(60)
        loop.close()


def check(bodies: list[bytes], found: list[raw.RawAnswer]) -> None:
    for body, answer in zip(bodies, found, strict=True):
        assert answer.status < 500, (body, answer.body)
        assert answer.headers["x-request-id"]
        if answer.status >= 400:
            assert answer.json["error"]["message"], body


@pytest.mark.parametrize("path", JSON_ROUTES)
@few
@given(data=st.data())
def test_no_json_is_answered_with_a_fault_of_ours(
    served: Served, path: str, data: st.DataObject
) -> None:
    wanted = mutated(requests_of(JSON_ROUTES[path])).map(orjson.dumps)
    bodies = data.draw(st.lists(wanted, min_size=AT_ONCE, max_size=AT_ONCE))
    check(bodies, served.answers(path, bodies, CLOSE))


@pytest.mark.parametrize("path", FORM_ROUTES)
@few
@given(data=st.data())
def test_no_form_is_answered_with_a_fault_of_ours(
    served: Served, path: str, data: st.DataObject
) -> None:
    wanted = form_bodies(FORM_ROUTES[path])
    bodies = data.draw(st.lists(wanted, min_size=AT_ONCE, max_size=AT_ONCE))
    check(bodies, served.answers(path, bodies, FORM))
