from collections.abc import Iterator

import pytest
import shiboken6
from PySide6.QtCore import QModelIndex, Qt

from desktop.pages.activity_model import EVENT_ROLE, Column, RequestFilter, Requests
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
