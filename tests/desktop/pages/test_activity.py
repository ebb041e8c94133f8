from collections.abc import Iterator

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QWidget

from desktop.desk import Desk
from desktop.pages.activity import ActivityPage
from desktop.pages.activity_details import RequestSheet
from desktop.pages.activity_model import EVENT_ROLE, Column
from proxy_core.api import ExchangeEnded
from tests.desktop.accessible import nameless, unexplained
from tests.desktop.conftest import Notes, until
from tests.desktop.cut import cut_texts
from tests.desktop.pseudo import PseudoTranslator
from tests.fakes.window import FakeEngine, exchange

ADA = ("accaaaaaaaaaa", "ada@example.com", "ok")
GRACE_RESTS = ("accbbbbbbbbbb", "grace@example.com", "minute_quota")
AT = 1_795_000_000.0


@pytest.fixture
def page(desk: Desk) -> Iterator[ActivityPage]:
    made = ActivityPage(desk)
    made.resize(900, 600)
    made.show()
    yield made
    shiboken6.delete(made)  # else every theme of a later test paints it anew


def button(within: QWidget, text: str) -> QAbstractButton:
    found = [
        each
        for each in within.findChildren(QAbstractButton)
        if text in (each.text(), each.accessibleName()) and each.isVisibleTo(within)
    ]
    assert len(found) == 1, f"{len(found)} buttons are called {text!r}"
    return found[0]


def click(within: QWidget, text: str) -> None:
    QTest.mouseClick(button(within, text), Qt.MouseButton.LeftButton)


def rows(page: ActivityPage) -> list[ExchangeEnded]:
    model = page.table.model()
    return [model.index(row, 0).data(EVENT_ROLE) for row in range(model.rowCount())]


def spoken(page: ActivityPage, row: int, column: Column) -> str:
    index = page.table.model().index(row, column)
    return str(index.data(Qt.ItemDataRole.AccessibleTextRole))


async def test_an_empty_list_says_what_to_do(page: ActivityPage) -> None:
    went: list[str] = []
    page.go.connect(went.append)
    click(page, "Connect a tool")
    click(page, "Try it here")
    assert went == ["connect", "try_it"]


async def test_requests_show_up_newest_first(page: ActivityPage, engine: FakeEngine) -> None:
    first, second = exchange(AT), exchange(AT + 1)
    engine.tell(first, second)
    await until(lambda: rows(page) == [second, first])
    third = exchange(AT + 2)
    engine.tell(third)
    await until(lambda: rows(page) == [third, second, first])


async def test_what_was_there_before_the_page_is_in_it(desk: Desk, engine: FakeEngine) -> None:
    event = exchange(AT)
    engine.tell(event)
    await until(lambda: desk.figures.exchanges)
    page = ActivityPage(desk)
    page.show()
    assert rows(page) == [event]
    shiboken6.delete(page)


async def test_a_request_goes_in_without_touching_the_others(
    page: ActivityPage, engine: FakeEngine
) -> None:
    resets: list[None] = []
    page.table.model().modelReset.connect(lambda: resets.append(None))
    engine.tell(*(exchange(AT + at) for at in range(600)))
    await until(lambda: len(rows(page)) == 500)
    page.table.selectRow(3)
    selected = page.table.selected_events()
    engine.tell(exchange(AT + 600))
    await until(lambda: rows(page)[0].at == AT + 600)
    assert len(rows(page)) == 500
    assert page.table.selected_events() == selected
    assert resets == []


async def test_a_row_tells_who_served_and_why_not_the_first(
    page: ActivityPage, engine: FakeEngine
) -> None:
    engine.tell(exchange(AT, attempts=(GRACE_RESTS, ADA)))
    await until(lambda: rows(page))
    assert spoken(page, 0, Column.STATUS) == "After a switch"
    assert "ada@example.com" in spoken(page, 0, Column.CREDENTIAL)
    assert "quota of this minute is spent" in spoken(page, 0, Column.CREDENTIAL)
    assert spoken(page, 0, Column.CLIENT) == "openai-python; OpenAI Chat"
    assert spoken(page, 0, Column.TIME).endswith("took 1.90 s")
    assert "800 of them cached" in spoken(page, 0, Column.TOKENS)


@pytest.mark.parametrize(
    ("event", "word"),
    [
        (exchange(AT), "Answered"),
        (exchange(AT, attempts=((*ADA[:2], "server_error"), ADA)), "After a retry"),
        (exchange(AT, status=429), "Refused 429"),
        (exchange(AT, status=503, attempts=(), error="no_credentials"), "Failed 503"),
        (exchange(AT, status=499, error=None), "Client left"),
        (exchange(AT, error="bad_upstream"), "Broke off"),
    ],
)
async def test_every_end_has_its_word(
    page: ActivityPage, engine: FakeEngine, event: ExchangeEnded, word: str
) -> None:
    engine.tell(event)
    await until(lambda: rows(page))
    assert spoken(page, 0, Column.STATUS) == word


async def test_typing_filters_by_model_client_credential_and_status(
    page: ActivityPage, engine: FakeEngine
) -> None:
    plain = exchange(AT)
    other = exchange(AT + 1, model="gemini-3.8-pro", client="aider", attempts=(GRACE_RESTS, ADA))
    refused = exchange(AT + 2, status=429, attempts=(GRACE_RESTS,))
    engine.tell(plain, other, refused)
    await until(lambda: len(rows(page)) == 3)
    field = next(
        each
        for each in page.findChildren(QLineEdit)
        if each.accessibleName() == "Filter the requests"
    )
    for text, left in (
        ("PRO", [other]),
        ("aider switch", [other]),
        ("grace", [refused, other]),
        ("429", [refused]),
        ("openai-python ada", [plain]),
        ("nothing like it", []),
    ):
        field.clear()
        QTest.keyClicks(field, text)
        assert rows(page) == left, text
    click(page, "Show all requests")
    assert rows(page) == [refused, other, plain]
    assert field.text() == ""


async def test_the_segments_filter_by_outcome(page: ActivityPage, engine: FakeEngine) -> None:
    plain, moved = exchange(AT), exchange(AT + 1, attempts=(GRACE_RESTS, ADA))
    refused, gone = exchange(AT + 2, status=429), exchange(AT + 3, status=499, error=None)
    engine.tell(plain, moved, refused, gone)
    await until(lambda: len(rows(page)) == 4)
    for text, left in (
        ("Answered", [moved, plain]),
        ("Not at once", [moved]),
        ("Failed", [refused]),
        ("All", [gone, refused, moved, plain]),
    ):
        click(page, text)
        assert rows(page) == left


async def test_frozen_the_list_holds_still_and_counts_what_waits(
    page: ActivityPage, engine: FakeEngine
) -> None:
    engine.tell(exchange(AT))
    await until(lambda: len(rows(page)) == 1)
    click(page, "Freeze")
    engine.tell(exchange(AT + 1), exchange(AT + 2))
    await until(lambda: page._freeze.text() == "Go on (2 new)")
    assert len(rows(page)) == 1
    click(page, "Go on (2 new)")
    assert len(rows(page)) == 3


async def test_hidden_it_draws_nothing_and_catches_up_when_shown(
    page: ActivityPage, desk: Desk, engine: FakeEngine
) -> None:
    page.hide()
    engine.tell(exchange(AT))
    await until(lambda: desk.figures.exchanges)
    assert not page._timer.isActive()
    assert rows(page) == []
    page.show()
    assert len(rows(page)) == 1


async def test_who_reads_further_down_stays_there(page: ActivityPage, engine: FakeEngine) -> None:
    engine.tell(*(exchange(AT + at) for at in range(100)))
    await until(lambda: len(rows(page)) == 100)
    bar = page.table.verticalScrollBar()
    bar.setValue(page.table.row_height() * 20)
    seen = page.table.indexAt(page.table.viewport().rect().topLeft()).data(EVENT_ROLE)
    engine.tell(exchange(AT + 100), exchange(AT + 101))
    await until(lambda: len(rows(page)) == 102)
    now = page.table.indexAt(page.table.viewport().rect().topLeft()).data(EVENT_ROLE)
    assert now == seen


async def test_at_the_top_the_newest_stays_in_view(page: ActivityPage, engine: FakeEngine) -> None:
    engine.tell(*(exchange(AT + at) for at in range(100)))
    await until(lambda: len(rows(page)) == 100)
    newest = exchange(AT + 100)
    engine.tell(newest)
    await until(lambda: len(rows(page)) == 101)
    assert page.table.indexAt(page.table.viewport().rect().topLeft()).data(EVENT_ROLE) == newest


async def test_ctrl_c_copies_the_selected_rows(
    page: ActivityPage, engine: FakeEngine, notes: Notes
) -> None:
    engine.tell(exchange(AT), exchange(AT + 1, status=429, client="=evil()\t"))
    await until(lambda: len(rows(page)) == 2)
    QTest.keyClick(page.table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(page.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    text, secret = notes.copied[0]
    lines = [line.split("\t") for line in text.split("\n")]
    assert not secret
    assert [len(line) for line in lines] == [16, 16, 16]
    assert lines[0][1] == "Request"
    assert lines[1][1:3] == [f"req-{AT + 1:.3f}", "'=evil()"]
    assert lines[2][-1] == "Answered"


async def test_enter_opens_a_request_with_every_attempt(
    page: ActivityPage, engine: FakeEngine, notes: Notes
) -> None:
    event = exchange(AT, attempts=(GRACE_RESTS, ADA))
    engine.tell(event)
    await until(lambda: rows(page))
    page.table.selectRow(0)
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    sheet = page.window().findChild(RequestSheet)
    assert sheet is not None
    said = [label.text() for label in sheet.findChildren(QWidget) if hasattr(label, "text")]
    tried = [text for text in said if "@" in text]
    assert tried == ["grace@example.com", "ada@example.com"]
    assert "The project's quota of this minute is spent for this model." in said
    assert "Google answered." in said
    click(sheet, "Copy: Request id, as the log has it")
    assert notes.copied == [(event.id, False)]
    assert nameless(sheet) == []
    assert cut_texts(sheet) == []
    await until(lambda: sheet.stage.verticalScrollBar().maximum() == 0)
    ends = {
        each.mapTo(sheet, each.rect().topRight()).x()
        for each in (sheet.close_button, button(sheet, "Copy: Request id, as the log has it"))
    }
    assert len(ends) == 1, "all ends where the sheet does"
    click(sheet, "Close")
    await until(lambda: page.window().findChild(RequestSheet) is None)


@pytest.mark.parametrize("minimised", [False, True])
async def test_unseen_it_waits_for_no_clock_and_catches_up_when_shown(
    page: ActivityPage, desk: Desk, engine: FakeEngine, minimised: bool
) -> None:
    engine.tell(exchange(AT))
    await until(page._timer.isActive)
    page.showMinimized() if minimised else page.hide()
    assert not page._timer.isActive()
    engine.tell(exchange(AT + 1))
    await until(lambda: len(desk.figures.exchanges) == 2)
    assert not page._timer.isActive()
    page.showNormal()
    await until(lambda: [event.at for event in rows(page)] == [AT + 1, AT])


async def test_a_double_click_opens_a_request(page: ActivityPage, engine: FakeEngine) -> None:
    engine.tell(exchange(AT))
    await until(lambda: rows(page))
    place = page.table.visualRect(page.table.model().index(0, 1)).center()
    QTest.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseDClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    sheet = page.window().findChild(RequestSheet)
    assert sheet is not None
    sheet.close()


async def test_clear_empties_the_list(page: ActivityPage, engine: FakeEngine) -> None:
    engine.tell(exchange(AT))
    await until(lambda: rows(page))
    click(page, "Clear")
    assert rows(page) == []
    assert button(page, "Connect a tool").isEnabled()


async def test_another_engine_begins_a_new_list(
    page: ActivityPage, desk: Desk, engine: FakeEngine
) -> None:
    engine.tell(exchange(AT))
    await until(lambda: rows(page))
    desk.figures.begin_anew()
    assert rows(page) == []


@pytest.mark.parametrize(("width", "left_out"), [(1076, 0), (696, 2)])
async def test_names_have_room_before_figures_have(
    page: ActivityPage, engine: FakeEngine, width: int, left_out: int
) -> None:
    engine.tell(exchange(AT, client="Continue/1.4.2"))
    page.resize(width, 600)
    await until(lambda: rows(page))
    assert sum(map(page.table.isColumnHidden, Column)) == left_out
    for column, name in ((Column.CLIENT, "Continue/1."), (Column.CREDENTIAL, ADA[1])):
        assert page.fontMetrics().horizontalAdvance(name) <= page.table.columnWidth(column) - 16


async def test_everything_has_a_name_and_nothing_is_cut(
    page: ActivityPage, engine: FakeEngine
) -> None:
    engine.tell(*(exchange(AT + at) for at in range(30)))
    await until(lambda: rows(page))
    page.resize(696, 600)
    assert nameless(page) == []
    assert unexplained(page) == []
    assert cut_texts(page) == []
    await until(lambda: page.table.horizontalScrollBar().maximum() == 0)


async def test_in_a_longer_language_no_heading_is_cut(desk: Desk, engine: FakeEngine) -> None:
    app = QApplication.instance()
    assert app is not None
    translator = PseudoTranslator(app)
    app.installTranslator(translator)
    page = ActivityPage(desk)
    page.resize(696, 600)
    page.show()
    engine.tell(*(exchange(AT + at) for at in range(30)))
    await until(lambda: rows(page))
    header = page.table.horizontalHeader()
    for column in Column:
        heading = str(header.model().headerData(column, Qt.Orientation.Horizontal))
        room = page.table.columnWidth(column) - 16
        hidden = page.table.isColumnHidden(column)
        assert hidden or header.fontMetrics().horizontalAdvance(heading) <= room, heading
    assert cut_texts(page) == []
    app.removeTranslator(translator)
    shiboken6.delete(page)
