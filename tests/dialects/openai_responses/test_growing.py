import pytest

from proxy_core.dialects.openai_responses.events import Events
from proxy_core.dialects.openai_responses.growing import REFUSAL, TEXT, THOUGHT, Growing, Kind
from tests.dialects.openai_responses.fold import events


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (
            TEXT,
            [
                *("output_item.added", "content_part.added", "output_text.delta"),
                *("output_text.done", "content_part.done", "output_item.done"),
            ],
        ),
        (
            REFUSAL,
            [
                *("output_item.added", "content_part.added", "refusal.delta"),
                *("refusal.done", "content_part.done", "output_item.done"),
            ],
        ),
        (
            THOUGHT,
            [
                *("output_item.added", "reasoning_summary_part.added"),
                *("reasoning_summary_text.delta", "reasoning_summary_text.done"),
                *("reasoning_summary_part.done", "output_item.done"),
            ],
        ),
    ],
)
def test_an_item_goes_through_its_events(kind: Kind, names: list[str]) -> None:
    growing = Growing(kind, "x_1", 0, Events())
    frames = growing.open() + growing.add("Hi")
    frames += growing.close(growing.finished("completed"))
    told = events(frames)
    assert [event["type"] for event in told] == [f"response.{name}" for name in names]
    assert told[2]["delta"] == told[3][kind.said] == told[4]["part"][kind.said] == "Hi"
    assert {event["output_index"] for event in told} == {0}


def test_an_item_without_an_end_stands_as_far_as_it_came() -> None:
    growing = Growing(TEXT, "msg_1", 0, Events())
    growing.open()
    growing.add("Hel")
    item = growing.finished("incomplete")
    assert item["status"] == "incomplete"
    assert item["content"][0]["text"] == "Hel"
