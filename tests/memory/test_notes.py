"""What the owner noted of a credential."""

from pathlib import Path

from proxy_core.memory.memory import FILE_NAME
from tests.memory.opened import opened, rows_of


async def test_a_credential_without_a_note_is_on_and_has_no_name_of_the_owners() -> None:
    async with opened(None) as memory:
        assert memory.notes.enabled("key-a")
        assert memory.notes.label_of("key-a") is None


async def test_an_empty_label_brings_back_the_first_one() -> None:
    async with opened(None) as memory:
        memory.notes.set_label("key-a", "at home")
        memory.notes.set_label("key-a", "")
        assert memory.notes.label_of("key-a") is None


async def test_name_and_switch_do_not_touch_each_other(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    async with opened(path) as memory:
        memory.notes.set_enabled("key-a", enabled=False)
        memory.notes.set_label("key-a", "at home")
        memory.notes.set_enabled("key-a", enabled=True)
        assert await memory.flush()
        assert rows_of(path, "SELECT * FROM note") == [("key-a", "at home", 1)]


async def test_a_note_that_says_nothing_leaves_no_row(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    async with opened(path) as memory:
        memory.notes.set_enabled("key-a", enabled=False)
        await memory.flush()
        memory.notes.set_enabled("key-a", enabled=True)
        await memory.flush()
        assert rows_of(path, "SELECT * FROM note") == []
