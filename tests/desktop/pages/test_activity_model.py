from collections.abc import Iterator
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QModelIndex, Qt

from desktop.pages.activity_model import BELOW_ROLE, EVENT_ROLE, Column, RequestFilter, Requests
from tests.fakes.window import exchange


@pytest.fixture
def requests() -> Iterator[Requests]:
    made = Requests()
    yield made
    shiboken6.delete(made)  # with the filter, which is its child


@pytest.mark.parametrize("role", [Qt.ItemDataRole.DisplayRole, EVENT_ROLE])
def test_what_does_not_exist_says_nothing(requests: Requests, role: int) -> None:
    requests.add([exchange(1.0)])
    shown = RequestFilter(requests)
    gone = requests.index(0, Column.MODEL)
    requests.clear()
    assert requests.data(gone, role) is None
    assert requests.data(QModelIndex(), role) is None
    assert shown.data(QModelIndex(), role) is None
    assert requests.headerData(99, Qt.Orientation.Horizontal) is None
    assert requests.headerData(-1, Qt.Orientation.Horizontal) is None


def test_a_request_without_a_model_says_what_it_was_for(requests: Requests) -> None:
    listed: dict[str, Any] = {"model": "", "dialect": "gemini", "action": "files.list"}
    requests.add([exchange(1.0, tokens=None, **listed), exchange(2.0, attempts=(), **listed)])
    shown = requests.index(1, Column.MODEL)
    assert (shown.data(), shown.data(BELOW_ROLE)) == ("No model", "Files: list")
    assert requests.index(1, Column.TOKENS).data() == ""
    assert requests.index(0, Column.CREDENTIAL).data() == "None was needed"
