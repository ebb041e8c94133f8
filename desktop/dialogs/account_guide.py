"""How to get an OAuth client of one's own, in four steps with Google's pages at hand.

Google lets a program sign people in only with a client, and other programs' clients are not ours
to use.
"""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from desktop import words
from desktop.desk import Desk
from desktop.dialogs.choosing import choose_files
from desktop.dialogs.links import (
    API_LIBRARY,
    APIS,
    CONSENT_SCREEN,
    NEW_CLIENT,
    NEW_PROJECT,
    page_button,
)
from desktop.look.metrics import M, S
from desktop.widgets.buttons import button
from desktop.widgets.fields import DropArea
from desktop.widgets.flow import Flow
from desktop.widgets.panels import column, row
from desktop.widgets.texts import label


class Guide(QWidget):
    """Ends with the client's file, or with the wish for an API key."""

    client_given = Signal(list)
    "list[Path]: files that were dropped or chosen."
    key_asked = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        inner = column(M)
        self.setLayout(inner)
        inner.addWidget(
            label(
                self.tr(
                    "Google lets a program sign you in only with an OAuth client, and yours must "
                    "be your own. It takes four steps, once."
                ),
                "body",
                wrap=True,
            )
        )
        for number, (texts, buttons) in enumerate(self._steps(), 1):
            inner.addLayout(self._step(number, texts, buttons))
        self.drop = DropArea(
            desk.theme,
            self.tr("Drop the client_secret_*.json file here"),
            self.tr("Choose file…"),
            self._choose,
        )
        self.drop.dropped.connect(self.client_given)
        inner.addWidget(self.drop)
        self.key_button = button(
            desk.theme, self.tr("Use an API key instead, which needs none of this"), "key", "quiet"
        )
        self.key_button.clicked.connect(self.key_asked)
        inner.addWidget(self.key_button, 0, Qt.AlignmentFlag.AlignLeading)

    def _steps(self) -> Sequence[tuple[list[str], list[QPushButton]]]:
        desk = self._desk
        return (
            (
                [self.tr("Create a project in the Google Cloud console, or choose one.")],
                [page_button(desk, NEW_PROJECT, self.tr("Create project"))],
            ),
            (
                [
                    self.tr(
                        "Switch on three APIs in it: the Gemini API, and so that your projects can "
                        "be listed, Cloud Resource Manager and Service Usage."
                    )
                ],
                [page_button(desk, API_LIBRARY + host, name) for name, host in APIS.items()],
            ),
            (
                self._consent(),
                [page_button(desk, CONSENT_SCREEN, self.tr("Consent screen"))],
            ),
            (
                [
                    self.tr(
                        "Create a client of the type Desktop app and download its JSON at once: "
                        "Google shows the secret only then."
                    )
                ],
                [page_button(desk, NEW_CLIENT, self.tr("Create client"))],
            ),
        )

    def _consent(self) -> list[str]:
        return [
            self.tr(
                "Set up the consent screen. Under Data access add the scopes "
                "generative-language.retriever and cloud-platform.read-only "
                "(for Vertex AI cloud-platform)."
            ),
            self.tr(
                "Under Audience publish the app, In production: while it is in Testing, "
                "Google ends every sign-in after 7 days."
            ),
        ]

    def _step(self, number: int, texts: list[str], buttons: list[QPushButton]) -> QHBoxLayout:
        step = row(M)
        sign = label(words.number(number), "step")
        sign.setAlignment(Qt.AlignmentFlag.AlignCenter)
        step.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        said = column(S)
        for text in texts:
            said.addWidget(label(text, "body", wrap=True))
        line = Flow(across=S, down=S)
        for made in buttons:
            line.addWidget(made)
        said.addLayout(line)
        step.addLayout(said, 1)
        return step

    def _choose(self) -> None:
        kinds = self.tr("OAuth client (*.json)")
        choose_files(self, self.tr("OAuth client"), [kinds], self._chosen, several=False)

    def _chosen(self, paths: list[Path]) -> None:
        self.client_given.emit(paths)
