import base64
import io
import wave

from hypothesis import given
from hypothesis import strategies as st

from proxy_core.dialects.speech import Speech, sample_rate


@given(st.lists(st.binary(max_size=7)))
def test_the_pieces_of_a_stream_may_be_joined_as_base64(pieces: list[bytes]) -> None:
    speech = Speech(keeps=False)
    sent = [speech.add("audio/L16", base64.b64encode(piece).decode()) for piece in pieces]
    joined = "".join([*sent, speech.rest()])
    assert base64.b64decode(joined, validate=True) == b"".join(pieces)


def test_a_whole_can_be_played() -> None:
    speech = Speech(keeps=True)
    speech.add("audio/L16;codec=pcm;rate=16000", base64.b64encode(b"\1\2" * 10).decode())
    with wave.open(io.BytesIO(base64.b64decode(speech.whole(wav=True)))) as file:
        assert file.getframerate() == 16_000
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        assert file.readframes(99) == b"\1\2" * 10


def test_a_whole_may_be_bare_samples() -> None:
    speech = Speech(keeps=True)
    speech.add("audio/L16", "AAEC")
    assert speech.whole(wav=False) == "AAEC"


def test_the_rate_is_what_googles_type_names() -> None:
    assert sample_rate("audio/L16;codec=pcm;rate=16000") == 16_000
    assert sample_rate("audio/L16") == sample_rate("audio/L16;rate=0") == 24_000
