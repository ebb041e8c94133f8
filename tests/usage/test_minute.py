"""The running minute."""

import pytest

from proxy_core.events import AttemptRecord, Tokens
from proxy_core.memory import UsageCounts
from proxy_core.usage.minute import CLIENTS, ROWS, Minute, Names
from tests.usage.ended import MINUTE, ended


def begun() -> Minute:
    minute = Minute()
    minute.begin(MINUTE + 3)
    return minute


def test_exchanges_of_one_model_credential_and_client_add_up() -> None:
    minute = begun()
    minute.count(ended(client="curl/8", tokens=Tokens(10, 4, 3, 2, 15)))
    minute.count(ended(client="curl/8", tokens=Tokens(1, 0, 1, 0, 2), error="timeout"))
    minute.count(ended(client="zed"))
    assert list(minute.take()) == [
        UsageCounts(MINUTE, "m", "key1", "curl/8", 2, 1, 11, 4, 4, 2),
        UsageCounts(MINUTE, "m", "key1", "zed", 1, 0, 0, 0, 0, 0),
    ]


def test_what_was_taken_is_not_there_again() -> None:
    minute = begun()
    minute.count(ended())
    assert len(list(minute.take())) == 1
    assert list(minute.take()) == []


def test_the_credential_that_served_counts_and_not_those_before() -> None:
    minute = begun()
    attempts = (AttemptRecord("key1", "a", "overloaded", 0.1), AttemptRecord("key2", "b", "ok", 1))
    minute.count(ended()._replace(attempts=attempts))
    minute.count(ended(outcomes=(), status=400, error="bad_request"))
    assert [row.credential_id for row in minute.take()] == ["key2", ""]


def test_a_minute_covers_sixty_seconds() -> None:
    minute = begun()
    assert minute.covers(MINUTE)
    assert minute.covers(MINUTE + 59.9)
    assert not minute.covers(MINUTE + 60)
    assert not minute.covers(MINUTE - 0.1)


def test_a_minute_with_very_many_combinations_counts_the_rest_together() -> None:
    minute = begun()
    for number in range(ROWS + 50):
        minute.count(ended(f"m{number % 100}", client=f"c{number // 100}"))
    rows = list(minute.take())
    assert len(rows) == ROWS + 1
    assert rows[-1][1:5] == ("other", "key1", "other", 50)


def test_further_names_count_as_other() -> None:
    names = Names(CLIENTS)
    kept = [names.kept(f"client-{number}") for number in range(CLIENTS + 5)]
    assert kept[-5:] == ["other"] * 5
    assert names.kept("client-1") == "client-1"


@pytest.mark.parametrize(
    "name", ["gemini-2.5-flash", "curl/8.5.0", "openai-python/3.1", "tuned@1", "", "a:b+c_d"]
)
def test_names_are_kept(name: str) -> None:
    assert Names(10).kept(name) == name


@pytest.mark.parametrize("name", ["two words", "new\nline", "x" * 101, "\ud800", "Überraschung"])
def test_what_could_be_a_text_is_no_name(name: str) -> None:
    assert Names(10).kept(name) == "other"
