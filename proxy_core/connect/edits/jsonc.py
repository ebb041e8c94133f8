"""Where things stand in a JSON text that people edit: comments and trailing commas are fine.

It finds, and changes nothing (`json_edits` does). Grammar: RFC 8259 with `//` and `/* */`
comments and one trailing comma in objects and arrays, as VS Code's "JSON with Comments".
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any

DEEPEST = 100
"Levels of nesting; no settings file has so many."

_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"')
_SCALAR = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null")
_BLANK = re.compile(r"(?:[ \t\r\n]+|//[^\r\n]*|/\*.*?\*/)*", re.DOTALL)


class Malformed(ValueError):
    """The text is not what its syntax asks for; the message says where."""


@dataclass(slots=True)
class Node:
    """A value and where it stands: `text[start:end]`."""

    start: int
    end: int = 0
    value: Any = None
    "What it means."
    members: "list[Member]" = field(default_factory=list)
    "Of an object or an array, in order."
    comma: int | None = None
    "Where the trailing comma stands, if there is one."

    @property
    def is_object(self) -> bool:
        return isinstance(self.value, dict)


@dataclass(slots=True)
class Member:
    """One entry of an object or array."""

    key: str | None
    "None in an array."
    start: int
    "Where it begins: its key, or its value in an array."
    node: Node
    comma: int | None = None
    "Where the comma after it stands, also a trailing one."


def parse(text: str) -> Node:
    """The one value of the text. Raises Malformed."""
    reader = _Reader(text)
    at = reader.skip(0)
    node = reader.read(at, 0)
    end = reader.skip(node.end)
    if end != len(text):
        raise reader.wrong(end, "something stands behind the end")
    return node


def skip_blank(text: str, at: int) -> int:
    """The first position from `at` on that is neither white space nor comment."""
    found = _BLANK.match(text, at)
    return found.end() if found else at


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text

    def skip(self, at: int) -> int:
        return skip_blank(self._text, at)

    def wrong(self, at: int, what: str) -> Malformed:
        return Malformed(f"line {self._text.count(chr(10), 0, at) + 1}: {what}")

    def read(self, at: int, depth: int) -> Node:
        if depth > DEEPEST:
            raise self.wrong(at, "it is nested too deeply")
        match self._text[at : at + 1]:
            case "{" | "[" as bracket:
                return self._collection(at, depth, closing="}" if bracket == "{" else "]")
            case '"':
                value, end = self._string(at)
                return Node(at, end, value)
            case _:
                return self._scalar(at)

    def _scalar(self, at: int) -> Node:
        scalar = _SCALAR.match(self._text, at)
        if scalar is None:
            raise self.wrong(at, "a value is missing")
        try:
            return Node(at, scalar.end(), json.loads(scalar[0]))
        except ValueError:  # Python reads no integer of more than 4,300 digits
            raise self.wrong(at, "a number is too long") from None

    def _string(self, at: int) -> tuple[str, int]:
        found = _STRING.match(self._text, at)
        try:
            if found is None:
                raise self.wrong(at, "a text has no end")
            return str(json.loads(found[0])), found.end()
        except json.JSONDecodeError:
            raise self.wrong(at, "a text has an escape that JSON does not know") from None

    def _collection(self, start: int, depth: int, *, closing: str) -> Node:
        node = Node(start, value={} if closing == "}" else [])
        at = self.skip(start + 1)
        while self._text[at : at + 1] != closing:
            if node.members and node.members[-1].comma is None:
                raise self.wrong(at, f"a comma or {closing} is missing")
            member = self._member(at, depth, node)
            node.members.append(member)
            at = self.skip(member.node.end)
            if self._text[at : at + 1] == ",":
                member.comma = at
                at = self.skip(at + 1)
        node.end = at + 1
        node.comma = node.members[-1].comma if node.members else None
        return node

    def _member(self, at: int, depth: int, parent: Node) -> Member:
        if not parent.is_object:
            node = self.read(at, depth + 1)
            parent.value.append(node.value)
            return Member(None, at, node)
        if self._text[at : at + 1] != '"':
            raise self.wrong(at, "a key in quotes is missing")
        key, end = self._string(at)
        colon = self.skip(end)
        if self._text[colon : colon + 1] != ":":
            raise self.wrong(colon, "a colon is missing")
        node = self.read(self.skip(colon + 1), depth + 1)
        parent.value[key] = node.value
        return Member(key, at, node)
