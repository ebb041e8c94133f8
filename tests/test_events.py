"""The bus."""

import logging

import pytest

from proxy_core.events import Bus, CredentialsLoaded, Event, Tokens

EVENT = CredentialsLoaded(0.0, 1, 0)


def test_every_subscriber_is_told_until_it_leaves() -> None:
    bus, first, second = Bus(), [], []  # type: ignore[var-annotated]  # of lists
    leave = bus.subscribe(first.append)
    bus.subscribe(second.append)
    bus.publish(EVENT)
    leave()
    bus.publish(EVENT)
    assert (len(first), len(second)) == (1, 2)


def test_one_that_fails_harms_no_other(caplog: pytest.LogCaptureFixture) -> None:
    bus = Bus()
    told: list[Event] = []

    def broken(event: Event) -> None:
        raise ValueError("a bug")

    bus.subscribe(broken)
    bus.subscribe(told.append)
    bus.publish(EVENT)
    assert told == [EVENT]
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_one_may_leave_while_it_is_told() -> None:
    bus = Bus()
    told: list[Event] = []

    def once(event: Event) -> None:
        told.append(event)
        leave()

    leave = bus.subscribe(once)
    bus.publish(EVENT)
    bus.publish(EVENT)
    assert told == [EVENT]


def test_tokens_add_up_by_kind() -> None:
    assert Tokens(1, 2, 3, 4, 5).plus(Tokens(10, 20, 30, 40, 50)) == Tokens(11, 22, 33, 44, 55)
