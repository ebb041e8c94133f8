"""Changes to `.env` files: `NAME=value` lines, as the dotenv package of npm reads them.

Source: https://github.com/motdotla/dotenv#rules. A quoted value of several lines is left alone.
"""

import re
from typing import Any

from proxy_core.connect.edits import lines
from proxy_core.connect.edits.jsonc import Malformed
from proxy_core.connect.model import Place

EMPTY = ""
_LINE = re.compile(
    r"""^[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*=[ \t]*
    ('[^']*'|"[^"]*"|`[^`]*`|[^#\r\n]*)(?:[ \t]*\#[^\r\n]*)?\r?$""",
    re.MULTILINE | re.VERBOSE,
)


def parse(text: str) -> Any:
    """The variables that the text sets."""
    return {name: _unquoted(value.strip()) for name, value in _LINE.findall(text)}


def put(text: str, place: Place, value: Any) -> str:
    """The text with this variable set. Raises Malformed where the value fits on no line."""
    name = _name(place)
    return lines.put(_checked(text, name), _pattern(name), f"{name}={_quoted(str(value))}")


def take(text: str, place: Place) -> str:
    """The text without this variable; a missing one is fine. Raises Malformed."""
    return lines.take(_checked(text, _name(place)), _pattern(_name(place)))


def bring_back(text: str, place: Place, before: str) -> str:
    """The text with this variable as `before` writes it. Raises Malformed."""
    name = _name(place)
    return lines.bring_back(_checked(text, name), _pattern(name), _checked(before, name))


def _quoted(value: str) -> str:
    if not re.search(r"[\s'\"`#\\$]", value):
        return value
    # Double quotes come last: within them `\n` is a new line.
    quote = next((quote for quote in "'`\"" if quote not in value), "")
    if not quote or "\n" in value or (quote == '"' and "\\" in value):
        raise Malformed("a value fits on no line of a .env file")
    return f"{quote}{value}{quote}"


def _unquoted(value: str) -> str:
    return value[1:-1] if value[:1] in tuple("'\"`") and value[:1] == value[-1:] else value


def _name(place: Place) -> str:
    (name,) = place
    return str(name)


def _pattern(name: str) -> str:
    return (
        rf"^[ \t]*(?:export[ \t]+)?{re.escape(name)}[ \t]*=[ \t]*"
        r"(?:'[^'\r\n]*'|\"[^\"\r\n]*\"|`[^`\r\n]*`|[^#\r\n]*?)"
        r"(?P<comment>[ \t]*#[^\r\n]*)?[ \t]*(?=\r?$)"
    )


def _checked(text: str, name: str) -> str:
    for found in _LINE.finditer(text):
        if found[1] == name and "\n" in found[2]:
            raise Malformed(f"the value of {name} has several lines")
    return text
