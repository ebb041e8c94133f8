from pathlib import Path

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from desktop.look.style_sheet import style_sheet
from desktop.look.theme import Mode, Theme
from desktop.look.tokens import DARK, LIGHT, Tokens


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_the_style_sheet_has_no_hole(tokens: Tokens) -> None:
    sheet = style_sheet(tokens, Path("/signs"))
    assert "$" not in sheet
    assert tokens.accent in sheet


@pytest.mark.parametrize("mode", [Mode.LIGHT, Mode.DARK])
@pytest.mark.parametrize("kind", [QLineEdit, QPlainTextEdit])
async def test_what_cannot_be_changed_looks_so(
    theme: Theme, mode: Mode, kind: type[QLineEdit | QPlainTextEdit]
) -> None:
    theme.choose(mode)
    field = kind()
    field.setReadOnly(True)
    field.resize(200, 60)
    picture = field.grab().toImage()
    assert picture.pixelColor(100, picture.height() - 12) == QColor(theme.tokens.sunken)
