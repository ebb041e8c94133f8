import orjson

from proxy_core.dialects.openai_events import error_event, typed_event
from proxy_core.errors import Problem, ProblemKind


def test_an_event_names_its_type_twice() -> None:
    name, data, *rest = typed_event("a.b", {"text": "1\n2"}).split(b"\n")
    assert name == b"event: a.b"
    assert orjson.loads(data.removeprefix(b"data: ")) == {"type": "a.b", "text": "1\n2"}
    assert rest == [b"", b""]


def test_an_error_inside_a_stream_is_the_envelope() -> None:
    frame = error_event(Problem(ProblemKind.BAD_UPSTREAM, "cut short"))
    assert orjson.loads(frame.removeprefix(b"data: "))["error"]["message"] == "cut short"
