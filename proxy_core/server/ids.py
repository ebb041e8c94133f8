"""Random ids: of exchanges and of tool calls."""

import os

_LETTERS = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz01"
_TABLE = bytes(_LETTERS[byte % 64] for byte in range(256))


def exchange_id() -> str:
    """32 hexadecimal characters."""
    return os.urandom(16).hex()


def new_id() -> str:
    """24 letters and digits."""
    return os.urandom(24).translate(_TABLE).decode()
