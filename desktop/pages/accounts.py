"""The page of credentials: the table, what can be done with them, and the doors to more."""

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from desktop import words
from desktop.desk import Desk
from desktop.dialogs.add_account import AddAccount
from desktop.dialogs.add_key import AddKey
from desktop.dialogs.export import Export
from desktop.dialogs.import_files import ImportFiles
from desktop.dialogs.working import tell_refusal
from desktop.life import Phase
from desktop.look.metrics import S
from desktop.pages.accounts_commands import CredentialCommands
from desktop.pages.accounts_details import Details
from desktop.pages.accounts_model import AccountsModel
from desktop.pages.accounts_notice import CheckNotice
from desktop.pages.accounts_rows import Row, rows_of
from desktop.pages.accounts_table import AccountsTable
from desktop.pages.welcome import Welcome
from desktop.status import pool_line
from desktop.widgets.buttons import button
from desktop.widgets.fields import SearchField
from desktop.widgets.panels import Banner, Card, EmptyState, Page, column, row
from desktop.widgets.seen import is_seen
from desktop.widgets.spinner import Spinner
from proxy_core.api import CredentialView, Refusal

SECOND_MS = 1_000
SLOW_MS = 30_000
"For `3 min ago`."
FRESH_S = 120.0


class AccountsPage(Page):
    """Counts down only while it is seen, and only where something counts."""

    go = Signal(str)
    "Another page is asked for."

    def __init__(self, desk: Desk) -> None:
        super().__init__("", scrolls=False)
        self._desk = desk
        self.setAccessibleName(self.tr("Accounts"))
        self.title.setText(self.tr("Accounts"))
        self.commands = CredentialCommands(desk, self)
        self._model = AccountsModel(self)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)
        self._make_tools()
        self.banner = Banner(desk.theme)
        self.notice = CheckNotice(desk, self.banner)
        self.body.addWidget(self.banner)
        self.places = QStackedWidget()
        self.body.addWidget(self.places, 1)
        self.welcome = Welcome(desk)
        self.places.addWidget(self._make_list())
        self.places.addWidget(self.welcome)
        self.absent = EmptyState(desk.theme, "accounts", "", "")
        self.places.addWidget(self.absent)
        self._connect()
        self._look()

    # -- parts -----------------------------------------------------------------------------

    def _make_tools(self) -> None:
        theme = self._desk.theme
        self.key_button = button(theme, self.tr("Add API key"), "key")
        self.add_button = button(theme, self.tr("Add account"), "plus", "primary")
        self.first_import_button = button(theme, self.tr("Import"), "import")
        self.tools.addWidget(self.first_import_button)
        self.tools.addWidget(self.key_button)
        self.tools.addWidget(self.add_button)
        self.search = SearchField(self.tr("Search accounts"))
        self.search.setMaximumWidth(320)
        self.spinner = Spinner(theme)
        self.spinner.hide()
        self.check_button = button(theme, self.tr("Check all"), "refresh")
        self.import_button = button(theme, self.tr("Import"), "import")
        self.export_button = button(theme, self.tr("Export"), "export")
        self._bar = QWidget()
        line = row(S)
        self._bar.setLayout(line)
        line.addWidget(self.search, 1)
        line.addStretch(0)
        line.addWidget(self.spinner)
        for made in (self.check_button, self.import_button, self.export_button):
            line.addWidget(made)
        self.body.addWidget(self._bar)

    def _make_list(self) -> QWidget:
        theme = self._desk.theme
        self.table = AccountsTable(theme, self._model, self.tr("Accounts"))
        self._card = Card()
        self._card.body.setContentsMargins(1, S, 1, S)
        self._card.body.addWidget(self.table)
        room = QWidget()
        inner = column(0)
        room.setLayout(inner)
        inner.addWidget(self._card, 100)
        inner.addStretch(1)
        show_all = button(theme, self.tr("Show all"))
        show_all.clicked.connect(self.search.clear)
        self.nothing_found = EmptyState(
            theme,
            "search",
            self.tr("Nothing found"),
            self.tr("No credential has all of these words in its name, project, kind or state."),
            [show_all],
        )
        self.found = QStackedWidget()
        self.found.addWidget(room)
        self.found.addWidget(self.nothing_found)
        return self.found

    def _connect(self) -> None:
        desk = self._desk
        self.add_button.clicked.connect(self.add_account)
        self.key_button.clicked.connect(self.add_key)
        self.import_button.clicked.connect(self.import_files)
        self.first_import_button.clicked.connect(self.import_files)
        self.export_button.clicked.connect(lambda: Export(desk, self.window()).open())
        self.check_button.clicked.connect(self._check_all)
        self.welcome.key_asked.connect(self.add_key)
        self.welcome.sign_in_asked.connect(self.add_account)
        self.welcome.demo_asked.connect(lambda: self.go.emit("overview"))
        self.search.textChanged.connect(self._search)
        self.table.opened.connect(self.show_details)
        self.table.commands_asked.connect(self._show_menu)
        self.table.copied.connect(self._copy)
        self.table.deed_asked.connect(self._do)
        self.commands.details_asked.connect(self.show_details)
        self.commands.refused.connect(self._refused)
        self.commands.checked.connect(self.notice.tell)
        self.commands.working.connect(self.spinner.setVisible)
        desk.bridge.snapshot_changed.connect(self._look)
        desk.life.changed.connect(self._look)
        desk.in_line.changed.connect(self._look)
        desk.figures.changed.connect(self._look)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.activated.connect(lambda: self.search.setFocus(Qt.FocusReason.ShortcutFocusReason))

    # -- what is shown ---------------------------------------------------------------------

    def _look(self) -> None:
        """Takes the state as it is; nothing while nobody sees it."""
        desk = self._desk
        self.notice.look()
        if not is_seen(self) and self._model.rows:
            return
        credentials, now = desk.bridge.snapshot.credentials, desk.figures.now()
        rows = rows_of(credentials, desk.figures.rotation, now, desk.in_line.line)
        self._model.show_rows(rows)
        self._show_head(rows)
        self._pace(rows, now)

    def _show_head(self, rows: tuple[Row, ...]) -> None:
        self.subtitle.setText(
            pool_line(self._desk)
            if rows
            else self.tr("Google accounts, API keys and service accounts that serve your requests")
        )
        is_new = not rows and self._has_none()
        if not rows and not is_new:
            self.absent.tell(*self._why_absent())
        place = self.found if rows else self.welcome if is_new else self.absent
        self.places.setCurrentWidget(place)
        self._bar.setVisible(bool(rows))
        for made in (self.add_button, self.key_button):
            made.setVisible(bool(rows))
        self.first_import_button.setVisible(is_new)
        self._show_found()

    def _has_none(self) -> bool:
        """Whether the engine runs and has read its credentials: then there are none."""
        runs = self._desk.life.phase is Phase.RUNNING
        return runs and self._desk.bridge.snapshot.state not in ("starting", "stopped")

    def _why_absent(self) -> tuple[str, str]:
        life = self._desk.life
        kept = self.tr("Your credentials are kept, and come back here once Pollux runs.")
        if life.phase in (Phase.STARTING, Phase.RUNNING):
            return self.tr("Pollux is starting"), kept
        why = life.trouble.sentence if life.trouble is not None else ""
        return self.tr("Pollux is not running"), words.sentences(why, kept)

    def _show_found(self) -> None:
        self.table.make_room()
        self._card.setMaximumHeight(self.table.height_of_rows() + 2 * S + 2)
        self.found.setCurrentIndex(
            1 if self._model.rows and not self.table.sorted.rowCount() else 0
        )

    def _pace(self, rows: tuple[Row, ...], now: float) -> None:
        """How often texts have to be looked at again: every second, now and then, or never."""
        counts = any(one.counts or now - one.last_at < FRESH_S for one in rows)
        if not is_seen(self) or not any(one.counts or one.last_at for one in rows):
            self._timer.stop()
            return
        interval = SECOND_MS if counts else SLOW_MS
        if not self._timer.isActive() or self._timer.interval() != interval:
            self._timer.start(interval)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._look()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()
        if not event.spontaneous():  # another page was gone to, with what was told read
            self.notice.forget()
            self.banner.hide()

    # -- what is asked ---------------------------------------------------------------------

    def add_account(self) -> None:
        AddAccount(self._desk, self.window()).open()

    def add_key(self) -> None:
        AddKey(self._desk, self.window()).open()

    def import_files(self) -> None:
        ImportFiles(self._desk, self.window()).open()

    def show_details(self, credential_id: str) -> None:
        Details(self._desk, self.window(), self.commands, credential_id).open()

    def _search(self, text: str) -> None:
        self.table.sorted.search(text)
        self._show_found()

    def _check_all(self) -> None:
        """Not twice at once. The button stays as it is, for a disabled one would lose the focus."""
        if self.spinner.isHidden():
            self.commands.check(None)

    def _view(self, credential_id: str) -> CredentialView | None:
        credentials = self._desk.bridge.snapshot.credentials
        return next((one for one in credentials if one.id == credential_id), None)

    def _show_menu(self, credential_id: str, at: QPoint) -> None:
        if (view := self._view(credential_id)) is not None:
            self.commands.menu(view, self).popup(at)

    def _do(self, credential_id: str, key: str) -> None:
        if (view := self._view(credential_id)) is not None:
            self.commands.do(key, view)

    def _copy(self, text: str) -> None:
        self._desk.copy(text, False)
        self._desk.toast(self.tr("Copied."))

    def _refused(self, refusal: Refusal) -> None:
        self.notice.forget()
        tell_refusal(self._desk, self.banner, refusal)
