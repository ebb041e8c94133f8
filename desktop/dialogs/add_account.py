"""Adds a Google account: from the OAuth client over the browser to the first check.

Each step is a widget of its own; this one leads from step to step as the engine's sign-in goes.
Closing it cancels the sign-in.
"""

import asyncio
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QPushButton, QWidget

from desktop import words
from desktop.desk import Desk
from desktop.dialogs.account_ends import Busy, Done, Ended
from desktop.dialogs.account_guide import Guide
from desktop.dialogs.account_projects import Projects
from desktop.dialogs.account_start import Start, Waiting, way_of
from desktop.dialogs.add_key import AddKey
from desktop.dialogs.files import read_all
from desktop.dialogs.working import WorkingSheet
from desktop.tasks import spawn
from desktop.widgets.buttons import button
from desktop.widgets.panels import clear
from desktop.widgets.snug import Snug
from proxy_core.api import (
    Event,
    OAuthClientView,
    Refusal,
    SignInChanged,
    SignInRequest,
    SignInStatus,
    SignInView,
)

ENDED = (
    SignInStatus.DONE,
    SignInStatus.FAILED,
    SignInStatus.CANCELLED,
    SignInStatus.EXPIRED,
)
LOOK_MS = 5_000
"How often the sign-in is looked at besides, should an event have been lost."
AROUND = 170
"What heading, buttons and margins take of the window's height."
LEAST = 320


class AddAccount(WorkingSheet):
    """again: id of a credential whose account signs in again; vertex: for Vertex AI too."""

    def __init__(
        self, desk: Desk, parent: QWidget, again: str | None = None, *, vertex: bool = False
    ) -> None:
        super().__init__(desk, "", parent, 640)
        title = self.tr("Add Google account") if again is None else self.tr("Sign in again")
        self.setWindowTitle(title)
        self.heading.setText(title)
        self._over, self._again, self._vertex = parent, again, vertex
        views = desk.bridge.snapshot.credentials
        self._wanted = next((view.label for view in views if view.id == again), "")
        if self._wanted:
            heading = self.tr("Sign in again: {account}").format(account=self._wanted)
            self.heading.setText(heading)
        self._request: SignInRequest | None = None
        self._view: SignInView | None = None
        self.stage = Snug(max(parent.window().height() - AROUND, LEAST))
        self.body.addWidget(self.stage, 1)
        self._show_busy(self.tr("One moment…"))
        desk.bridge.happened.connect(self._hear)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)
        self.finished.connect(self._leave)

    def open(self) -> None:
        super().open()
        self._begin_anew()

    @property
    def step(self) -> QWidget | None:
        """What is shown now."""
        return self.stage.widget()

    def _show_step(self, step: QWidget, *buttons: QPushButton) -> None:
        if isinstance(waiting := self.stage.widget(), Waiting):
            waiting.forget()
        self.stage.hold(step)
        clear(self.foot)
        self.foot.addStretch(1)
        for made in buttons:
            self.foot.addWidget(made)
        self.fit()

    def _show_busy(self, sentence: str) -> None:
        self._show_step(Busy(self.desk, sentence), self.cancel_button())

    def _primary(self, text: str, icon: str = "") -> QPushButton:
        made = button(self.theme, text, icon, "primary")
        made.setDefault(True)
        return made

    # -- the OAuth client ------------------------------------------------------------------

    def _begin_anew(self) -> None:
        self.banner.hide()
        self._view = None
        self.work(self._look_for_client(), name="ask for the OAuth client")

    async def _look_for_client(self) -> None:
        self._show_client(await self.desk.bridge.ask(lambda to: to.oauth_client()))

    def _show_client(self, client: OAuthClientView) -> None:
        if client.kind == "none":
            guide = Guide(self.desk)
            guide.client_given.connect(self._take_client)
            guide.key_asked.connect(self._use_key)
            self._show_step(guide, self.cancel_button())
        elif self._again is not None:
            request = SignInRequest(way_of(client), vertex=self._vertex, again=self._again)
            self._begin(request)
        else:
            start = Start(self.desk, client)
            go_on = self._primary(self.tr("Open Google's page"), "open")
            go_on.clicked.connect(lambda: self._begin(start.request()))
            self._show_step(start, self.cancel_button(), go_on)
            go_on.setFocus()

    def _take_client(self, paths: list[Path]) -> None:
        self.banner.hide()
        self.work(self._import_client(paths), name="import an OAuth client")

    async def _import_client(self, paths: list[Path]) -> None:
        taken = await asyncio.to_thread(read_all, paths[:1])
        for item in taken.refused:
            self.banner.tell("bad", item.reason, self.tr("Choose the file that Google gave you."))
        if taken.files:
            content = taken.files[0].content
            self._show_client(await self.desk.bridge.ask(lambda to: to.import_client(content)))

    def _use_key(self) -> None:
        self.reject()
        AddKey(self.desk, self._over).open()

    # -- the sign-in -----------------------------------------------------------------------

    def _begin(self, request: SignInRequest) -> None:
        self.banner.hide()
        self._request = request
        self.work(self._sign_in(request), name="begin a sign-in")

    async def _sign_in(self, request: SignInRequest) -> None:
        view = await self.desk.bridge.ask(lambda to: to.begin_sign_in(request))
        self._follow(view)
        if isinstance(step := self.step, Waiting):
            step.open_browser()
        self._timer.start()

    def _hear(self, events: tuple[Event, ...]) -> None:
        view = self._view
        if view is not None and any(
            isinstance(event, SignInChanged) and event.sign_in_id == view.id for event in events
        ):
            self._look()

    def _look(self) -> None:
        if self._view is None or self._view.status in ENDED:
            self._timer.stop()
        else:
            self.work(self._ask_how_it_stands(self._view.id), name="look at a sign-in")

    async def _ask_how_it_stands(self, sign_in_id: str) -> None:
        try:
            view = await self.desk.bridge.ask(lambda to: to.sign_in(sign_in_id))
        except Refusal as refusal:
            self._end_without_view(refusal)
            return
        self._follow(view)

    def _follow(self, view: SignInView) -> None:
        """Shows how the sign-in stands; an answer that comes late changes nothing."""
        before = self._view
        if before == view or (before and before.id == view.id and before.status in ENDED):
            return
        self._view = view
        match view.status:
            case SignInStatus.WAITING:
                self._show_waiting(view)
            case SignInStatus.EXCHANGING:
                self._show_busy(words.said(view.sentence))
                self.raise_()
                self.activateWindow()
            case SignInStatus.CHOOSING_PROJECT:
                self._show_projects(view)
            case SignInStatus.DONE:
                self._show_done(view)
            case _:
                self._show_ended(view)

    def _show_waiting(self, view: SignInView) -> None:
        waiting = Waiting(self.desk, view, self._wanted if self._again else "")
        waiting.pasted.connect(self._paste)
        self._show_step(waiting, self.cancel_button())

    def _paste(self, text: str) -> None:
        self.banner.hide()
        self.work(self._send_pasted(text), name="paste a redirect")

    async def _send_pasted(self, text: str) -> None:
        if (view := self._view) is not None:
            self._follow(await self.desk.bridge.ask(lambda to: to.paste_redirect(view.id, text)))

    # -- projects --------------------------------------------------------------------------

    def _show_projects(self, view: SignInView) -> None:
        if isinstance(step := self.step, Projects):
            step.show_view(view)
            return
        projects = Projects(self.desk, view)
        use = self._primary(self.tr("Use"))

        def look() -> None:
            count = len(projects.chosen())
            use.setText(self.tr("Use %n project(s)", "", count) if count else self.tr("Use"))
            use.setEnabled(count > 0 and projects.spinner.isHidden())

        projects.changed.connect(look)
        projects.again_asked.connect(self._recheck)
        use.clicked.connect(lambda: self._choose(projects.chosen()))
        self._show_step(projects, self.cancel_button(), use)
        look()

    def _recheck(self) -> None:
        self.banner.hide()
        self.work(self._ask_projects(None), name="look for projects again")

    def _choose(self, chosen: tuple[str, ...]) -> None:
        self.banner.hide()
        self.work(self._ask_projects(chosen), name="choose projects")

    async def _ask_projects(self, chosen: tuple[str, ...] | None) -> None:
        """chosen: None: the list is looked at again."""
        view, step = self._view, self.step
        if view is None or not isinstance(step, Projects):
            return
        step.lock(on=True)
        if chosen is None:
            answer = await self.desk.bridge.ask(lambda to: to.recheck_projects(view.id))
        else:
            answer = await self.desk.bridge.ask(lambda to: to.choose_projects(view.id, chosen))
        self._follow(answer)
        if self.step is step:
            step.lock(on=False)
            step.tell_looked(changed=answer.projects != view.projects)

    # -- ends ------------------------------------------------------------------------------

    def _show_done(self, view: SignInView) -> None:
        missed = self._again is not None and self._again not in (*view.added, *view.renewed)
        done = Done(self.desk, view, self._wanted if missed else "")
        done.outcomes.changed.connect(self.fit)
        if missed:
            other = button(self.theme, self.tr("Done"))
            first = self._primary(self.tr("Try again"), "refresh")
            other.clicked.connect(self.accept)
            first.clicked.connect(self._try_again)
        else:
            other = button(self.theme, self.tr("Add another"), "plus")
            first = self._primary(self.tr("Done"))
            other.clicked.connect(self._add_another)
            first.clicked.connect(self.accept)
        self._show_step(done, other, first)
        first.setFocus()
        self.work(self._check(done), name="first check of an account")

    async def _check(self, done: Done) -> None:
        await done.check()
        self.fit()

    def _add_another(self) -> None:
        self._again = None
        self.heading.setText(self.tr("Add Google account"))
        self._begin_anew()

    def _show_ended(self, view: SignInView) -> None:
        again = self._primary(self.tr("Try again"), "refresh")
        again.clicked.connect(self._try_again)
        self._show_step(Ended(self.desk, view), self.cancel_button(self.tr("Close")), again)
        again.setFocus()

    def _try_again(self) -> None:
        if self._request is not None:
            self._begin(self._request)

    def _end_without_view(self, refusal: Refusal) -> None:
        """The engine knows the sign-in no more: it was stopped, or forgot it."""
        self._timer.stop()
        self._view = None
        self.refused(refusal)
        again = self._primary(self.tr("Try again"), "refresh")
        again.clicked.connect(self._begin_anew)
        self._show_step(QWidget(), self.cancel_button(self.tr("Close")), again)

    def refused(self, refusal: Refusal) -> None:
        super().refused(refusal)
        match self.step:
            case Waiting() as waiting:
                waiting.unlock()
            case Projects() as projects:
                projects.lock(on=False)
            case Busy():  # nothing was begun: there is no step to go back to
                again = self._primary(self.tr("Try again"), "refresh")
                again.clicked.connect(self._begin_anew)
                self._show_step(QWidget(), self.cancel_button(self.tr("Close")), again)
        self.fit()

    def _leave(self) -> None:
        self._timer.stop()
        if isinstance(waiting := self.step, Waiting):
            waiting.forget()
        if self._view is not None and self._view.status not in ENDED:
            spawn(_cancel(self.desk, self._view.id), name="cancel a sign-in")


async def _cancel(desk: Desk, sign_in_id: str) -> None:
    with suppress(Refusal):  # it has ended meanwhile, or the engine has
        await desk.bridge.ask(lambda to: to.cancel_sign_in(sign_in_id))
