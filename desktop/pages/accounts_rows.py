"""What a row of the table of credentials says, worked out from the snapshot and the figures.

Frozen plain data with finished texts, so that a table repaints only the rows that changed.
Not here: how a row is drawn (`accounts_delegates`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication

from desktop import words
from desktop.figures.rotation import Rotation, Turn
from desktop.look.tokens import Tone
from proxy_core.api import CredentialView, ModelView

RESTING = ("cooling", "day_spent")
"States of a model that end by themselves."
USABLE = ("ready", "busy")
"States of a credential that serves."
NEAR = 0.85
"From this share of a limit on, its bar warns."
_SOON_S = 120.0
_PACIFIC = ZoneInfo("America/Los_Angeles")


@dataclass(frozen=True, slots=True)
class Standing:
    """How a credential stands, for a chip and the line below it."""

    word: str
    tone: Tone
    icon: str
    note: str = ""
    "What is not the chip's: that some models rest, or that the sign-in ends soon."
    ends_at: float | None = None
    "When the chip's state ends by itself."


@dataclass(frozen=True, slots=True)
class Use:
    """How much of the limit of the model that is used most is used."""

    text: str
    "`312 of 1,000 today`."
    share: float | None
    "0 to 1; None where no limit is known."
    note: str = ""
    "When it counts anew."


@dataclass(frozen=True, slots=True)
class Row:
    """One credential in the table."""

    view: CredentialView
    standing: Standing
    chip: str
    "The standing in a word or three, with the time that is left."
    use: Use
    success: str
    success_share: float
    "-1 before the first attempt, for sorting."
    last: str
    last_at: float
    "0 where it was not used."
    shares_with: tuple[str, ...]
    "Labels of the other credentials of its project."

    @property
    def id(self) -> str:
        return self.view.id

    @property
    def name(self) -> str:
        """The label without the project that Pollux puts behind it, which has its own line."""
        label, project = self.view.label, self.view.project
        return label.removesuffix(f" · {project}") if project else label

    @property
    def project(self) -> str:
        return self.view.project or _tr("project not known yet")

    @property
    def usable(self) -> bool:
        """Whether it can serve a request now, of one model at least."""
        rests_wholly = self.standing.ends_at is not None and not self.standing.note
        return self.view.enabled and self.view.state in USABLE and not rests_wholly

    @property
    def counts(self) -> bool:
        """Whether its texts change by the second."""
        return self.standing.ends_at is not None


def rows_of(
    credentials: Sequence[CredentialView], rotation: Rotation, now: float
) -> tuple[Row, ...]:
    """In the order of the snapshot."""
    shared = _by_project(credentials)
    return tuple(_row(view, shared, rotation.turns.get(view.id), now) for view in credentials)


def _by_project(credentials: Sequence[CredentialView]) -> Mapping[str, list[CredentialView]]:
    found: dict[str, list[CredentialView]] = {}
    for view in credentials:
        if view.project:
            found.setdefault(view.project, []).append(view)
    return found


def _row(
    view: CredentialView,
    shared: Mapping[str, list[CredentialView]],
    turn: Turn | None,
    now: float,
) -> Row:
    standing = standing_of(view, now)
    success = turn.success if turn is not None else None
    last_at = turn.last_at if turn is not None else None
    family = shared.get(view.project or "", [])
    return Row(
        view=view,
        standing=standing,
        chip=chip_text(standing, now),
        use=use_of(view, now),
        success="" if success is None else words.percent(success),
        success_share=-1.0 if success is None else success,
        last="" if last_at is None else words.ago(last_at, now),
        last_at=last_at or 0.0,
        shares_with=tuple(other.label for other in family if other.id != view.id),
    )


def standing_of(view: CredentialView, now: float) -> Standing:
    """A ready credential all of whose models rest is resting; else its models are a note."""
    word = words.state_word(view.state)
    resting = [one for one in view.models if rests(one, now)]
    if view.state != "ready" or not resting:
        note = ""
        if view.state == "ready" and view.until is not None:
            note = _tr("Sign-in ends in {span}").format(span=words.until(view.until, now))
        return Standing(word.word, "warn" if note else word.tone, word.icon, note)
    if len(resting) < len(view.models):
        note = _tr("{n} of {all} models resting").format(n=len(resting), all=len(view.models))
        return Standing(word.word, word.tone, word.icon, note, _first_end(resting))
    return _rest(resting)


def _rest(resting: Sequence[ModelView]) -> Standing:
    first = min(resting, key=lambda one: one.until or 0.0)
    word = words.state_word(first.state)
    return Standing(word.word, word.tone, word.icon, ends_at=first.until)


def rests(model: ModelView, now: float) -> bool:
    """Whether a model rests now, and comes back by itself."""
    return model.state in RESTING and model.until is not None and model.until > now


def _first_end(resting: Sequence[ModelView]) -> float:
    return min(one.until or 0.0 for one in resting)


def chip_text(standing: Standing, now: float) -> str:
    """The chip's text, with the time that is left: `Resting 42 s`, `Day spent, back in 3 h`."""
    if standing.ends_at is None or standing.note:
        return standing.word
    seconds = standing.ends_at - now
    form = _tr("{state} {span}") if seconds < _SOON_S else _tr("{state}, back in {span}")
    return form.format(state=standing.word, span=words.span(seconds))


def use_of(view: CredentialView, now: float) -> Use:
    """Of the model that is used most: its day where that has a limit, else its minute."""
    model = busiest(view)
    if model is None:
        return Use(_tr("Not used yet"), None)
    resting = rests(model, now)
    ends_at = (model.until or 0.0) if resting else midnight_in_los_angeles(now)
    note = _tr("anew in {span}").format(span=words.span(ends_at - now))
    if model.limit_day:
        text = _filled(_tr("{used} of {limit} today"), model.used_day, model.limit_day)
        return Use(text, model.used_day / model.limit_day, note)
    if model.limit_minute:  # of a rolling minute: only a rest has an end
        text = _filled(_tr("{used} of {limit} this minute"), model.used_minute, model.limit_minute)
        return Use(text, model.used_minute / model.limit_minute, note if resting else "")
    return Use(_tr("{used} today, no limit known").format(used=words.number(model.used_day)), None)


def midnight_in_los_angeles(now: float) -> float:
    """When Google's daily quotas begin anew, epoch seconds.

    Source: https://ai.google.dev/gemini-api/docs/rate-limits
    """
    tomorrow = datetime.fromtimestamp(now, _PACIFIC) + timedelta(days=1)
    return tomorrow.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


def busiest(view: CredentialView) -> ModelView | None:
    """The model that is used most; None before the first request."""
    return max(
        view.models, key=lambda one: (one.used_day, one.used_minute, one.model), default=None
    )


def _filled(text: str, used: int, limit: int) -> str:
    return text.format(used=words.number(used), limit=words.number(limit))


def bar_colour(share: float) -> str:
    """A field of Tokens; the text beside the bar says the same in numbers."""
    if share >= 1:
        return "bad"
    return "warn" if share >= NEAR else "accent"


def _tr(text: str) -> str:
    return QCoreApplication.translate("Accounts", text)
