from dataclasses import replace
from typing import Any

import pytest

from desktop.figures.rotation import Rotation
from desktop.pages.accounts_rows import (
    Use,
    bar_colour,
    clearable,
    midnight_in_los_angeles,
    rows_of,
    shown_state,
)
from desktop.words import number
from proxy_core.api import Line, Place
from tests.fakes.commands import credential, model
from tests.fakes.window import exchange

NOW = 1_795_453_200.0
"Nine in the morning in Los Angeles, 2026-11-23."
DAY_LEFT = "15 h"


def test_a_credential_all_of_whose_models_rest_counts_down() -> None:
    view = credential("key1", "k", models=(model("flash", "cooling", until=NOW + 42),))
    (row,) = rows_of([view], Rotation(), NOW)
    assert row.chip == "Resting 42 s"
    assert row.counts


def test_a_spent_day_says_when_it_is_back() -> None:
    view = credential("key1", "k", models=(model("flash", "day_spent", until=NOW + 3 * 3600),))
    assert rows_of([view], Rotation(), NOW)[0].chip == "Day spent 3 h"


def test_one_resting_model_of_two_is_a_note_beside_ready() -> None:
    models = (model("flash", "cooling", until=NOW + 42), model("pro"))
    (row,) = rows_of([credential("key1", "k", models=models)], Rotation(), NOW)
    assert (row.chip, row.standing.note) == ("Ready", "1 of 2 models resting")


def test_a_credential_rests_when_the_model_that_was_used_last_does() -> None:
    view = credential("key1", "k", models=(model("flash"), model("pro", "day_spent", until=NOW)))
    place = Place("key1", "k", free=False, reason="day_spent", until=NOW + 7200, sentence="")
    (row,) = rows_of([view], Rotation(), NOW, Line("gemini-pro", (place,)))
    assert (row.chip, row.standing.note) == ("Day spent 2 h", "for gemini-pro")
    (row,) = rows_of([view], Rotation(), NOW + 7201, Line("gemini-pro", (place,)))
    assert row.chip == "Ready"


@pytest.mark.parametrize("state", ["unavailable", "not_in_tier"])
def test_a_model_that_is_not_offered_does_not_count(state: str) -> None:
    models = (
        model("flash", "cooling", until=NOW + 42),
        model("unknown", state, used_day=999),
    )
    (row,) = rows_of([credential("key1", "k", models=models)], Rotation(), NOW)
    assert row.chip == "Resting 42 s"
    assert row.use.model == "flash"


def test_a_model_is_no_readier_than_its_credential() -> None:
    flash = model("flash")
    off = credential("key1", "k", "disabled", enabled=False)
    assert shown_state(off, flash) == "disabled"
    assert shown_state(off, model("pro", "day_spent")) == "day_spent"
    assert shown_state(credential("key1", "k", "busy"), flash) == "ready"


def test_only_a_rest_or_a_refusal_can_be_cleared() -> None:
    assert not clearable(credential("key1", "k", models=(model("flash"),)))
    assert not clearable(credential("key1", "k", "disabled", enabled=False))
    assert clearable(credential("key1", "k", "key_invalid"))
    assert clearable(credential("key1", "k", models=(model("flash", "unavailable"),)))


def test_requests_that_were_refused_do_not_count_beyond_the_limit() -> None:
    view = credential("key1", "k", models=(model("flash", used_day=11, limit_day=10),))
    assert rows_of([view], Rotation(), NOW)[0].use == Use("10 of 10 today", 1.0, "flash", DAY_LEFT)


def test_a_short_rest_does_not_end_the_day() -> None:
    resting = model("flash", "cooling", until=NOW + 4, used_day=14, limit_day=40)
    use = rows_of([credential("key1", "k", models=(resting,))], Rotation(), NOW)[0].use
    assert (use.text, use.left) == ("14 of 40 today", DAY_LEFT)
    assert use.note == "flash, anew in 15 h"


def test_a_spent_day_counts_anew_when_its_rest_ends() -> None:
    spent = model("flash", "day_spent", until=NOW + 3600, used_day=40, limit_day=40)
    assert rows_of([credential("k", "k", models=(spent,))], Rotation(), NOW)[0].use.left == "1 h"


def test_what_was_used_before_the_start_was_used_earlier() -> None:
    used, unused = (credential("key1", "k", models=(model("m", used_day=n),)) for n in (11, 0))
    assert [row.last for row in rows_of([used, unused], Rotation(), NOW)] == ["earlier", ""]


def test_a_rest_that_is_over_is_no_rest() -> None:
    view = credential("key1", "k", models=(model("flash", "cooling", until=NOW - 1),))
    (row,) = rows_of([view], Rotation(), NOW)
    assert row.chip == "Ready"
    assert not row.counts


def test_a_sign_in_that_ends_soon_warns() -> None:
    (row,) = rows_of([credential("acc1", "a", until=NOW + 3 * 86_400)], Rotation(), NOW)
    assert row.standing.note == "Sign-in ends in 3 d"
    assert row.standing.tone == "warn"


def test_the_use_shown_is_that_of_the_model_that_is_used_most() -> None:
    models = (
        model("pro", used_day=3, limit_day=50),
        model("flash", used_day=312, limit_day=1000),
    )
    (row,) = rows_of([credential("acc1", "a", models=models)], Rotation(), NOW)
    assert row.use == Use(f"312 of {number(1000)} today", 0.312, "flash", DAY_LEFT)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"limit_minute": 15, "used_minute": 7}, Use("7 of 15 this minute", 7 / 15, "flash")),
        ({"limit_minute": None}, Use("120 today", None, "flash")),
    ],
)
def test_where_the_days_limit_is_not_known_the_minute_or_the_count_is_shown(
    change: dict[str, Any], expected: Use
) -> None:
    view = credential("acc1", "a", models=(model("flash", limit_day=None, **change),))
    assert rows_of([view], Rotation(), NOW)[0].use == expected


def test_credentials_of_one_project_name_each_other() -> None:
    pool = [
        credential("acc1", "ada", project="p"),
        credential("key1", "team", project="p"),
        credential("key2", "own", project=None),
        credential("key3", "other", project=None),
    ]
    rows = rows_of(pool, Rotation(), NOW)
    assert [row.shares_with for row in rows] == [("team",), ("ada",), (), ()]


def test_success_and_last_use_come_from_what_was_seen() -> None:
    rotation = Rotation()
    rotation.add(exchange(NOW - 10, attempts=(("key1", "k", "server_error"), ("acc1", "a", "ok"))))
    account, key = rows_of([credential("acc1", "a"), credential("key1", "k")], rotation, NOW)
    assert (account.success, key.success) == ("100\N{NO-BREAK SPACE}%", "0\N{NO-BREAK SPACE}%")
    assert account.last.endswith("ago")


def test_the_project_that_has_its_own_line_is_left_out_of_the_name() -> None:
    view = credential("acc1", "ada@example.com · home-project")
    assert rows_of([view], Rotation(), NOW)[0].name == "ada@example.com"
    renamed = replace(view, label="mine")
    assert rows_of([renamed], Rotation(), NOW)[0].name == "mine"


def test_a_bar_warns_near_its_limit() -> None:
    assert [bar_colour(share) for share in (0.5, 0.9, 1.0)] == ["accent", "warn", "bad"]


def test_the_day_ends_at_midnight_in_los_angeles() -> None:
    assert midnight_in_los_angeles(NOW) - NOW == 15 * 3600


def test_what_is_billed_says_so_and_shares_no_quota_with_the_gemini_api() -> None:
    paid = credential("acc1", "ada · home-project", service="vertex", location="eu")
    first, second, third = rows_of(
        [paid, credential("key1", "k"), replace(paid, id="acc2", label="bob")], Rotation(), NOW
    )
    assert (first.billed, second.billed) == ("Vertex AI · billed · eu", "")
    assert first.name == paid.label  # the mark stands where the project would
    assert (first.shares_with, second.shares_with) == (("bob",), ())
    assert third.shares_with == (paid.label,)
