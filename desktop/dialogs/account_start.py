"""What a sign-in is asked for: before the browser opens, and while it is open."""

from typing import Literal

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop import words
from desktop.desk import Desk
from desktop.dialogs.links import open_page
from desktop.look.metrics import XS, M, S
from desktop.widgets.buttons import Switch, button
from desktop.widgets.flow import Flow
from desktop.widgets.panels import Banner, Line, column, row
from desktop.widgets.spinner import Spinner
from desktop.widgets.texts import label
from proxy_core.api import OAuthClientView, SignInRequest, SignInView

SECOND_MS = 1_000


class Start(QWidget):
    """What may be said before the browser opens; nothing has to be."""

    def __init__(self, desk: Desk, client: OAuthClientView) -> None:
        super().__init__()
        self._client = client
        inner = column(M)
        self.setLayout(inner)
        text = self.tr(
            "Your browser opens Google's page. Choose the account there, and leave every box "
            "ticked."
        )
        inner.addWidget(label(text, "body", wrap=True))
        field = column(XS)
        name = self.tr("Project id (optional)")
        caption = label(name, "muted")
        self.project = QLineEdit()
        self.project.setAccessibleName(name)
        self.project.setPlaceholderText(self.tr("found out after the sign-in"))
        caption.setBuddy(self.project)
        field.addWidget(caption)
        field.addWidget(self.project)
        inner.addLayout(field)
        self.vertex = Switch(desk.theme, self.tr("Vertex AI too"))
        inner.addWidget(self.vertex, 0, Qt.AlignmentFlag.AlignLeading)
        billed = self.tr("Vertex AI is billed by Google, and asks for more rights. Usually off.")
        inner.addWidget(label(billed, "muted", wrap=True))
        inner.addWidget(Line())
        inner.addWidget(label(words.said(client.sentence), "caption", wrap=True))
        if client.next_step:
            inner.addWidget(label(words.said(client.next_step), "caption", wrap=True))

    def request(self) -> SignInRequest:
        return SignInRequest(
            way_of(self._client),
            project=self.project.text().strip() or None,
            vertex=self.vertex.isChecked(),
        )


def way_of(client: OAuthClientView) -> Literal["loopback", "page"]:
    """The way to sign in: a listener of its own wherever the client allows it."""
    return "loopback" if "loopback" in client.ways or not client.ways else "page"


class Waiting(QWidget):
    """For the owner's consent in the browser."""

    pasted = Signal(str)
    "The address that Google sent the browser to."

    def __init__(self, desk: Desk, view: SignInView, wanted: str = "") -> None:
        """wanted: the account that signs in again."""
        super().__init__()
        self._desk, self._view, self._wanted = desk, view, wanted
        inner = column(M)
        self.setLayout(inner)
        self.no_browser = Banner(desk.theme)
        inner.addWidget(self.no_browser)
        inner.addLayout(self._make_status())
        buttons = Flow(across=S, down=S)
        self.open_button = button(desk.theme, self.tr("Open the page again"), "open")
        self.open_button.clicked.connect(self.open_browser)
        self.copy_button = button(desk.theme, self.tr("Copy link"), "copy")
        self.copy_button.clicked.connect(self._copy)
        buttons.addWidget(self.open_button)
        buttons.addWidget(self.copy_button)
        inner.addLayout(buttons)
        inner.addWidget(Line())
        inner.addLayout(self._make_paste())
        self._timer = QTimer(self)
        self._timer.setInterval(SECOND_MS)
        self._timer.timeout.connect(self._count)
        self._timer.start()
        self._count()

    def _make_status(self) -> QHBoxLayout:
        line = row(M)
        line.addWidget(Spinner(self._desk.theme, 28), 0, Qt.AlignmentFlag.AlignTop)
        texts = column(XS)
        texts.addWidget(label(words.said(self._view.sentence), "strong", wrap=True))
        if self._wanted:
            choose = self.tr("Choose {account} there.").format(account=self._wanted)
            texts.addWidget(label(choose, "body", wrap=True))
        self.left = label("", "muted", wrap=True)
        texts.addWidget(self.left)
        line.addLayout(texts, 1)
        return line

    def _make_paste(self) -> QVBoxLayout:
        inner = column(S)
        name = self.tr("Redirect address")
        text = self.tr(
            "Signed in on another computer, or the last page does not load? Paste that page's "
            "address here."
        )
        inner.addWidget(label(text, "muted", wrap=True))
        line = row(S)
        self.field = QLineEdit()
        self.field.setAccessibleName(name)
        self.field.setPlaceholderText(self._view.redirect_uri + "?…")
        self.field.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.field.returnPressed.connect(self._paste)
        self.paste_button = button(self._desk.theme, self.tr("Go on"))
        self.paste_button.clicked.connect(self._paste)
        line.addWidget(self.field, 1)
        line.addWidget(self.paste_button)
        inner.addLayout(line)
        return inner

    def open_browser(self) -> None:
        """Opens Google's page; where no browser can be opened, says what to do."""
        if open_page(self._desk, self._view.url):
            self.no_browser.hide()
            return
        self.no_browser.tell(
            "warn",
            self.tr("No browser can be opened."),
            self.tr("The link is on the clipboard: open it in any browser, also elsewhere."),
            closable=False,
        )

    def unlock(self) -> None:
        self.paste_button.setEnabled(True)
        self.field.setFocus()

    def forget(self) -> None:
        """The pasted address holds Google's answer, which is a secret."""
        self.field.setText("")

    def _copy(self) -> None:
        self._desk.copy(self._view.url, False)
        self._desk.toast(self.tr("Link copied."))

    def _paste(self) -> None:
        if text := self.field.text().strip():
            self.paste_button.setEnabled(False)
            self.pasted.emit(text)

    def _count(self) -> None:
        left = words.until(self._view.expires_at, self._desk.figures.now())
        self.left.setText(self.tr("{span} left to finish there.").format(span=left))
