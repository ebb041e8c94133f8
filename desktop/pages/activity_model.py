"""The last requests as a table model, newest first, and the filter before it.

A request goes in at the top and none of the others is touched: no reset for an event.
"""

from collections.abc import Callable, Iterable, Mapping
from enum import IntEnum
from typing import Any, Final, TypeAlias

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
)

from desktop import asked, words
from desktop.figures.figures import KEPT
from desktop.pages import activity_words
from desktop.pages.activity_words import Outcome
from proxy_core.api import ExchangeEnded, Tokens

Index: TypeAlias = QModelIndex | QPersistentModelIndex
ROOT: Final = QModelIndex()

EVENT_ROLE: Final = Qt.ItemDataRole.UserRole
"ExchangeEnded of the row."
BELOW_ROLE: Final = Qt.ItemDataRole.UserRole + 1
"The second, quieter line of a cell."


class Column(IntEnum):
    TIME = 0
    CLIENT = 1
    MODEL = 2
    CREDENTIAL = 3
    TOKENS = 4
    FIRST = 5
    STATUS = 6


class Requests(QAbstractTableModel):
    """KEPT requests at the most."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._events: list[ExchangeEnded] = []
        self._above: Mapping[Column, Callable[[ExchangeEnded], str]] = {
            Column.TIME: lambda event: words.clock(event.at + event.total_s),
            Column.CLIENT: lambda event: event.client or self.tr("No name"),
            Column.MODEL: lambda event: event.model or self.tr("No model"),
            Column.CREDENTIAL: self._credential,
            Column.TOKENS: self._tokens,
            Column.FIRST: self._first,
            Column.STATUS: lambda event: activity_words.status_word(event).word,
        }
        self._below: Mapping[Column, Callable[[ExchangeEnded], str]] = {
            Column.TIME: self._took,
            Column.CLIENT: asked.interface_words,
            Column.MODEL: asked.unusual_deed,
            Column.CREDENTIAL: activity_words.why,
            Column.TOKENS: self._cached,
        }

    # -- what the page does ----------------------------------------------------------------

    def add(self, events: Iterable[ExchangeEnded]) -> None:
        """events: oldest first."""
        fresh = list(events)[-KEPT:]
        if not fresh:
            return
        self._drop(len(self._events) + len(fresh) - KEPT)
        self.beginInsertRows(ROOT, 0, len(fresh) - 1)
        self._events[:0] = reversed(fresh)
        self.endInsertRows()

    def clear(self) -> None:
        self.beginResetModel()
        self._events.clear()
        self.endResetModel()

    def _drop(self, count: int) -> None:
        if count <= 0:
            return
        kept = len(self._events) - count
        self.beginRemoveRows(ROOT, kept, len(self._events) - 1)
        del self._events[kept:]
        self.endRemoveRows()

    # -- Qt's --------------------------------------------------------------------------------

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._events)

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(Column)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and 0 <= section < len(Column):
            if role == Qt.ItemDataRole.DisplayRole:
                return self._heading(Column(section))
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= index.row() < len(self._events):
            return None  # what is raised in here would end the process
        event, column = self._events[index.row()], Column(index.column())
        if role == EVENT_ROLE:
            return event
        if role == Qt.ItemDataRole.DisplayRole:
            return self._above[column](event)
        if role == BELOW_ROLE:
            return self._under(event, column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(event, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._hint(event, column) or None
        return None

    # -- cells -------------------------------------------------------------------------------

    def _heading(self, column: Column) -> str:
        return {
            Column.TIME: self.tr("Ended"),
            Column.CLIENT: self.tr("Client"),
            Column.MODEL: self.tr("Model"),
            Column.CREDENTIAL: self.tr("Credential"),
            Column.TOKENS: self.tr("In / out"),
            Column.FIRST: self.tr("First token"),
            Column.STATUS: self.tr("Status"),
        }[column]

    def _spoken(self, event: ExchangeEnded, column: Column) -> str:
        if column is Column.TOKENS and event.tokens is not None:
            return self.tr("{prompt} tokens in, {cached} of them cached, {output} out").format(
                prompt=words.number(event.tokens.prompt),
                cached=words.number(event.tokens.cached),
                output=words.number(_output(event.tokens)),
            )
        above, below = self._above[column](event), self._under(event, column)
        return self.tr("{first}; {second}").format(first=above, second=below) if below else above

    def _under(self, event: ExchangeEnded, column: Column) -> str:
        below = self._below.get(column)
        return "" if below is None else below(event)

    def _hint(self, event: ExchangeEnded, column: Column) -> str:
        if column in (Column.CREDENTIAL, Column.STATUS):
            return activity_words.why(event)
        return self._spoken(event, column)

    def _credential(self, event: ExchangeEnded) -> str:
        if label := activity_words.credential(event):
            return label
        return self.tr("None was tried") if event.error else self.tr("None was needed")

    def _tokens(self, event: ExchangeEnded) -> str:
        if event.tokens is None:
            return ""
        return self.tr("{prompt} / {output}").format(
            prompt=words.short_number(event.tokens.prompt),
            output=words.short_number(_output(event.tokens)),
        )

    def _cached(self, event: ExchangeEnded) -> str:
        if event.tokens is None or not event.tokens.cached:
            return ""
        return self.tr("{count} cached").format(count=words.short_number(event.tokens.cached))

    def _took(self, event: ExchangeEnded) -> str:
        return self.tr("took {time}").format(time=words.duration(event.total_s))

    def _first(self, event: ExchangeEnded) -> str:
        return "" if event.first_s is None else words.duration(event.first_s)

    # -- copying -----------------------------------------------------------------------------

    def table(self, events: Iterable[ExchangeEnded]) -> str:
        """Requests as tab-separated values, with a line of headings."""
        headings: list[object] = [
            self.tr("Arrived"),
            self.tr("Request"),
            self.tr("Client"),
            self.tr("Interface"),
            self.tr("Asked for"),
            self.tr("Model"),
            self.tr("Credential"),
            self.tr("Attempts"),
            self.tr("Why"),
            self.tr("Prompt tokens"),
            self.tr("Cached tokens"),
            self.tr("Output tokens"),
            self.tr("First token (s)"),
            self.tr("Total (s)"),
            self.tr("HTTP status"),
            self.tr("Status"),
        ]
        rows = [headings, *(_values(event) for event in events)]
        return "\n".join("\t".join(_plain(value) for value in row) for row in rows)


class RequestFilter(QSortFilterProxyModel):
    """Shows the requests of one outcome that hold every word of a text."""

    def __init__(self, source: Requests) -> None:
        super().__init__(source)
        self._words: list[str] = []
        self._outcomes = frozenset(Outcome)
        self.setSourceModel(source)

    def look_for(self, text: str, outcomes: frozenset[Outcome]) -> None:
        self.beginFilterChange()
        self._words, self._outcomes = text.casefold().split(), outcomes
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        source = self.sourceModel()
        event: ExchangeEnded = source.data(source.index(source_row, 0), EVENT_ROLE)
        if activity_words.outcome(event) not in self._outcomes:
            return False
        if not self._words:
            return True
        hay = _searched(event)
        return all(word in hay for word in self._words)


def _searched(event: ExchangeEnded) -> str:
    texts = (
        event.model,
        event.client,
        asked.interface_words(event),
        asked.deed_words(event.action),
        str(event.status),
        activity_words.status_word(event).word,
        event.id,
        *(attempt.label for attempt in event.attempts),
    )
    return "\n".join(texts).casefold()


def _output(tokens: Tokens) -> int:
    return tokens.output + tokens.thoughts


def _values(event: ExchangeEnded) -> list[object]:
    tokens = event.tokens
    return [
        words.clock(event.at),
        event.id,
        event.client,
        asked.interface_words(event),
        asked.deed_words(event.action),
        event.model,
        activity_words.credential(event),
        len(event.attempts),
        activity_words.why(event),
        "" if tokens is None else tokens.prompt,
        "" if tokens is None else tokens.cached,
        "" if tokens is None else _output(tokens),
        "" if event.first_s is None else f"{event.first_s:.3f}",
        f"{event.total_s:.3f}",
        event.status,
        activity_words.status_word(event).word,
    ]


def _plain(value: object) -> str:
    """A value that cannot break out of its cell, nor be taken for a formula by a spreadsheet."""
    text = " ".join(str(value).split())
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
