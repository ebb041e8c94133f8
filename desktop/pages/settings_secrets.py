"""The groups of what is secret: where credentials are kept, the OAuth client, the bearer token."""

import asyncio
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from desktop import words
from desktop.desk import Desk
from desktop.dialogs.choosing import choose_files
from desktop.look.metrics import S
from desktop.look.tokens import Tone
from desktop.pages.settings_rows import Group, Row
from desktop.tasks import spawn
from desktop.widgets.buttons import button
from desktop.widgets.fields import CopyField
from desktop.widgets.marks import Chip
from desktop.widgets.sheet import Question
from proxy_core.api import Keeping, OAuthClientView, Refusal

LARGEST_CLIENT_BYTES = 100_000
"An OAuth client's file has less than a thousand."


class CredentialsGroup(Group):
    """Where new credentials go, and the owner's OAuth client."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(QCoreApplication.translate("Settings", "Credentials"))
        self._desk = desk
        theme = desk.theme
        self.kept = Chip(theme)
        self.keeping_row = Row(theme, self.tr("New credentials are kept in"), "", self.kept)
        self.add(self.keeping_row)
        self.import_button = button(theme, self.tr("Use a client's file…"), "import")
        self.import_button.clicked.connect(self._choose)
        self.forget_button = button(theme, self.tr("Forget…"), "trash")
        self.forget_button.clicked.connect(lambda: spawn(self._forget(), name="forget client"))
        self.client_row = Row(
            theme,
            self.tr("Google OAuth client"),
            self.tr(
                "Signing in with Google runs through a client of your own, a file called "
                "client_secret_*.json. API keys need none."
            ),
            _side_by_side(self.import_button, self.forget_button),
            words="client_secret CLIENT_ID CLIENT_SECRET",
        )
        self.add(self.client_row)

    async def load(self) -> None:
        try:
            kept = await self._desk.bridge.ask(lambda to: to.keeping())
            client = await self._desk.bridge.ask(lambda to: to.oauth_client())
        except Refusal:
            return  # it is stopping
        self._show_keeping(kept)
        self._show_client(client)

    def _show_keeping(self, kept: Keeping) -> None:
        names = {
            "vault": self.tr("The vault"),
            "folder": self.tr("The data folder"),
            "environment": self.tr("The environment"),
        }
        well = not kept.sentence
        self.kept.show_state(
            names[kept.kept_in], "ok" if well else "warn", "shield" if well else "warning"
        )
        self.kept.setToolTip(kept.folder)
        text = words.sentences(words.said(kept.sentence), words.said(kept.next_step))
        self.keeping_row.tell("warn", text)

    def _show_client(self, client: OAuthClientView) -> None:
        text = words.sentences(words.said(client.sentence), words.said(client.next_step))
        tone: Tone = "ok" if client.ways else "info"
        self.client_row.tell(tone, text)
        fixed = client.source == "settings"
        self.import_button.setEnabled(not fixed)
        self.forget_button.setVisible(client.source == "imported")

    def _choose(self) -> None:
        kinds = self.tr("OAuth clients (*.json)")
        title = self.tr("Choose the client's file")
        choose_files(self, title, [kinds], self._take, several=False)

    def _take(self, chosen: list[Path]) -> None:
        spawn(self._import(chosen[0]), name="import client")

    async def _import(self, path: Path) -> None:
        try:
            content = await asyncio.to_thread(_read, path)
        except OSError as error:
            text = self.tr("{name} cannot be read: {reason}.")
            self.client_row.tell("bad", text.format(name=path.name, reason=error.strerror or error))
            return
        try:
            client = await self._desk.bridge.ask(lambda to: to.import_client(content))
        except Refusal as refusal:
            self.client_row.tell_refusal(refusal)
            return
        self._show_client(client)
        self._desk.toast(self.tr("The OAuth client is in use."))

    async def _forget(self) -> None:
        question = Question(
            self._desk.theme,
            self.tr("Forget the OAuth client?"),
            self.tr(
                "Accounts that signed in with it go on working; new ones cannot sign in until "
                "there is another client."
            ),
            self.tr("Forget it"),
            self.window(),
            danger=True,
        )
        if not await question.answer():
            return
        try:
            self._show_client(await self._desk.bridge.ask(lambda to: to.forget_client()))
        except Refusal as refusal:
            self.client_row.tell_refusal(refusal)


class TokenGroup(Group):
    """The bearer token, and a new one."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(QCoreApplication.translate("Settings", "Bearer token"))
        self._desk = desk
        self.field = CopyField(desk.theme, self.tr("Token of your tools"), secret=True)
        self.field.copied.connect(lambda _value: spawn(self._copy(), name="copy the token"))
        self.body.addWidget(self.field)
        self.rotate_button = button(desk.theme, self.tr("Make a new one…"), "refresh")
        self.rotate_button.clicked.connect(lambda: spawn(self._rotate(), name="new token"))
        self.rotate_row = Row(
            desk.theme,
            self.tr("New token"),
            self.tr(
                "If someone else may have seen it. Every tool that is set up needs the new one."
            ),
            self.rotate_button,
            words="GEMINI_AUTH_PASSWORD",
        )
        self.add(self.rotate_row)

    async def load(self) -> None:
        try:
            self.field.show_value(await self._desk.bridge.token())
        except Refusal:
            self.field.show_value("")

    async def _copy(self) -> None:
        """Asks for it anew, for it may have been exchanged since it was shown."""
        try:
            token = await self._desk.bridge.token()
        except Refusal as refusal:
            self._desk.toast(words.said(refusal.sentence))
            return
        self.field.show_value(token)
        self._desk.copy(token, True)
        self._desk.toast(self.tr("The bearer token was copied."))

    async def _rotate(self) -> None:
        question = Question(
            self._desk.theme,
            self.tr("Make a new bearer token?"),
            self.tr(
                "The present one stops working at once. Tools that use it are refused until "
                "they have the new one; the page Connect shows it."
            ),
            self.tr("Make a new one"),
            self.window(),
            danger=True,
        )
        if not await question.answer():
            return
        try:
            await self._desk.bridge.ask(lambda to: to.rotate_token())
        except Refusal as refusal:
            self.rotate_row.tell_refusal(refusal)
            return
        await self.load()
        self.rotate_row.tell("ok", self.tr("There is a new token. Give it to your tools."))


def _read(path: Path) -> bytes:
    """The file, as far as an OAuth client's could go. Raises OSError."""
    with path.open("rb") as file:
        return file.read(LARGEST_CLIENT_BYTES)


def _side_by_side(*buttons: QPushButton) -> QWidget:
    made = QWidget()
    inner = QHBoxLayout(made)
    inner.setContentsMargins(0, 0, 0, 0)
    inner.setSpacing(S)
    for one in buttons:
        inner.addWidget(one)
    return made
