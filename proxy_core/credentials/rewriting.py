"""Edits the text of a credential file in place, so that all else in it stays as it was.

Pure: text in, text out. Not here: files (`stores`), and what an entry means (`files`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from proxy_core.credentials.files import Origin, parse_entry, read_key_line, unwrapped
from proxy_core.credentials.model import Credential
from proxy_core.credentials.written import as_json, rewritten

Changes: TypeAlias = Mapping[str, Credential | None]
"""By id: the credential to put in an entry's place; None takes the entry out."""


@dataclass(frozen=True, slots=True)
class Edited:
    """A file's new text."""

    text: str | None
    "None: nothing is left in it."
    taken_out: str = ""
    "Entries that were taken out though nothing could be made of them."


def edit_json(text: str, changes: Changes, origin: Origin) -> Edited:
    """text: valid JSON, of one credential or an array. origin: as it was read with."""
    value = json.loads(text.removeprefix("\ufeff"))
    if not isinstance(value, list):
        credential = changes[parse_entry(value, origin).id]
        return Edited(None if credential is None else _dumped(_replaced(value, credential)))
    left: list[Any] = []
    taken_out: list[Any] = []
    for number, item in enumerate(value, start=1):
        outcome = parse_entry(item, origin.entry(number))
        credential = changes.get(outcome.id)
        if outcome.id not in changes:
            left.append(item)
        elif credential is not None:
            left.append(_replaced(item, credential))
        elif not isinstance(outcome, Credential):
            taken_out.append(item)
    return Edited(_dumped(left) if left else None, _dumped(taken_out) if taken_out else "")


def edit_key_lines(text: str, changes: Changes, origin: Origin) -> Edited:
    """Takes lines out. A line cannot say all that a credential may: replaced ones go too."""
    left: list[str] = []
    taken_out: list[str] = []
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines, start=1):
        item = read_key_line(line.removeprefix("\ufeff"))
        outcome = None if item is None else parse_entry(item, origin.line(number))
        if outcome is None or outcome.id not in changes:
            left.append(line)
        elif not isinstance(outcome, Credential):
            taken_out.append(line)
    return Edited("".join(left), "".join(taken_out))


def _replaced(item: object, credential: Credential) -> dict[str, Any]:
    return rewritten(unwrapped(item), credential) if isinstance(item, dict) else as_json(credential)


def _dumped(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
