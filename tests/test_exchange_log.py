"""The one line of an exchange, and of a change of a standing."""

import logging

import pytest

from proxy_core.events import AttemptRecord, CredentialsLoaded, StandingChanged, Tokens
from proxy_core.exchange_log import ExchangeLog
from tests.usage.ended import ended


def line(caplog: pytest.LogCaptureFixture) -> str:
    (record,) = caplog.records
    return record.getMessage()


def test_a_line_names_what_was_asked_who_answered_and_what_it_took(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    ExchangeLog().on_event(ended(tokens=Tokens(prompt=10, cached=4, output=3, thoughts=2)))
    assert line(caplog) == (
        "id openai_chat chat.completions m status=200 attempts=1 credential='home' first=- "
        "total=0.100s used=10+2+3 client=-"
    )


def test_failed_attempts_are_told_with_their_causes(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    ExchangeLog().on_event(ended(outcomes=("minute_quota", "ok")))
    assert "attempts=2 (home: minute_quota, home: ok)" in line(caplog)


def test_an_exchange_that_got_nowhere_is_a_line_too(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    ExchangeLog().on_event(ended(model="", status=400, outcomes=()))
    assert " - status=400 attempts=0 credential=- " in line(caplog)


def test_a_label_cannot_close_its_quotes(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    attempt = AttemptRecord("key1", "x' status=500\n", "ok", 0.1)
    ExchangeLog().on_event(ended()._replace(attempts=(attempt,)))
    assert "\n" not in line(caplog)


def test_a_changed_standing_is_told_in_its_own_words(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    changed = StandingChanged(0.0, "u1", "home", "m", "cooling", 5.0, "Rests for 5 s.")
    ExchangeLog().on_event(changed)
    ExchangeLog().on_event(CredentialsLoaded(0.0, 1, 0))
    assert line(caplog) == "home for m is cooling: Rests for 5 s."


def test_nothing_is_put_together_where_nobody_reads(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    ExchangeLog().on_event(ended())
    assert not caplog.records
