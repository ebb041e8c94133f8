"""Which notifications are shown and when: only what needs the owner, and never a flood.

The same subject speaks once in half an hour, and all of them together once in ten seconds; what
comes meanwhile waits and is shown as one message. Good news is told only after the bad.
Deciding only: the clock is handed in, and `notifier` shows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from PySide6.QtCore import QCoreApplication


class Kind(IntEnum):
    """What happened; the most urgent first."""

    PORT_TAKEN = 1
    POOL_EXHAUSTED = 2
    UNREACHABLE = 3
    NEEDS_SIGN_IN = 4
    WOKE = 5
    BACK = 6


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell."""

    kind: Kind
    subject: str
    "What it is about, for telling repetitions: a credential's id, a port."
    title: str
    text: str
    page: str
    "Where a click leads, as pages are called in navigation."


@dataclass(frozen=True, slots=True)
class Message:
    """What is shown."""

    title: str
    text: str
    page: str


SAME_SUBJECT_S: Final = 1_800.0
ANY_S: Final = 10.0
_LINES: Final = 3


class Pacing:
    """Holds what waits. Times are seconds of any clock that does not go backwards."""

    def __init__(self) -> None:
        self._waiting: list[Notice] = []
        self._told: dict[tuple[Kind, str], float] = {}
        self._last = float("-inf")
        self._bad_news = False

    def add(self, notice: Notice, now: float) -> None:
        """Take a notice, unless its subject has just spoken."""
        if notice.kind is Kind.BACK:
            self._waiting = [each for each in self._waiting if each.kind is not Kind.POOL_EXHAUSTED]
            if not self._bad_news:
                return
        key = (notice.kind, notice.subject)
        spoke = self._told.get(key, float("-inf"))
        waits = any((each.kind, each.subject) == key for each in self._waiting)
        if not waits and now - spoke >= SAME_SUBJECT_S:
            self._waiting.append(notice)

    def wait(self, now: float) -> float | None:
        """Seconds until something may be shown (0: now), or None if nothing waits."""
        return max(0.0, self._last + ANY_S - now) if self._waiting else None

    def take(self, now: float) -> Message | None:
        """All that waits as one message, if it is time for one."""
        if self.wait(now) != 0.0:
            return None
        notices = sorted(self._waiting, key=lambda notice: notice.kind)
        self._waiting = []
        self._last = now
        self._told = {key: at for key, at in self._told.items() if now - at < SAME_SUBJECT_S}
        for notice in notices:
            self._told[notice.kind, notice.subject] = now
            if notice.kind in (Kind.POOL_EXHAUSTED, Kind.BACK):
                self._bad_news = notice.kind is Kind.POOL_EXHAUSTED
        return _merged(notices)


def _merged(notices: Sequence[Notice]) -> Message:
    """The most urgent one's title, and a line for each."""
    first = notices[0]
    lines = [notice.text for notice in notices[:_LINES]]
    more = len(notices) - len(lines)
    if more:
        lines.append(QCoreApplication.translate("Notices", "And {n} more.").format(n=more))
    return Message(first.title, "\n".join(lines), first.page)


def needs_sign_in(credential_id: str, label: str) -> Notice:
    return Notice(
        Kind.NEEDS_SIGN_IN,
        credential_id,
        QCoreApplication.translate("Notices", "Sign in again"),
        QCoreApplication.translate(
            "Notices", "{label} rests until you sign in to Google again."
        ).format(label=label),
        "accounts",
    )


def pool_exhausted(sentence: str) -> Notice:
    """sentence: why no credential is usable and when one returns."""
    return Notice(
        Kind.POOL_EXHAUSTED,
        "",
        QCoreApplication.translate("Notices", "No credential is free"),
        sentence,
        "accounts",
    )


def unreachable(sentence: str) -> Notice:
    """sentence: why Google cannot be reached."""
    return Notice(
        Kind.UNREACHABLE,
        "",
        QCoreApplication.translate("Notices", "Google cannot be reached"),
        sentence,
        "overview",
    )


def port_taken(port: int, *, can_change: bool = True) -> Notice:
    """can_change: whether the window offers another one."""
    if can_change:
        text = QCoreApplication.translate(
            "Notices", "Another program holds port {port}. Click here to choose another one."
        )
    else:
        text = QCoreApplication.translate("Notices", "Another program holds port {port}.")
    return Notice(
        Kind.PORT_TAKEN,
        str(port),
        QCoreApplication.translate("Notices", "Pollux is not serving"),
        text.format(port=port),
        "overview",
    )


def back() -> Notice:
    return Notice(
        Kind.BACK,
        "",
        QCoreApplication.translate("Notices", "Pollux serves again"),
        QCoreApplication.translate("Notices", "A credential is usable again."),
        "overview",
    )


def woke(sentence: str) -> Notice:
    """sentence: what Pollux did after the computer woke up."""
    return Notice(
        Kind.WOKE,
        "",
        QCoreApplication.translate("Notices", "The computer was asleep"),
        sentence,
        "activity",
    )
