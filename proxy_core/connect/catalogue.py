"""The tools that can be connected, and what can be asked of each.

Everything here blocks: it reads and writes files. `ConnectFailed` is all that is raised.
"""

from pathlib import Path

from proxy_core.connect import applying, editors, libraries, terminals
from proxy_core.connect.guides import Entry
from proxy_core.connect.model import (
    Address,
    Applied,
    Change,
    ConnectFailed,
    Folders,
    Guide,
    Tool,
)

_ENTRIES = {
    entry.tool.id: entry for entry in (*editors.ENTRIES, *terminals.ENTRIES, *libraries.ENTRIES)
}


def tools() -> tuple[Tool, ...]:
    """All of them, in the order to show them in."""
    return tuple(entry.tool for entry in _ENTRIES.values())


def snippets(tool_id: str, address: Address, folders: Folders | None = None) -> Guide:
    """What to do by hand. Raises ConnectFailed for a tool that there is not.

    folders: None: those of the user who runs this process.
    """
    entry = _entry(tool_id)
    return Guide(entry.tool, entry.steps(folders or Folders.here(Path()), address))


def status(tool_id: str, folders: Folders, address: Address) -> Applied:
    """How the tool's settings file stands to this address. Raises ConnectFailed.

    `absent`: it holds nothing of ours; `applied`: all of it; `other_address`: what we wrote for
    another address, model or token; `changed`: somebody changed what we wrote.
    """
    entry = _entry(tool_id)
    if entry.changes is None:
        return Applied("absent", "")
    return applying.status_of(entry.changes(folders, address), folders)


def apply(tool_id: str, folders: Folders, address: Address) -> Applied:
    """Writes the tool's settings file, with a backup. Raises ConnectFailed.

    address: its token is written only where the tool can refer to it in no other way.
    """
    entry = _entry(tool_id)
    if entry.holds_token and address.token is None:
        raise ConnectFailed(f"The settings of {entry.tool.name} must hold the bearer token.")
    return applying.apply_changes(_changes(entry, folders, address), folders)


def undo(tool_id: str, folders: Folders) -> Applied:
    """Takes back what `apply` wrote. Raises ConnectFailed."""
    entry = _entry(tool_id)
    # Where the files are does not depend on the address, and what was written is in our notes.
    return applying.undo_changes(_changes(entry, folders, Address("http://127.0.0.1")), folders)


def _changes(entry: Entry, folders: Folders, address: Address) -> tuple[Change, ...]:
    if entry.changes is None:
        raise ConnectFailed(
            f"{entry.tool.name} has no settings file that Pollux can change.",
            "Follow its steps instead.",
        )
    return entry.changes(folders, address)


def _entry(tool_id: str) -> Entry:
    entry = _ENTRIES.get(tool_id)
    if entry is None:
        raise ConnectFailed(
            f"There is no tool {tool_id!r}.", "Those that there are: pollux connect"
        )
    return entry
