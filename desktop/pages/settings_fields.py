"""How the value of one setting is edited: a field for each kind.

Inside and outside a field a value is text as one would write it in .env; lists and aliases are
shown as people write them. A field offers its value when it is left or Enter is pressed.
Not here: whether a value is right, which the engine says.
"""

import json

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from desktop.look.metrics import XL, XS, L, M, S
from desktop.look.theme import Theme
from desktop.pages.settings_catalogue import Item, said
from desktop.widgets.buttons import Switch, rename
from desktop.widgets.pick import Pick
from desktop.widgets.texts import label, wrapped


class Field(QWidget):
    """The base: tells each new value once."""

    offered = Signal(str)
    "A value that the owner is done with."
    puzzled = Signal(str)
    "What is missing or wrong, so that nothing can be offered yet; empty: nothing any more."

    wide = False
    "Whether it needs the whole width of the form."

    def __init__(self, item: Item) -> None:
        super().__init__()
        self.item = item
        self._known = ""
        self.name = said(item.title)

    @property
    def focus(self) -> QWidget:
        """The widget that takes the keys first."""
        raise NotImplementedError

    def value(self) -> str:
        """What stands in the field."""
        raise NotImplementedError

    def put(self, value: str) -> None:
        """Fills the field."""
        raise NotImplementedError

    def show_value(self, value: str) -> None:
        """The value that holds now."""
        if value != self.value():
            self.put(value)
        self._known = self.value()

    @property
    def edited(self) -> bool:
        """Whether something stands here that was not offered yet."""
        return self.value() != self._known

    def offer(self) -> None:
        """Tells the value, if it is new."""
        value = self.value()
        if value != self._known:
            self._known = value
            self.offered.emit(value)

    def inputs(self) -> list[QWidget]:
        """The widgets that are typed into, in the order of reading."""
        return [self.focus]

    def lock(self, *, locked: bool) -> None:
        for one in self.inputs():
            if isinstance(one, QLineEdit | QPlainTextEdit):
                one.setReadOnly(locked)
                one.style().unpolish(one)
                one.style().polish(one)
            else:
                one.setEnabled(not locked)

    def mark(self, *, wrong: bool) -> None:
        for one in self.inputs():
            one.setProperty("wrong", "true" if wrong else "false")
            one.style().unpolish(one)
            one.style().polish(one)


class TextField(Field):
    """One line; with a unit behind it for numbers."""

    def __init__(self, item: Item) -> None:
        super().__init__(item)
        inner = QHBoxLayout(self)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(S)
        self.edit = QLineEdit()
        _dress(self.edit, self.name, item.example)
        digits = 30 if item.kind == "text" else 10
        width = self.fontMetrics().horizontalAdvance("0") * digits + XL
        self.edit.setFixedWidth(width + self._put_unit())
        self.edit.editingFinished.connect(self.offer)
        inner.addWidget(self.edit)

    def _put_unit(self) -> int:
        """Writes the unit into the field's far end; how much room it takes."""
        if not self.item.unit:
            return 0
        unit = label(said(self.item.unit), "muted")
        unit.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        inner = QHBoxLayout(self.edit)
        inner.setContentsMargins(S, 0, M, 0)
        inner.addStretch(1)
        inner.addWidget(unit)
        room = unit.sizeHint().width() + S
        self.edit.setTextMargins(0, 0, room, 0)
        return room

    @property
    def focus(self) -> QWidget:
        return self.edit

    def value(self) -> str:
        return self.edit.text().strip()

    def put(self, value: str) -> None:
        self.edit.setText(value)
        self.edit.setCursorPosition(0)


class SwitchField(Field):
    """On or off."""

    def __init__(self, theme: Theme, item: Item) -> None:
        super().__init__(item)
        inner = QHBoxLayout(self)
        inner.setContentsMargins(0, 0, 0, 0)
        self.switch = Switch(theme)
        rename(self.switch, self.name)
        self.switch.clicked.connect(lambda _checked: self.offer())
        inner.addWidget(self.switch)

    @property
    def focus(self) -> QWidget:
        return self.switch

    def value(self) -> str:
        return "true" if self.switch.isChecked() else "false"

    def put(self, value: str) -> None:
        self.switch.setChecked(value == "true")


class ChoiceField(Field):
    """A few values, each with a sentence."""

    wide = True

    def __init__(self, item: Item) -> None:
        super().__init__(item)
        inner = QVBoxLayout(self)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QRadioButton] = {}
        for option in item.options:
            made = QRadioButton(said(option.title))
            made.setAccessibleName(f"{self.name}: {said(option.title)}")
            made.setAccessibleDescription(said(option.hint))
            made.clicked.connect(lambda _checked: self.offer())
            self._group.addButton(made)
            self._buttons[option.value] = made
            inner.addWidget(made)
            hint = wrapped(said(option.hint), "muted")
            hint.setIndent(XL + XS)
            inner.addWidget(hint)
            inner.addSpacing(XS)

    @property
    def focus(self) -> QWidget:
        return next((one for one in self._buttons.values() if one.isChecked()), self.inputs()[0])

    def inputs(self) -> list[QWidget]:
        return list(self._buttons.values())

    def value(self) -> str:
        return next((key for key, one in self._buttons.items() if one.isChecked()), "")

    def put(self, value: str) -> None:
        if (made := self._buttons.get(value)) is not None:
            made.setChecked(True)


class PickField(Field):
    """One of some values."""

    def __init__(self, item: Item) -> None:
        super().__init__(item)
        inner = QHBoxLayout(self)
        inner.setContentsMargins(0, 0, 0, 0)
        self.pick = Pick()
        self.pick.setAccessibleName(self.name)
        for option in item.options:
            self.pick.addItem(said(option.title), option.value)
        self.pick.activated.connect(lambda _index: self.offer())
        inner.addWidget(self.pick)

    @property
    def focus(self) -> QWidget:
        return self.pick

    def value(self) -> str:
        return str(self.pick.currentData() or "")

    def put(self, value: str) -> None:
        self.pick.setCurrentIndex(self.pick.findData(value))


class Entry(QLineEdit):
    """One of several lines of a field: says whenever it is left, and when Enter is pressed."""

    left = Signal()

    def __init__(self, name: str, example: str) -> None:
        super().__init__()
        _dress(self, name, example)
        self.returnPressed.connect(self.left)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()


class _Lines(QPlainTextEdit):
    """Says when it is left, as a line edit does."""

    left = Signal()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class LinesField(Field):
    """A list, one a line."""

    wide = True

    def __init__(self, item: Item) -> None:
        super().__init__(item)
        inner = QVBoxLayout(self)
        inner.setContentsMargins(0, 0, 0, 0)
        self.edit = _Lines()
        self.edit.setAccessibleName(self.name)
        self.edit.setPlaceholderText(item.example)
        self.edit.setTabChangesFocus(True)
        # Names and addresses are read from left to right in every language.
        self.edit.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.edit.setFixedHeight(self.fontMetrics().lineSpacing() * 3 + L + S)
        self.edit.left.connect(self.offer)
        inner.addWidget(self.edit)

    @property
    def focus(self) -> QWidget:
        return self.edit

    def value(self) -> str:
        lines = [line.strip() for line in self.edit.toPlainText().splitlines()]
        return json.dumps([line for line in lines if line], ensure_ascii=False)

    def put(self, value: str) -> None:
        self.edit.setPlainText("\n".join(_strings(value)))


class PairField(Field):
    """Two strings, one before and one after."""

    def __init__(self, item: Item) -> None:
        super().__init__(item)
        inner = QHBoxLayout(self)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(S)
        names = self.tr("{name}: before"), self.tr("{name}: after")
        examples = item.example, item.example.replace("<", "</", 1)
        self.edits = [
            Entry(name.format(name=self.name), example)
            for name, example in zip(names, examples, strict=True)
        ]
        for edit in self.edits:
            edit.setFixedWidth(self.fontMetrics().horizontalAdvance("0") * 14)
            edit.left.connect(self.offer)
            inner.addWidget(edit)

    @property
    def focus(self) -> QWidget:
        return self.edits[0]

    def inputs(self) -> list[QWidget]:
        return list(self.edits)

    def value(self) -> str:
        texts = [edit.text().strip() for edit in self.edits]
        return json.dumps(texts if any(texts) else [], ensure_ascii=False)

    def offer(self) -> None:
        if self._half and any(edit.hasFocus() for edit in self.edits):
            return  # its owner goes on to the other one
        self.puzzled.emit(self.tr("Both marks are needed, or none.") if self._half else "")
        if not self._half:
            super().offer()

    @property
    def _half(self) -> bool:
        return len({bool(edit.text().strip()) for edit in self.edits}) > 1

    def put(self, value: str) -> None:
        texts = [*_strings(value), "", ""]
        for edit, text in zip(self.edits, texts, strict=False):
            edit.setText(text)


def _dress(made: QLineEdit, name: str, example: str) -> None:
    made.setAccessibleName(name)
    made.setPlaceholderText(example)
    # Names, numbers and addresses are read from left to right in every language.
    made.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def _strings(value: str) -> list[str]:
    """A JSON list of strings; what is none counts as empty."""
    try:
        found = json.loads(value or "[]")
    except ValueError:
        return []
    return [str(one) for one in found] if isinstance(found, list) else []
