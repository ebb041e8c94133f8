"""Names on their way to Gemini and back: of functions, and of properties at the last.

Not a registry: a map lives as long as the request or the schema whose names it holds.
Source: FunctionDeclaration.name, first a letter or `_`, then letters, digits and `_ . : -`;
64 characters, since the 128 of newer documentation are not accepted everywhere.
"""

import hashlib
import re

MAX_LENGTH = 64

_VALID = re.compile(r"[A-Za-z_][A-Za-z0-9_.:-]{0,63}")
_ODD = re.compile(r"[^A-Za-z0-9_.:-]")
_HASH_LENGTH = 8


class NameMap:
    """Gives every client name one Gemini name, and knows the way back."""

    __slots__ = ("_to_client", "_to_gemini")

    def __init__(self) -> None:
        self._to_gemini: dict[str, str] = {}
        self._to_client: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._to_gemini)

    def to_gemini(self, name: str) -> str:
        """The name that stands for `name` upstream; the same one at every call."""
        known = self._to_gemini.get(name)
        if known is not None:
            return known
        chosen = self._free(name, name if is_plain(name) else _sanitised(name))
        self._to_gemini[name] = chosen
        self._to_client[chosen] = name
        return chosen

    def to_client(self, name: str) -> str:
        """The client's name for a Gemini name; one the model invented comes back as it is."""
        return self._to_client.get(name, name)

    def _free(self, name: str, wanted: str) -> str:
        """`wanted`, or where another name has it already, `wanted` with a hash of `name`."""
        attempt = 0
        chosen = wanted
        while chosen in self._to_client:
            seed = f"{attempt}{name}".encode("utf-8", "surrogatepass")
            digest = hashlib.sha256(seed).hexdigest()[:_HASH_LENGTH]
            chosen = f"{wanted[: MAX_LENGTH - _HASH_LENGTH - 1]}_{digest}"
            attempt += 1
        return chosen


def is_plain(name: str) -> bool:
    """Whether Gemini takes the name as it is."""
    return _VALID.fullmatch(name) is not None


def _sanitised(name: str) -> str:
    plain = _ODD.sub("_", name)
    if not plain[:1].isalpha():
        plain = "_" + plain.removeprefix("_")
    return plain[:MAX_LENGTH]
