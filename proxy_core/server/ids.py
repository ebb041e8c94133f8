"""Random ids: of exchanges and of tool calls."""

import os
import random

_LETTERS = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz01"
_TABLE = bytes(_LETTERS[byte % 64] for byte in range(256))


def exchange_id() -> str:
    """32 hexadecimal characters. A name, not a secret: need not come from the system."""
    return f"{random.getrandbits(128):032x}"


def new_id() -> str:
    """24 letters and digits."""
    return os.urandom(24).translate(_TABLE).decode()
