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
from desktop.asked import model_words
from desktop.figures.rotation import Rotation, Turn
from desktop.look.tokens import Tone
from proxy_core.api import CredentialView, Line, ModelView, Place

RESTING = ("cooling", "day_spent")
"States of a model that end by themselves."
USABLE = ("ready", "busy")
"States of a credential that serves."
SOUND = (*USABLE, "disabled")
"States of a credential against which Google holds nothing."
NEAR = 0.85
"From this share of a limit on, its bar warns."
_NEVER = ("not_in_tier", "unavailable")
"States of a model that the project does not have."
_PACIFIC = ZoneInfo("America/Los_Angeles")


@dataclass(frozen=True, slots=True)
class Standing:
    """How a credential stands, for a chip and the line below it."""

    word: str
    tone: Tone
    icon: str
    note: str = ""
    "Which model rests, that some others do, or that the sign-in ends soon."
    ends_at: float | None = None
    "When the first rest ends."
    rests: bool = False
    "Whether the chip itself says that it rests."


@dataclass(frozen=True, slots=True)
class Use:
    """How much of the limit of the model that is used most is used."""

    text: str
    "`312 of 1,000 today`."
    share: float | None
    "0 to 1; None where no limit is known."
    model: str = ""
    "The one that is counted."
    left: str = ""
    "How long until it counts anew."

    @property
    def note(self) -> str:
        """The model, and when it counts anew or that no limit is known."""
        if not self.model:
            return ""
        if self.share is None:
            return _tr("{model}, no limit known").format(model=self.model)
        form = _tr("{model}, anew in {span}") if self.left else "{model}"
        return form.format(model=self.model, span=self.left)


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
    "0 where it was not used since the start."
    shares_with: tuple[str, ...]
    "Labels of the other credentials of its project, at the same service."

    @property
    def id(self) -> str:
        return self.view.id

    @property
    def name(self) -> str:
        """The label without the project that Pollux puts behind it, where that has its own line."""
        label, project = self.view.label, self.view.project
        return label.removesuffix(f" · {project}") if project and not self.billed else label

    @property
    def project(self) -> str:
        return self.view.project or _tr("project not known yet")

    @property
    def billed(self) -> str:
        """That it is used with Vertex AI, and where: in place of the project; mostly empty."""
        if self.view.service != "vertex":
            return ""
        return _tr("Vertex AI · billed · {location}").format(location=self.view.location)

    @property
    def counts(self) -> bool:
        """Whether its texts change by the second."""
        return self.standing.ends_at is not None


def rows_of(
    credentials: Sequence[CredentialView],
    rotation: Rotation,
    now: float,
    line: Line | None = None,
) -> tuple[Row, ...]:
    """In the order of the snapshot. line: for the model that was used last, where it is known."""
    shared = _by_project(credentials)
    places = {place.credential_id: place for place in line.places} if line else {}
    model = line.model if line else ""
    return tuple(
        _row(
            view,
            standing_of(view, now, places.get(view.id), model),
            shared.get((view.project, view.service), []),
            rotation.turns.get(view.id),
            now,
        )
        for view in credentials
    )


def _by_project(
    credentials: Sequence[CredentialView],
) -> Mapping[tuple[str | None, str], list[CredentialView]]:
    """By project and service: at Vertex AI a project has other quotas."""
    found: dict[tuple[str | None, str], list[CredentialView]] = {}
    for view in credentials:
        if view.project:
            found.setdefault((view.project, view.service), []).append(view)
    return found


def _row(
    view: CredentialView,
    standing: Standing,
    family: Sequence[CredentialView],
    turn: Turn | None,
    now: float,
) -> Row:
    """family: the credentials of its project."""
    success = turn.success if turn is not None else None
    last_at = turn.last_at if turn is not None else None
    return Row(
        view=view,
        standing=standing,
        chip=chip_text(standing, now),
        use=use_of(view, now),
        success="" if success is None else words.percent(success),
        success_share=-1.0 if success is None else success,
        last=_last(view, last_at, now),
        last_at=last_at or 0.0,
        shares_with=tuple(other.label for other in family if other.id != view.id),
    )


def _last(view: CredentialView, last_at: float | None, now: float) -> str:
    """Attempts are seen from the start on; what the day's counts tell was before it."""
    if last_at is not None:
        return words.ago(last_at, now)
    return _tr("earlier") if any(one.used_day for one in view.models) else ""


def standing_of(
    view: CredentialView, now: float, place: Place | None = None, model: str = ""
) -> Standing:
    """A ready credential rests if all of its models do, or the one that was used last; what else
    rests is a note.

    place: in line for that model.
    """
    word = words.state_word(view.state)
    offered = [one for one in view.models if one.state not in _NEVER]
    resting = [one for one in offered if rests(one, now)]
    if view.state != "ready":
        return Standing(word.word, word.tone, word.icon)
    if resting and len(resting) == len(offered):
        first = min(resting, key=lambda one: one.until or 0.0)
        return _rest(first.state, first.until)
    if place is not None and place.reason in RESTING and (place.until or 0.0) > now:
        return _rest(place.reason, place.until, _tr("for {model}").format(model=model))
    if resting:
        note = _tr("{n} of {all} models resting").format(n=len(resting), all=len(offered))
        return Standing(word.word, word.tone, word.icon, note, _first_end(resting))
    if view.until is not None:
        note = _tr("Sign-in ends in {span}").format(span=words.until(view.until, now))
        return Standing(word.word, "warn", word.icon, note)
    return Standing(word.word, word.tone, word.icon)


def _rest(state: str, until: float | None, note: str = "") -> Standing:
    word = words.state_word(state)
    return Standing(word.word, word.tone, word.icon, note, until, rests=True)


def clearable(view: CredentialView) -> bool:
    """Whether there is a rest or a refusal that could be forgotten."""
    return (view.state not in SOUND) or any(one.state != "ready" for one in view.models)


def shown_state(view: CredentialView, model: ModelView) -> str:
    """A model is no readier than its credential."""
    return view.state if model.state == "ready" and view.state not in USABLE else model.state


def rests(model: ModelView, now: float) -> bool:
    """Whether a model rests now, and comes back by itself."""
    return model.state in RESTING and model.until is not None and model.until > now


def _first_end(resting: Sequence[ModelView]) -> float:
    return min(one.until or 0.0 for one in resting)


def chip_text(standing: Standing, now: float) -> str:
    """The chip's text, with the time that is left: `Resting 42 s`, `Day spent 3 h`."""
    if standing.ends_at is None or not standing.rests:
        return standing.word
    left = words.until(standing.ends_at, now)
    return _tr("{state} {span}").format(state=standing.word, span=left)


def use_of(view: CredentialView, now: float) -> Use:
    """Of the model that is used most: its day where that has a limit, else its minute."""
    model = busiest(view)
    if model is None:
        return Use(_tr("Not used yet"), None)
    name = model_words(model.model)
    rest = (model.until or 0.0) if rests(model, now) else None
    if model.limit_day:
        is_spent = rest is not None and model.state == "day_spent"
        anew = rest if is_spent and rest is not None else midnight_in_los_angeles(now)
        used = min(model.used_day, model.limit_day)  # refused ones count at Google too
        text = filled(_tr("{used} of {limit} today"), used, model.limit_day)
        return Use(text, used / model.limit_day, name, words.span(anew - now))
    if model.limit_minute:  # of a rolling minute: only a rest has an end
        used = min(model.used_minute, model.limit_minute)
        text = filled(_tr("{used} of {limit} this minute"), used, model.limit_minute)
        left = "" if rest is None else words.span(rest - now)
        return Use(text, used / model.limit_minute, name, left)
    text = _tr("{used} today").format(used=words.number(model.used_day))
    return Use(text, None, name)


def midnight_in_los_angeles(now: float) -> float:
    """When Google's daily quotas begin anew, epoch seconds.

    Source: https://ai.google.dev/gemini-api/docs/rate-limits
    """
    tomorrow = datetime.fromtimestamp(now, _PACIFIC) + timedelta(days=1)
    return tomorrow.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


def busiest(view: CredentialView) -> ModelView | None:
    """The model that is used most; None before the first request."""
    offered = [one for one in view.models if one.state not in _NEVER]
    return max(offered, key=lambda one: (one.used_day, one.used_minute, one.model), default=None)


def filled(text: str, used: int, limit: int) -> str:
    return text.format(used=words.number(used), limit=words.number(limit))


def bar_colour(share: float) -> str:
    """A field of Tokens; the text beside the bar says the same in numbers."""
    if share >= 1:
        return "bad"
    return "warn" if share >= NEAR else "accent"


def _tr(text: str) -> str:
    return QCoreApplication.translate("Accounts", text)
