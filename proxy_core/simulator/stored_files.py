"""Uploaded files that a request refers to: whose they are, and whether they are prepared.

Not here: uploading, showing and deleting them (`storage_api.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from proxy_core.simulator.refusals import JsonObject, Refusal, invalid_argument, permission_denied

URI = "https://generativelanguage.googleapis.com/v1beta/"


def check_files(request: JsonObject, stored: Mapping[str, JsonObject], project: str) -> None:
    """Refuses a file of another project, one that is gone, and one that is not prepared."""
    for name in _names(request):
        file = stored.get(name)
        if file is None or file["project"] != project:
            raise not_yours(name)
        if file["resource"]["state"] != "ACTIVE":
            raise invalid_argument(
                f"The File {name.removeprefix('files/')} is not in an ACTIVE state and usage is "
                "not allowed."
            )


def not_yours(name: str) -> Refusal:
    return permission_denied(
        f"You do not have permission to access the File {name.removeprefix('files/')} or it may "
        "not exist."
    )


def coming(states: Sequence[str]) -> list[str]:
    """What follows the first state of a new file."""
    ends = ["ACTIVE"] if "FAILED" not in states else []
    return [*states[1:], *ends]


def advance(file: JsonObject) -> None:
    """The next state of a file that Google still prepares; to be called when it is looked at."""
    if file.get("coming"):
        file["resource"]["state"] = file["coming"].pop(0)


def _names(request: JsonObject) -> Iterator[str]:
    for content in request.get("contents", []):
        for part in content.get("parts", []):
            uri = part.get("fileData", {}).get("fileUri", "")
            if uri.startswith(f"{URI}files/"):
                yield uri.removeprefix(URI)
