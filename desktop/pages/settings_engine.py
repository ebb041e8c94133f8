"""The rows of the settings that the engine keeps: reads them, writes what is changed, and says
what came of it beside the field.

While no engine runs, only the port can be changed, which is how one gets out of a conflict.
"""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from desktop import words
from desktop.desk import Desk
from desktop.life import Phase
from desktop.look.theme import Theme
from desktop.pages.settings_aliases import AliasField
from desktop.pages.settings_catalogue import (
    ANSWERS,
    LOG,
    NETWORK,
    ROTATION,
    Item,
    advice,
    fixed_by,
    said,
)
from desktop.pages.settings_fields import (
    ChoiceField,
    Field,
    LinesField,
    PairField,
    PickField,
    SwitchField,
    TextField,
)
from desktop.pages.settings_rows import Group, Row
from desktop.tasks import spawn
from desktop.widgets.buttons import icon_button, rename
from proxy_core.api import Refusal, SettingsChange, SettingView

PORT = "PORT"
_FROM_FILE = "settings.toml"
_HIGHEST_PORT = 65_535


class EngineRow(Row):
    """A setting of the engine."""

    changed = Signal(str, str)
    "Its variable and the value that is wanted; an empty one is the default."

    def __init__(self, theme: Theme, item: Item) -> None:
        self.item = item
        self.field = _field(theme, item)
        self.field.show_value(self.field.value())
        super().__init__(
            theme,
            said(item.title),
            said(item.hint),
            self.field,
            wide=self.field.wide,
            words=item.name.replace("_", " ") + " " + item.name,
        )
        self.heading.setBuddy(self.field.focus)
        self.heading.setToolTip(item.name)
        self.wrong = False
        self.later = False
        "Whether what was set works from the next start on."
        self._view: SettingView | None = None
        self._demo = False
        self.back_button = icon_button(theme, "undo", "")
        self.back_button.clicked.connect(self._go_back)
        self.tools.insertWidget(0, self.back_button)
        self._offer_way_back()
        self.field.offered.connect(lambda value: self.changed.emit(item.name, value))
        self.field.puzzled.connect(self._puzzle)

    def show_view(self, view: SettingView, *, demo: bool) -> None:
        """What the engine says of it; what its owner is writing stays.

        demo: everything is fixed there, which the page says once.
        """
        self._view, self._demo = view, demo
        if not self.wrong and not self.field.edited:
            self.field.show_value(view.value)
        self.field.lock(locked=view.fixed)
        self._show_secret(view)
        self._offer_way_back()
        self._comment()

    def show_alone(self, value: str) -> None:
        """A value while no engine runs that could say more."""
        self._view = None
        self.field.lock(locked=False)
        if not self.wrong and not self.field.edited:
            self.field.show_value(value)
        self._comment()
        self._offer_way_back()

    def refuse(self, sentence: str) -> None:
        """The value that was offered cannot be taken."""
        self.wrong = True
        self.field.mark(wrong=True)
        self.tell("bad", sentence)
        self._offer_way_back()

    def accept(self, *, later: bool) -> None:
        self.wrong, self.later = False, later
        self.field.mark(wrong=False)
        self._comment()
        self._offer_way_back()

    def _puzzle(self, problem: str) -> None:
        if problem:
            self.refuse(problem)
        elif self.wrong:
            self.accept(later=self.later)

    def _comment(self) -> None:
        if self.wrong:
            return
        view = self._view
        value = view.value if view else self.field.value()
        if view is not None and view.fixed:
            self.tell("info", "" if self._demo else fixed_by(view.source), "lock")
        elif text := advice(self.item.name, value):
            self.tell("warn", text)
        elif self.later:
            self.tell("info", self.tr("This works from the next start on."))
        else:
            self.tell("info", "")

    def _show_secret(self, view: SettingView) -> None:
        if view.secret and isinstance(self.field, TextField):
            self.field.edit.setPlaceholderText(
                self.tr("Set, and not shown") if view.is_set else self.item.example
            )

    def _offer_way_back(self) -> None:
        """From a wrong value to the one that holds, from a value of the owner's to the default."""
        view = self._view
        own = view is not None and not view.fixed and view.source == _FROM_FILE
        text = self.tr("Take back: {title}") if self.wrong else self.tr("Default: {title}")
        rename(self.back_button, text.format(title=self.title))
        self.back_button.setVisible(self.wrong or own)

    def _go_back(self) -> None:
        self.field.focus.setFocus()
        if self.wrong:
            self.field.show_value(self._view.value if self._view else "")
            self.accept(later=self.later)
        else:
            self.changed.emit(self.item.name, "")


class EngineSettings(QObject):
    """The groups of the engine's settings."""

    waiting_changed = Signal()
    "What waits for the next start."

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self.rows: dict[str, EngineRow] = {}
        self.waiting: list[str] = []
        "Titles of what works from the next start on, in the order of change."
        self.kept = True
        "Whether this Pollux keeps what is changed."
        self.network = self._group(self.tr("Network"), NETWORK)
        self.rotation = self._group(self.tr("Rotation"), ROTATION)
        self.answers = self._group(self.tr("Answers"), ANSWERS)
        self.log_rows = [self._row(item) for item in LOG]

    async def load(self) -> None:
        """Shows what holds now."""
        if self._desk.life.phase is not Phase.RUNNING:
            self._show_port()
            return
        try:
            views = await self._desk.bridge.ask(lambda to: to.settings())
        except Refusal:
            return  # it is stopping; what comes next is shown then
        shown = [view for view in views if view.name in self.rows]
        self.kept = not any(view.fixed and not view.is_set for view in shown)
        for view in shown:
            self.rows[view.name].show_view(view, demo=self._desk.life.demo)

    def forget_waiting(self) -> None:
        """A start has come."""
        for made in self.rows.values():
            made.accept(later=False)
        self.waiting.clear()
        self.waiting_changed.emit()

    def settle(self) -> None:
        """Takes what was typed and not confirmed, as the page is left."""
        for made in self.rows.values():
            if made.field.edited:
                made.field.offer()

    def _group(self, title: str, items: Sequence[Item]) -> Group:
        made = Group(title)
        for item in items:
            made.add(self._row(item))
        return made

    def _row(self, item: Item) -> EngineRow:
        made = EngineRow(self._desk.theme, item)
        made.changed.connect(
            lambda name, value: spawn(self._change(name, value), name=f"change {name}")
        )
        self.rows[item.name] = made
        return made

    async def _change(self, name: str, value: str) -> None:
        made = self.rows[name]
        if name == PORT and self._desk.life.phase is not Phase.RUNNING:
            await self._move(made, value)
            return
        try:
            done = await self._desk.bridge.ask(lambda to: to.change_settings({name: value}))
        except Refusal as refusal:
            made.refuse(_about(made, refusal))
            return
        self._note(made, done)
        await self.load()

    def _note(self, made: EngineRow, done: SettingsChange) -> None:
        later = made.item.name in done.after_restart
        made.accept(later=later)
        if made.title in self.waiting:
            self.waiting.remove(made.title)
        if later:
            self.waiting.append(made.title)
        else:
            self._desk.toast(self.tr("Saved: {title}").format(title=made.title))
        self.waiting_changed.emit()

    async def _move(self, made: EngineRow, value: str) -> None:
        if not value.isdecimal() or int(value) > _HIGHEST_PORT:
            made.refuse(self.tr("A port is a number up to 65535."))
            return
        made.accept(later=False)
        await self._desk.life.use_port(int(value))

    def _show_port(self) -> None:
        life, made = self._desk.life, self.rows[PORT]
        wanted = life.trouble.port if life.trouble is not None else 0
        port = wanted or (life.settings.port if life.settings is not None else 0)
        if port:
            made.show_alone(str(port))


def _about(made: EngineRow, refusal: Refusal) -> str:
    """A refusal as it is said beside the field, where its variable need not be named."""
    sentence, next_step = words.said(refusal.sentence), words.said(refusal.next_step)
    problem = sentence.removeprefix(f"{made.item.name} ")
    if problem != sentence:
        sentence, next_step = f"{problem[:1].upper()}{problem[1:]}", ""
    return words.sentences(sentence, next_step)


def _field(theme: Theme, item: Item) -> Field:
    match item.kind:
        case "text" | "number":
            return TextField(item)
        case "switch":
            return SwitchField(theme, item)
        case "choice":
            return ChoiceField(item)
        case "pick":
            return PickField(item)
        case "lines":
            return LinesField(item)
        case "pair":
            return PairField(item)
        case "aliases":
            return AliasField(theme, item)
