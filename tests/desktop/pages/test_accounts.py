import time
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QMenu

from desktop.desk import Desk
from desktop.dialogs.add_account import AddAccount
from desktop.dialogs.add_key import AddKey
from desktop.dialogs.export import Export
from desktop.dialogs.import_files import ImportFiles
from desktop.dialogs.remove import Remove
from desktop.dialogs.rename import Rename
from desktop.dialogs.use_vertex import UseVertex
from desktop.life import Phase
from desktop.pages.accounts import AccountsPage
from desktop.pages.accounts_delegates import NAME_EXTRA
from desktop.pages.accounts_details import Details
from desktop.pages.accounts_model import Column
from desktop.pages.accounts_table import MOST_NAME
from desktop.troubles import Trouble, TroubleKind
from desktop.widgets.marks import Chip
from desktop.widgets.texts import scaled_font
from proxy_core.api import Refusal, RefusalCode, SignInRequest
from tests.desktop.accessible import nameless, unexplained
from tests.desktop.conftest import Notes, until
from tests.desktop.cut import cut_texts
from tests.desktop.dialogs.press import button, field, has_button, opened, press, texts, write
from tests.desktop.dialogs.steered import SteeredCommands
from tests.fakes.commands import credential, model
from tests.fakes.window import FakeEngine, exchange

ADA = credential("acc1", "ada@example.com", project="home-project", models=(model("flash"),))
KEY = credential("key1", "team-key", project="home-project")
BOT = credential(
    *("svc1", "bot@ci", "api_off", "The Gemini API is switched off."),
    project="ci",
    next_step="Switch it on at https://console.cloud.google.com/x, then check again.",
)


@pytest.fixture
def commands() -> SteeredCommands:
    return SteeredCommands()


@pytest_asyncio.fixture
async def page(desk: Desk) -> AsyncIterator[AccountsPage]:
    made = AccountsPage(desk)
    made.resize(1076, 800)
    made.show()
    yield made
    made.close()
    made.deleteLater()


async def with_pool(page: AccountsPage, commands: SteeredCommands) -> None:
    commands.put(ADA, KEY, BOT)
    await until(lambda: page.table.sorted.rowCount() == 3)


def menu_of(page: AccountsPage, label: str) -> QMenu:
    """Opens the menu of a row by its button with three dots."""
    at = next(
        one
        for one in range(page.table.sorted.rowCount())
        if page.table.sorted.index(one, 0).data() == label
    )
    place = page.table.visualRect(page.table.sorted.index(at, Column.MENU)).center()
    QTest.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def choose(menu: QMenu, text: str) -> None:
    action = next(one for one in menu.actions() if one.text() == text)
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())


async def test_without_credentials_the_doors_are_shown(page: AccountsPage, desk: Desk) -> None:
    assert page.welcome.isVisible()
    assert not page.add_button.isVisible()
    press(page, "Paste an API key")
    await until(lambda: opened(AddKey))
    opened(AddKey).reject()  # type: ignore[union-attr]  # it is open
    press(page, "Sign in with Google")
    await until(lambda: opened(AddAccount))
    opened(AddAccount).reject()  # type: ignore[union-attr]  # it is open
    went: list[str] = []
    page.go.connect(went.append)
    press(page, "Try the demo")
    await until(lambda: desk.life.demo)
    assert went == ["overview"]


async def test_there_are_no_doors_while_pollux_does_not_run(
    page: AccountsPage, desk: Desk, commands: SteeredCommands
) -> None:
    await desk.life.stop()
    assert not page.welcome.isVisible()
    assert "Pollux is not running" in texts(page.absent)
    desk.life.trouble = Trouble(TroubleKind.OTHER, "Port 7860 is taken.", "Free it.")
    desk.life.phase = Phase.TROUBLE
    desk.life.changed.emit()
    assert "Port 7860 is taken. Your credentials are kept" in texts(page.absent)
    commands.state = "starting"
    await desk.life.start()
    assert "Pollux is starting" in texts(page.absent)
    assert not page.first_import_button.isVisible()
    commands.state = "serving"
    commands.tell()
    await until(page.welcome.isVisible)


async def test_the_headline_says_why_nothing_serves(
    page: AccountsPage, commands: SteeredCommands
) -> None:
    await with_pool(page, commands)
    commands.put_state("paused")
    await until(lambda: page.subtitle.text() == "Paused: requests are refused")


async def test_a_notice_does_not_outlast_its_engine_or_a_visit(
    page: AccountsPage, commands: SteeredCommands, desk: Desk
) -> None:
    await with_pool(page, commands)
    page.commands.check("key1")
    await until(page.banner.isVisible)
    page.hide()
    page.show()
    assert not page.banner.isVisible()
    page.commands.check("key1")
    await until(page.banner.isVisible)
    await desk.life.start_demo()
    await until(lambda: not page.banner.isVisible())


@pytest.mark.parametrize(("key", "dialog"), [(Qt.Key.Key_F2, Rename), (Qt.Key.Key_Delete, Remove)])
async def test_keys_rename_and_remove_the_row(
    page: AccountsPage, commands: SteeredCommands, key: Qt.Key, dialog: type[Rename]
) -> None:
    await with_pool(page, commands)
    page.table.choose("key1")
    QTest.keyClick(page.table, key)
    await until(lambda: opened(dialog))
    opened(dialog).reject()  # type: ignore[union-attr]  # it is open


async def test_tab_shows_the_row_that_the_keys_go_to(
    page: AccountsPage, commands: SteeredCommands
) -> None:
    await with_pool(page, commands)
    page.activateWindow()
    page.export_button.setFocus()
    plain = page.table.grab().toImage()
    page.table.setFocus(Qt.FocusReason.TabFocusReason)
    assert [row.id for row in page.table.chosen()] == ["svc1"]
    assert page.table.grab().toImage() != plain
    QTest.keyClick(page.table, Qt.Key.Key_Down)
    assert [row.id for row in page.table.chosen()] == ["acc1"]


async def test_checking_all_keeps_the_focus_and_is_not_asked_for_twice(
    page: AccountsPage, commands: SteeredCommands
) -> None:
    await with_pool(page, commands)
    page.check_button.setFocus()
    press(page, "Check all")
    await until(page.spinner.isVisible)
    press(page, "Check all")
    assert page.focusWidget() is page.check_button
    await until(page.spinner.isHidden)
    assert len(commands.asked("check")) == 1


async def with_details(page: AccountsPage, commands: SteeredCommands) -> Details:
    """The details of the key, open."""
    await with_pool(page, commands)
    page.show_details("key1")
    details = opened(Details)
    assert details is not None
    return details


async def test_keys_go_through_the_details_as_they_are_read(
    page: AccountsPage, commands: SteeredCommands
) -> None:
    details = await with_details(page, commands)
    press(details, "Switch off")  # some parts are made anew
    await until(lambda: has_button(details, "Switch on"))
    button(details, "Copy id").setFocus()
    reached = ["Copy id"]
    while reached[-1] != "Close":
        QTest.keyClick(details.focusWidget(), Qt.Key.Key_Tab)
        made = details.focusWidget()
        reached.append(made.text() if isinstance(made, QAbstractButton) else "")
    wanted = ["Use Vertex AI (billed)", "Check", "Switch on", "Rename…", "Remove…"]
    assert reached == ["Copy id", *wanted, "Close"]
    details.reject()


async def test_switching_off_in_the_details_keeps_the_focus(
    page: AccountsPage, commands: SteeredCommands
) -> None:
    details = await with_details(page, commands)
    button(details, "Switch off").setFocus()
    press(details, "Switch off")
    await until(lambda: has_button(details, "Switch on"))
    assert details.focusWidget() is button(details, "Switch on")
    details.reject()


async def test_the_switch_in_the_details_asks_first_and_is_off_at_once(
    page: AccountsPage, commands: SteeredCommands
) -> None:
    details = await with_details(page, commands)
    press(details, "Use Vertex AI (billed)")
    assert not button(details, "Use Vertex AI (billed)").isChecked()
    sheet = opened(UseVertex)
    assert sheet is not None
    press(sheet, "Use Vertex AI")
    await until(lambda: has_button(details, "Change location…"))
    assert button(details, "Use Vertex AI (billed)").isChecked()
    assert "Location: global" in texts(details)
    assert nameless(details) == unexplained(details) == cut_texts(details) == []
    await until(lambda: commands.asked("check"))
    button(details, "Use Vertex AI (billed)").setFocus()
    press(details, "Use Vertex AI (billed)")
    await until(lambda: not has_button(details, "Change location…"))
    assert details.focusWidget() is button(details, "Use Vertex AI (billed)")
    calls = [("key1", "vertex", "global"), ("key1", "gemini", "global")]
    assert commands.asked("set_service") == calls
    await until(lambda: len(commands.asked("check")) == 2)
    details.reject()


async def test_an_account_at_vertex_signs_in_again_for_vertex(
    page: AccountsPage, commands: SteeredCommands
) -> None:
    commands.put(replace(ADA, service="vertex", location="eu"))
    await until(lambda: page.table.sorted.rowCount() == 1)
    choose(menu_of(page, "ada@example.com"), "Sign in again…")
    await until(lambda: commands.asked("begin_sign_in"))
    ((request,),) = commands.asked("begin_sign_in")
    assert request == SignInRequest("loopback", vertex=True, again="acc1")
    opened(AddAccount).reject()  # type: ignore[union-attr]  # it is open


async def test_credentials_take_the_place_of_the_doors(
    page: AccountsPage, commands: SteeredCommands
) -> None:
    await with_pool(page, commands)
    assert not page.welcome.isVisible()
    assert page.subtitle.text() == "2 of 3 credential(s) can serve requests"
    assert nameless(page) == unexplained(page) == cut_texts(page) == []


@pytest.mark.parametrize(
    ("text", "dialog"),
    [
        ("Add account", AddAccount),
        ("Add API key", AddKey),
        ("Import", ImportFiles),
        ("Export", Export),
    ],
)
async def test_the_tools_open_their_dialogs(
    page: AccountsPage, commands: SteeredCommands, text: str, dialog: type[AddKey]
) -> None:
    await with_pool(page, commands)
    press(page, text)
    await until(lambda: opened(dialog))
    opened(dialog).reject()  # type: ignore[union-attr]  # it is open


@pytest.mark.parametrize(
    ("label", "text", "call"),
    [
        ("team-key", "Switch off", ("enable", "key1", False)),
        ("team-key", "Check", ("check", "key1")),
        ("bot@ci", "Clear cooldown", ("clear", "svc1")),
    ],
)
async def test_the_menu_of_a_row_carries_out_commands(
    page: AccountsPage, commands: SteeredCommands, label: str, text: str, call: tuple[object, ...]
) -> None:
    await with_pool(page, commands)
    choose(menu_of(page, label), text)
    await until(lambda: call in commands.calls)


@pytest.mark.parametrize(
    ("text", "dialog"),
    [
        ("Details", Details),
        ("Sign in again…", AddAccount),
        ("Use Vertex AI…", UseVertex),
        ("Rename…", Rename),
        ("Remove…", Remove),
    ],
)
async def test_the_menu_of_a_row_opens_dialogs(
    page: AccountsPage, commands: SteeredCommands, text: str, dialog: type[Rename]
) -> None:
    await with_pool(page, commands)
    choose(menu_of(page, "ada@example.com"), text)
    await until(lambda: opened(dialog))
    opened(dialog).reject()  # type: ignore[union-attr]  # it is open


async def test_only_an_account_signs_in_again_and_an_id_can_be_copied(
    page: AccountsPage, commands: SteeredCommands, notes: Notes
) -> None:
    await with_pool(page, commands)
    menu = menu_of(page, "team-key")
    assert "Sign in again…" not in [one.text() for one in menu.actions()]
    choose(menu, "Copy id")
    assert notes.copied == [("key1", False)]


async def test_the_menu_opens_by_key_too(page: AccountsPage, commands: SteeredCommands) -> None:
    await with_pool(page, commands)
    page.table.choose("key1")
    here = page.table.mapToGlobal(QPoint(0, 0))
    by_key = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(0, 0), here)
    QApplication.sendEvent(page.table, by_key)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert menu.accessibleName() == "Commands for team-key"
    QTest.keyClick(menu, Qt.Key.Key_Escape)


async def test_copying_takes_the_chosen_rows(
    page: AccountsPage, commands: SteeredCommands, notes: Notes
) -> None:
    await with_pool(page, commands)
    page.table.selectAll()
    QTest.keyClick(page.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    ((text, secret),) = notes.copied
    assert not secret
    lines = text.split("\n")
    assert len(lines) == 3
    assert lines[2].startswith("team-key\tAPI key\tReady\t")
    assert lines[2].endswith("home-project")


async def test_searching_hides_the_others_and_says_when_none_is_left(
    page: AccountsPage, commands: SteeredCommands
) -> None:
    await with_pool(page, commands)
    QTest.keyClick(page, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    sought = field(page, QLineEdit, "Search accounts")
    write(sought, "service ci")
    assert page.table.sorted.rowCount() == 1
    write(sought, " nowhere")
    assert page.nothing_found.isVisible()
    press(page, "Show all")
    assert page.table.sorted.rowCount() == 3


async def test_a_click_on_a_title_sorts(page: AccountsPage, commands: SteeredCommands) -> None:
    await with_pool(page, commands)
    header = page.table.horizontalHeader()
    at = QPoint(header.sectionViewportPosition(Column.STATE) + 20, header.height() // 2)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert page.table.sorted.index(0, Column.NAME).data() == "bot@ci"


async def test_checking_all_tells_which_cannot_be_used(
    page: AccountsPage, commands: SteeredCommands
) -> None:
    await with_pool(page, commands)
    press(page, "Check all")
    await until(page.banner.isVisible)
    assert page.banner.sentence == "1 of 3 credential(s) cannot be used now."
    assert "bot@ci" in texts(page.banner)
    assert button(page, "Check all").isEnabled()


async def test_a_single_check_says_what_to_do_with_a_button_for_the_page(
    page: AccountsPage, commands: SteeredCommands, notes: Notes
) -> None:
    await with_pool(page, commands)
    choose(menu_of(page, "bot@ci"), "Check")
    await until(page.banner.isVisible)
    assert page.banner.sentence == "bot@ci: The Gemini API is switched off."
    press(page.banner, "Open Google Cloud")
    assert notes.opened == ["https://console.cloud.google.com/x"]


async def test_a_refused_command_is_told(page: AccountsPage, commands: SteeredCommands) -> None:
    await with_pool(page, commands)
    commands.refuses["enable"] = Refusal(RefusalCode.UNAVAILABLE, "Not now.", "Try again.")
    choose(menu_of(page, "team-key"), "Switch off")
    await until(lambda: page.banner.sentence == "Not now.")


@pytest.mark.parametrize(
    ("width", "hidden"),
    [
        (1076, set()),
        (696, {Column.KIND, Column.IN_FLIGHT, Column.SUCCESS, Column.LAST}),
    ],
)
async def test_columns_give_way_where_there_is_no_room(
    page: AccountsPage, commands: SteeredCommands, width: int, hidden: set[Column]
) -> None:
    await with_pool(page, commands)
    page.resize(width, 600)
    await until(lambda: {one for one in Column if page.table.isColumnHidden(one)} == hidden)
    assert cut_texts(page) == []


async def test_the_name_has_room_before_columns_that_say_less(
    page: AccountsPage, commands: SteeredCommands
) -> None:
    await with_pool(page, commands)
    name = "katherine.johnson.1918@example.com"
    commands.put(replace(ADA, label=f"{name} · home-project"), KEY, BOT)
    await until(lambda: page.table.isColumnHidden(Column.KIND))
    needed = QFontMetrics(scaled_font("body", strong=True)).horizontalAdvance(name) + NAME_EXTRA
    assert page.table.columnWidth(Column.NAME) >= needed
    commands.put(replace(ADA, label="k" * 500), KEY, BOT)
    await until(lambda: page.table.columnWidth(Column.NAME) >= MOST_NAME)
    assert not page.table.isColumnHidden(Column.SUCCESS)
    await with_pool(page, commands)
    await until(lambda: not page.table.isColumnHidden(Column.KIND))


async def test_it_counts_down_only_while_it_is_seen_and_something_counts(
    page: AccountsPage, commands: SteeredCommands, desk: Desk
) -> None:
    await with_pool(page, commands)
    assert not page._timer.isActive()
    until_ = desk.figures.now() + 60
    commands.put(credential("key1", "team-key", models=(model("m", "cooling", until=until_),)))
    await until(page._timer.isActive)
    page.hide()
    assert not page._timer.isActive()
    page.show()
    assert page._timer.isActive()


async def test_enter_opens_details_with_all_that_is_known(
    page: AccountsPage, commands: SteeredCommands, engine: FakeEngine, desk: Desk
) -> None:
    await with_pool(page, commands)
    attempts = (("acc1", "ada", "day_quota"), ("key1", "team", "ok"))
    engine.tell(exchange(desk.figures.now() - 9, attempts=attempts))
    page.table.choose("acc1")
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    await until(lambda: opened(Details))
    details = opened(Details)
    assert details is not None
    await until(lambda: "It is next in line for" in texts(details))
    said = texts(details)
    for text in (
        "Shares one quota with team-key",
        "The encrypted vault",
        "acc1",
        "120 of 500",
        "3 of 10",
        "The quota of the day was spent: 1",
    ):
        assert text in said
    assert nameless(details) == unexplained(details) == cut_texts(details) == []
    press(details, "Switch off")
    await until(lambda: "Switched off" in [one.accessibleName() for one in chips(details)])
    press(details, "Close")


def chips(details: Details) -> list[Chip]:
    return details.findChildren(Chip)


async def test_details_lead_to_googles_page_and_close_when_the_credential_is_gone(
    page: AccountsPage, commands: SteeredCommands, notes: Notes
) -> None:
    await with_pool(page, commands)
    place = page.table.visualRect(page.table.sorted.index(0, Column.NAME)).center()
    viewport = page.table.viewport()
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=place)
    await until(lambda: opened(Details))
    details = opened(Details)
    assert details is not None
    assert "Switch it on at Google's page, then check again." in texts(details)
    press(details, "Open Google Cloud")
    assert notes.opened == ["https://console.cloud.google.com/x"]
    del commands.pool["svc1"]
    commands.tell()
    await until(lambda: opened(Details) is None)


async def test_a_button_keeps_the_focus_while_details_count_down(
    page: AccountsPage, commands: SteeredCommands, desk: Desk
) -> None:
    ends = desk.figures.now() + 60
    commands.put(credential("key1", "team-key", models=(model("m", "cooling", until=ends),)))
    await until(lambda: page.table.sorted.rowCount() == 1)
    page.table.setFocus()
    assert page.table.current() is not None
    page.show_details("key1")
    details = opened(Details)
    assert details is not None
    first = button(details, "Copy id")
    first.setFocus()
    await until(lambda: button(details, "Copy id") is not first)
    await until(lambda: details.focusWidget() is button(details, "Copy id"))
    details.reject()


async def test_forty_credentials_with_long_names_are_drawn_in_under_a_tenth_of_a_second(
    page: AccountsPage, commands: SteeredCommands
) -> None:
    long = "a.person.with.a.very.long.name.indeed@subsidiary.example.com · and-a-long-project"
    commands.put(
        *(credential(f"acc{at}", f"{at}.{long}", models=(model("m"),)) for at in range(40))
    )
    await until(lambda: page.table.sorted.rowCount() == 40)
    page.grab()
    began = time.perf_counter()
    page.table.viewport().grab()
    assert time.perf_counter() - began < 0.1
