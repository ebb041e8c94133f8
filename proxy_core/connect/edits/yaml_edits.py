"""Changes to the outermost keys of a YAML file, with values that fit on their line.

No YAML parser: the one tool whose file needs more (Continue) gets a file of our own instead.
So a file is refused unless each of its lines plainly is a comment, an outermost `key: value`, an
element or continuation that is indented or begins with `- `, or the one `---` at the top.
"""

import contextlib
import json
import re
from typing import Any

from proxy_core.connect.edits import lines
from proxy_core.connect.edits.jsonc import Malformed
from proxy_core.connect.model import Place

EMPTY = ""
_KEY = re.compile(r"^([A-Za-z_][\w.-]*|\"[^\"\\\r\n]*\"|'[^'\r\n]*')[ \t]*:(?:[ \t]+|$)(.*)$")
_NOTHING = re.compile(r"[ \t]*(?:#|$)")
_START = re.compile(r"---[ \t]*$")
_BELOW = re.compile(r"[ \t]+\S|-(?:[ \t]|$)")
_COMMENT = re.compile(r"(?:^|[ \t])#.*$")
_PLAIN = re.compile(r"(?!(?i:true|false|null|yes|no|on|off|y|n)$)[A-Za-z][\w./:-]*(?<!:)")
"What means the same text with and without quotes, and is not a number."
_MORE = re.compile(r"[ \t]*[&*!|>{\[]")
"An anchor that other lines may refer to, an alias, a tag, a block, a collection."


def parse(text: str) -> Any:
    """The outermost keys with their values as written; "" for those that go on below."""
    values: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if key := _KEY.match(line):
            values[key[1].strip("'\"")] = _scalar(key[2])
        elif not (_NOTHING.match(line) or (_BELOW if values else _START).match(line)):
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
    if found and _MORE.match(found[0].partition(":")[2]):
        raise Malformed(f"the value of {name} is more than a plain text")
    return str(name)


def _goes_on(text: str, found: re.Match[str]) -> bool:
    following = text[found.end() :].lstrip("\r").removeprefix("\n").splitlines()[:1]
    return bool(following) and bool(re.match(r"[ \t]+[^#\s]|-(?:[ \t]|$)", following[0]))


def _pattern(name: str) -> str:
    key = re.escape(name)
    return (
        rf"^(?:{key}|\"{key}\"|'{key}')[ \t]*:(?=[ \t]|\r?$)[ \t]*"
        r"(?:'(?:[^'\r\n]|'')*'|\"(?:[^\"\\\r\n]|\\.)*\"|[^\r\n]*?)"
        r"(?P<comment>[ \t]+#[^\r\n]*)?[ \t]*(?=\r?$)"
    )


def _scalar(written: str) -> str:
    written = written.strip()
    if quoted := re.match(r"\"(?:[^\"\\]|\\.)*\"", written):
        with contextlib.suppress(ValueError):  # YAML has escapes that JSON has not
            return str(json.loads(quoted[0]))
    if quoted := re.match(r"'((?:[^']|'')*)'", written):
        return quoted[1].replace("''", "'")
    return _COMMENT.sub("", written).strip()


def _written(value: Any) -> str:
    # YAML 1.2 contains JSON, so a quoted JSON text is a YAML text.
    return (
        str(value) if _PLAIN.fullmatch(str(value)) else json.dumps(str(value), ensure_ascii=False)
    )
