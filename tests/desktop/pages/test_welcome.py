import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest

from desktop.desk import Desk
from desktop.pages.welcome import Welcome
from tests.desktop.accessible import nameless
from tests.desktop.conftest import until
from tests.desktop.cut import cut_texts
from tests.desktop.dialogs.press import press


async def test_each_door_leads_somewhere(desk: Desk) -> None:
    welcome = Welcome(desk)
    welcome.resize(646, 500)
    welcome.show()
    asked: list[str] = []
    welcome.key_asked.connect(lambda: asked.append("key"))
    welcome.sign_in_asked.connect(lambda: asked.append("sign in"))
    welcome.demo_asked.connect(lambda: asked.append("demo"))
    press(welcome, "Paste an API key")
    QTest.keyClick(welcome.sign_in_door, Qt.Key.Key_Space)
    press(welcome, "Try the demo")
    assert asked == ["key", "sign in", "demo"]
    await until(lambda: desk.life.demo)
    await until(welcome.demo_door.isEnabled)
    welcome.close()


@pytest.mark.parametrize("size", [QSize(646, 420), QSize(1028, 700)])
async def test_the_doors_have_names_and_their_texts_have_room(desk: Desk, size: QSize) -> None:
    welcome = Welcome(desk)
    welcome.resize(size)
    welcome.show()
    assert nameless(welcome) == []
    assert cut_texts(welcome) == []
    welcome.close()
