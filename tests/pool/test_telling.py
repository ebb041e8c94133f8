"""Events about standings."""

from proxy_core.events import Bus, Event, StandingChanged
from tests.fakes.clock import FakeClock
from tests.pool.made_up import OwnersNotes, credential, made_pool, rest, revoke, served, taken


def test_every_change_of_a_standing_is_told() -> None:
    clock, bus, told = FakeClock(), Bus(), list[Event]()
    bus.subscribe(told.append)
    pool = made_pool(clock, "a", bus=bus)
    rest(pool, taken(pool), clock.now() + 60)
    clock.advance(60)
    served(pool)
    revoke(pool, taken(pool))
    pool.enable("key-a", enabled=False)
    states = [event.state for event in told if isinstance(event, StandingChanged)]
    assert states == ["cooling", "ready", "key_invalid", "disabled"]


def test_the_owners_label_is_told() -> None:
    clock, bus, told = FakeClock(), Bus(), list[Event]()
    bus.subscribe(told.append)
    pool = made_pool(clock, bus=bus)
    pool.replace([credential("a", "p")], OwnersNotes({"key-a": "mine"}))
    rest(pool, taken(pool), clock.now() + 60)
    pool.enable("key-a", enabled=False)
    labels = [event.label for event in told if isinstance(event, StandingChanged)]
    assert labels == ["mine", "mine"]
