import re
import time
from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton

from desktop.desk import Desk
from desktop.figures.today import day_queries
from desktop.figures.usage import SPANS, SpanName
from desktop.look.theme import Mode
from desktop.pages.overview import OverviewPage, by_threes
from desktop.widgets.marks import Chip
from desktop.widgets.texts import ElidedLabel
from proxy_core.api import Line, NetworkChanged, Place, UsageQuery, UsageRow
from tests.desktop.accessible import nameless, unexplained
from tests.desktop.conftest import Notes, until
from tests.desktop.cut import cut_texts
from tests.desktop.pseudo import PseudoTranslator
from tests.fakes.commands import credential
from tests.fakes.window import TOKEN, FakeEngine, exchange

LEFT = Qt.MouseButton.LeftButton
ADA, GRACE = "accaaaaaaaaaa", "accbbbbbbbbbb"


@pytest.fixture
async def page(desk: Desk, engine: FakeEngine) -> OverviewPage:
    """With two credentials, one of which cannot serve."""
    engine.commands.put(
        credential(ADA, "ada@example.com"),
        credential(GRACE, "grace@example.com", "needs_sign_in"),
    )
    await until(lambda: desk.bridge.snapshot.credentials)
    made = OverviewPage(desk)
    made.resize(1076, 800)
    made.show()
    return made


def press(page: OverviewPage, name: str) -> None:
    """Clicks the visible button of this accessible name or text."""
    found = [
        made
        for made in (*page.findChildren(QPushButton), *page.findChildren(QToolButton))
        if made.isVisible() and name in (made.accessibleName(), made.text())
    ]
    QTest.mouseClick(found[0], LEFT)


def used(engine: FakeEngine, exchanges: int, credential_id: str = ADA) -> None:
    """What the engine remembers: so many of this minute."""
    at = time.time() // 60 * 60
    row = UsageRow(at, "gemini-a", credential_id, "", exchanges, 0, 1000, 0, 100, 0, 0.5)
    engine.commands.used = (row,)


def asked_for(engine: FakeEngine) -> list[UsageQuery]:
    asked = [call[1] for call in engine.commands.calls if call[0] == "usage"]
    return [query for query in asked if isinstance(query, UsageQuery)]


def at_rest(desk: Desk) -> bool:
    return not desk.figures._asking and not desk.figures._soon.isActive()


def figure(page: OverviewPage) -> str:
    return page.requests.figure.text()


async def test_the_base_url_is_copied_openly_and_the_token_as_a_secret(
    page: OverviewPage, notes: Notes
) -> None:
    await until(lambda: page.endpoint.token.value == TOKEN)
    press(page, "Copy: Base URL")
    press(page, "Copy: Bearer token")
    await until(lambda: len(notes.copied) == 2)
    assert notes.copied == [("http://127.0.0.1:7860/v1", False), (TOKEN, True)]
    assert len(notes.toasts) == 2


async def test_without_an_engine_there_is_nothing_to_copy(page: OverviewPage, desk: Desk) -> None:
    await desk.life.stop()
    await until(lambda: page.endpoint.token.value == "")
    assert not page.endpoint.url.copy_button.isEnabled()


async def test_buttons_ask_for_other_pages(page: OverviewPage) -> None:
    asked: list[str] = []
    page.go.connect(asked.append)
    press(page, "Add account")
    QTest.mouseClick(page.endpoint.connect_button, LEFT)
    assert asked == ["add_account", "connect"]


async def test_without_credentials_it_says_how_to_begin(desk: Desk) -> None:
    page = OverviewPage(desk)
    page.resize(696, 600)
    page.show()
    asked: list[str] = []
    page.go.connect(asked.append)
    assert page.welcome.isVisible()
    assert not page.usage.isVisible()
    QTest.mouseClick(page.welcome.key_door, LEFT)
    QTest.mouseClick(page.welcome.sign_in_door, LEFT)
    assert asked == ["add_key", "add_account"]


async def test_the_first_credential_brings_the_figures(desk: Desk, engine: FakeEngine) -> None:
    page = OverviewPage(desk)
    page.show()
    engine.commands.put(credential(ADA, "ada@example.com"))
    await until(page.pool.isVisible)
    assert not page.welcome.isVisible()


async def test_the_pool_tells_who_can_serve_and_who_is_next(page: OverviewPage) -> None:
    assert "1 of 2" in page.subtitle.text()
    await until(lambda: page.pool.next.count() == 1)
    texts = [made.text() for made in page.pool.findChildren(QLabel)]
    assert "1. ada@example.com" in texts


async def test_without_requests_it_says_what_to_do(page: OverviewPage) -> None:
    await until(page.rates.empty.isVisible)
    asked: list[str] = []
    page.go.connect(asked.append)
    press(page, "Try it")
    assert asked == ["try_it"]


async def test_requests_come_into_chart_shares_and_reasons(
    page: OverviewPage, engine: FakeEngine
) -> None:
    now = time.time()
    used(engine, 2)
    engine.tell(
        exchange(now - 5, attempts=[(GRACE, "grace", "minute_quota"), (ADA, "ada", "ok")]),
        exchange(now - 3, attempts=[(ADA, "ada", "ok")]),
    )
    await until(page.rates.chart.isVisible)
    names = [made.text() for made in page.rotation.findChildren(ElidedLabel) if made.isVisible()]
    assert names == ["ada@example.com", "grace@example.com"]
    assert page.rotation.shares._ranks[0].share == 1.0
    assert page.skips.isVisible()
    assert page.skips.skips._ranks[0].value == "1"


async def test_the_chart_changes_to_tokens(page: OverviewPage, engine: FakeEngine) -> None:
    used(engine, 1)
    engine.tell(exchange(time.time() - 5))
    await until(page.rates.chart.isVisible)
    press(page, "What the chart shows: Tokens")
    page.rates.chart.setFocus()
    QTest.keyClick(page.rates.chart, Qt.Key.Key_End)
    assert "Read: " in page.rates.chart.accessibleDescription()


async def test_usage_is_asked_for_by_its_period(page: OverviewPage, engine: FakeEngine) -> None:
    def periods() -> list[str]:
        return [query.period for query in asked_for(engine)]

    press(page, "Length of time: Day")
    await until(lambda: periods()[-1] == "hour")
    press(page, "Length of time: Month")
    await until(lambda: periods()[-1] == "day")
    press(page, "Length of time: Hour")
    await until(lambda: periods()[-1] == "minute")


async def test_usage_is_told_by_model_and_by_credential(
    page: OverviewPage, engine: FakeEngine
) -> None:
    at = SPANS["hour"].begin(time.time()) + 60
    engine.commands.used = (
        UsageRow(at, "gemini-a", ADA, "", 3, 0, 1000, 0, 100, 0, 0.5),
        UsageRow(at, "gemini-b", ADA, "", 1, 1, 10, 0, 0, 0, None),
    )
    page.usage.refresh()
    await until(lambda: [rank.name for rank in page.usage.sums._ranks] == ["gemini-a", "gemini-b"])
    first = page.usage.sums._ranks[0]
    assert first.value.startswith("3 ")
    assert first.detail.endswith("tokens, $0.50")
    press(page, "Grouped: By credential")
    await until(lambda: [rank.name for rank in page.usage.sums._ranks] == ["ada@example.com"])
    assert asked_for(engine)[-1].by == "credential"


async def test_what_reached_no_credential_is_not_called_all_others(
    page: OverviewPage, engine: FakeEngine
) -> None:
    used(engine, 5, credential_id="")
    press(page, "Grouped: By credential")
    await until(lambda: page.usage.sums._ranks[:1])
    assert page.usage.sums._ranks[0].name == "No credential was used"
    engine.commands.used = (replace(engine.commands.used[0], model=""),)
    press(page, "Grouped: By model")
    await until(lambda: page.usage.sums._ranks[0].name == "No model was named")


async def test_the_figures_are_those_of_the_engine_soon_after_a_request(
    page: OverviewPage, engine: FakeEngine, desk: Desk
) -> None:
    await until(lambda: figure(page) == "3" and at_rest(desk))
    used(engine, 4)
    engine.tell(exchange(time.time() - 2))
    await until(lambda: figure(page) == "4")
    await until(lambda: page.usage.sums._ranks[0].value.startswith("4 "))


async def test_nothing_is_asked_or_refreshed_while_the_window_is_minimised(
    page: OverviewPage, engine: FakeEngine, desk: Desk
) -> None:
    await until(lambda: figure(page) == "3")
    page.showMinimized()
    await until(lambda: at_rest(desk))
    page._soon.stop()
    before = len(asked_for(engine))
    used(engine, 4)
    engine.tell(exchange(time.time()))
    await until(lambda: desk.figures.exchanges)
    page._clock.timeout.emit()
    assert not page._soon.isActive()
    assert not desk.figures._soon.isActive()
    desk.figures.refresh()
    await until(lambda: not desk.figures._asking)
    assert {query.by for query in asked_for(engine)[before:]} == {"model"}
    assert len(asked_for(engine)[before:]) == 1 + len(day_queries(time.time()))
    assert figure(page) == "3"
    page.showNormal()
    desk.figures.refresh()  # as the main window does
    await until(lambda: figure(page) == "4")


async def test_nothing_is_refreshed_while_it_is_hidden(
    page: OverviewPage, engine: FakeEngine, desk: Desk
) -> None:
    page.hide()
    await until(lambda: at_rest(desk))
    assert not page._clock.isActive()
    engine.tell(exchange(time.time()))
    await until(lambda: desk.figures.exchanges)
    assert not page._soon.isActive()
    assert not desk.figures._soon.isActive()


@pytest.mark.parametrize("mode", [Mode.LIGHT, Mode.DARK])
async def test_everything_on_it_has_a_name(page: OverviewPage, desk: Desk, mode: Mode) -> None:
    desk.theme.choose(mode)
    assert nameless(page) == []
    assert unexplained(page) == []


@pytest.mark.parametrize("size", [(696, 600), (820, 700), (1076, 800)])
async def test_a_longer_language_from_right_to_left_cuts_nothing(
    desk: Desk, engine: FakeEngine, size: tuple[int, int]
) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    translator = PseudoTranslator(application)
    application.installTranslator(translator)
    application.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    try:
        engine.commands.put(credential(ADA, "ada@example.com"))
        await until(lambda: desk.bridge.snapshot.credentials)
        page = OverviewPage(desk)
        page.resize(*size)
        page.show()
        used(engine, 1)
        engine.tell(exchange(time.time() - 5, attempts=[(ADA, "ada", "minute_quota")]))
        await until(page.rates.chart.isVisible)
        await until(lambda: cut_texts(page) == [], str(cut_texts(page)))
    finally:
        application.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        application.removeTranslator(translator)
        page.hide()


async def test_when_nobody_is_free_it_says_who_returns_first(
    desk: Desk, engine: FakeEngine
) -> None:
    soon = time.time() + 125
    engine.commands.put(credential(ADA, "ada@example.com", "cooling", until=soon))
    await until(lambda: desk.bridge.snapshot.credentials)
    page = OverviewPage(desk)
    page.show()
    await until(lambda: page.pool.next.count() == 1)
    texts = [made.text() for made in page.pool.findChildren(QLabel)]
    assert "Nobody is free now. ada@example.com returns in 2 min." in texts


async def test_while_pollux_does_not_run_it_does_not_claim_an_empty_pool(
    page: OverviewPage, desk: Desk
) -> None:
    await until(lambda: page.pool.next.count() == 1)
    await desk.life.stop()
    await until(lambda: page.subtitle.text() == "Stopped")
    assert page.welcome.isHidden()
    assert not page.pool.queue.isVisible()
    assert page.rotation.absent.isVisible()


async def test_while_pollux_does_not_run_it_does_not_claim_that_nothing_was_used(
    page: OverviewPage, desk: Desk, engine: FakeEngine
) -> None:
    used(engine, 4)
    desk.figures.refresh()
    await until(lambda: figure(page) == "4" and page.usage.sums.isVisible())
    await desk.life.stop()
    await until(lambda: figure(page) == "\N{EN DASH}")
    assert page.requests.note.text() == "shown once Pollux runs"
    assert page.rates.absent.isVisible()
    assert not page.rates.empty.isVisible()
    assert page.usage.absent.isVisible()
    assert not page.usage.sums.isVisible()
    assert not page.usage.empty.isVisible()
    await desk.life.start()
    await until(lambda: figure(page) == "4" and page.usage.sums.isVisible())
    assert not page.usage.absent.isVisible()


async def test_while_it_is_paused_it_does_not_claim_that_anyone_can_serve(
    page: OverviewPage, engine: FakeEngine
) -> None:
    await until(page.pool.queue.isVisible)
    engine.commands.put_state("paused")
    await until(lambda: page.subtitle.text() == "Paused: requests are refused")
    assert page.pool._figure.text() == "Paused: requests are refused"
    assert not page.pool.queue.isVisible()
    assert not page.pool._bar.isVisible()


async def test_offline_it_does_not_claim_that_anyone_can_serve(
    page: OverviewPage, engine: FakeEngine
) -> None:
    engine.tell(NetworkChanged(time.time(), reachable=False, sentence="No network."))
    await until(lambda: page.subtitle.text() == "Google cannot be reached")
    assert page.pool._figure.text() == "Google cannot be reached"


async def test_who_is_next_is_not_asked_a_second_time(
    page: OverviewPage, engine: FakeEngine
) -> None:
    await until(lambda: page.pool.next.count() == 1)
    page._refresh()
    page._refresh()
    await until(lambda: [call[0] for call in engine.commands.calls].count("line") == 1)


async def test_the_running_minute_is_told_as_such(page: OverviewPage, engine: FakeEngine) -> None:
    used(engine, 1)
    page._desk.figures.refresh()
    await until(page.rates.chart.isVisible)
    assert page.rates.chart._drawing.runs
    page.rates.chart.setFocus()
    QTest.keyClick(page.rates.chart, Qt.Key.Key_End)
    assert ", so far\n" in page.rates.chart.accessibleDescription()
    QTest.keyClick(page.rates.chart, Qt.Key.Key_Left)
    assert re.match(r"[\d/ ]*\d\d:\d\d\n", page.rates.chart.accessibleDescription())


async def test_the_texts_below_the_hour_are_even(page: OverviewPage) -> None:
    assert page.rates._ticks() == (
        *((0, "60 min ago"), (15, "45 min ago"), (30, "30 min ago"), (45, "15 min ago")),
        (60, "now"),
    )


@pytest.mark.parametrize("name", ["hour", "day", "month"])
async def test_the_texts_below_the_use_are_even(page: OverviewPage, name: SpanName) -> None:
    page.usage._span = name
    ticks = page.usage._ticks(SPANS[name])
    assert len({there[0] - here[0] for here, there in pairwise(ticks)}) == 1
    assert len({len(text) for _, text in ticks}) == 1 or name == "month"
    last = SPANS[name].count - 1
    assert ticks[-1][0] == last
    assert page.usage._when(last).endswith(", so far")


def test_small_lines_leave_the_running_minute_out() -> None:
    assert by_threes([*[1.0] * 60, 0.0]) == [3.0] * 20


async def test_a_removed_credential_keeps_its_share_without_a_name(
    page: OverviewPage, engine: FakeEngine
) -> None:
    engine.tell(exchange(time.time(), attempts=[("accgone", "gone", "ok")]))
    await until(lambda: page.rotation.shares._ranks[0].share == 1.0)
    assert page.rotation.shares._ranks[0].name == "A credential that was removed"


async def test_the_pool_s_chips_say_that_a_usable_credential_rests(
    desk: Desk, engine: FakeEngine
) -> None:
    engine.commands.put(credential("accaaaaaaaaaa", "ada@example.com"))
    page = OverviewPage(desk)
    page.show()
    await until(lambda: desk.in_line.line)
    ends = desk.figures.now() + 95
    place = Place(
        "accaaaaaaaaaa", "ada@example.com", free=False, reason="cooling", until=ends, sentence=""
    )
    desk.in_line.line = Line("gemini-3.8-flash", (place,))
    desk.in_line.changed.emit()
    await until(lambda: "Resting: 1" in [c.accessibleName() for c in page.pool.findChildren(Chip)])
