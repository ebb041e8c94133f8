"""What commands print and ask: plain or coloured, wide or narrow, terminal or pipe.

Texts from outside go through `cleaned`: a label must not give orders to the terminal. Not here:
what the tables hold (`tables`).
"""

import io
import json
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from proxy_core.cli.failure import CommandFailed

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

PIPE_COLUMNS = 10_000
"Where no terminal has an edge, no line is broken."


def cleaned(text: object) -> str:
    """Text on one line, without characters that a terminal would obey."""
    line = " ".join(str(text).split())
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)


def console(*, stderr: bool = False) -> "Console":
    """A console of rich that marks nothing up by itself and never fails over an encoding."""
    from rich.console import Console  # noqa: PLC0415 - only for commands that draw

    stream = sys.stderr if stderr else sys.stdout
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")
    made = Console(file=stream, markup=False, emoji=False, highlight=False, soft_wrap=False)
    if not made.is_terminal:
        made.width = PIPE_COLUMNS
    return made


def spinner(text: str) -> "AbstractContextManager[Status | None]":
    """Shows on a terminal that something goes on; gives what changes the text, None elsewhere."""
    shown = console(stderr=True)
    return shown.status(text) if shown.is_terminal else nullcontext()


def marks() -> tuple[str, str]:
    """Signs for good and bad that standard output can show."""
    try:
        "✓✗".encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return "ok", "!!"
    return "✓", "✗"


def print_json(value: Any) -> None:
    print(json.dumps(value, indent=2))


def say(*lines: str) -> None:
    """Tells the person at the terminal; what a program reads goes to standard output."""
    for line in lines:
        if line:
            print(line, file=sys.stderr, flush=True)


def is_interactive() -> bool:
    """Whether somebody can answer a question."""
    return sys.stdin is not None and sys.stdin.isatty()


def ask(question: str) -> str:
    """One line from standard input, without space around it; the question goes to stderr.

    Raises CommandFailed where the input has ended.
    """
    print(question, end="", file=sys.stderr, flush=True)
    line = sys.stdin.readline() if sys.stdin is not None else ""
    if not line:
        say("")
        raise CommandFailed("Standard input ended before this was answered.")
    return line.strip()


def agrees(question: str) -> bool:
    return ask(f"{question} [y/N] ").lower() in ("y", "yes")


def ask_hidden(question: str) -> str:
    """A secret, not shown while it is typed. Raises CommandFailed where nobody can type."""
    if not is_interactive():
        raise CommandFailed("There is nobody to ask: standard input is no terminal.")
    try:
        return getpass(question).strip()
    except EOFError:
        raise CommandFailed("Nothing was typed.") from None


def read_stdin() -> bytes:
    return sys.stdin.buffer.read() if sys.stdin is not None else b""


def passphrase_of(file: Path) -> str:
    """The first line of a file. Raises CommandFailed."""
    try:
        first, *_ = file.read_text(encoding="utf-8-sig").splitlines() or [""]
    except (OSError, UnicodeDecodeError) as error:
        raise CommandFailed(f"{file} cannot be read ({type(error).__name__}).") from error
    if not first:
        raise CommandFailed(f"The first line of {file} is empty: no passphrase.")
    return first


def numbers_of(answer: str, count: int) -> Sequence[int] | None:
    """`1,3` as positions from 0; None where it says anything else."""
    parts = answer.replace(",", " ").split()
    if not parts or not all(part.isdecimal() and 1 <= int(part) <= count for part in parts):
        return None
    return sorted({int(part) - 1 for part in parts})
