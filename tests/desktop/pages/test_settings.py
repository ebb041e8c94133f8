"""The page Settings as a whole: its search, its banners, and what happens when it is left."""

import asyncio

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.life import Phase
from proxy_core.api import PortTaken
from proxy_core.engine.settings_change import SettingsChanger
from proxy_core.settings import load_settings
from tests.desktop.accessible import nameless, unexplained
from tests.desktop.conftest import until
from tests.desktop.cut import cut_texts
from tests.desktop.pages.setting import Form
from tests.fakes.window import FakeEngine


async def test_what_needs_a_restart_says_so_and_offers_it(form: Form, engine: FakeEngine) -> None:
    await form.show()
    form.type_in("Port", "7999")
    await until(form.page.restart.isVisible)
    assert "next start" in form.said("PORT")
    assert form.page.restart.sentence.startswith("The next start brings 1 change")
    engine.stopped = False
    form.click("Restart Pollux now")
    await until(lambda: engine.stopped and form.desk.life.phase is Phase.RUNNING)
    await until(lambda: not form.page.restart.isVisible())
    assert not form.said("PORT")


async def test_what_was_typed_is_kept_when_the_page_is_left(form: Form) -> None:
    await form.show()
    field = form.find("Longest wait for a free credential")
    assert isinstance(field, QLineEdit)
    field.setText("11")
    form.page.hide()
    await until(lambda: form.changes == [{"MAX_WAIT_S": "11"}])


async def test_leaving_the_page_untouched_changes_nothing(form: Form) -> None:
    await form.show()
    form.page.hide()
    await asyncio.sleep(0)
    assert not form.changes


async def test_a_search_finds_settings_by_words_and_by_their_variable(form: Form) -> None:
    await form.show()
    QTest.keyClicks(form.page.search, "max_wait")
    assert form.page.engine.rows["MAX_WAIT_S"].isVisible()
    assert not form.page.engine.rows["PORT"].isVisible()
    assert not form.page.general.isVisible()
    form.page.search.clear()
    QTest.keyClicks(form.page.search, "zebra")
    assert form.page.nothing.isVisible()
    form.page.search.clear()
    assert form.page.general.isVisible()


async def test_without_an_engine_only_the_port_stays_and_the_window_says_why(
    form: Form, engine: FakeEngine
) -> None:
    await form.show()
    engine.fails_with = PortTaken("127.0.0.1", 7860, "an old Pollux")
    await form.desk.life.restart()
    assert not form.page.stopped.isVisible()
    assert "when Pollux runs" in form.page.subtitle.text()
    assert not form.page.engine.rotation.isVisible()
    assert form.page.engine.rows["PORT"].isVisible()
    assert not form.page.engine.rows["HOST"].isVisible()
    engine.fails_with = None
    await form.desk.life.use_port(7861)
    assert form.page.engine.rotation.isVisible()
    assert "saved at once" in form.page.subtitle.text()


async def test_stopped_it_can_be_started_here(form: Form) -> None:
    await form.show()
    await form.desk.life.stop()
    assert form.page.stopped.sentence == "Pollux is not running."
    form.click("Start Pollux")
    await until(lambda: form.desk.life.phase is Phase.RUNNING)
    assert not form.page.stopped.isVisible()


async def test_the_demo_is_no_second_banner(form: Form) -> None:
    await form.show()
    await form.desk.life.start_demo()
    assert not form.page.stopped.isVisible()
    assert "demo's settings" in form.page.subtitle.text()


async def test_that_no_settings_are_kept_is_said_once(form: Form) -> None:
    settings = await asyncio.to_thread(load_settings, {}, {}, None, None)
    form.commands.changer = SettingsChanger(settings, {})
    await form.show()
    assert "keeps no settings" in form.page.subtitle.text()
    assert {made.said for made in form.page.engine.rows.values()} == {""}
    assert not form.find("Keep a conversation on its credential").isEnabled()


async def test_a_file_that_is_left_out_is_named(form: Form) -> None:
    await form.show()
    await form.desk.life.stop()
    await form.desk.life.start(without_file=True)
    assert "settings.toml" in form.page.subtitle.text()


@pytest.mark.parametrize("size", [(696, 600), (1076, 800)])
async def test_every_control_has_a_name_and_no_text_is_cut(
    form: Form, size: tuple[int, int]
) -> None:
    form.page.resize(*size)
    await form.show()
    assert not nameless(form.page)
    assert not unexplained(form.page)
    assert not cut_texts(form.page)


async def test_the_form_is_walked_through_with_the_tab_key(form: Form) -> None:
    await form.show()
    current: QWidget = form.page.search
    current.setFocus()
    content = form.page.scroller.widget()
    assert content is not None
    tops = []
    for _ in range(60):
        QTest.keyClick(current, Qt.Key.Key_Tab)
        focused = form.page.focusWidget()
        assert focused is not None
        current = focused
        tops.append(current.mapTo(content, current.rect().center()).y())
        if current is form.find("Google's terms"):
            break
    assert tops == sorted(tops), "from top to bottom"
    assert len(tops) > 30
