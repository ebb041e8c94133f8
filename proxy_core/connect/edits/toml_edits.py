"""Changes to TOML through tomlkit, which keeps comments, order and layout."""

import tomllib
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

from proxy_core.connect.edits.jsonc import Malformed
from proxy_core.connect.edits.plain import check_holds
from proxy_core.connect.model import Place

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

EMPTY = ""


def parse(text: str) -> Any:
    """What the text means. Raises Malformed."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Malformed(str(error)) from None
    except RecursionError:
        raise Malformed("it is nested too deeply") from None


def put(text: str, place: Place, value: Any) -> str:
    """The text with this value there. Raises Malformed, and Occupied."""
    import tomlkit  # noqa: PLC0415 - only for tools that write TOML

    document = _document(text)
    table: MutableMapping[str, Any] = document
    *parents, last = (str(name) for name in place)
    for depth, name in enumerate(parents, 1):
        if name not in table:
            # A table that holds only tables needs no header of its own.
            holds_tables = depth < len(parents) or isinstance(value, dict)
            table[name] = tomlkit.table(is_super_table=holds_tables)
        table = table[name]
        check_holds(table, name)
    table[last] = value
    return tomlkit.dumps(document)


def take(text: str, place: Place) -> str:
    """The text without the value there; a missing one is fine. Raises Malformed."""
    import tomlkit  # noqa: PLC0415 - see above

    document, last = _document(text), str(place[-1])
    table = _holder(document, place)
    if table is None:
        return text
    del table[last]
    return tomlkit.dumps(document)


def bring_back(text: str, place: Place, before: str) -> str:
    """The text with the value as `before` writes it. Raises Malformed."""
    import tomlkit  # noqa: PLC0415 - see above

    document, last = _document(text), str(place[-1])
    now, then = _holder(document, place), _holder(_document(before), place)
    if now is None or then is None:
        raise Malformed("a value is missing")
    now[last] = then[last]
    return tomlkit.dumps(document)


def _holder(document: "TOMLDocument", place: Place) -> MutableMapping[str, Any] | None:
    """The table that has the value; None: there is no such value."""
    table: Any = document
    *parents, last = (str(name) for name in place)
    for name in parents:
        table = table.get(name) if isinstance(table, MutableMapping) else None
    return table if isinstance(table, MutableMapping) and last in table else None


def _document(text: str) -> "TOMLDocument":
    import tomlkit  # noqa: PLC0415 - see above
    from tomlkit.exceptions import TOMLKitError  # noqa: PLC0415

    parse(text)
    try:
        return tomlkit.parse(text)
    except TOMLKitError as error:
        raise Malformed(str(error)) from None
