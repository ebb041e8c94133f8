"""The file: made, read, damaged, locked, full, of another version."""

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeAlias

import pytest

from proxy_core.memory.database import Database, migrate, open_database
from proxy_core.memory.memory import FILE_NAME
from proxy_core.memory.tables import (
    BINDINGS,
    LIMITS,
    MIGRATIONS,
    NOTES,
    SIGNATURES,
    STANDINGS,
    USAGE,
    DatabaseFailed,
    Values,
)
from tests.memory.opened import NOW, rows_of

Rows: TypeAlias = dict[Values, Values | None]
STANDING = ("cooling", NOW, NOW + 60, "too many", 1, "minute_quota", None)


def filled(path: Path, rows: int = 500) -> None:
    database, _, problem = open_database(path)
    assert problem is None
    standings: Rows = {(f"project-{number}", "m"): STANDING for number in range(rows)}
    database.write({STANDINGS: standings, NOTES: {("key-a",): ("at home", 0, None, None)}})
    database.close()


def test_a_new_file_and_all_beside_it_are_the_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "data" / FILE_NAME
    database, contents, problem = open_database(path)
    database.write({NOTES: {("key-a",): ("at home", 0, None, None)}})
    assert problem is None
    assert not any(contents.values())
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    database.close()
    assert set(modes) == {FILE_NAME, f"{FILE_NAME}-wal", f"{FILE_NAME}-shm"}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_file_gives_space_back_and_overwrites_what_is_deleted(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    filled(path, 5_000)
    size = path.stat().st_size
    database, _, _ = open_database(path)
    database.write({STANDINGS: {(f"project-{n}", "m"): None for n in range(5_000)}})
    database.purge(NOW, 0.0, short=False)
    database.close()
    assert path.stat().st_size < size / 4
    assert b"project-1" not in path.read_bytes()


def random_bytes(path: Path) -> None:
    path.write_bytes(os.urandom(20_000))


def cut_off(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def overwritten_in_the_middle(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(3 * 4_096)
        file.write(os.urandom(8 * 4_096))


def without_a_table(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE note")


def with_another_programs_columns(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ALTER TABLE note DROP COLUMN label")


def with_a_text_that_is_none(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE standing SET reason = CAST(X'ff41' AS TEXT)")
        connection.execute("DELETE FROM note")
        connection.commit()


DAMAGES = (
    with_a_text_that_is_none,
    random_bytes,
    cut_off,
    overwritten_in_the_middle,
    without_a_table,
    with_another_programs_columns,
)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_set_aside_and_a_new_one_begun(
    damage: Callable[[Path], None], tmp_path: Path
) -> None:
    path = tmp_path / FILE_NAME
    filled(path)
    damage(path)
    damaged = path.read_bytes()
    database, contents, problem = open_database(path)
    assert problem is not None
    assert "damaged" in problem
    assert (tmp_path / f"{FILE_NAME}.damaged-1").read_bytes() == damaged
    assert not any(contents.values())
    assert database.on_disk
    database.write({NOTES: {("key-a",): (None, 0, None, None)}})
    database.close()
    assert open_again(path)[NOTES] == [("key-a", None, 0, None, None)]


def test_the_owners_notes_come_along_where_they_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    filled(path, 5_000)
    with path.open("r+b") as file:
        file.seek(40 * 4_096)
        file.write(os.urandom(8 * 4_096))
    database, contents, problem = open_database(path)
    database.close()
    assert problem is not None
    assert "switches of credentials are not" in problem
    assert contents[NOTES] == [("key-a", "at home", 0, None, None)]
    assert [rows for rows in open_again(path).values() if rows] == [contents[NOTES]]


def test_a_switch_is_not_lost_with_its_label(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    filled(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE note SET label = CAST(X'ff41' AS TEXT)")
        connection.commit()
    database, contents, problem = open_database(path)
    database.close()
    assert problem is not None
    assert contents[NOTES] == [("key-a", "\ufffdA", 0, None, None)]


def open_again(path: Path) -> dict[object, list[object]]:
    database, contents, problem = open_database(path)
    database.close()
    assert problem is None
    return dict(contents)  # type: ignore[arg-type]  # compared only


def test_what_lies_beside_a_damaged_file_does_not_harm_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    for name in (FILE_NAME, f"{FILE_NAME}-wal", f"{FILE_NAME}-shm"):
        (tmp_path / name).write_bytes(os.urandom(20_000))
    database, contents, problem = open_database(path)
    database.write({NOTES: {("key-a",): ("at home", 0, None, None)}})
    database.close()
    assert problem is not None
    assert not any(contents.values())
    assert open_again(path)[NOTES] == [("key-a", "at home", 0, None, None)]


def test_what_a_killed_program_had_not_moved_into_the_file_yet_is_read(tmp_path: Path) -> None:
    path, copy = tmp_path / FILE_NAME, tmp_path / "copy" / FILE_NAME
    database, _, _ = open_database(path)
    database.write({NOTES: {("key-a",): ("at home", 0, None, None)}})
    copy.parent.mkdir()
    for name in (FILE_NAME, f"{FILE_NAME}-wal"):
        (copy.parent / name).write_bytes((tmp_path / name).read_bytes())
    database.close()
    assert open_again(copy)[NOTES] == [("key-a", "at home", 0, None, None)]


def test_an_empty_file_is_a_new_one(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    path.touch()
    assert not any(open_again(path).values())


LOCKER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA locking_mode = EXCLUSIVE")
connection.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
"""


def test_a_locked_file_leaves_a_memory_until_the_end(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    filled(path)
    command = [sys.executable, "-c", LOCKER, str(path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "locked\n"
        database, contents, problem = open_database(path)
        other.communicate("")
    assert problem is not None
    assert "locked" in problem
    assert not database.on_disk
    assert not any(contents.values())
    database.write({NOTES: {("key-a",): (None, 0, None, None)}})
    database.close()
    assert open_again(path)[NOTES] == [("key-a", "at home", 0, None, None)]


def a_file_where_the_folder_should_be(folder: Path) -> Path:
    (folder / "data").touch()
    return folder / "data" / FILE_NAME


def a_folder_where_the_file_should_be(folder: Path) -> Path:
    (folder / FILE_NAME).mkdir()
    return folder / FILE_NAME


@pytest.mark.parametrize(
    "place", [a_file_where_the_folder_should_be, a_folder_where_the_file_should_be]
)
def test_a_place_for_no_file_leaves_a_memory_until_the_end(
    place: Callable[[Path], Path], tmp_path: Path
) -> None:
    path = place(tmp_path)
    database, contents, problem = open_database(path)
    assert problem is not None
    assert str(path) in problem
    assert set(contents) == {STANDINGS, LIMITS, NOTES, BINDINGS, SIGNATURES}
    database.write({NOTES: {("key-a",): (None, 0, None, None)}})
    database.close()


READER = """
import os, sys
from pathlib import Path
from typing import TypeAlias
from proxy_core.memory.database import open_database
from proxy_core.memory.tables import NOTES
if os.geteuid() == 0:
    os.setuid(65534)
database, contents, problem = open_database(Path(sys.argv[1]))
print(database.on_disk, problem)
print(contents[NOTES], [row[:4] for row in database.usage(86_400, 0, 1e12, 9)])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="folders have no write bit there")
@pytest.mark.parametrize("exists", [True, False])
def test_a_read_only_folder_leaves_a_memory_until_the_end(tmp_path: Path, exists: bool) -> None:
    path = tmp_path / FILE_NAME
    if exists:
        filled(path)
        database, _, _ = open_database(path)
        database.write({USAGE: {(0, "m", "key-a", "client"): (1, 0, 9, 0, 9, 0)}})
        database.close()
        path.chmod(0o444)
    for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(0o555)
    command = [sys.executable, "-c", READER, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(0o700)
    told, held = done.stdout.splitlines()
    if not exists:
        assert told.startswith(f"False {path} cannot be used: ")
        assert held == "[] []"
    else:  # above all: what its owner switched off is still off
        assert told.startswith(f"False {path} cannot be written: ")
        assert held == f"{[('key-a', 'at home', 0, None, None)]} {[(0, 'm', 'key-a', 'client')]}"


def test_a_newer_pollux_s_file_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    filled(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    before = path.read_bytes()
    database, contents, problem = open_database(path)
    database.write({NOTES: {("key-b",): (None, 0, None, None)}})
    database.close()
    assert problem is not None
    assert "newer Pollux" in problem
    assert not any(contents.values())
    assert path.read_bytes() == before


def test_a_file_of_version_1_is_read(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    script = (Path(__file__).parent / "version_1.sql").read_text("utf-8")
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
    database, contents, problem = open_database(path)
    assert problem is None
    assert contents == {
        STANDINGS: [
            ("project-a", "gemini-2.5-flash", *STANDING),
            ("key-a", "", "leaked", NOW - 1_000, 0.0, "found", 0, "leaked", "https://g.example"),
        ],
        LIMITS: [("project-a", "gemini-2.5-flash", 10, None, 7, "2026-11-23")],
        NOTES: [("key-a", "at home", 0, None, None)],
        BINDINGS: [("files/1", "project-a", NOW + 500)],
        SIGNATURES: [("call_1", "look_up", "g1", "c2lnbmF0dXJl", NOW - 1_000, 30)],
    }
    assert [row[4:] for row in database.usage(86_400, 0, NOW, 10)] == [(2, 1, 30, 10, 5, 4)]
    database.close()
    assert rows_of(path, "PRAGMA user_version") == [(len(MIGRATIONS),)]


def test_the_owners_notes_of_version_1_survive_a_damage_too(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    script = (Path(__file__).parent / "version_1.sql").read_text("utf-8")
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
        connection.execute("DROP TABLE learned_limit")
        connection.commit()
    database, contents, problem = open_database(path)
    database.close()
    assert problem is not None
    assert "switches of credentials are not" in problem
    assert contents[NOTES] == [("key-a", "at home", 0, None, None)]


def test_every_step_is_made_once_and_in_order() -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection, ("CREATE TABLE a (x); INSERT INTO a VALUES (1);",))
        steps = ("CREATE TABLE a (x)", "UPDATE a SET x = x + 1", "UPDATE a SET x = x * 10")
        migrate(connection, steps)
        migrate(connection, steps)
        assert connection.execute("SELECT x FROM a").fetchall() == [(20,)]


def test_a_step_that_fails_leaves_the_version_before() -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        with pytest.raises(sqlite3.OperationalError):
            migrate(connection, ("CREATE TABLE a (x)", "CREATE TABLE b (x); nonsense"))
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("a",)]


def test_a_full_disk_fails_the_write_and_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    filled(path, 10)
    database, _, _ = open_database(path, max_bytes=path.stat().st_size)
    flood: Rows = {(f"call_{n}",): ("f", None, "s" * 4_000, NOW, 4_000) for n in range(100)}
    with pytest.raises(DatabaseFailed, match="full"):
        database.write({SIGNATURES: flood, NOTES: {("key-b",): (None, 0, None, None)}})
    database.write({NOTES: {("key-c",): (None, 0, None, None)}})
    database.close()
    contents = open_again(path)
    assert contents[SIGNATURES] == []
    assert contents[NOTES] == [("key-a", "at home", 0, None, None), ("key-c", None, 0, None, None)]


def test_a_value_that_sqlite_cannot_hold_does_not_hold_up_the_rest(tmp_path: Path) -> None:
    database, _, _ = open_database(tmp_path / FILE_NAME)
    bad: Rows = {
        ("key-a",): ("\ud800", 0),
        ("key-b",): (None, 2**70),
        ("key-c",): (None, None),
        ("key-d",): (None,),
        ("key-e",): (None, 0, None, None),
    }
    database.write({NOTES: bad})
    database.close()
    assert open_again(tmp_path / FILE_NAME)[NOTES] == [("key-e", None, 0, None, None)]


def test_what_the_owner_noted_is_synced_and_the_rest_is_not(tmp_path: Path) -> None:
    database, _, _ = open_database(tmp_path / FILE_NAME)
    for tables, level in (((NOTES,), 2), ((STANDINGS,), 1), ((STANDINGS, NOTES), 2)):
        database.write({table: {} for table in tables})
        assert database._connection.execute("PRAGMA synchronous").fetchone() == (level,)
    database.close()


@pytest.fixture
def counted() -> Database:
    """Two minutes of one hour, one of the next, the last on another day."""
    database, _, _ = open_database(None)
    midnight = 1_794_960_000
    for at in (midnight - 7_200, midnight - 7_140, midnight - 60, midnight):
        database.write({USAGE: {(at, "m", "key", "curl"): (1, 0, 10, 5, 2, 1)}})
    return database


MOST = 100


def test_usage_adds_up_over_minutes_hours_and_days(counted: Database) -> None:
    for period, exchanges in ((60, [1, 1, 1, 1]), (3_600, [2, 1, 1]), (86_400, [3, 1])):
        assert [row.exchanges for row in counted.usage(period, 0, NOW, MOST)] == exchanges
    counted.close()


def test_a_query_gives_the_periods_that_overlap_it(counted: Database) -> None:
    midnight = 1_794_960_000
    assert len(counted.usage(3_600, midnight - 3_601, midnight, MOST)) == 2
    assert len(counted.usage(3_600, midnight - 3_600, midnight, MOST)) == 1
    assert len(counted.usage(86_400, midnight + 1, midnight + 2, MOST)) == 1
    counted.close()


def test_of_very_many_rows_the_newest_are_told_oldest_first(counted: Database) -> None:
    midnight = 1_794_960_000
    assert [row.at for row in counted.usage(60, 0, NOW, 2)] == [midnight - 60, midnight]
    counted.close()


LONG = 100


def put(database: Database, credential_id: str, client: str, *counts: int) -> None:
    database.write({USAGE: {(1_794_960_000, "m", credential_id, client): counts}})


def sums(database: Database, *, credentials: bool) -> list[tuple[object, ...]]:
    rows = database.usage_sums(3_600, 0, NOW, credentials=credentials, long=LONG)
    return [tuple(row[2:]) for row in rows]


def test_clients_are_summed_up_and_credentials_unless_they_are_wanted() -> None:
    database, _, _ = open_database(None)
    for credential_id, client in (("a", "x"), ("a", "y"), ("b", "x"), ("", "x")):
        put(database, credential_id, client, 2, 1, 10, 5, 3, 1)
    assert sums(database, credentials=False) == [("", "", 8, 4, 40, 20, 12, 4)]
    assert sums(database, credentials=True) == [
        ("", "", 2, 1, 10, 5, 3, 1),
        ("a", "", 4, 2, 20, 10, 6, 2),
        ("b", "", 2, 1, 10, 5, 3, 1),
    ]
    database.close()


def test_sums_are_told_by_period_and_model_oldest_first(counted: Database) -> None:
    counted.write({USAGE: {(1_794_960_000, "a", "key", "curl"): (1, 0, 10, 5, 2, 1)}})
    rows = counted.usage_sums(86_400, 0, NOW, credentials=False, long=LONG)
    assert [row[:2] for row in rows] == [
        *((1_794_873_600, "m"), (1_794_960_000, "a"), (1_794_960_000, "m"))
    ]
    later = counted.usage_sums(3_600, 1_794_956_400, 1_794_960_000, credentials=False, long=LONG)
    assert [row.at for row in later] == [1_794_956_400]
    counted.close()


def test_what_had_long_prompts_stays_apart() -> None:
    database, _, _ = open_database(None)
    put(database, "a", "x", 2, 0, 2 * LONG, 0, 1, 0)
    put(database, "a", "y", 2, 0, 2 * LONG + 1, 0, 1, 0)
    put(database, "b", "x", 1, 1, 0, 0, 0, 0)
    put(database, "b", "y", 1, 1, 5, 0, 0, 0)
    assert sums(database, credentials=False) == [
        ("", "", 3, 1, 2 * LONG, 0, 1, 0),
        ("a", "y", 2, 0, 2 * LONG + 1, 0, 1, 0),
        ("b", "y", 1, 1, 5, 0, 0, 0),
    ]
    database.close()


def test_numbers_beyond_64_bits_do_not_withhold_the_sums() -> None:
    database, _, _ = open_database(None)
    for client in ("x", "y"):
        put(database, "a", client, 1, 0, 5, 0, 2**62, 0)
    assert sums(database, credentials=False) == [("", "", 2, 0, 10, 0, 2**63 - 1, 0)]
    database.close()


def test_a_name_that_was_damaged_does_not_withhold_the_rest(counted: Database) -> None:
    counted._connection.execute("UPDATE usage SET model = CAST(X'ff41' AS TEXT) WHERE period = 60")
    assert [row.model for row in counted.usage(60, 0, NOW, 1)] == ["\ufffdA"]
    counted.close()
