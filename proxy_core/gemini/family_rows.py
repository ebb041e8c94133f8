"""From the tables of a families file to families: inheritance, and every check of a value.

The tables come as a TOML reader gives them. Pure: which file they stood in is the caller's to say.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Any

from proxy_core.gemini.families import LEVELS, Budget, Families, Family

LARGEST = 2**31 - 1
"Of a number of tokens."


class FamilyMistake(Exception):
    """A row that cannot be used."""

    def __init__(self, row: str, field: str, problem: str) -> None:
        super().__init__(f"[{row}] {field} {problem}" if field else f"[{row}] {problem}")


@dataclass(frozen=True, slots=True)
class _Row:
    """One table, still as it was written."""

    name: str
    table: Mapping[str, Any]

    def changes(self) -> dict[str, Any]:
        """What the table says of a family, checked."""
        read = {name: self._value(name) for name in self.table if name != "like"}
        if read.get("levels") and read.get("budget"):
            raise self.mistake("budget", "and levels exclude each other")
        # A model is asked to think in one way: the new one replaces what was inherited.
        if read.get("levels"):
            read["budget"] = None
        if read.get("budget"):
            read["levels"] = ()
        return read

    def _value(self, name: str) -> Any:
        value = self.table[name]
        if name not in _FIELDS:
            # TOML takes [gemini-3.8-flash] for a table in a table.
            hint = "; a row's name with a dot stands in quotes" if isinstance(value, dict) else ""
            raise self.mistake(name, f"is not a field of a family{hint}")
        match name:
            case "levels":
                return self._levels(value)
            case "budget":
                return self._budget(value)
            case "max_output_tokens":
                return self._number(name, value, 0) or None  # 0: unknown
            case _:
                return self._flag(name, value)

    def _levels(self, value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(level in LEVELS for level in value):
            raise self.mistake("levels", f"must be a list out of {', '.join(LEVELS)}")
        return tuple(level for level in LEVELS if level in value)

    def _budget(self, value: Any) -> Budget:
        if not isinstance(value, dict) or value.keys() != {"lowest", "highest", "can_be_zero"}:
            raise self.mistake("budget", "must hold lowest, highest and can_be_zero")
        lowest = self._number("budget.lowest", value["lowest"], 1)
        highest = self._number("budget.highest", value["highest"], lowest)
        can_be_zero = self._flag("budget.can_be_zero", value["can_be_zero"])
        return Budget(lowest, highest, can_be_zero=can_be_zero)

    def _number(self, field: str, value: Any, least: int) -> int:
        if type(value) is not int or not least <= value <= LARGEST:
            raise self.mistake(field, f"must be a whole number from {least} to {LARGEST}")
        return value

    def _flag(self, field: str, value: Any) -> bool:
        if not isinstance(value, bool):
            raise self.mistake(field, "must be true or false")
        return value

    def mistake(self, field: str, problem: str) -> FamilyMistake:
        return FamilyMistake(self.name, field, problem)


_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_FIELDS = frozenset(field.name for field in fields(Family))


def read_rows(tables: Mapping[str, Any], below: Families | None = None) -> Families:
    """The families of one file, over those `below`. Raises FamilyMistake.

    A row begins as the row it is `like`, which stands above it or in `below`; else as what its
    name would have been taken for without it.
    """
    base = below or Families()
    rows = dict(base.rows)
    for name, table in tables.items():
        if not _NAME.fullmatch(name) or not isinstance(table, dict):
            raise FamilyMistake(name, "", "must be a table, named by the start of a model's id")
        row = _Row(name, table)
        rows[name] = replace(_origin(row, rows, base), **row.changes())
    return Families(MappingProxyType(rows))


def _origin(row: _Row, rows: Mapping[str, Family], base: Families) -> Family:
    if "like" not in row.table:
        return base.of(row.name)
    like = row.table["like"]
    if not isinstance(like, str) or like not in rows:
        raise row.mistake("like", "must name another row, above this one or built in")
    return rows[like]
