"""A file that is ours from its first to its last byte."""

from typing import Any

from proxy_core.connect.edits.plain import MISSING
from proxy_core.connect.model import Place

EMPTY = ""


def parse(text: str) -> Any:
    return text or MISSING


def put(text: str, place: Place, value: Any) -> str:  # noqa: ARG001 - an editor's signature
    return str(value)


def take(text: str, place: Place) -> str:  # noqa: ARG001 - an editor's signature
    return ""


def bring_back(text: str, place: Place, before: str) -> str:  # noqa: ARG001 - see above
    return before
