"""Changes to files in which each setting is a line of its own, one after the other.

Not here: what such a line looks like (`dotenv_edits`, `yaml_edits`).
"""

import re


def put(text: str, pattern: str, line: str) -> str:
    """The text with this line in the place of the last one that matches, else at the end.

    What the group `comment` of the pattern matches stays behind it.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    found = last(text, pattern)
    if found:
        return text[: found.start()] + line + (found["comment"] or "") + text[found.end() :]
    if text and not text.endswith("\n"):
        text += newline
    return f"{text}{line}{newline}"


def take(text: str, pattern: str) -> str:
    """The text without the last line that matches."""
    found = last(text, pattern)
    if not found:
        return text
    rest = text[found.end() :]
    return text[: found.start()] + rest.removeprefix("\r").removeprefix("\n")


def bring_back(text: str, pattern: str, before: str) -> str:
    """The text with the last line of `before` that matches, but for its comment."""
    found = last(before, pattern)
    if not found:
        return text
    end = found.start("comment") if found["comment"] else found.end()
    return put(text, pattern, before[found.start() : end])


def last(text: str, pattern: str) -> re.Match[str] | None:
    found = None
    for match in re.finditer(pattern, text, re.MULTILINE):
        found = match
    return found
