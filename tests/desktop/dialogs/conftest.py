"""A window for dialogs to stand over, and commands that can be steered."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QWidget

from desktop.desk import Desk
from tests.desktop.dialogs.steered import SteeredCommands


@pytest.fixture
def commands() -> SteeredCommands:
    return SteeredCommands()


@pytest.fixture
def over(desk: Desk) -> Iterator[QWidget]:
    """The window."""
    made = QWidget()
    made.resize(900, 600)
    made.show()
    yield made
    made.close()
    made.deleteLater()
