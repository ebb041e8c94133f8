from pathlib import Path

import pytest

from desktop.look.style_sheet import style_sheet
from desktop.look.tokens import DARK, LIGHT, Tokens


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_the_style_sheet_has_no_hole(tokens: Tokens) -> None:
    sheet = style_sheet(tokens, Path("/signs"))
    assert "$" not in sheet
    assert tokens.accent in sheet
