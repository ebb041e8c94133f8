import pytest

from desktop.tray import notices
from desktop.tray.notices import Message, Notice, Pacing

pytestmark = pytest.mark.usefixtures("qapp")


class Phone:
    """A pacing with a clock that the test moves."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.pacing = Pacing()

    def tell(self, *told: Notice) -> Message | None:
        for notice in told:
            self.pacing.add(notice, self.now)
        return self.pacing.take(self.now)

    def after(self, seconds: float) -> Message | None:
        self.now += seconds
        return self.pacing.take(self.now)


ADA = notices.needs_sign_in("acc1", "ada@example.com · one")
BOB = notices.needs_sign_in("acc2", "bob@example.com · two")
EXHAUSTED = notices.pool_exhausted("All 3 credentials rest; the first returns in 4 min.")


def test_what_needs_the_owner_is_told_at_once_with_the_page_to_go_to() -> None:
    assert Phone().tell(ADA) == Message(
        "Sign in again",
        "ada@example.com · one rests until you sign in to Google again.",
        "accounts",
    )


def test_the_same_subject_speaks_once_in_half_an_hour() -> None:
    phone = Phone()
    assert phone.tell(ADA)
    phone.now += 1_700
    assert phone.tell(ADA) is None
    phone.now += 100
    assert phone.tell(ADA)


def test_what_comes_within_ten_seconds_waits_and_is_told_together() -> None:
    phone = Phone()
    assert phone.tell(ADA)
    assert phone.tell(BOB, EXHAUSTED, BOB) is None
    assert phone.pacing.wait(phone.now) == 10
    message = phone.after(10)
    assert message is not None
    assert message.title == "No credential is free"
    assert message.text.splitlines() == [EXHAUSTED.text, BOB.text]
    assert phone.pacing.wait(phone.now) is None


def test_of_many_only_some_are_named_and_the_others_counted() -> None:
    many = [notices.needs_sign_in(f"acc{n}", f"account {n}") for n in range(40)]
    message = Phone().tell(*many)
    assert message is not None
    assert message.text.splitlines()[3:] == ["And 37 more."]


def test_good_news_is_told_only_after_the_bad() -> None:
    phone = Phone()
    assert phone.tell(notices.back()) is None
    assert phone.tell(EXHAUSTED)
    phone.now += 60
    message = phone.tell(notices.back())
    assert message is not None
    assert message.title == "Pollux serves again"


def test_bad_news_that_is_over_before_it_is_told_is_never_told() -> None:
    phone = Phone()
    assert phone.tell(ADA)
    assert phone.tell(EXHAUSTED) is None
    assert phone.tell(notices.back()) is None
    assert phone.after(60) is None


def test_a_taken_port_and_a_wake_up_are_told() -> None:
    message = Phone().tell(notices.woke("It slept for 3 h."), notices.port_taken(7860))
    assert message is not None
    assert "7860" in message.text
    assert message.text.endswith("It slept for 3 h.")
