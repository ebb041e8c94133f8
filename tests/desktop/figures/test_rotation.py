import pytest

from desktop.figures.rotation import BLAMELESS, Rotation
from proxy_core.gemini.faults import Cause
from tests.fakes.window import exchange

ADA, GRACE = ("a", "ada", "ok"), ("g", "grace", "ok")


def test_shares_are_of_the_answers() -> None:
    rotation = Rotation()
    for attempts in ([ADA], [ADA], [ADA], [GRACE]):
        rotation.add(exchange(1.0, attempts=attempts))
    assert rotation.share("a") == 0.75
    assert rotation.share("g") == 0.25
    assert rotation.share("nobody") == 0.0


def test_refused_attempts_are_counted_by_their_cause() -> None:
    rotation = Rotation()
    rotation.add(exchange(1.0, attempts=[("g", "grace", "minute_quota"), ADA]))
    rotation.add(exchange(2.0, attempts=[("a", "ada", "minute_quota"), GRACE]))
    assert rotation.skips() == {"minute_quota": 2}
    assert rotation.turns["g"].success == 1.0


@pytest.mark.parametrize("cause", sorted(BLAMELESS))
def test_what_the_client_asked_wrongly_or_the_tier_forbids_is_no_failure(cause: str) -> None:
    assert Cause(cause)
    rotation = Rotation()
    rotation.add(exchange(1.0, attempts=[("g", "grace", cause)], status=400))
    rotation.add(exchange(2.0, attempts=[GRACE]))
    assert rotation.turns["g"].success == 1.0
    assert rotation.skips() == {cause: 1}


@pytest.mark.parametrize("cause", ["needs_sign_in", "suspended", "server_error", "network"])
def test_a_fault_of_the_credentials_or_of_google_is_a_failure(cause: str) -> None:
    rotation = Rotation()
    rotation.add(exchange(1.0, attempts=[("g", "grace", cause), ADA]))
    rotation.add(exchange(2.0, attempts=[GRACE]))
    assert rotation.turns["g"].success == 0.5


def test_nothing_tried_has_no_success() -> None:
    rotation = Rotation()
    assert rotation.share("a") == 0.0
    rotation.add(exchange(1.0, attempts=[], model="gemini-x"))
    assert rotation.last_model == "gemini-x"
    assert rotation.turns == {}
