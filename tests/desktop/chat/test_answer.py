import pytest

from desktop.chat.answer import Answer, read_error, read_models
from tests.fakes.endpoint import DONE, frame, usage


def test_texts_and_thoughts_add_up_apart() -> None:
    answer = Answer()
    answer.feed(frame(reasoning_content="Let me ") + frame(reasoning_content="see."))
    answer.feed(frame(content="Grüß ") + frame(content="Gott."))
    assert (answer.thoughts, answer.text) == ("Let me see.", "Grüß Gott.")
    assert not answer.ended


def test_an_opening_chunk_is_no_beginning() -> None:
    answer = Answer()
    answer.feed(frame(role="assistant", content=""))
    assert not answer.begun


def test_the_last_chunk_tells_what_was_used() -> None:
    answer = Answer()
    answer.feed(usage(12, 7) + DONE)
    assert (answer.prompt_tokens, answer.output_tokens) == (12, 7)
    assert answer.ended


def test_an_error_within_the_stream_is_kept_as_its_sentence() -> None:
    answer = Answer()
    answer.feed(frame(content="Half"))
    answer.feed(b'data: {"error":{"message":"The answer broke off.","type":"server_error"}}\n\n')
    assert answer.error == "The answer broke off."
    assert answer.text == "Half"


@pytest.mark.parametrize(
    "event",
    [
        b"{broken",
        b"[]",
        b'{"choices":{}}',
        b'{"choices":[3,{"delta":null}]}',
        b'{"choices":[{"delta":{"content":7}}],"usage":{"prompt_tokens":"x"}}',
        b'{"error":"no object"}',
    ],
)
def test_what_is_malformed_is_left_out(event: bytes) -> None:
    answer = Answer()
    answer.feed(b"data: " + event + b"\n\n")
    assert not answer.begun
    assert answer.error == ""


def test_the_models_come_in_the_order_of_the_list() -> None:
    body = b'{"object":"list","data":[{"id":"gemini-b"},{"id":"gemini-a"},{"id":3},7]}'
    assert read_models(body) == ["gemini-b", "gemini-a"]
    assert read_models(b"<html>") == []


def test_models_for_embeddings_cannot_be_talked_to() -> None:
    assert read_models(b'{"data": [{"id": "e", "type": "embedding"}, {"id": "a"}]}') == ["a"]


def test_a_refusal_without_a_sentence_gives_none() -> None:
    assert read_error(b'{"error":{"message":"No."}}') == "No."
    assert read_error(b"oops") == ""


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ("the name could not be looked up", "the name could not be looked up."),
        ("Wait until 12:00 (UTC)", "Wait until 12:00 (UTC)."),
        ("Is it on?", "Is it on?"),
        ("", ""),
    ],
)
def test_a_sentence_of_an_error_ends_as_one(sent: str, told: str) -> None:
    assert read_error(b'{"error":{"message":"%s"}}' % sent.encode()) == told
