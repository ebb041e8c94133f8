"""Answers that are no text: bytes of sound, whole and as they come, and how they break off."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import orjson
import pytest

from proxy_core.server.outflow import Pace
from proxy_core.simulator import Reply, World
from tests.fakes.google import google
from tests.fakes.pollux import pollux
from tests.fakes.site import Site
from tests.server import raw

SPEECH = "/v1/audio/speech"
CLOSE = b"Connection: close\r\n"
LAST_CHUNK = b"0\r\n\r\n"
TTS = "gemini-3.8-flash-tts"
WORDS = "One two three four five six seven eight nine ten eleven twelve thirteen fourteen."


def asking(**more: object) -> bytes:
    return orjson.dumps({"model": "tts-1", "voice": "alloy", "input": WORDS, **more})


@pytest.mark.parametrize(
    ("sound_format", "kind"),
    [("pcm", "audio/pcm"), ("wav", "audio/wav"), ("mp3", "audio/mpeg")],
)
async def test_sound_has_its_own_type(site: Site, sound_format: str, kind: str) -> None:
    answer = await site.send(SPEECH, asking(response_format=sound_format), head=CLOSE)
    assert (answer.status, answer.headers["content-type"]) == (200, kind)
    assert len(answer.body) > 1_000
    (ended,) = site.ended
    assert (ended.dialect, ended.action, ended.model) == ("openai_speech", "audio.speech", TTS)
    assert ended.tokens is not None


async def test_sound_that_breaks_off_has_no_proper_end(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    site.world.script(Reply.truncate(1), model=TTS)
    answer = await site.send(SPEECH, asking(response_format="pcm"), head=CLOSE)
    assert answer.headers["transfer-encoding"] == "chunked"
    assert len(answer.body) > 1_000
    assert not answer.body.endswith(LAST_CHUNK)
    assert not any(record.levelname == "ERROR" for record in caplog.records)
    (ended,) = site.ended
    assert ended.error is not None
    assert site.in_flight() == 0


async def test_sound_that_breaks_off_in_events_is_told(site: Site) -> None:
    site.world.script(Reply.truncate(1), model=TTS)
    body = asking(response_format="pcm", stream_format="sse")
    answer = await site.send(SPEECH, body, head=CLOSE)
    assert b'"error"' in answer.body
    assert b"speech.audio.done" not in answer.body


async def test_a_refusal_before_any_sound_is_a_status(site: Site) -> None:
    refusal = Reply.chunks([{"candidates": [{"finishReason": "SAFETY", "index": 0}]}])
    site.world.script(refusal, model=TTS, times=2)
    for more in ({"response_format": "pcm"}, {"response_format": "wav"}):
        answer = await site.send(SPEECH, asking(**more), head=CLOSE)
        assert answer.status == 400
        assert answer.json["error"]["code"] == "content_policy_violation"
    assert [ended.error for ended in site.ended] == ["bad_request", "bad_request"]


async def test_a_picture_that_did_not_come_is_a_status_even_of_a_stream(site: Site) -> None:
    refusal = Reply.chunks([{"candidates": [{"finishReason": "NO_IMAGE", "index": 0}]}])
    site.world.script(refusal, times=None)
    for stream in (False, True):
        body = {"model": "gemini-3.1-flash-image", "prompt": "A fox", "stream": stream}
        answer = await site.send("/v1/images/generations", orjson.dumps(body), head=CLOSE)
        assert answer.status == 400
        assert "NO_IMAGE" in answer.json["error"]["message"]


@asynccontextmanager
async def hasty(world: World) -> AsyncIterator[str]:
    """The address of a Pollux that finds a hundredth of a second long."""
    key = {"type": "api_key", "key": world.add_key("p"), "project_id": "p"}
    pace = Pace(head_after_s=0.01, keep_alive_s=0.01)
    async with google(world) as fake, pollux(fake.base_url, [key], pace=pace) as running:
        yield running.url


async def test_silence_before_the_first_sound_puts_nothing_into_it() -> None:
    world = World()
    async with hasty(world) as url:
        world.script(Reply.slow(0.05), model=TTS)
        data = raw.request(SPEECH, asking(response_format="pcm"), head=CLOSE)
        slow = await raw.send(url, data)
        quick = await raw.send(url, data)
    assert slow.body == quick.body
    assert quick.body.endswith(LAST_CHUNK)


@pytest.mark.parametrize("sound_format", ["pcm", "mp3"])
async def test_a_refusal_after_a_long_silence_is_a_status_where_only_sound_could_follow(
    sound_format: str,
) -> None:
    world = World()
    refusal = Reply.slow(0.05) | Reply.chunks([{"promptFeedback": {"blockReason": "SAFETY"}}])
    async with hasty(world) as url:
        world.script(refusal, model=TTS)
        data = raw.request(SPEECH, asking(response_format=sound_format), head=CLOSE)
        answer = await raw.send(url, data)
    assert answer.status == 400
    assert answer.json["error"]["code"] == "content_policy_violation"
