"""Figures, times and states in words, as every page says them.

Not here: sentences of one page alone, which stand in it.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QDateTime, QLocale

from desktop.look.tokens import Tone

_CONTEXT = "Words"


def said(text: str) -> str:
    """A sentence of the engine in the owner's language, where there is a translation of it."""
    return QCoreApplication.translate("Engine", text) if text else ""


def sentences(*told: str) -> str:
    """Sentences one after the other; those that are empty are left out."""
    whole = ""
    for one in filter(None, told):
        whole = _tr("{first} {second}").format(first=whole, second=one) if whole else one
    return whole


def number(value: float) -> str:
    """1284 as 1,284 in the locale's way."""
    return QLocale().toString(round(value))


def short_number(value: float) -> str:
    """3,141,592 as 3.1 M, for places where a figure has to be short."""
    for limit, unit in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= limit:
            scaled = value / (1e3 if unit == "k" else limit)
            digits = 1 if abs(scaled) < 100 else 0
            return f"{QLocale().toString(scaled, 'f', digits)}\N{NO-BREAK SPACE}{unit}"
    return number(value)


def percent(share: float) -> str:
    """0.992 as 99.2 %; only a whole is 100 %."""
    value = share * 100
    digits = 0 if value in (0, 100) else 1
    if digits and value > 99.9:
        value = 99.9
    return f"{QLocale().toString(value, 'f', digits)}\N{NO-BREAK SPACE}%"


def money(dollars: float) -> str:
    """US dollars; cents, and below a cent `< $0.01`."""
    if 0 < dollars < 0.01:
        return "<\N{NO-BREAK SPACE}$0.01"
    return f"${QLocale().toString(dollars, 'f', 2)}"


def duration(seconds: float) -> str:
    """How long something took: 84 ms, 1.24 s, 12 s, 3 min."""
    if seconds < 1:
        return _tr("{n} ms").format(n=number(seconds * 1000))
    if seconds < 10:
        return _tr("{n} s").format(n=QLocale().toString(seconds, "f", 2))
    return span(seconds)


def span(seconds: float) -> str:
    """A length of time, roughly: 42 s, 12 min, 3 h, 2 d."""
    for size, form in ((86_400, _tr("{n} d")), (3_600, _tr("{n} h")), (60, _tr("{n} min"))):
        if seconds >= size * (1 if size < 86_400 else 2):
            return form.format(n=number(seconds // size))
    return _tr("{n} s").format(n=number(max(seconds, 0)))


def ago(at: float, now: float | None = None) -> str:
    """A point in time in the past: just now, 42 s ago, 3 h ago, or its date."""
    passed = (time.time() if now is None else now) - at
    if passed < 2:
        return _tr("just now")
    if passed > 6 * 86_400:
        return date(at)
    return _tr("{span} ago").format(span=span(passed))


def until(at: float, now: float | None = None) -> str:
    """How long it still is to a point in time: 42 s, 3 h."""
    return span(max(at - (time.time() if now is None else now), 0))


def clock(at: float) -> str:
    """The time of day by 24 hours, with seconds."""
    return datetime.fromtimestamp(at, _here()).strftime("%H:%M:%S")


def hour_minute(at: float) -> str:
    """The time of day, as everywhere here by 24 hours; with the day where that is another."""
    moment, here = datetime.fromtimestamp(at, _here()), datetime.now(UTC).astimezone()
    time_of_day = moment.strftime("%H:%M")
    return time_of_day if moment.date() == here.date() else f"{date(at)} {time_of_day}"


def date(at: float) -> str:
    day = QDateTime.fromSecsSinceEpoch(round(at)).date()
    return QLocale().toString(day, QLocale.FormatType.ShortFormat)


def _here() -> tzinfo | None:
    return datetime.now(UTC).astimezone().tzinfo


@dataclass(frozen=True, slots=True)
class StateWord:
    """A state in a word, with the sign that says the same without its colour."""

    word: str
    tone: Tone
    icon: str


_STATES: Mapping[str, tuple[object, Tone, str]] = {
    # of a credential
    "ready": (QT_TRANSLATE_NOOP("Words", "Ready"), "ok", "check"),
    "busy": (QT_TRANSLATE_NOOP("Words", "Busy"), "info", "bolt"),
    "needs_sign_in": (QT_TRANSLATE_NOOP("Words", "Sign in again"), "bad", "person"),
    "scope_missing": (QT_TRANSLATE_NOOP("Words", "Permission missing"), "bad", "shield"),
    "key_invalid": (QT_TRANSLATE_NOOP("Words", "Key not valid"), "bad", "key"),
    "key_restricted": (QT_TRANSLATE_NOOP("Words", "Key restricted"), "bad", "key"),
    "suspended": (QT_TRANSLATE_NOOP("Words", "Suspended"), "bad", "error"),
    "leaked": (QT_TRANSLATE_NOOP("Words", "Key leaked"), "bad", "error"),
    "billing": (QT_TRANSLATE_NOOP("Words", "Billing"), "warn", "warning"),
    "api_off": (QT_TRANSLATE_NOOP("Words", "API switched off"), "warn", "power"),
    "project_denied": (QT_TRANSLATE_NOOP("Words", "Project denied"), "bad", "off"),
    "client_invalid": (QT_TRANSLATE_NOOP("Words", "OAuth client refused"), "bad", "shield"),
    "blocked_by_admin": (QT_TRANSLATE_NOOP("Words", "Blocked by admin"), "bad", "off"),
    "region": (QT_TRANSLATE_NOOP("Words", "Not in this region"), "warn", "warning"),
    "disabled": (QT_TRANSLATE_NOOP("Words", "Switched off"), "off", "pause"),
    "unreadable": (QT_TRANSLATE_NOOP("Words", "Unreadable"), "bad", "warning"),
    # of a model
    "cooling": (QT_TRANSLATE_NOOP("Words", "Resting"), "info", "clock"),
    "day_spent": (QT_TRANSLATE_NOOP("Words", "Day spent"), "info", "moon"),
    "not_in_tier": (QT_TRANSLATE_NOOP("Words", "Not in tier"), "warn", "off"),
    "unavailable": (QT_TRANSLATE_NOOP("Words", "Not offered"), "warn", "off"),
    # of Pollux
    "starting": (QT_TRANSLATE_NOOP("Words", "Starting"), "info", "clock"),
    "serving": (QT_TRANSLATE_NOOP("Words", "Running"), "ok", "check"),
    "degraded": (QT_TRANSLATE_NOOP("Words", "No credential is usable"), "warn", "warning"),
    "paused": (QT_TRANSLATE_NOOP("Words", "Paused"), "off", "pause"),
    "stopping": (QT_TRANSLATE_NOOP("Words", "Stopping"), "off", "stop"),
    "stopped": (QT_TRANSLATE_NOOP("Words", "Stopped"), "off", "stop"),
}


def state_word(state: str) -> StateWord:
    """state: slug of a credential's, a model's or Pollux's state; an unknown one shows itself."""
    word, tone, icon = _STATES.get(state, (state.replace("_", " "), "off", "info"))
    return StateWord(_tr(str(word)), tone, icon)


_KINDS: Mapping[str, object] = {
    "account": QT_TRANSLATE_NOOP("Words", "Google account"),
    "api_key": QT_TRANSLATE_NOOP("Words", "API key"),
    "service_account": QT_TRANSLATE_NOOP("Words", "Service account"),
}


def kind_word(kind: str) -> str:
    """The kind of a credential, e.g. `api_key`, in words."""
    return _tr(str(_KINDS.get(kind, kind.replace("_", " "))))


def _tr(text: str) -> str:
    return QCoreApplication.translate(_CONTEXT, text)
