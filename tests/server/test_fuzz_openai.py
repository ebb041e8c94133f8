"""Any body at OpenAI's smaller routes: an answer, or a refusal in OpenAI's words."""

from collections.abc import Iterator

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.dialects.mutated import crossed, mutated, requests_of
from tests.fakes import forms
from tests.scenarios.stage import FlyingClock
from tests.server.fuzzing import AT_ONCE, Served, check_openai, examples, mostly, serving

few = examples(120)
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
SOUND, PICTURE = b"RIFF0000WAVE", b"\x89PNG\r\n\x1a\n"
FILES = st.sampled_from(
    [
        ("a.wav", "audio/wav", SOUND),
        ("a.png", "image/png", PICTURE),
        ("", "", b""),
        ("a.txt", "text/plain", b"Hi"),
        ("upload", "application/octet-stream", b"OggS"),
    ]
)


@st.composite
def form_bodies(draw: st.DrawFn, names: list[str]) -> bytes:
    """A form with odd values in it, now and then with bytes that break it."""
    meant, file = {"model": "whisper-1"}, ("a.wav", "audio/wav", SOUND)
    if "image" in names:
        meant, file = {"prompt": "Hi"}, ("a.png", "image/png", PICTURE)
    texts = st.dictionaries(st.sampled_from(names), VALUES | st.text(max_size=6), max_size=2)
    files = st.dictionaries(st.sampled_from(names[:2]), FILES, max_size=1)
    body = forms.form({**meant, **draw(texts)}, {names[0]: file, **draw(files)})
    if draw(st.integers(0, 3)):
        return body
    at = draw(st.integers(0, len(body)))
    return body[:at] + draw(st.binary(max_size=6)) + body[at + draw(st.integers(0, 9)) :]


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(clock=FlyingClock()) as one:
        yield one


@pytest.mark.parametrize("path", JSON_ROUTES)
@few
@given(data=st.data())
def test_no_json_is_answered_with_a_fault_of_ours(
    served: Served, path: str, data: st.DataObject
) -> None:
    requests = requests_of(JSON_ROUTES[path])
    wanted = mostly(crossed(requests), mutated(requests)).map(orjson.dumps)
    bodies = data.draw(st.lists(wanted, min_size=AT_ONCE, max_size=AT_ONCE))
    check_openai(bodies, served.answers(path, bodies))


@pytest.mark.parametrize("path", FORM_ROUTES)
@few
@given(data=st.data())
def test_no_form_is_answered_with_a_fault_of_ours(
    served: Served, path: str, data: st.DataObject
) -> None:
    wanted = form_bodies(FORM_ROUTES[path])
    bodies = data.draw(st.lists(wanted, min_size=AT_ONCE, max_size=AT_ONCE))
    check_openai(bodies, served.answers(path, bodies, FORM))
