import asyncio

import pytest

from desktop.chat.local_http import LocalHttp
from proxy_core.api import Refusal
from tests.desktop.conftest import until
from tests.fakes.endpoint import DONE, endpoint, frame


async def test_the_bytes_come_as_they_are_sent_and_the_head_tells_who_answered() -> None:
    async with endpoint() as end:
        end.pieces, end.hold_after = [frame(content="a"), DONE], 1
        came: list[bytes] = []
        http = LocalHttp()
        url = f"{end.url}/v1/chat/completions"
        task = asyncio.ensure_future(http.post(url, "secret", {"model": "m"}, came.append))
        await until(lambda: b"".join(came) == frame(content="a"))
        end.go_on.set()
        head = await task
    assert b"".join(came) == frame(content="a") + DONE
    assert (head.status, head.request_id) == (200, "req-1")
    assert (head.credential, head.attempts) == ("ada@example.com", 1)


async def test_a_label_beyond_ascii_is_read() -> None:
    async with endpoint() as end:
        end.headers["x-pollux-credential"] = "Jürgen · Projekt"
        head = await LocalHttp().post(f"{end.url}/v1/chat/completions", "t", {}, lambda _: None)
    assert head.credential == "Jürgen · Projekt"


async def test_cancelling_hangs_up() -> None:
    async with endpoint() as end:
        end.hold_after = 1
        came: list[bytes] = []
        http = LocalHttp()
        url = f"{end.url}/v1/chat/completions"
        task = asyncio.ensure_future(http.post(url, "t", {}, came.append))
        await until(lambda: came)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(lambda: end.left)


async def test_a_refusal_without_a_sentence_names_its_status() -> None:
    async with endpoint() as end:
        with pytest.raises(Refusal, match="HTTP status 404"):
            await LocalHttp().get(f"{end.url}/nowhere", "t")


async def test_no_system_proxy_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    async with endpoint() as end:
        assert b"gemini-3.8-pro" in await LocalHttp().get(f"{end.url}/v1/models", "t")


async def test_a_refusal_ends_with_a_full_stop() -> None:
    async with endpoint() as end:
        for told in ("Google did not answer usably", "All credentials rest."):
            end.refusal = (503, told)
            with pytest.raises(Refusal) as raised:
                await LocalHttp().post(f"{end.url}/v1/chat/completions", "t", {}, lambda _: None)
            assert raised.value.sentence == f"{told.rstrip('.')}."
