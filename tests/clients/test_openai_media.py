"""The openai SDK's images, speech, transcripts and old completions against a running Pollux."""

import base64
import io
import struct
import wave
import zlib

import pytest
from openai import APIError, BadRequestError, NotFoundError, OpenAI

from proxy_core.simulator import Reply
from tests.clients.conftest import MODEL, Proxy

pytestmark = pytest.mark.real_client

IMAGES = "gemini-3.1-flash-image"
WAV = ("hello.wav", b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wav")


def size_of(png: bytes) -> tuple[int, int]:
    """Of a picture whose pixels are there."""
    assert png.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", png[16:24])
    start = png.index(b"IDAT")
    length = int.from_bytes(png[start - 4 : start], "big")
    pixels = zlib.decompress(png[start + 4 : start + 4 + length])
    assert len(pixels) == (3 * width + 1) * height
    return width, height


# -- images --------------------------------------------------------------------------------


def test_pictures_are_drawn_in_the_ratio_that_was_asked_for(client: OpenAI) -> None:
    found = client.images.generate(model=IMAGES, prompt="A fox", n=2, size="1792x1024")
    assert found.data is not None
    assert len(found.data) == 2
    for each in found.data:
        width, height = size_of(base64.b64decode(each.b64_json or ""))
        assert width * 9 == height * 16
    assert found.usage is not None
    assert found.usage.total_tokens > 0


def test_openais_image_models_stand_for_the_newest(client: OpenAI, proxy: Proxy) -> None:
    for project in proxy.world.projects.values():
        project.free_tier = False
    assert client.images.generate(model="dall-e-3", prompt="A fox").data
    assert proxy.sent()[-1].model == "gemini-nano-banana-2.1"


def test_openais_image_models_are_drawn_without_billing_too(client: OpenAI, proxy: Proxy) -> None:
    assert client.images.generate(model="gpt-image-1", prompt="A fox", n=2).data
    assert proxy.sent()[-1].model == "gemini-3.1-flash-image"
    with client.images.generate(prompt="A fox", stream=True) as stream:
        assert [event.type for event in stream] == ["image_generation.completed"]


def test_a_picture_as_a_url_is_a_data_url(client: OpenAI) -> None:
    found = client.images.generate(model=IMAGES, prompt="A fox", response_format="url")
    assert found.data is not None
    assert (found.data[0].url or "").startswith("data:image/png;base64,")


def test_a_stream_ends_with_the_picture(client: OpenAI) -> None:
    with client.images.generate(
        model=IMAGES, prompt="A fox", stream=True, partial_images=1
    ) as stream:
        (event,) = stream
    assert event.type == "image_generation.completed"
    assert size_of(base64.b64decode(event.b64_json)) == (2, 2)


def test_a_picture_is_edited(client: OpenAI, proxy: Proxy) -> None:
    picture = ("fox.png", b"\x89PNG\r\n\x1a\n", "image/png")
    found = client.images.edit(model=IMAGES, image=[picture, picture], prompt="Blue", n=1)
    assert found.data
    parts = proxy.last_body()["contents"][0]["parts"]
    assert [part.get("inlineData", {}).get("mimeType") for part in parts] == [
        *("image/png", "image/png"),
        None,
    ]


def test_bytes_without_a_name_are_edited(client: OpenAI) -> None:
    assert client.images.edit(model=IMAGES, image=b"\x89PNG\r\n\x1a\n", prompt="Blue").data


def test_a_mask_is_refused(client: OpenAI) -> None:
    picture = ("fox.png", b"\x89PNG\r\n\x1a\n", "image/png")
    with pytest.raises(BadRequestError, match="mask"):
        client.images.edit(model=IMAGES, image=picture, mask=picture, prompt="Blue")


def test_a_refused_picture_is_a_violation(client: OpenAI, proxy: Proxy) -> None:
    refusal = Reply.chunks([{"candidates": [{"finishReason": "IMAGE_SAFETY", "index": 0}]}])
    proxy.world.script(refusal, model=IMAGES, times=2)
    with pytest.raises(BadRequestError) as caught:
        client.images.generate(model=IMAGES, prompt="A fox")
    assert caught.value.code == "content_policy_violation"
    with (
        pytest.raises(APIError, match="IMAGE_SAFETY"),
        client.images.generate(model=IMAGES, prompt="A fox", stream=True) as stream,
    ):
        list(stream)


# -- speech --------------------------------------------------------------------------------


def test_speech_is_mp3_unless_told_otherwise(client: OpenAI) -> None:
    with client.audio.speech.with_streaming_response.create(
        model="tts-1", voice="alloy", input="Hello there"
    ) as answer:
        assert answer.headers["content-type"] == "audio/mpeg"
        data = b"".join(answer.iter_bytes())
    assert data[0] == 0xFF
    assert data[1] & 0xE0 == 0xE0


def test_speech_as_wav_holds_the_samples_of_pcm(client: OpenAI) -> None:
    asked = {"model": "gpt-4o-mini-tts", "voice": "nova", "input": "One two three four five six."}
    pcm = client.audio.speech.create(**asked, response_format="pcm").content  # type: ignore[arg-type]
    wav = client.audio.speech.create(**asked, response_format="wav").content  # type: ignore[arg-type]
    with wave.open(io.BytesIO(wav)) as found:
        assert found.getframerate() == 24_000
        assert found.readframes(found.getnframes()) == pcm


def test_voices_differ_and_instructions_are_sent(client: OpenAI, proxy: Proxy) -> None:
    spoken = {
        client.audio.speech.create(
            model="tts-1", voice=voice, input="Hello", response_format="pcm", instructions="Softly"
        ).content
        for voice in ("alloy", "onyx")
    }
    assert len(spoken) == 2
    assert "Softly" in str(proxy.last_body())


def test_a_format_without_an_encoder_is_refused(client: OpenAI) -> None:
    with pytest.raises(BadRequestError, match="mp3, wav, pcm"):
        client.audio.speech.create(model="tts-1", voice="alloy", input="Hi", response_format="opus")


@pytest.mark.parametrize("sound_format", ["pcm", "mp3"])
def test_speech_that_breaks_off_is_never_a_whole_file(
    client: OpenAI, proxy: Proxy, sound_format: str
) -> None:
    proxy.world.script(Reply.truncate(2), model="gemini-3.8-flash-tts")
    with (
        pytest.raises(Exception, match=r"peer closed|incomplete|connection") as caught,
        client.audio.speech.with_streaming_response.create(
            model="tts-1",
            voice="alloy",
            input="One two three four five six seven eight nine ten eleven twelve",
            response_format=sound_format,  # type: ignore[arg-type]
        ) as answer,
    ):
        b"".join(answer.iter_bytes())
    assert "Protocol" in type(caught.value).__name__ or "Connection" in type(caught.value).__name__


def test_a_refused_text_is_an_error_before_any_sound(client: OpenAI, proxy: Proxy) -> None:
    refusal = Reply.chunks([{"promptFeedback": {"blockReason": "SAFETY"}}])
    proxy.world.script(refusal, model="gemini-3.8-flash-tts")
    with pytest.raises(BadRequestError, match="SAFETY"):
        client.audio.speech.create(model="tts-1", voice="alloy", input="Hi")


# -- transcripts ---------------------------------------------------------------------------


def test_a_recording_is_written_down(client: OpenAI, proxy: Proxy) -> None:
    proxy.order(Reply.text("Good ", "day."), times=2)
    found = client.audio.transcriptions.create(model="whisper-1", file=WAV, language="en")
    assert found.text == "Good day."
    assert found.usage is not None
    bare = client.audio.transcriptions.create(
        model="whisper-1", file=WAV, response_format="text", temperature=0
    )
    assert bare == "Good day.\n"


def test_a_transcript_is_streamed(client: OpenAI, proxy: Proxy) -> None:
    proxy.order(Reply.text("Good ", "day."))
    with client.audio.transcriptions.create(
        model="gpt-4o-transcribe", file=WAV, stream=True
    ) as stream:
        *deltas, done = stream
    assert [each.type for each in deltas] == ["transcript.text.delta"] * len(deltas)
    assert done.type == "transcript.text.done"
    assert "".join(each.delta for each in deltas) == done.text == "Good day."  # type: ignore[union-attr]


def test_times_are_refused(client: OpenAI) -> None:
    with pytest.raises(BadRequestError, match="time stamps"):
        client.audio.transcriptions.create(
            model="whisper-1", file=WAV, response_format="verbose_json"
        )


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_recording_is_translated(client: OpenAI, proxy: Proxy) -> None:
    proxy.order(Reply.text("Good day."))
    assert client.audio.translations.create(model="whisper-1", file=WAV).text == "Good day."


def test_there_are_no_moderations(client: OpenAI) -> None:
    with pytest.raises(NotFoundError, match="no such thing"):
        client.moderations.create(input="Hello")


# -- old completions -----------------------------------------------------------------------


def test_a_prompt_is_completed(client: OpenAI) -> None:
    found = client.completions.create(model=MODEL, prompt="Hello", max_tokens=100, echo=True)
    (choice,) = found.choices
    assert (choice.text, choice.finish_reason) == ("HelloYou said: Hello", "stop")
    assert found.usage is not None
    assert found.usage.total_tokens > 0


def test_several_prompts_have_several_choices(client: OpenAI) -> None:
    found = client.completions.create(model=MODEL, prompt=["one", "two"], n=2)
    assert [each.text for each in found.choices] == [
        *["You said: one"] * 2,
        *["You said: two"] * 2,
    ]
    assert [each.index for each in found.choices] == [0, 1, 2, 3]


def test_a_completion_is_streamed(client: OpenAI) -> None:
    texts = ["", ""]
    used = 0
    with client.completions.create(
        model=MODEL, prompt=["one", "two"], stream=True, stream_options={"include_usage": True}
    ) as stream:
        for chunk in stream:
            for choice in chunk.choices:
                texts[choice.index] += choice.text
            used = chunk.usage.total_tokens if chunk.usage else used
    assert texts == ["You said: one", "You said: two"]
    assert used > 0


def test_log_probabilities_are_parallel_lists(client: OpenAI) -> None:
    logprobs = client.completions.create(model=MODEL, prompt="Hi", logprobs=2).choices[0].logprobs
    assert logprobs is not None
    assert logprobs.tokens
    assert logprobs.top_logprobs
    assert len(logprobs.tokens) == len(logprobs.token_logprobs or []) == len(logprobs.top_logprobs)


def test_a_stream_that_breaks_off_is_an_error(client: OpenAI, proxy: Proxy) -> None:
    proxy.order(Reply.truncate(2))
    with (
        pytest.raises(APIError),
        client.completions.create(model=MODEL, prompt="Hello there", stream=True) as stream,
    ):
        list(stream)
