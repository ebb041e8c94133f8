"""The verbose log shows how messages are built, and texts only where the owner says so."""

import logging

import orjson
import pytest

from proxy_core.server.debug_log import LONGEST, DebugLog, outline
from proxy_core.simulator import Reply
from tests.fakes.site import Site
from tests.server.raw import CHAT, NATIVE, chat_body, native_body

STREAM = "/v1beta/models/gemini-3.8-flash:streamGenerateContent"
VERBOSE = {"DEBUG": "true"}
LOUD = {"DEBUG": "true", "DEBUG_REDACT_LOGS": "false"}


def test_texts_become_lengths_and_words_of_the_api_stay() -> None:
    body = {
        "model": "gemini-3.8-flash",
        "temperature": 0.5,
        "stream": True,
        "messages": [{"role": "user", "content": "planted"}],
    }
    assert orjson.loads(outline(orjson.dumps(body))) == {
        "model": "gemini-3.8-flash",
        "temperature": 0.5,
        "stream": True,
        "messages": [{"role": "user", "content": "[7 characters]"}],
    }


@pytest.mark.parametrize("key", ["args", "arguments", "response", "parameters", "metadata"])
def test_data_of_the_client_is_left_out_with_its_keys_and_numbers(key: str) -> None:
    text = outline(orjson.dumps({key: {"planted": 4_242}}))
    assert text == f'{{"{key}":"[1 items]"}}'


def test_frames_are_outlined_one_by_one() -> None:
    events = b'data: {"text":"planted"}\r\n\r\ndata: [DONE]\n\ndata: {"role":"model"}\n\n'
    assert outline(events) == '{"text":"[7 characters]"} [4 bytes] {"role":"model"}'
    assert outline(b',\r\n{"text":"planted"}') == '{"text":"[7 characters]"}'
    assert outline(b": planted\n") == "[9 bytes]"


def test_neither_depth_nor_length_is_without_end() -> None:
    assert len(outline(b"[" * 900 + b"]" * 900)) < 200
    assert len(outline(orjson.dumps([0] * 100_000))) < 1_000
    assert len(outline(orjson.dumps({str(key): 0 for key in range(100_000)}))) == LONGEST


def test_unredacted_it_is_the_text_itself(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    log = DebugLog(redact=False)
    log.request("id1", "POST", "/path", b'{"text":"hello"}')
    log.answer("id1", 200, b"x" * (LONGEST + 1))
    asked, answered = (record.getMessage() for record in caplog.records)
    assert asked == 'id1 < POST /path {"text":"hello"}'
    assert answered.endswith(f"[{LONGEST + 1} bytes]")


@pytest.mark.parametrize("settings", [VERBOSE, LOUD, {}], indirect=True)
async def test_the_setting_decides_what_the_log_holds(
    site: Site, settings: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    site.world.script(Reply.text("planted"), times=None)
    for path, body in (
        (CHAT, chat_body("planted")),
        (CHAT, chat_body("planted", stream=True)),
        (NATIVE, native_body("planted")),
        (STREAM, native_body("planted")),
        (f"{STREAM}?alt=sse", native_body("planted")),
    ):
        answer = await site.send(path, body, head=b"Connection: close\r\n")
        assert b"planted" in answer.body
    verbose = [r for r in caplog.records if r.name == "proxy_core.server.debug_log"]
    told = "\n".join(record.getMessage() for record in caplog.records)
    assert bool(verbose) is bool(settings)
    assert ("planted" in told) is (settings == LOUD)
    if verbose:
        assert sum(" < POST " in record.getMessage() for record in verbose) == 5
        assert sum(" > " in record.getMessage() for record in verbose) >= 5


@pytest.mark.parametrize("settings", [LOUD], indirect=True)
async def test_no_secret_is_written_even_then(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await site.send(CHAT, chat_body())
    told = "\n".join(record.getMessage() for record in caplog.records)
    assert site.key not in told
    assert site.pollux.token not in told
