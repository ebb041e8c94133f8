"""Small changes to settings files of many syntaxes, which leave everything else as it was.

Each module has the three functions of `Editor`. They are pure: text in, text out.
"""

from typing import Any, Protocol

from proxy_core.connect.edits import dotenv_edits, json_edits, toml_edits, whole_edits, yaml_edits
from proxy_core.connect.edits.jsonc import Malformed
from proxy_core.connect.model import Place, Syntax

__all__ = ["EDITORS", "Editor", "Malformed"]


class Editor(Protocol):
    """One syntax."""

    EMPTY: str
    "What a new file begins as."

    def parse(self, text: str) -> Any:
        """What the text means, in plain values. Raises Malformed."""

    def put(self, text: str, place: Place, value: Any) -> str:
        """The text with this value there. Raises Malformed, and Occupied."""

    def take(self, text: str, place: Place) -> str:
        """The text without the value there; a missing one is fine. Raises Malformed."""

    def bring_back(self, text: str, place: Place, before: str) -> str:
        """The text with the value that `before` has there, written as it is written there.

        Both texts have a value there. Raises Malformed.
        """


EDITORS: dict[Syntax, Editor] = {
    "jsonc": json_edits,
    "toml": toml_edits,
    "dotenv": dotenv_edits,
    "yaml": yaml_edits,
    "whole": whole_edits,
}
