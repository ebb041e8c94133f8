"""What the tools, their guides and the state of their settings files look like.

Plain frozen data for the terminal and the window. Not here: any tool (`editors`, `terminals`,
`libraries`), and the work on files (`applying`).
"""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

Kind: TypeAlias = Literal["ide", "cli", "sdk", "app"]
Dialect: TypeAlias = Literal["openai", "anthropic", "gemini", "responses"]
State: TypeAlias = Literal["absent", "applied", "changed", "other_address"]
Syntax: TypeAlias = Literal["jsonc", "toml", "dotenv", "yaml", "whole"]

MODEL = "gemini-3.8-flash"
"The model that guides name unless another is asked for."
CONTEXT_TOKENS = 1_048_576
OUTPUT_TOKENS = 65_536
TOKEN_VARIABLE = "POLLUX_TOKEN"  # noqa: S105 - its name only
"The environment variable that tools read the bearer token from, where they let us choose it."


@dataclass(frozen=True, slots=True)
class Tool:
    """A program that can use Pollux."""

    id: str
    name: str
    kind: Kind
    dialect: Dialect
    "The API that it speaks to Pollux."
    docs_url: str
    "Where its makers describe the settings."
    can_apply: bool = False
    "Whether it has a documented settings file of the user that `apply` may change."
    note: str = ""
    "What its user should know first; empty: nothing."


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do; `code` is to be copied."""

    title: str
    text: str
    code: str = field(repr=False)
    language: str
    "Name of the highlighting: sh, powershell, json, toml, yaml, ini, python, javascript, text."
    path: str | None = None
    "The file that the code belongs in."
    secret: bool = False
    "The code holds the bearer token, or the file will."


@dataclass(frozen=True, slots=True)
class Guide:
    """How one tool is connected, in order."""

    tool: Tool
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Address:
    """Where Pollux is, as a tool needs to know it."""

    url: str
    "Base URL without a path and without a slash at its end."
    token: str | None = field(default=None, repr=False)
    "The bearer token; None: guides refer to the environment instead."
    model: str = MODEL

    @property
    def openai(self) -> str:
        """The base URL for OpenAI's clients."""
        return f"{self.url}/v1"


@dataclass(frozen=True, slots=True)
class Folders:
    """Where this user's settings files are."""

    home: Path
    environ: Mapping[str, str]
    platform: str
    "As `sys.platform` names it."
    data: Path
    "Pollux's data folder, for backups."
    token_words: tuple[str, ...] = ("pollux", "token", "show")
    "A command that prints the bearer token, word by word."

    @classmethod
    def here(cls, data: Path) -> "Folders":
        """Those of the user who runs this process."""
        return cls(Path.home(), os.environ, sys.platform, data, _token_words())

    @property
    def is_windows(self) -> bool:
        return self.platform == "win32"

    @property
    def token_command(self) -> str:
        """The same as one line."""
        join = subprocess.list2cmdline if self.is_windows else shlex.join
        return join(self.token_words)

    def named(self, variable: str, otherwise: Path) -> Path:
        """The folder that an environment variable names, else another. Raises ConnectFailed."""
        value = self.environ.get(variable, "")
        try:
            return Path(value).expanduser() if value else otherwise
        except RuntimeError as error:  # the home folder of a user that there is not
            raise ConnectFailed(
                f"{variable} names no folder: {value}.", "Correct it, then try again."
            ) from error

    @property
    def xdg_config(self) -> Path:
        return self.named("XDG_CONFIG_HOME", self.home / ".config")

    @property
    def app_data(self) -> Path:
        """Windows' folder of programs' settings."""
        return self.named("APPDATA", self.home / "AppData" / "Roaming")

    def shown(self, path: Path) -> str:
        """The path as people write it."""
        if path.is_relative_to(self.home) and not self.is_windows:
            return f"~/{path.relative_to(self.home).as_posix()}"
        return str(path)


def _token_words() -> tuple[str, ...]:
    return (*_terminal_program(), "token", "show")


def _terminal_program() -> tuple[str, ...]:
    """What prints in a terminal, by a name that stays right.

    Tools run it in the folders they work on. There a plain `python -m` would import what others
    put beside it, a `secrets.py` say; -P keeps it from that, and the program itself does not look.
    """
    if not getattr(sys, "frozen", False):
        installed = shutil.which("pollux", path=str(Path(sys.executable).parent))
        return (installed,) if installed else (sys.executable, "-P", "-m", "proxy_core")
    program = Path(sys.executable)
    mount, image = os.environ.get("APPDIR"), os.environ.get("APPIMAGE")
    if mount and image and program.is_relative_to(mount):  # the mount goes away, its file stays
        return (image,)
    # On Windows the window's program has no console, and the command on the PATH is that one.
    if program.suffix != ".exe" and shutil.which("pollux"):
        return ("pollux",)
    return (str(program.with_name(f"pollux-headless{program.suffix}")),)


@dataclass(frozen=True, slots=True)
class Applied:
    """How a tool's settings file stands to us."""

    state: State
    path: str
    "The file; empty: the tool has none that we change."
    backup: str | None = None
    "What the file was before; None: it did not exist, or we have not changed it."


class ConnectFailed(Exception):
    """The settings of a tool were not changed. Both texts are for people and hold no secret."""

    def __init__(self, sentence: str, next_step: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.next_step = next_step


@dataclass(frozen=True, slots=True)
class Item:
    """Names the element of an array that has this member with this value."""

    member: str
    value: str


Place: TypeAlias = tuple[str | Item, ...]
"Where a value stands in a document, from the outside in; empty: the whole of it."


@dataclass(frozen=True, slots=True)
class Setting:
    """A value that we put into a file."""

    place: Place
    value: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class Change:
    """What we want of one settings file."""

    path: Path
    syntax: Syntax
    settings: tuple[Setting, ...]
