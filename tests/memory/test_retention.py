"""How long rows are kept, and how many at most."""

import sqlite3
from collections.abc import Iterator

import pytest

from proxy_core.memory import retention
from proxy_core.memory.database import migrate
from proxy_core.memory.retention import Retention, expire, trim
from tests.memory.opened import NOW

DAY = 86_400.0


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection)
    yield connection
    connection.close()


def only(connection: sqlite3.Connection, sql: str) -> list[object]:
    return [row[0] for row in connection.execute(sql)]


def test_standings_go_a_day_after_their_end(connection: sqlite3.Connection) -> None:
    for subject, until in (
        ("resting", NOW + 60),
        ("ended", NOW - 60),
        ("long ago", NOW - DAY - 1),
        ("revoked", 0.0),
    ):
        values = (subject, "m", "cooling", NOW - 3 * DAY, until, "", 0, "", None)
        connection.execute("INSERT INTO standing VALUES (?,?,?,?,?,?,?,?,?)", values)
    expire(connection, NOW)
    left = only(connection, "SELECT subject FROM standing ORDER BY until")
    assert left == ["revoked", "ended", "resting"]


def test_limits_go_when_nobody_used_them_for_months(connection: sqlite3.Connection) -> None:
    for unit, day in (("a", "2026-11-18"), ("b", "2026-07-01")):
        connection.execute("INSERT INTO learned_limit VALUES (?,'m',1,1,1,?)", (unit, day))
    expire(connection, NOW)
    assert only(connection, "SELECT unit FROM learned_limit") == ["a"]


def test_bindings_go_when_they_expire(connection: sqlite3.Connection) -> None:
    for name, expires_at in (("files/1", NOW + 1), ("files/2", NOW - 1)):
        connection.execute("INSERT INTO binding VALUES (?,'p',?)", (name, expires_at))
    expire(connection, NOW)
    assert only(connection, "SELECT name FROM binding") == ["files/1"]


def add_signature(connection: sqlite3.Connection, id_: str, at: float, size: int) -> None:
    connection.execute("INSERT INTO signature VALUES (?,'f',NULL,'s',?,?)", (id_, at, size))


def test_signatures_go_after_thirty_days(connection: sqlite3.Connection) -> None:
    add_signature(connection, "old", NOW - 31 * DAY, 10)
    add_signature(connection, "new", NOW - 29 * DAY, 10)
    expire(connection, NOW)
    assert only(connection, "SELECT tool_call_id FROM signature") == ["new"]


def test_the_newest_ten_thousand_signatures_stay(connection: sqlite3.Connection) -> None:
    for number in range(retention.SIGNATURES + 5):
        add_signature(connection, f"call_{number}", NOW + number / 1_000, 10)
    trim(connection)
    assert only(connection, "SELECT count(*) FROM signature") == [retention.SIGNATURES]
    assert only(connection, "SELECT tool_call_id FROM signature ORDER BY at LIMIT 1") == ["call_5"]


def test_signatures_are_bounded_in_bytes_too(connection: sqlite3.Connection) -> None:
    for number in range(40):
        add_signature(connection, f"call_{number}", NOW + number, 1024 * 1024)
    trim(connection)
    assert only(connection, "SELECT count(*) FROM signature") == [32]


def add_usage(connection: sqlite3.Connection, period: int, at: float, model: str = "m") -> None:
    values = (period, int(at), model)
    connection.execute("INSERT INTO usage VALUES (?,?,?,'key','curl',1,0,1,0,1,0)", values)


def test_usage_is_kept_for_days_months_and_years(connection: sqlite3.Connection) -> None:
    for period, kept, gone in ((60, 1.9, 2.1), (3_600, 59, 61), (86_400, 1_094, 1_096)):
        add_usage(connection, period, NOW - kept * DAY)
        add_usage(connection, period, NOW - gone * DAY)
    expire(connection, NOW)
    assert only(connection, "SELECT period FROM usage ORDER BY period") == [60, 3_600, 86_400]
    assert only(connection, f"SELECT min(at) FROM usage WHERE period = 60 AND at > {NOW - 2 * DAY}")


def test_rows_of_usage_are_bounded(connection: sqlite3.Connection) -> None:
    for minute in range(60):
        for model in ("a", "b", "c"):
            add_usage(connection, 60, NOW - 60 * minute, model)
    trim(connection, usage_rows=100)
    assert only(connection, "SELECT count(*) FROM usage") == [99]
    assert only(connection, "SELECT max(at) FROM usage") == [int(NOW)]


HOUR = 3_600.0


def old_signatures(connection: sqlite3.Connection) -> list[object]:
    return only(connection, "SELECT count(*) FROM signature")


def test_the_purge_comes_every_hour(connection: sqlite3.Connection) -> None:
    keeper = Retention()
    keeper.purge(connection, NOW, 5.0)
    add_signature(connection, "old", NOW - 31 * DAY, 10)
    keeper.purge(connection, NOW + 60, 65.0)
    assert old_signatures(connection) == [1]
    keeper.purge(connection, NOW + HOUR, 5.0 + HOUR)
    assert old_signatures(connection) == [0]


def test_a_clock_that_is_wrong_at_the_start_or_for_a_moment_costs_nothing(
    connection: sqlite3.Connection,
) -> None:
    keeper = Retention()
    add_signature(connection, "new", NOW, 10)
    for hours, wrong_by in enumerate((200 * DAY, 0.0, 200 * DAY, 0.0, -200 * DAY, 0.0)):
        keeper.purge(connection, NOW + hours * HOUR + wrong_by, hours * HOUR)
    assert old_signatures(connection) == [1]


def test_a_clock_that_was_set_right_is_trusted_again_after_an_hour(
    connection: sqlite3.Connection,
) -> None:
    keeper = Retention()
    add_signature(connection, "old", NOW - 31 * DAY, 10)
    keeper.purge(connection, NOW - 60 * DAY, 0.0)
    keeper.purge(connection, NOW + HOUR, HOUR)
    assert old_signatures(connection) == [1]
    keeper.purge(connection, NOW + 2 * HOUR, 2 * HOUR)
    assert old_signatures(connection) == [0]


def test_where_room_is_short_the_purge_comes_at_once_if_the_clock_is_trusted(
    connection: sqlite3.Connection,
) -> None:
    keeper = Retention()
    add_signature(connection, "old", NOW - 31 * DAY, 10)
    keeper.purge(connection, NOW, 0.0, short=True)
    assert old_signatures(connection) == [1]
    keeper.purge(connection, NOW + HOUR, HOUR)
    assert old_signatures(connection) == [0]
    add_signature(connection, "old", NOW - 31 * DAY, 10)
    keeper.purge(connection, NOW + HOUR + 60 + 200 * DAY, HOUR + 60, short=True)
    assert old_signatures(connection) == [1]
    keeper.purge(connection, NOW + HOUR + 60, HOUR + 60, short=True)
    assert old_signatures(connection) == [0]


def test_the_purge_comes_sooner_where_signatures_pour_in(connection: sqlite3.Connection) -> None:
    keeper = Retention()
    keeper.purge(connection, NOW, 0.0)
    for number in range(2 * retention.SIGNATURES):
        add_signature(connection, f"call_{number}", NOW, 10)
    keeper.purge(connection, NOW + 1, 1.0)
    assert only(connection, "SELECT count(*) FROM signature") == [retention.SIGNATURES]
