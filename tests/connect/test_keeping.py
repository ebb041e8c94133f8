"""What is remembered of a settings file."""

from proxy_core.connect import keeping
from proxy_core.connect.model import Change, Folders, Item, Setting

PLACE = ("a", Item("name", "pollux"))


def test_a_note_comes_back_as_it_was_written_but_for_the_values(folders: Folders) -> None:
    change = Change(folders.home / "s.json", "jsonc", (Setting(PLACE, {"key": "secret-7"}),))
    keeping.write_note(folders, change, b"before", b"after")
    note = keeping.read_note(folders, change.path)
    assert note == keeping.Note(
        existed=True,
        written=keeping.digest(b"after"),
        values=(keeping.Written(PLACE, keeping.digest_of({"key": "secret-7"}), is_block=True),),
        made=(folders.home,),
    )
    assert keeping.read_backup(folders, change.path) == b"before"
    assert not any(b"secret-7" in path.read_bytes() for path in folders.data.rglob("*.*"))


def test_files_of_one_name_are_kept_apart(folders: Folders) -> None:
    one, two = (folders.home / name / "settings.json" for name in ("a", "b"))
    assert keeping.backup_path(folders, one) != keeping.backup_path(folders, two)


def test_what_is_forgotten_is_gone(folders: Folders) -> None:
    change = Change(folders.home / "s.json", "jsonc", ())
    keeping.write_note(folders, change, b"before", b"after")
    keeping.forget(folders, change.path)
    keeping.forget(folders, change.path)
    assert keeping.read_note(folders, change.path) is None
    assert not list((folders.data / keeping.FOLDER).iterdir())


def test_what_was_remembered_is_put_back(folders: Folders) -> None:
    change = Change(folders.home / "s.json", "jsonc", ())
    nothing = keeping.recall(folders, change.path)
    keeping.write_note(folders, change, b"before", b"after")
    something = keeping.recall(folders, change.path)
    note = keeping.read_note(folders, change.path)
    keeping.put_back(folders, change.path, nothing)
    assert keeping.read_note(folders, change.path) is None
    assert not keeping.backup_path(folders, change.path).exists()
    keeping.put_back(folders, change.path, something)
    assert keeping.read_note(folders, change.path) == note
    assert keeping.read_backup(folders, change.path) == b"before"
