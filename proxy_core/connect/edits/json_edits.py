"""Changes to JSON with comments that touch only the spans they must.

Comments, order, indentation, line ends and trailing commas stay. New members come last.
"""

import json
import re
from typing import Any

from proxy_core.connect.edits import jsonc
from proxy_core.connect.edits.jsonc import Malformed, Member, Node
from proxy_core.connect.edits.plain import check_holds, index_of, wrapped
from proxy_core.connect.model import Item, Place

EMPTY = "{}\n"
_LINE_COMMENT = re.compile(r"[ \t]*(?://[^\r\n]*|/\*[^\r\n]*?\*/)?[ \t]*(?=\r?\n)")


def parse(text: str) -> Any:
    """What the text means; an empty one is an empty object. Raises Malformed."""
    return jsonc.parse(text).value if text.strip() else {}


def put(text: str, place: Place, value: Any) -> str:
    """The text with this value there. Raises Malformed, and Occupied."""
    if not text.strip():
        text = EMPTY
    node = jsonc.parse(text)
    for depth, name in enumerate(place):
        check_holds(node.value, name)
        member = _member(node, name)
        if member is None:
            return _insert(text, node, name, wrapped(place[depth + 1 :], value))
        node = member.node
    if node.value == value:
        return text
    indent = _line_indent(text, node.start)
    return text[: node.start] + _render(text, value, indent) + text[node.end :]


def take(text: str, place: Place) -> str:
    """The text without the value there; a missing one is fine. Raises Malformed."""
    if not text.strip():
        return text
    node, member, parent = jsonc.parse(text), None, None
    for name in place:
        member, parent = _member(node, name), node
        if member is None:
            return text
        node = member.node
    if member is None or parent is None:
        return text
    return _remove(text, parent, member)


def bring_back(text: str, place: Place, before: str) -> str:
    """The text with the value as `before` writes it. Raises Malformed."""
    now, then = _node(text, place), _node(before, place)
    return text[: now.start] + before[then.start : then.end] + text[now.end :]


def _node(text: str, place: Place) -> Node:
    node = jsonc.parse(text)
    for name in place:
        member = _member(node, name)
        if member is None:
            raise Malformed("a value is missing")
        node = member.node
    return node


def _member(node: Node, name: str | Item) -> Member | None:
    if isinstance(name, Item):
        index = index_of(node.value, name)
        return None if index is None else node.members[index]
    # Of two members of one name the last counts.
    return next((member for member in reversed(node.members) if member.key == name), None)


def _insert(text: str, parent: Node, name: str | Item, value: Any) -> str:
    key = f"{json.dumps(name, ensure_ascii=False)}: " if isinstance(name, str) else ""
    closing = parent.end - 1
    if not parent.members:
        return _insert_first(text, parent, key, value)
    last = parent.members[-1]
    if "\n" not in text[parent.start : last.start]:  # all of it on one line
        comma = "," if parent.comma is None else ""
        at = last.node.end if parent.comma is None else parent.comma + 1
        return f"{text[:at]}{comma} {key}{json.dumps(value, ensure_ascii=False)}{text[at:]}"
    indent = _line_indent(text, last.start)
    at = last.node.end if parent.comma is None else parent.comma + 1
    comment = _LINE_COMMENT.match(text, at)
    line_end = comment.end() if comment and comment.end() <= closing else at
    new = f"{_newline(text)}{indent}{key}{_render(text, value, indent)}"
    if parent.comma is not None:  # whoever writes trailing commas gets one
        return f"{text[:line_end]}{new},{text[line_end:]}"
    return f"{text[:at]},{text[at:line_end]}{new}{text[line_end:]}"


def _insert_first(text: str, parent: Node, key: str, value: Any) -> str:
    closing = parent.end - 1
    inside = text[parent.start + 1 : closing].rstrip()  # comments, or nothing
    outer = _line_indent(text, parent.start)
    indent = outer + _unit(text)
    newline = _newline(text)
    member = f"{newline}{indent}{key}{_render(text, value, indent)}{newline}{outer}"
    return f"{text[: parent.start + 1]}{inside}{member}{text[closing:]}"


def _remove(text: str, parent: Node, member: Member) -> str:
    start, end, comma = member.start, member.node.end, member.comma
    if comma is not None and not text[end:comma].strip(" \t"):
        return _cut(text, start, comma + 1)
    if comma is not None:  # a comment stands before it
        return _cut(text[:comma] + text[comma + 1 :], start, end)
    text = _cut(text, start, end)
    place = parent.members.index(member)
    before = parent.members[place - 1].comma if place else None
    return text if before is None else text[:before] + text[before + 1 :]


def _cut(text: str, start: int, end: int) -> str:
    """Takes a span out: with its line, if it stands there alone, else with the blanks beside it."""
    before, after = text[:start].rstrip(" \t"), text[end:].lstrip(" \t")
    begins_line = before.endswith("\n")
    if begins_line and (newline := re.match(r"\r?\n", after)):
        return before + after[newline.end() :]
    if begins_line or after[:1] not in ("\r", "\n", "}", "]"):
        return text[:start] + after
    return before + after


def _render(text: str, value: Any, indent: str) -> str:
    lines = json.dumps(value, indent=_unit(text), ensure_ascii=False).split("\n")
    return (_newline(text) + indent).join(lines)


def _line_indent(text: str, at: int) -> str:
    line = text[text.rfind("\n", 0, at) + 1 :]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _unit(text: str) -> str:
    """One level of indentation, as the file has it."""
    found = re.search(r"^[ \t]+(?=[\"{\[])", text, re.MULTILINE)
    return found[0] if found else "  "


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"
