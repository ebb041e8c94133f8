"""Changes to the outermost keys of a YAML file, with values that fit on their line.

No YAML parser: the one tool whose file needs more (Continue) gets a file of our own instead.
So a file is refused unless each of its lines plainly is a comment, the one `---` at the top, an
outermost `key: value`, or one of the elements or keys below such a key, evenly indented; and each
value a plain or quoted text, or a list of such, that begins and ends on its line.
"""

import contextlib
import json
import re
from typing import Any

from proxy_core.connect.edits import lines
from proxy_core.connect.edits.jsonc import Malformed
from proxy_core.connect.model import Place

EMPTY = ""
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_QUOTED = (
    r"(?:'(?:[^']|'')*'"
    r'|"(?:[^"\\]|\\["\\/ 0abefnrtv]|\\x[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4})*")'
)
_TEXT = r"(?![-?:](?: |$))[^\s,\[\]{}#&*!|>'\"%@`](?:(?!:(?: |$)| #)[^\t])*"
_ELEMENT = rf"(?:{_QUOTED} *|[^\s,\[\]{{}}#&*!|>'\"%@`:?-][^\t,\[\]{{}}#:]*)"
_LIST = rf"\[ *(?:{_ELEMENT}(?:, *{_ELEMENT})*)?\]"
_VALUE = rf"(?:{_QUOTED}|{_LIST}|{_TEXT})"
_NAME = r"(?:[A-Za-z_][\w.-]*|\"[^\"\\]*\"|'[^']*')"
_END = r" *(?:(?<= )#.*)?"
_KEY = re.compile(rf"({_NAME}) *:(?= |$) *({_VALUE}?){_END}")
_BELOW = re.compile(
    rf"(?:( *-) +(?:{_NAME} *:(?= |$) *{_VALUE}?|{_VALUE})|( +){_NAME} *:(?= |$) *{_VALUE}?){_END}"
)
_NOTHING = re.compile(r" *(?:#.*)?")
_START = re.compile(r"--- *")
_PLAIN = re.compile(r"(?!(?i:true|false|null|yes|no|on|off|y|n)$)[A-Za-z][\w./:-]*(?<!:)")
"What means the same text with and without quotes, and is not a number."


def parse(text: str) -> Any:
    """The outermost keys with their values as written; "" for those that go on below.

    Raises Malformed for all that is not as plain as the module says.
    """
    if _UNPRINTABLE.search(text):
        raise Malformed("there are control characters in it")
    values: dict[str, str] = {}
    started = False
    # What the lines below the last key begin with; empty: the first one says; None: there are none.
    margin: str | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if _NOTHING.fullmatch(line):
            continue
        if key := _KEY.fullmatch(line):
            values[key[1].strip("'\"")] = _scalar(key[2])
            margin = None if key[2] else ""
        elif (below := _BELOW.fullmatch(line)) and margin in ("", below[1] or below[2]):
            margin = below[1] or below[2]
        elif _START.fullmatch(line) and not (values or started):
            started = True
        else:
            raise Malformed(f"line {number}: only plain `key: value` lines can be changed")
    return values


def put(text: str, place: Place, value: Any) -> str:
    """The text with this value there. Raises Malformed, also for a key that goes on below."""
    name = _name(text, place)
    return lines.put(text, _pattern(name), f"{name}: {_written(value)}")


def take(text: str, place: Place) -> str:
    """The text without this key; a missing one is fine. Raises Malformed."""
    return lines.take(text, _pattern(_name(text, place)))


def bring_back(text: str, place: Place, before: str) -> str:
    """The text with this key as `before` writes it. Raises Malformed."""
    _name(before, place)
    return lines.bring_back(text, _pattern(_name(text, place)), before)


def _name(text: str, place: Place) -> str:
    (name,) = place
    parse(text)
    found = lines.last(text, _pattern(str(name)))
    if found and _goes_on(text, found):
        raise Malformed(f"the value of {name} has several lines")
    if found and found[0].partition(":")[2].lstrip().startswith("["):
        raise Malformed(f"the value of {name} is a list")
    return str(name)


def _goes_on(text: str, found: re.Match[str]) -> bool:
    following = (line for line in text[found.end() :].splitlines() if not _NOTHING.fullmatch(line))
    return bool(_BELOW.fullmatch(next(following, "")))


def _pattern(name: str) -> str:
    key = re.escape(name)
    return (
        rf"^(?:{key}|\"{key}\"|'{key}')[ \t]*:(?=[ \t]|\r?$)[ \t]*"
        r"(?:'(?:[^'\r\n]|'')*'|\"(?:[^\"\\\r\n]|\\.)*\"|[^\r\n]*?)"
        r"(?P<comment>[ \t]+#[^\r\n]*)?[ \t]*(?=\r?$)"
    )


def _scalar(written: str) -> str:
    written = written.strip()
    if written.startswith('"'):
        with contextlib.suppress(ValueError):  # YAML has escapes that JSON has not
            return str(json.loads(written))
    if written.startswith("'"):
        return written[1:-1].replace("''", "'")
    return written


def _written(value: Any) -> str:
    # YAML 1.2 contains JSON, so a quoted JSON text is a YAML text.
    return (
        str(value) if _PLAIN.fullmatch(str(value)) else json.dumps(str(value), ensure_ascii=False)
    )
