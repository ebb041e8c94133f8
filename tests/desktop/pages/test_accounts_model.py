import pytest
from PySide6.QtCore import QModelIndex, Qt

from desktop.figures.rotation import Rotation
from desktop.pages.accounts_model import ROW, AccountsModel, Column, SortedAccounts
from desktop.pages.accounts_rows import rows_of
from proxy_core.api import CredentialView
from tests.fakes.commands import credential, model

NOW = 1_795_456_800.0


def shown(*views: CredentialView) -> AccountsModel:
    made = AccountsModel()
    made.show_rows(rows_of(views, Rotation(), NOW))
    return made


def labels(table: SortedAccounts) -> list[str]:
    return [table.index(at, Column.NAME).data() for at in range(table.rowCount())]


@pytest.mark.parametrize("role", [Qt.ItemDataRole.DisplayRole, ROW])
def test_what_does_not_exist_says_nothing(role: int) -> None:
    source = shown(credential("acc1", "ada"))
    table = SortedAccounts(source)
    gone = source.index(0, Column.NAME)
    source.show_rows(())
    assert source.data(gone, role) is None
    assert source.data(QModelIndex(), role) is None
    assert table.data(QModelIndex(), role) is None
    assert source.headerData(99, Qt.Orientation.Horizontal) is None
    assert source.headerData(-1, Qt.Orientation.Horizontal) is None


def test_only_rows_that_changed_are_told_of() -> None:
    ada, grace = credential("acc1", "ada"), credential("acc2", "grace")
    table = shown(ada, grace)
    told: list[int] = []
    table.dataChanged.connect(lambda first, last: told.append(first.row()))
    changed = credential("acc2", "grace", "suspended")
    table.show_rows(rows_of([ada, changed], Rotation(), NOW))
    assert told == [1]
    table.show_rows(rows_of([ada, changed], Rotation(), NOW))
    assert told == [1]


def test_rows_come_and_go_without_a_reset() -> None:
    ada, grace, key = (credential(name, name) for name in ("acc1", "acc2", "key1"))
    table = shown(ada, grace)
    resets: list[bool] = []
    table.modelReset.connect(lambda: resets.append(True))
    table.show_rows(rows_of([key, grace], Rotation(), NOW))
    assert [row.id for row in table.rows] == ["key1", "acc2"]
    assert resets == []
    table.show_rows(rows_of([grace, key], Rotation(), NOW))
    assert [row.id for row in table.rows] == ["acc2", "key1"]
    assert resets == [True]


def test_columns_sort_by_what_they_mean() -> None:
    table = SortedAccounts(
        shown(
            credential("acc1", "b", models=(model("m", used_day=9, limit_day=10),)),
            credential("acc2", "a", models=(model("m", used_day=100, limit_day=1000),)),
            credential("acc3", "c", "suspended"),
        )
    )
    table.sort(Column.NAME)
    assert labels(table) == ["a", "b", "c"]
    table.sort(Column.USE, Qt.SortOrder.DescendingOrder)
    assert labels(table) == ["b", "a", "c"]
    table.sort(Column.STATE)
    assert labels(table)[0] == "c"


def test_every_word_that_is_sought_has_to_be_in_the_row() -> None:
    table = SortedAccounts(
        shown(credential("acc1", "ada", project="home"), credential("key1", "ada", project="work"))
    )
    table.search("ADA work")
    assert table.rowCount() == 1
    table.search("suspended")
    assert table.rowCount() == 0
    table.search("")
    assert table.rowCount() == 2


def test_a_screen_reader_hears_the_shared_quota_and_the_commands() -> None:
    table = shown(credential("acc1", "ada", project="p"), credential("key1", "team", project="p"))
    role = Qt.ItemDataRole.AccessibleTextRole
    assert table.index(0, Column.NAME).data(role) == "ada, p, Shares one quota with team"
    assert table.index(0, Column.MENU).data(role) == "Commands for ada"


def test_what_needs_its_owner_comes_first_then_the_names() -> None:
    resting = (model("m", "cooling", until=NOW + 42),)
    table = SortedAccounts(
        shown(
            credential("acc1", "d"),
            credential("acc2", "a", "disabled", enabled=False),
            credential("acc3", "z", "suspended"),
            credential("acc4", "y", "api_off"),
            credential("acc5", "b", models=resting),
        )
    )
    table.sort(Column.MENU)
    assert labels(table) == ["z", "y", "a", "b", "d"]


def test_what_is_billed_is_spoken_told_and_found() -> None:
    paid = credential("acc1", "ada", service="vertex", location="eu")
    table = SortedAccounts(source := shown(credential("key1", "k"), paid))
    name = source.index(1, Column.NAME)
    for role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
        assert "Vertex AI · billed · eu" in source.data(name, role)  # type: ignore[operator]  # a text
    table.search("billed")
    assert labels(table) == ["ada"]
