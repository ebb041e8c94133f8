"""Writes a tool's settings files and takes that back; asks how they stand.

Undo gives back the bytes from before if the file is as we left it. Else it takes out what we
put in and keeps what the owner added: a value that we replaced comes back, unless the owner
changed it since; what stands under a name of our own goes as a whole. Applying again first does
the same in memory, so the first state survives any number of changes of the address.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from proxy_core.connect import keeping
from proxy_core.connect.edits import EDITORS, Malformed, plain
from proxy_core.connect.edits.plain import MISSING, Occupied
from proxy_core.connect.model import Applied, Change, ConnectFailed, Folders, Place, State
from proxy_core.connect.writing import Edit, carry_out, content
from proxy_core.disk import locked, reason_of

BY_HAND = "Nothing was changed. Put the settings in by hand, as the steps show them."
REPAIR = "Nothing was changed. Repair the file, or change it by hand."


@dataclass(frozen=True, slots=True)
class _File:
    """A settings file as it is now."""

    change: Change
    data: bytes | None
    "None: there is none."

    @property
    def text(self) -> str:
        return _decoded(self.change.path, self.data or b"")


def status_of(changes: tuple[Change, ...], folders: Folders) -> Applied:
    """How the files stand to these changes. Raises ConnectFailed."""
    states = [_state(_read(change), keeping.read_note(folders, change.path)) for change in changes]
    return _applied(changes, folders, _together(states))


def apply_changes(changes: tuple[Change, ...], folders: Folders) -> Applied:
    """Makes the changes. Raises ConnectFailed."""
    with _holding(folders):
        # All of it is worked out before anything is written.
        edits = [_edit_of(_read(change), folders) for change in changes]
        carry_out(edits, folders, next_step=BY_HAND)
    return _applied(changes, folders, "applied")


def undo_changes(changes: tuple[Change, ...], folders: Folders) -> Applied:
    """Takes back what we wrote. Raises ConnectFailed."""
    with _holding(folders):
        files = [_read(change) for change in changes]
        noted = [file for file in files if keeping.read_note(folders, file.change.path)]
        if not noted:
            raise ConnectFailed(
                f"There is nothing to take back: Pollux did not change {files[0].change.path}."
            )
        before = [_before(file, folders) for file in noted]
        # The last one first: a folder was made for the first file that is in it.
        edits = [
            Edit(file.change, file.data, data, data)
            for file, data in zip(reversed(noted), reversed(before), strict=True)
        ]
        carry_out(edits, folders, next_step=REPAIR)
    return status_of(changes, folders)


def _state(file: _File, note: keeping.Note | None) -> State:
    root = _parsed(file)
    wanted = file.change.settings
    found = [plain.find(root, setting.place) for setting in wanted]
    if found == [setting.value for setting in wanted]:
        return "applied"
    if note is None or all(value is MISSING for value in found):
        return "absent"  # perhaps settings of the owner's own stand where ours would go
    written = {value.place: value.value for value in note.values}
    is_ours = all(
        keeping.digest_of(value) == written.get(setting.place)
        for value, setting in zip(found, wanted, strict=True)
    )
    return "other_address" if is_ours else "changed"


def _together(states: list[State]) -> State:
    """The state of a tool with several files: the one that asks for most."""
    if len(set(states)) == 1:
        return states[0]
    return "other_address" if "changed" not in states and "absent" not in states else "changed"


def _applied(changes: tuple[Change, ...], folders: Folders, state: State) -> Applied:
    path = changes[0].path
    backup = keeping.backup_path(folders, path)
    kept = keeping.read_note(folders, path) is not None and backup.exists()
    return Applied(state, str(path), str(backup) if kept else None)


def _edit_of(file: _File, folders: Folders) -> Edit:
    """What puts our settings in. Raises ConnectFailed."""
    change = file.change
    before = _before(file, folders)
    text = _decoded(change.path, before or b"")
    for setting in change.settings:
        text = _edited(change, text, setting.place, setting.value)
    return Edit(change, file.data, before, _encoded(change.path, text, before))


def _before(file: _File, folders: Folders) -> bytes | None:
    """The file without what we wrote; None: it goes. Raises ConnectFailed."""
    change, data = file.change, file.data
    note = keeping.read_note(folders, change.path)
    if note is None or data is None:
        return data
    original = _original(change.path, note, folders)
    if keeping.digest(data) == note.written:
        return original
    text, before = file.text, _decoded(change.path, original or b"")
    for value in reversed(note.values):
        text = _without(change, text, value, before)
    if original is None and not EDITORS[change.syntax].parse(text):
        return None
    return _encoded(change.path, text, data)


def _original(path: Path, note: keeping.Note, folders: Folders) -> bytes | None:
    try:
        return keeping.read_backup(folders, path) if note.existed else None
    except OSError as error:
        raise ConnectFailed(
            f"The backup of {path} cannot be read: {reason_of(error)}.", BY_HAND
        ) from error


def _without(change: Change, text: str, value: keeping.Written, before: str) -> str:
    """The text without one value of ours, or with what it replaced. Raises ConnectFailed."""
    place, original = value.place, _parse(change, before)
    found = plain.find(_parse(change, text), place)
    if not place and found is not MISSING:
        raise ConnectFailed(
            f"{change.path} was changed since Pollux wrote it.",
            "Keep what you need of it and delete it, then try again.",
        )
    if found is MISSING or (keeping.digest_of(found) != value.value and not value.is_block):
        return text
    if plain.find(original, place) is not MISSING:
        return _brought_back(change, text, place, before)
    root = _parse(change, text)
    # An object that would be left empty goes too, unless it was so before.
    while len(place) > 1 and len(plain.find(root, place[:-1])) == 1:
        if plain.find(original, place[:-1]) in ({}, []):
            break
        place = place[:-1]
    return _edited(change, text, place, MISSING)


def _brought_back(change: Change, text: str, place: Place, before: str) -> str:
    """The text with a value from before, as it was written if that is safe, else as a value.

    Raises ConnectFailed.
    """
    value = plain.find(_parse(change, before), place)
    wanted = plain.put(_parse(change, text), place, value)
    with suppress(Malformed):
        edited = EDITORS[change.syntax].bring_back(text, place, before)
        if EDITORS[change.syntax].parse(edited) == wanted:
            return edited
    return _edited(change, text, place, value)


def _edited(change: Change, text: str, place: Place, value: Any) -> str:
    """One edit, which must come to what it says. Raises ConnectFailed."""
    editor = EDITORS[change.syntax]
    root = _parse(change, text)
    try:
        if value is MISSING:
            wanted, edited = plain.take(root, place), editor.take(text, place)
        else:
            wanted, edited = plain.put(root, place, value), editor.put(text, place, value)
    except (Malformed, Occupied) as error:
        raise ConnectFailed(f"{change.path} cannot be changed: {error}.", BY_HAND) from error
    if _parse(change, edited) != wanted:
        raise ConnectFailed(f"{change.path} is written in a way that is not safe to edit.", BY_HAND)
    return edited


def _parsed(file: _File) -> Any:
    return _parse(file.change, file.text)


def _parse(change: Change, text: str) -> Any:
    try:
        return EDITORS[change.syntax].parse(text)
    except Malformed as error:
        raise ConnectFailed(f"{change.path} cannot be understood: {error}.", REPAIR) from error


def _read(change: Change) -> _File:
    try:
        return _File(change, content(change.path))
    except OSError as error:
        raise ConnectFailed(f"{change.path} cannot be read: {reason_of(error)}.", REPAIR) from error


_BOM = b"\xef\xbb\xbf"


def _decoded(path: Path, data: bytes) -> str:
    try:
        return data.removeprefix(_BOM).decode()
    except UnicodeDecodeError as error:
        raise ConnectFailed(f"{path} is not UTF-8 text.", REPAIR) from error


def _encoded(path: Path, text: str, like: bytes | None) -> bytes:
    """The bytes of the text, with a byte order mark where the others have one."""
    try:
        data = text.encode()
    except UnicodeEncodeError as error:  # half of a surrogate pair, in a name from the outside
        raise ConnectFailed(f"{path} cannot be written as UTF-8 text.", BY_HAND) from error
    return (_BOM if like is not None and like.startswith(_BOM) else b"") + data


@contextmanager
def _holding(folders: Folders) -> Iterator[None]:
    """Keeps the window and a terminal from changing files at once. Raises ConnectFailed."""
    with ExitStack() as stack:
        try:
            stack.enter_context(locked(keeping.lock_path(folders)))
        except OSError as error:
            raise ConnectFailed(
                f"The backups in {folders.data} cannot be written: {reason_of(error)}."
            ) from error
        yield
