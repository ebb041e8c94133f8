from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.desk import Desk
from tests.desktop.conftest import Notes
from tests.desktop.pages.setting import Form
from tests.fakes.commands import FakeCommands


@pytest.fixture
def form(desk: Desk, notes: Notes, commands: FakeCommands, tmp_path: Path) -> Iterator[Form]:
    """The page Settings."""
    made = Form(desk, notes, commands, tmp_path)
    yield made
    made.page.hide()
    made.page.deleteLater()
