"""A writer that is killed at any moment loses nothing that it said was saved."""

import os
import random
import sys
from pathlib import Path

import pytest

from tests.crash.rounds import Folder, _compare, run

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
ROUNDS = int(os.environ.get("POLLUX_CRASH_ROUNDS", "30"))


def test_what_was_acknowledged_survives_a_kill_at_any_moment(tmp_path: Path) -> None:
    for tally in run(tmp_path, ROUNDS, random.Random(20_261_123)):
        last = tally
    assert last.rounds == ROUNDS
    assert last.changes > ROUNDS


HELD = {("vault", "a"): "1//old", ("vault", "b"): "1//old", ("folder", "a"): "1//old"}


@pytest.mark.parametrize(
    "found",
    [
        {},
        HELD | {("vault", "a"): "1//x", ("folder", "a"): "1//x"},
        HELD | {("vault", "a"): "1//x", ("vault", "b"): "1//y"},
        {("folder", "a"): "1//old"},
    ],
)
def test_the_check_finds_what_is_lost(found: dict[tuple[str, str], str]) -> None:
    with pytest.raises(AssertionError):
        _compare(HELD, found)


def test_the_check_allows_for_the_change_that_was_cut_off(tmp_path: Path) -> None:
    _compare(HELD, HELD)
    _compare(HELD, HELD | {("vault", "a"): "1//x", ("vault", "b"): "1//x"})
    _compare(HELD, {key: token for key, token in HELD.items() if key[0] == "vault"})


def test_an_unreadable_file_is_not_overlooked(tmp_path: Path) -> None:
    (tmp_path / "oauth_creds_a.json").write_text("{", "utf-8")
    with pytest.raises(AssertionError):
        Folder(tmp_path).found()
