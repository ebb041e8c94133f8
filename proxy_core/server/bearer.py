"""The bearer token of this Pollux: made at the first start, kept for the owner alone."""

import secrets
from pathlib import Path

from proxy_core.disk import reason_of, write_atomically

FILE = "bearer_token"


class UnreadableToken(Exception):
    """The token file is there but cannot be used; says why."""


def load(folder: Path) -> str | None:
    """The stored token; None where there is none yet. Raises UnreadableToken."""
    path = folder / FILE
    try:
        token = path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableToken(f"{FILE} cannot be read: {_why(error)}") from error
    if not token or any(character.isspace() for character in token):
        raise UnreadableToken(f"{FILE} is empty or damaged; `pollux token rotate` makes a new one")
    return token


def create(folder: Path) -> str:
    """Makes a new token of 256 random bits and stores it (0600). Raises UnreadableToken."""
    token = secrets.token_urlsafe(32)
    try:
        write_atomically(folder / FILE, f"{token}\n".encode())
    except OSError as error:
        raise UnreadableToken(f"{FILE} cannot be written: {reason_of(error)}") from error
    return token


def load_or_create(folder: Path) -> str:
    return load(folder) or create(folder)


def _why(error: OSError | UnicodeDecodeError) -> str:
    return reason_of(error) if isinstance(error, OSError) else "not text"
