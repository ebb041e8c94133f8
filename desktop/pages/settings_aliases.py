"""The editor of model aliases: a row for each name, with the models that answer to it.

Inside and outside it is a JSON object, as the setting MODEL_ALIASES.
"""

import json
from dataclasses import dataclass

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.look.metrics import S
from desktop.look.theme import Theme
from desktop.pages.settings_catalogue import Item
from desktop.pages.settings_fields import Entry, Field
from desktop.widgets.buttons import button, icon_button
from desktop.widgets.marks import IconLabel
from desktop.widgets.panels import row
from desktop.widgets.texts import label


@dataclass(frozen=True, slots=True)
class _Alias:
    """The widgets of one row."""

    line: QWidget
    name: Entry
    models: Entry

    def texts(self) -> tuple[str, list[str]]:
        models = [one.strip() for one in self.models.text().split(",")]
        return self.name.text().strip(), [one for one in models if one]


class AliasField(Field):
    """Names on one side, models on the other."""

    wide = True

    def __init__(self, theme: Theme, item: Item) -> None:
        super().__init__(item)
        self._theme = theme
        self._rows: list[_Alias] = []
        inner = QVBoxLayout(self)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(S)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(S)
        inner.addLayout(self._lines)
        self._none = label(self.tr("No aliases yet."), "caption")
        inner.addWidget(self._none)
        self.add_button = button(theme, self.tr("Add an alias"), "plus")
        self.add_button.clicked.connect(self._begin)
        foot = row(S)
        foot.addWidget(self.add_button)
        foot.addStretch(1)
        inner.addLayout(foot)

    @property
    def focus(self) -> QWidget:
        return self._rows[0].name if self._rows else self.add_button

    def inputs(self) -> list[QWidget]:
        fields = [field for one in self._rows for field in (one.name, one.models)]
        return [*fields, self.add_button]

    def value(self) -> str:
        return json.dumps(
            {
                name: models[0] if len(models) == 1 else models
                for name, models in (one.texts() for one in self._rows)
                if name and models
            },
            ensure_ascii=False,
        )

    def put(self, value: str) -> None:
        while self._rows:
            self._drop(self._rows[0])
        for name, models in _aliases(value).items():
            self._add(name, ", ".join(models))

    def offer(self) -> None:
        problem = self._problem()
        self.puzzled.emit(problem)
        if not problem:
            super().offer()

    def lock(self, *, locked: bool) -> None:
        super().lock(locked=locked)
        for one in self._rows:
            one.line.findChildren(QWidget)[-1].setEnabled(not locked)

    def _problem(self) -> str:
        texts = [one.texts() for one in self._rows]
        if any(bool(name) != bool(models) for name, models in texts):
            if any(one.name.hasFocus() or one.models.hasFocus() for one in self._rows):
                return ""  # its owner is not done
            return self.tr("An alias needs a name and a model.")
        names = [name for name, _ in texts if name]
        if twice := next((name for name in names if names.count(name) > 1), ""):
            return self.tr("The name {name} stands here twice.").format(name=twice)
        return ""

    def _begin(self) -> None:
        begun = self._add("", "")
        begun.line.show()
        begun.name.setFocus()

    def _add(self, name: str, models: str) -> _Alias:
        line = QWidget()
        inner = row(S)
        line.setLayout(inner)
        made = _Alias(
            line,
            Entry(self.tr("Name that tools ask for"), "gpt-5"),
            Entry(self.tr("Gemini models that answer"), "gemini-3.8-flash, gemini-3.5-flash-lite"),
        )
        inner.addWidget(made.name, 2)
        inner.addWidget(IconLabel(self._theme, "chevron_right", "muted", 16))
        inner.addWidget(made.models, 3)
        away = icon_button(self._theme, "trash", self.tr("Take this alias out"))
        away.clicked.connect(lambda: self._take_out(made))
        inner.addWidget(away)
        for edit, text in ((made.name, name), (made.models, models)):
            edit.setText(text)
            edit.setCursorPosition(0)
            edit.left.connect(self.offer)
        self._rows.append(made)
        self._lines.addWidget(line)
        self._none.hide()
        return made

    def _take_out(self, one: _Alias) -> None:
        self.add_button.setFocus()
        self._drop(one)
        self.offer()

    def _drop(self, one: _Alias) -> None:
        self._rows.remove(one)
        one.line.hide()
        one.line.deleteLater()
        self._none.setVisible(not self._rows)


def _aliases(value: str) -> dict[str, list[str]]:
    """A JSON object of models by name; what is none counts as empty."""
    try:
        found = json.loads(value or "{}")
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {
        str(name): [str(model) for model in models] if isinstance(models, list) else [str(models)]
        for name, models in found.items()
    }
