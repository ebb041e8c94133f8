"""Conversations and the credentials that served them."""

from proxy_core.pool.affinity import Affinity


def test_a_conversation_finds_its_credential_for_an_hour() -> None:
    affinity = Affinity()
    affinity.put(b"talk", "key-a", 0.0)
    assert affinity.get(b"talk", 3_600.0) == "key-a"
    assert affinity.get(b"talk", 3_601.0) is None
    assert len(affinity) == 0


def test_serving_again_begins_a_new_hour() -> None:
    affinity = Affinity()
    affinity.put(b"talk", "key-a", 0.0)
    affinity.put(b"talk", "key-b", 3_000.0)
    assert affinity.get(b"talk", 6_000.0) == "key-b"


def test_the_least_recently_served_is_forgotten_first() -> None:
    affinity = Affinity(capacity=2)
    affinity.put(b"one", "key-a", 0.0)
    affinity.put(b"two", "key-b", 1.0)
    affinity.put(b"one", "key-a", 2.0)
    affinity.put(b"three", "key-c", 3.0)
    assert affinity.get(b"two", 3.0) is None
    assert affinity.get(b"one", 3.0) == "key-a"


def test_ten_thousand_are_kept() -> None:
    affinity = Affinity()
    for number in range(10_001):
        affinity.put(b"%d" % number, "key-a", 0.0)
    assert len(affinity) == 10_000
