"""What is known of one client request."""

from proxy_core.events import AttemptRecord
from proxy_core.relay.exchange import Exchange


def exchange(*outcomes: tuple[str, str]) -> Exchange:
    made = Exchange("made-up", 0.0, 0.0)
    made.attempts += [AttemptRecord(f"key-{label}", label, how, 0.1) for label, how in outcomes]
    return made


def test_the_credential_that_answered_is_named() -> None:
    assert exchange(("a", "minute_quota"), ("b", "ok")).credential_label == "b"


def test_nobody_answered_where_the_last_attempt_failed() -> None:
    assert exchange(("a", "minute_quota")).credential_label is None
    assert exchange().credential_label is None
