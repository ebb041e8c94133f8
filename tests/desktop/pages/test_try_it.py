from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from desktop.desk import Desk
from desktop.pages.try_it import TryItPage
from desktop.pages.try_it_talk import Asked
from desktop.widgets.prose import DRESSED_LIVE
from tests.desktop.accessible import nameless, unexplained
from tests.desktop.conftest import Notes, until
from tests.desktop.cut import cut_texts
from tests.desktop.pages.trying import answers, click, idle, said, send, write
from tests.fakes.commands import credential
from tests.fakes.endpoint import DONE, Endpoint, endpoint, finish, frame, usage
from tests.fakes.window import TOKEN, FakeEngine, FakeSources, exchange


@pytest_asyncio.fixture
async def end() -> AsyncIterator[Endpoint]:
    async with endpoint() as served:
        yield served


@pytest.fixture
def page(desk: Desk, engine: FakeEngine, end: Endpoint) -> Iterator[TryItPage]:
    engine.commands.put(credential("accaaaaaaaaaa", "ada@example.com"))
    desk.life.url = end.url
    made = TryItPage(desk)
    made.resize(900, 600)
    made.show()
    yield made
    shiboken6.delete(made)  # else every theme of a later test paints it anew


async def test_a_question_is_answered_through_the_endpoint(page: TryItPage, end: Endpoint) -> None:
    end.pieces = [
        frame(content="Hello "),
        frame(content="**there**."),
        finish(),
        usage(12, 7),
        DONE,
    ]
    await until(lambda: end.asked)
    send(page, "Say hello")
    await until(lambda: answers(page)[0].copy_button.isVisibleTo(page))
    assert [asked.prose.text for asked in page.findChildren(Asked)] == ["Say hello"]
    assert answers(page)[0].prose.text == "Hello **there**."
    assert answers(page)[0].prose.toPlainText() == "Hello there."
    shown = said(answers(page)[0])
    assert "ada@example.com" in shown
    assert "12 tokens in, 7 out" in shown
    assert any(text.endswith("to the first token") for text in shown)


async def test_what_is_sent_is_what_a_tool_would_send(page: TryItPage, end: Endpoint) -> None:
    send(page, "Say hello")
    await idle(page)
    body, request = end.bodies[0], end.asked[-1]
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert request.headers["X-Pollux-Trace"] == "1"
    assert body["model"] == "gemini-3.8-flash"
    assert body["stream"] is True
    assert body["stream_options"] == {"include_usage": True}
    assert body["messages"] == [{"role": "user", "content": "Say hello"}]


async def test_shift_enter_makes_a_new_line_and_enter_sends(page: TryItPage, end: Endpoint) -> None:
    write(page, "one")
    QTest.keyClick(page.composer.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert end.bodies == []
    send(page, "two")
    await until(lambda: end.bodies)
    assert end.bodies[0]["messages"][0]["content"] == "one\ntwo"
    assert page.composer.field.toPlainText() == ""
    await idle(page)


async def test_an_empty_message_cannot_be_sent(page: TryItPage) -> None:
    send(page, "  ")
    assert not page.composer.send_button.isEnabled()
    assert answers(page) == []


async def test_the_conversation_goes_along_until_a_new_one_begins(
    page: TryItPage, end: Endpoint
) -> None:
    send(page, "First")
    await idle(page)
    write(page, "Second")
    click(page, "Send")
    await idle(page)
    assert [each["content"] for each in end.bodies[1]["messages"]] == ["First", "Hello.", "Second"]
    click(page, "New conversation")
    await until(lambda: not answers(page))
    send(page, "Third")
    await idle(page)
    assert [each["content"] for each in end.bodies[2]["messages"]] == ["Third"]


async def test_it_shows_the_answer_as_it_streams_and_stop_ends_it(
    page: TryItPage, end: Endpoint
) -> None:
    end.pieces, end.hold_after = [frame(content="The first half"), frame(content=" never")], 1
    send(page, "Go")
    await until(lambda: answers(page)[0].prose.text == "The first half")
    click(page, "Stop")
    await until(lambda: end.left)
    await idle(page)
    assert answers(page)[0].note == "You stopped it."
    assert answers(page)[0].prose.text == "The first half"


async def test_a_new_conversation_leaves_an_answer_that_is_coming(
    page: TryItPage, end: Endpoint
) -> None:
    end.pieces, end.hold_after = [frame(content="Half"), DONE], 1
    send(page, "Go")
    await until(lambda: answers(page)[0].prose.text == "Half")
    click(page, "New conversation")
    await until(lambda: end.left and not answers(page))
    end.hold_after = None
    send(page, "Again")
    await idle(page)
    assert len(end.bodies[1]["messages"]) == 1


async def test_a_refusal_is_told_in_its_own_words_and_can_be_tried_again(
    page: TryItPage, end: Endpoint
) -> None:
    end.refusal = (429, "Every credential rests; the first returns in 34 s.")
    send(page, "Hello?")
    await until(lambda: answers(page) and answers(page)[0].note)
    assert answers(page)[0].note == "Every credential rests; the first returns in 34 s."
    end.refusal = None
    click(page, "Try again")
    await until(lambda: len(answers(page)) == 2 and answers(page)[1].prose.text == "Hello.")
    assert end.bodies[1]["messages"] == [{"role": "user", "content": "Hello?"}]
    await idle(page)


@pytest.mark.parametrize(
    ("pieces", "note"),
    [
        ([frame(content="Half")], "The answer broke off before its end."),
        ([b'data: {"error":{"message":"It broke off."}}\n\n'], "It broke off."),
        ([frame(content="Long"), finish("length"), DONE], "The answer reached the model's limit."),
        ([finish("content_filter"), DONE], "Google's filter ended the answer."),
        ([finish(), DONE], "The model answered without a text."),
    ],
)
async def test_an_answer_that_does_not_end_well_says_so(
    page: TryItPage, end: Endpoint, pieces: list[bytes], note: str
) -> None:
    end.pieces = pieces
    send(page, "Go")
    await idle(page)
    assert answers(page)[0].note == note


async def test_an_endpoint_that_is_gone_is_told_in_words(page: TryItPage, desk: Desk) -> None:
    desk.life.url = "http://127.0.0.1:1"
    send(page, "Hello?")
    await idle(page)
    assert answers(page)[0].note == (
        "Pollux did not answer at its own address. See on Overview whether it runs, then try again."
    )


async def test_a_redirect_is_not_followed(page: TryItPage, end: Endpoint) -> None:
    end.redirect = f"{end.url}/elsewhere"
    send(page, "Hello?")
    await idle(page)
    assert [request.path for request in end.asked if "elsewhere" in request.path] == []
    assert answers(page)[0].note == "Pollux answered with HTTP status 307."


async def test_thoughts_are_folded_away_until_asked_for(page: TryItPage, end: Endpoint) -> None:
    end.pieces = [frame(reasoning_content="Hm, let me see."), frame(content="42."), finish(), DONE]
    send(page, "What is it?")
    await idle(page)
    thoughts = answers(page)[0]._thoughts
    assert not thoughts.isVisible()
    click(page, "Show thoughts")
    assert thoughts.isVisible()
    assert thoughts.toPlainText() == "Hm, let me see."
    click(page, "Hide thoughts")
    assert not thoughts.isVisible()


async def test_the_models_are_those_of_the_endpoint_and_another_can_be_written(
    page: TryItPage, end: Endpoint
) -> None:
    await until(lambda: page.model.count() == 2)
    assert page.model.currentText() == "gemini-3.8-flash"
    field = page.model.lineEdit()
    assert field is not None
    field.selectAll()
    QTest.keyClicks(field, "my-alias")
    send(page, "Hello")
    await idle(page)
    assert end.bodies[0]["model"] == "my-alias"


async def test_without_the_default_model_the_first_is_chosen(
    page: TryItPage, end: Endpoint, desk: Desk, engine: FakeEngine
) -> None:
    end.models = ("gemini-4-nano", "gemini-4-max")
    engine.commands.put(credential("keybbbbbbbbbb", "another"))
    await until(lambda: page.model.currentText() == "gemini-4-nano")


async def test_an_answer_that_began_early_learns_its_credential_from_the_events(
    page: TryItPage, end: Endpoint, engine: FakeEngine
) -> None:
    end.headers = {"x-request-id": "req-9"}
    send(page, "Think long")
    await idle(page)
    assert "grace@example.com" not in said(answers(page)[0])
    attempts = (("acc1", "ada", "overloaded"), ("acc2", "grace@example.com", "ok"))
    engine.tell(exchange(1.0, id="req-9", attempts=attempts))
    await until(lambda: "grace@example.com" in said(answers(page)[0]))
    assert any("2 attempt" in text for text in said(answers(page)[0]))


async def test_a_link_opens_in_the_browser_and_only_to_the_web(
    page: TryItPage, end: Endpoint, notes: Notes
) -> None:
    end.pieces = [frame(content="[a](https://example.com/x) [b](file:///etc/passwd)"), DONE]
    send(page, "Links")
    await idle(page)
    prose = answers(page)[0].prose
    prose.anchorClicked.emit("https://example.com/x")
    prose.anchorClicked.emit("file:///etc/passwd")
    assert notes.opened == ["https://example.com/x"]
    assert notes.copied == [("file:///etc/passwd", False)]


async def test_an_answer_loads_nothing_that_it_names(
    page: TryItPage, end: Endpoint, tmp_path: Path
) -> None:
    picture = tmp_path / "tall.png"
    QImage(40, 3000, QImage.Format.Format_RGB32).save(str(picture))
    named = [picture.as_uri(), str(picture), f"{end.url}/picture.png"]
    text = "\n\n".join([*(f"![a picture]({each})" for each in named), f'<img src="{picture}">'])
    end.pieces = [frame(content=text), DONE]
    send(page, "Show me")
    await idle(page)
    prose = answers(page)[0].prose
    assert prose.height() < 400
    assert prose.toPlainText().count("a picture") == 3
    assert "<img" in prose.toPlainText()
    assert [request.path for request in end.asked if "picture" in request.path] == []


async def test_an_answer_can_be_copied_as_it_came(
    page: TryItPage, end: Endpoint, notes: Notes
) -> None:
    end.pieces = [frame(content="**Bold**"), finish(), DONE]
    send(page, "Go")
    await idle(page)
    click(page, "Copy this answer")
    assert notes.copied == [("**Bold**", False)]


async def test_a_starter_asks_with_one_click(page: TryItPage, end: Endpoint) -> None:
    click(page, "Say hello in five languages")
    await idle(page)
    assert end.bodies[0]["messages"][0]["content"] == "Say hello in five languages"


async def test_after_a_starter_one_writes_on(page: TryItPage, end: Endpoint) -> None:
    page.activateWindow()
    await until(page.isActiveWindow)
    click(page, "Say hello in five languages")
    assert page.focusWidget() is page.composer.field
    await idle(page)
    assert page.focusWidget() is page.composer.field


@pytest.mark.parametrize(("width", "lines"), [(696, 1), (1076, 1)])
async def test_the_box_of_models_leaves_room_for_the_words_beside_it(
    page: TryItPage, width: int, lines: int
) -> None:
    page.resize(width, 600)
    await until(lambda: page.subtitle.height() <= lines * page.subtitle.fontMetrics().height() + 2)


async def test_the_list_of_models_is_as_wide_as_their_names(page: TryItPage, end: Endpoint) -> None:
    long = "gemini-3.1-flash-lite-preview-with-a-name-that-goes-on"
    end.models = (long,)
    page.resize(696, 600)
    page._models_of = None
    page._look()
    await until(lambda: page.model.findText(long) >= 0)
    assert page.model.view().minimumWidth() > page.fontMetrics().horizontalAdvance(long)


async def test_hidden_it_draws_nothing_and_catches_up_when_shown(
    page: TryItPage, end: Endpoint
) -> None:
    end.pieces, end.hold_after = [frame(content="Half"), frame(content=" and half"), DONE], 1
    send(page, "Go")
    await until(lambda: answers(page)[0].prose.text == "Half")
    page.hide()
    end.go_on.set()
    await until(lambda: page._task is None)
    page.show()
    assert answers(page)[0].prose.text == "Half and half"
    assert page.composer.send_button.isVisibleTo(page)


async def test_everything_has_a_name_and_nothing_is_cut(page: TryItPage, end: Endpoint) -> None:
    end.pieces = [
        frame(reasoning_content="Hm."),
        frame(content="```python\nprint(1)\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"),
        finish(),
        usage(1234, 567),
        DONE,
    ]
    page.resize(696, 600)
    send(page, "Go")
    await idle(page)
    end.refusal = (503, "No credential returns by itself: the owner must act, see Accounts. " * 3)
    send(page, "Go on, with a rather long question that has to be wrapped somewhere. " * 4)
    await idle(page)
    await until(lambda: not cut_texts(page))
    assert nameless(page) == []
    assert unexplained(page) == []


async def test_what_was_said_to_the_demo_does_not_go_to_google(
    page: TryItPage, end: Endpoint, desk: Desk
) -> None:
    sources = desk.life._sources
    assert isinstance(sources, FakeSources)
    sources.demo_engine.commands.put(credential("accbbbbbbbbbb", "pretend@example.com"))
    send(page, "To the owner's own")
    await idle(page)
    await desk.life.start_demo()
    assert answers(page) == []
    desk.life.url = end.url
    end.pieces, end.hold_after = [frame(content="Half"), DONE], 1
    send(page, "To the demo")
    await until(lambda: answers(page) and answers(page)[0].prose.text == "Half")
    await desk.life.leave_demo()
    await until(lambda: end.left and not answers(page))
    desk.life.url, end.hold_after = end.url, None
    send(page, "Again")
    await idle(page)
    asked = [[each["content"] for each in body["messages"]] for body in end.bodies]
    assert asked == [["To the owner's own"], ["To the demo"], ["Again"]]


async def test_a_restart_leaves_the_conversation(page: TryItPage, desk: Desk) -> None:
    send(page, "Hello")
    await idle(page)
    await desk.life.restart()
    assert len(answers(page)) == 1


async def test_a_long_answer_is_dressed_at_its_end(page: TryItPage, end: Endpoint) -> None:
    first, second = "word " * DRESSED_LIVE, "**bold**"
    end.pieces = [frame(content=first), frame(content=second), finish(), DONE]
    end.hold_after = 2
    send(page, "Go")
    await until(lambda: answers(page)[0].prose.text == first + second)
    prose = answers(page)[0].prose
    assert prose.toPlainText().endswith("**bold**")
    end.go_on.set()
    await idle(page)
    assert prose.toPlainText().endswith("word bold")
