import orjson

from proxy_core.dialects.openai_responses.events import Events, SilentEvents, delta_head


def test_events_are_numbered_from_zero_and_name_their_type_twice() -> None:
    events = Events()
    first, second = events.event("response.odd", a=1), events.event("response.odd")
    assert first == (
        b'event: response.odd\ndata: {"type":"response.odd","sequence_number":0,"a":1}\n\n'
    )
    assert b'"sequence_number":1' in second


def test_a_response_goes_in_as_it_was_encoded() -> None:
    frame = Events().response("response.created", b'{"id":"resp_1"}')
    assert frame.endswith(b'"sequence_number":0,"response":{"id":"resp_1"}}\n\n')


def test_a_delta_is_an_event_like_any_other() -> None:
    events = Events()
    head = delta_head("response.output_text.delta", {"item_id": "msg_1", "logprobs": []})
    name, data = events.delta(head, 'é"\n').removesuffix(b"\n\n").split(b"\n")
    assert name == b"event: response.output_text.delta"
    assert orjson.loads(data.removeprefix(b"data: ")) == {
        "type": "response.output_text.delta",
        "item_id": "msg_1",
        "logprobs": [],
        "sequence_number": 0,
        "delta": 'é"\n',
    }


def test_a_whole_answer_has_no_events() -> None:
    silent = SilentEvents()
    assert silent.event("a") == silent.response("a", b"{}") == silent.delta(b"", "x") == b""
