# ruff: noqa: E501 - a rule of the sheet is read best on one line
"""The style sheet: how Qt's own widgets look in a theme. Widgets say what they are by a property,
`kind` for frames and buttons, `role` for labels."""

from pathlib import Path
from string import Template

from desktop.look.metrics import CONTROL_HEIGHT, RADIUS
from desktop.look.tokens import Tokens

_SHEET = Template("""
QWidget { color: $text; }
QMainWindow, QDialog, QWidget[kind="page"] { background: $window; }
QBalloonTip, QBalloonTip QLabel { color: #1E1A16; }  /* Qt gives it a pale ground in any theme */
QToolTip { background: $text; color: $surface; border: none; padding: 5px 8px; }
QScrollArea { background: transparent; border: none; }
QScrollArea > QWidget > QWidget { background: transparent; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $edge; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QFrame[kind="card"] { background: $surface; border: 1px solid $line; border-radius: ${radius}px; }
QFrame[kind="sunken"] { background: $sunken; border: 1px solid $line; border-radius: 8px; }
QFrame[kind="code"] { background: $code; border: 1px solid $line; border-radius: 8px; }
QFrame[kind="sidebar"] { background: $sidebar; border: none; border-right: 1px solid $line; }
QFrame[kind="asked"] { background: $accent_soft; border: none; border-radius: ${radius}px; }
QFrame[kind="composer"] { background: $surface; border: 1px solid $edge; border-radius: ${radius}px; }
QFrame[kind="composer"][over="true"] { border: 1px solid $accent; }
QFrame[kind="line"] { background: $line; border: none; max-height: 1px; min-height: 1px; }
QFrame[kind="banner"][tone="ok"] { background: $ok_soft; border: 1px solid $ok; border-radius: 8px; }
QFrame[kind="banner"][tone="info"] { background: $info_soft; border: 1px solid $info; border-radius: 8px; }
QFrame[kind="banner"][tone="warn"] { background: $warn_soft; border: 1px solid $warn; border-radius: 8px; }
QFrame[kind="banner"][tone="bad"] { background: $bad_soft; border: 1px solid $bad; border-radius: 8px; }
QFrame[kind="banner"][tone="off"] { background: $off_soft; border: 1px solid $edge; border-radius: 8px; }
QFrame[kind="drop"] { background: $sunken; border: 2px dashed $edge; border-radius: ${radius}px; }
QFrame[kind="drop"][over="true"] { background: $accent_soft; border-color: $accent; }
QFrame[kind="toast"] { background: $text; border-radius: 8px; }
QFrame[kind="toast"] QLabel { color: $surface; }

QLabel { background: transparent; }
QLabel[role="page"] { font-weight: 600; }
QLabel[role="title"], QLabel[role="figure"], QLabel[role="strong"] { font-weight: 600; }
QLabel[role="muted"], QLabel[role="subtitle"] { color: $muted; }
QLabel[role="caption"] { color: $faint; }
QLabel[role="step"] { background: $accent_soft; color: $accent_text; border-radius: 12px;
  min-width: 24px; max-width: 24px; min-height: 24px; max-height: 24px; font-weight: 600; }
QLabel[role="on_code"] { color: $on_code; }

QPushButton, QToolButton[kind="plain"] {
  background: $surface; color: $text; border: 1px solid $edge; border-radius: 8px;
  padding: 0 14px; min-height: ${inner}px; font-weight: 600; }
QPushButton:hover, QToolButton[kind="plain"]:hover { background: $sunken; border-color: $muted; }
QPushButton:pressed { background: $line; }
QPushButton:focus, QToolButton[kind="plain"]:focus { border: 2px solid $accent; padding: 0 13px; }
QPushButton:disabled, QToolButton[kind="plain"]:disabled { color: $faint; background: $sunken; border-color: $line; }
QPushButton[kind="primary"] { background: $accent; color: $on_accent; border-color: $accent; }
QPushButton[kind="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[kind="primary"]:focus { border: 2px solid $text; }
QPushButton[kind="primary"]:disabled { background: $off_soft; color: $off; border-color: $line; }
QPushButton[kind="danger"] { color: $bad; border-color: $bad; }
QPushButton[kind="danger"]:hover { background: $bad_soft; }
QPushButton[kind="quiet"] { background: transparent; border-color: transparent; color: $accent_text; padding: 0 8px; }
QPushButton[kind="quiet"]:hover { background: $accent_soft; }
QPushButton[kind="quiet"]:focus { border: 2px solid $accent; padding: 0 7px; }
QPushButton[narrow="true"] { padding: 0; }
QPushButton[narrow="true"]:focus { padding: 0; }
QPushButton[kind="door"] { text-align: left; padding: 16px; border-color: $line; border-radius: ${radius}px; }
QPushButton[kind="door"]:hover { border-color: $accent; background: $surface; }
QToolButton[kind="icon"] { background: transparent; border: 1px solid transparent; border-radius: 7px;
  min-width: 28px; min-height: 28px; padding: 0; }
QToolButton[kind="icon"]:hover { background: $sunken; border-color: $line; }
QToolButton[kind="icon"]:focus { border: 2px solid $accent; }
QToolButton[kind="segment"] { background: transparent; color: $muted; border: 1px solid transparent; border-radius: 7px;
  padding: 4px 10px; font-weight: 600; }
QToolButton[kind="segment"]:hover { background: $sunken; }
QToolButton[kind="segment"]:checked { background: $accent_soft; color: $accent_text; border-color: $accent; }
QToolButton[kind="segment"]:focus { border: 2px solid $text; padding: 3px 9px; }
QToolButton::menu-indicator { image: none; }
QPushButton::menu-indicator { image: none; }

QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox, QComboBox {
  background: $surface; color: $text; border: 1px solid $edge; border-radius: 8px; padding: 0 10px;
  min-height: ${inner}px; selection-background-color: $accent; selection-color: $on_accent; }
QPlainTextEdit, QTextEdit { padding: 6px 8px; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus {
  border: 2px solid $accent; padding: 0 9px; }
QPlainTextEdit:focus, QTextEdit:focus { padding: 5px 7px; }
QLineEdit:read-only, QPlainTextEdit:read-only { background: $sunken; border-color: $line; }
QLineEdit:disabled, QPlainTextEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled, QComboBox:disabled {
  color: $muted; background: $sunken; border-color: $line; }
QLineEdit[wrong="true"], QPlainTextEdit[wrong="true"], QComboBox[wrong="true"] { border: 2px solid $bad; }
QPlainTextEdit[kind="code"], QTextEdit[kind="code"] { background: $code; color: $on_code; border: 1px solid $line; }
QTextEdit[kind="prose"], QTextEdit[kind="prose"]:focus { background: transparent; border: 1px solid transparent;
  border-radius: 4px; padding: 0; min-height: 0; }
QTextEdit[kind="prose"]:focus { border-color: $accent; }
QPlainTextEdit[kind="bare"], QPlainTextEdit[kind="bare"]:focus { background: transparent; border: none; padding: 2px 0; min-height: 0; }
QPlainTextEdit[kind="code"]:focus, QTextEdit[kind="code"]:focus { border: 2px solid $accent; }
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button, QDoubleSpinBox::down-button { width: 0; border: none; }
QComboBox::drop-down { border: none; width: 26px; }
QComboBox::down-arrow { image: url("$signs/chevron_down-$scheme.png"); width: 14px; height: 14px; }
QComboBox QAbstractItemView, QComboBox QAbstractItemView:focus { background: $surface; border: 1px solid $edge;
  selection-background-color: $accent_soft; selection-color: $text; outline: none; padding: 4px; }
QComboBox QAbstractItemView::item { min-height: 30px; padding: 0 8px; border-radius: 5px; }
QComboBox QAbstractItemView::item:selected { background: $accent_soft; color: $text; }

QCheckBox, QRadioButton { spacing: 8px; background: transparent; padding: 2px; border-radius: 4px; }
QCheckBox:focus, QRadioButton:focus { border: 2px solid $accent; padding: 0; }
QCheckBox::indicator, QRadioButton::indicator { width: 16px; height: 16px; border: 1px solid $edge; background: $surface; }
QCheckBox::indicator { border-radius: 4px; }
QRadioButton::indicator { border-radius: 8px; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; image: url("$signs/check-$scheme.png"); }
QRadioButton::indicator:checked { background: $surface; border: 5px solid $accent; width: 8px; height: 8px; }
QCheckBox:disabled, QRadioButton:disabled { color: $faint; }

QProgressBar { background: $line; border: none; border-radius: 3px; min-height: 6px; max-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }

QMenu { background: $surface; color: $text; border: 1px solid $edge; padding: 5px; }
QMenu::item { padding: 7px 24px 7px 12px; border-radius: 5px; }
QMenu::item:selected { background: $accent_soft; color: $text; }
QMenu::item:disabled { color: $faint; }
QMenu::separator { height: 1px; background: $line; margin: 5px 8px; }
QMenu::icon { padding-left: 8px; }

QTableView, QListView, QTreeView { background: $surface; border: none; outline: none; gridline-color: $line;
  selection-background-color: $accent_soft; selection-color: $text; alternate-background-color: $surface; }
QListView::item:selected, QTableView::item:selected { background: $accent_soft; color: $text; }
QTableView:focus, QListView:focus { border: none; }
QListView[kind="navigation"] { background: transparent; }
QHeaderView { background: $surface; border: none; }
QHeaderView::section { background: $surface; color: $muted; border: none; border-bottom: 1px solid $line;
  padding: 6px 8px; font-weight: 600; }
QTableCornerButton::section { background: $surface; border: none; }
QTabBar::tab { background: transparent; color: $muted; padding: 7px 14px; border: none; font-weight: 600; }
QTabBar::tab:selected { color: $accent_text; border-bottom: 2px solid $accent; }
QTabWidget::pane { border: none; }
QSplitter::handle { background: transparent; }
""")


def style_sheet(tokens: Tokens, signs: Path) -> str:
    """signs: folder with the pictures of check marks and arrows."""
    colours = {name: getattr(tokens, name) for name in tokens.__dataclass_fields__}
    for tone in ("ok", "info", "warn", "bad", "off"):
        pair = colours.pop(tone)
        colours[tone], colours[f"{tone}_soft"] = pair.strong, pair.soft
    return _SHEET.substitute(
        colours, signs=signs.as_posix(), radius=RADIUS, inner=CONTROL_HEIGHT - 2
    )
