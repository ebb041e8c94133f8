"""What a check of credentials told, on the page's banner, for as long as it holds."""

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication

from desktop import words
from desktop.desk import Desk
from desktop.dialogs.links import with_buttons
from desktop.status import USABLE
from desktop.widgets.panels import Banner
from proxy_core.api import CheckResult, CredentialView


class CheckNotice:
    """Goes when what it told of is gone or stands otherwise, and with the engine that told it."""

    def __init__(self, desk: Desk, banner: Banner) -> None:
        self._desk, self._banner = desk, banner
        self.forget()

    def forget(self) -> None:
        """Something else is on the banner, or nothing."""
        self._results: dict[str, CheckResult] = {}
        self._whole = 0
        self._settled: set[str] = set()
        "Of which the snapshot has said what the check said; it may come later than that."
        self._around = self._surroundings()

    def tell(self, results: tuple[CheckResult, ...]) -> None:
        self.forget()
        self._whole = len(results)
        self._results = {result.id: result for result in results}
        self._show()
        self.look()

    def look(self) -> None:
        """Takes away what does not hold any more."""
        if not self._results:
            return
        if self._around != self._surroundings():
            self._end()
            return
        views = {view.id: view for view in self._desk.bridge.snapshot.credentials}
        over = [key for key in self._results if not self._holds(key, views)]
        if not over:
            return
        bad = [key for key, result in self._results.items() if not result.ok]
        left = [key for key in bad if key not in over]
        if self._whole == 1 or not left:
            self._end()
        elif len(left) < len(bad):
            self._results = {key: self._results[key] for key in left}
            self._show()

    def _surroundings(self) -> tuple[object, ...]:
        desk = self._desk
        return (desk.life.demo, desk.bridge.snapshot.url, desk.bridge.offline)

    def _holds(self, credential_id: str, views: Mapping[str, CredentialView]) -> bool:
        view = views.get(credential_id)
        if view is None:
            return False
        told = self._results[credential_id].state
        if view.state == told or {view.state, told} <= USABLE:
            self._settled.add(credential_id)
            return True
        return credential_id not in self._settled

    def _end(self) -> None:
        self.forget()
        self._banner.hide()

    def _show(self) -> None:
        results = tuple(self._results.values())
        bad = [result for result in results if not result.ok]
        if self._whole == 1:
            self._tell_one(results[0])
        elif not bad:
            text = _tr("Google accepts all %n credential(s).", self._whole)
            self._banner.tell("ok", text)
        else:
            text = _tr("{n} of %n credential(s) cannot be used now.", self._whole)
            names = ", ".join(result.label for result in bad)
            self._banner.tell("warn", text.format(n=words.number(len(bad))), names)

    def _tell_one(self, result: CheckResult) -> None:
        if result.ok:
            text = _tr("{label} works: Google accepts it.")
            self._banner.tell("ok", text.format(label=result.label))
            return
        said, links = with_buttons(self._desk, words.said(result.next_step))
        sentence = _tr("{label}: {sentence}").format(
            label=result.label, sentence=words.said(result.sentence)
        )
        self._banner.tell("warn", sentence, said, links)


def _tr(text: str, n: int = -1) -> str:
    return QCoreApplication.translate("CheckNotice", text, None, n)
