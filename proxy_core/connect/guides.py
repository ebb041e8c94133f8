"""How guides are put together: the steps that many tools share.

The code of a settings file is made by the editor that `apply` uses, so both always agree.
"""

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from proxy_core.connect.edits import EDITORS, Malformed
from proxy_core.connect.model import (
    TOKEN_VARIABLE,
    Address,
    Change,
    ConnectFailed,
    Folders,
    Step,
    Syntax,
    Tool,
)

PLACEHOLDER = "YOUR_POLLUX_TOKEN"
"Stands for the bearer token where only the token itself will do."

Steps: TypeAlias = Callable[[Folders, Address], tuple[Step, ...]]
Changes: TypeAlias = Callable[[Folders, Address], tuple[Change, ...]]

_LANGUAGES: dict[Syntax, str] = {
    "jsonc": "json",
    "toml": "toml",
    "dotenv": "ini",
    "yaml": "yaml",
    "whole": "yaml",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A tool of the catalogue with what is known of it."""

    tool: Tool
    steps: Steps
    changes: Changes | None = None
    holds_token: bool = False
    "Its settings file must hold the bearer token itself."


def token_or_placeholder(address: Address) -> str:
    return address.token or PLACEHOLDER


def file_step(change: Change, folders: Folders, text: str, *, secret: bool = False) -> Step:
    """What a settings file is to hold, as a file that holds nothing else."""
    editor = EDITORS[change.syntax]
    code = editor.EMPTY
    try:
        for setting in change.settings:
            code = editor.put(code, setting.place, setting.value)
    except Malformed as error:  # a token or a model name that no such file can hold
        raise ConnectFailed(f"{change.path} cannot hold these settings: {error}.") from error
    path = folders.shown(change.path)
    return Step(f"Edit {path}", text, code, _LANGUAGES[change.syntax], path, secret)


def token_step(
    folders: Folders, address: Address, *names: str, text: str = "", title: str = ""
) -> Step:
    """Sets environment variables to the bearer token; POLLUX_TOKEN unless others are named."""
    names = names or (TOKEN_VARIABLE,)
    if folders.is_windows:
        # PowerShell takes a quoted path for a text, unless `&` calls it.
        quoted = (address.token or "").replace("'", "''")
        source = f"'{quoted}'" if address.token else f"(& {folders.token_command})"
        lines = [f"setx {name} {source}" for name in names]
        kept = "It holds for windows opened from now on."
    else:
        source = shlex.quote(address.token) if address.token else f'"$({folders.token_command})"'
        lines = [f"export {name}={source}" for name in names]
        kept = "Put the line into your shell's profile to keep it."
    return Step(
        title or "Put the bearer token into the environment",
        " ".join(filter(None, (text, kept))),
        "\n".join(lines) + "\n",
        "powershell" if folders.is_windows else "sh",
        secret=address.token is not None,
    )


def quoted(path: Path, folders: Folders) -> str:
    """The path as one word of a command line."""
    shown = folders.shown(path)
    if folders.is_windows:
        return "'" + shown.replace("'", "''") + "'"
    # A quoted `~` would be a name.
    home, rest = ("~/", shown[2:]) if shown.startswith("~/") else ("", shown)
    return home + shlex.quote(rest)


def fields_step(title: str, text: str, fields: dict[str, str], address: Address) -> Step:
    """What to type into a form."""
    width = max(map(len, fields)) + 1
    code = "".join(f"{name + ':':<{width}} {value}\n" for name, value in fields.items())
    return Step(title, text, code, "text", secret=address.token is not None)
