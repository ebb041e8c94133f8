"""What the owner noted of a credential."""

from pathlib import Path

import pytest

from proxy_core.credentials.model import Service
from proxy_core.memory.memory import FILE_NAME
from proxy_core.memory.notes import Notes
from proxy_core.memory.tables import Value
from proxy_core.memory.writer import Writer
from tests.fakes.clock import FakeClock
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
        assert rows_of(path, "SELECT * FROM note") == [("key-a", "at home", 1, None, None)]


async def test_a_note_that_says_nothing_leaves_no_row(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    async with opened(path) as memory:
        memory.notes.set_enabled("key-a", enabled=False)
        await memory.flush()
        memory.notes.set_enabled("key-a", enabled=True)
        await memory.flush()
        assert rows_of(path, "SELECT * FROM note") == []


async def test_the_chosen_service_outlives_a_restart_and_can_be_taken_back(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    async with opened(path) as memory:
        assert memory.notes.service_of("key-a") is None
        memory.notes.set_service("key-a", (Service.VERTEX, "eu"))
        memory.notes.set_enabled("key-a", enabled=False)
    async with opened(path) as memory:
        assert memory.notes.service_of("key-a") == (Service.VERTEX, "eu")
        assert not memory.notes.enabled("key-a")
        memory.notes.set_service("key-a", None)
        memory.notes.set_enabled("key-a", enabled=True)
        assert await memory.flush()
        assert rows_of(path, "SELECT * FROM note") == []


async def test_what_is_forgotten_is_not_billed_when_it_comes_back() -> None:
    async with opened(None) as memory:
        memory.notes.set_service("key-a", (Service.VERTEX, "global"))
        memory.notes.forget("key-a")
        assert memory.notes.service_of("key-a") is None


@pytest.mark.parametrize(
    ("service", "location"),
    [("vertex", None), (None, "eu"), ("vertex", "evil.example/"), ("a later one", "eu")],
)
def test_a_service_that_makes_no_sense_counts_as_none(service: Value, location: Value) -> None:
    notes = Notes([("key-a", None, 1, service, location)], Writer(None, FakeClock()))
    assert notes.service_of("key-a") is None
    assert notes.enabled("key-a")
