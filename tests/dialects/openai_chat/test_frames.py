import orjson
from hypothesis import given
from hypothesis import strategies as st

from proxy_core.dialects.openai_chat.frames import Frames


@given(st.text(), st.text(), st.integers(0, 8))
def test_a_text_frame_is_the_same_as_one_encoded_whole(model: str, text: str, index: int) -> None:
    frame = Frames("id", 1, model).choice(index).text(text)
    assert frame.startswith(b"data: ")
    assert frame.endswith(b"\n\n")
    assert b"\n" not in frame[:-2]
    choice = {"index": index, "delta": {"content": text}, "logprobs": None, "finish_reason": None}
    assert orjson.loads(frame[6:]) == {
        "id": "id",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": model,
        "choices": [choice],
    }
