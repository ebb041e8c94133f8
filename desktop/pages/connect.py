"""The page Connect: how each tool is pointed at Pollux, written for the owner where that is
documented, and a test that the address answers.

The bearer token is shown only where the owner asks for it; Copy fetches it anew, so that it is
never an old one. Not here: the tools and their files (`proxy_core.connect`).
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop import words
from desktop.chat.local_http import LocalHttp
from desktop.desk import Desk
from desktop.dialogs.links import open_page
from desktop.look.metrics import L, M, S
from desktop.pages.connect_guide import ApplyBox, GuideView
from desktop.pages.connect_tools import Connect, ToolList
from desktop.pages.connect_trial import try_out
from desktop.tasks import spawn
from desktop.widgets.buttons import button
from desktop.widgets.fields import CopyField
from desktop.widgets.panels import Banner, Card, Page, column
from desktop.widgets.texts import ElidedLabel
from proxy_core.api import Address, Applied, ConnectFailed, Guide, Refusal, Tool

HIDDEN = "\N{BULLET}" * 12
"Stands for the bearer token on the screen."
_ROOM_FOR_TWO = 960
"Width of the page at which address and token stand side by side."
_LIST_WIDTH = 212
_NOWHERE = "http://127.0.0.1:PORT"
"In guides while Pollux does not run: its port may be another's by now."


class ConnectPage(Page):
    """Tools at the reading side, the guide of the chosen one beside them."""

    go = Signal(str)
    "Another page is wanted."

    def __init__(self, desk: Desk, connect: Connect) -> None:
        super().__init__("", "", scrolls=False)
        self.title.setText(self.tr("Connect a tool"))
        self.setAccessibleName(self.tr("Connect a tool"))
        self.subtitle.setText(self.tr("Pick your tool. Everything is filled in."))
        self._desk, self._connect = desk, connect
        self._http = LocalHttp(self)
        self._tools = {tool.id: tool for tool in connect.tools()}
        self._tool: Tool = next(iter(self._tools.values()))
        self._token = ""
        self._guide: Guide | None = None
        self._trial: asyncio.Task[None] | None = None
        self._reading: asyncio.Task[None] | None = None
        self._is_writing = False
        self.test_button = button(desk.theme, self.tr("Test connection"), "play", "primary")
        self.test_button.clicked.connect(self._turn_trial)
        self.tools.addWidget(self.test_button)
        self.body.addLayout(self._make_panes(), 1)
        self.list.chosen.connect(self._choose)
        desk.bridge.snapshot_changed.connect(self._on_snapshot)
        desk.life.changed.connect(self.refresh)
        self._shown_url = ""
        self.list.choose(self._tool.id)

    # -- how it is put together ------------------------------------------------------------

    def _make_panes(self) -> QHBoxLayout:
        panes = QHBoxLayout()
        panes.setSpacing(L)
        self.list = ToolList(self._desk.theme, tuple(self._tools.values()))
        side = Card()
        side.body.setContentsMargins(S, M, S, S)
        side.body.addWidget(self.list)
        side.setFixedWidth(_LIST_WIDTH)
        panes.addWidget(side)
        main = Card()
        main.body.addLayout(self._make_name_line())
        main.body.addWidget(self._make_scroller(), 1)
        self.outcome = Banner(self._desk.theme)
        main.body.addWidget(self.outcome)
        panes.addWidget(main, 1)
        return panes

    def _make_name_line(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(S)
        self.name = ElidedLabel("", "title")
        head.addWidget(self.name, 1)
        self.docs_button = button(self._desk.theme, self.tr("Its documentation"), "open", "quiet")
        self.docs_button.clicked.connect(lambda: open_page(self._desk, self._tool.docs_url))
        head.addWidget(self.docs_button)
        return head

    def _make_scroller(self) -> QScrollArea:
        scroller = QScrollArea()
        scroller.setWidgetResizable(True)
        scroller.setFrameShape(QFrame.Shape.NoFrame)
        scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        content = QWidget()
        inner = QVBoxLayout(content)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(L)
        bar = scroller.verticalScrollBar()
        bar.rangeChanged.connect(lambda _least, most: self._keep_clear(inner, bar=most > 0))
        self._fields = self._make_fields()
        inner.addLayout(self._fields)
        self.note = Banner(self._desk.theme)
        inner.addWidget(self.note)
        self.box = ApplyBox(self._desk)
        self.box.hide()
        self.box.apply_asked.connect(lambda: self._write(self._apply))
        self.box.undo_asked.connect(lambda: self._write(self._undo))
        inner.addWidget(self.box)
        self.guide = GuideView(self._desk)
        self.guide.copy_asked.connect(lambda at: spawn(self._copy_code(at), name="copy code"))
        inner.addWidget(self.guide)
        inner.addStretch(1)
        scroller.setWidget(content)
        self._scroller = scroller
        return scroller

    def _keep_clear(self, content: QVBoxLayout, *, bar: bool) -> None:
        """Room between the content and the scroll bar, where there is one."""
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        room = S if bar else 0
        content.setContentsMargins(room if rtl else 0, 0, 0 if rtl else room, 0)

    def _make_fields(self) -> QBoxLayout:
        fields = column(M)
        self.url_field = CopyField(self._desk.theme, self.tr("Base URL"))
        self.url_field.field.setPlaceholderText(self.tr("Pollux is not running."))
        self.url_field.copied.connect(self._copy_url)
        name = self.tr("API key (the bearer token)")
        self.token_field = CopyField(self._desk.theme, name, secret=True)
        self.token_field.copied.connect(lambda _shown: spawn(self._copy_token(), name="copy token"))
        fields.addWidget(self.url_field, 1)
        fields.addWidget(self.token_field, 1)
        return fields

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= _ROOM_FOR_TWO
        direction = QBoxLayout.Direction
        self._fields.setDirection(direction.LeftToRight if wide else direction.TopToBottom)

    # -- what is shown ---------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.WindowActivate:
            self.refresh()  # a terminal or the tool itself may have changed its file
        return super().event(event)

    def refresh(self) -> None:
        """Reads anew whatever may have changed elsewhere."""
        if self.isVisible():
            if self._reading is not None:
                self._reading.cancel()  # of two looks the later one counts
            self._reading = spawn(self._refresh(), name="show how to connect")

    def _on_snapshot(self) -> None:
        if self._desk.bridge.snapshot.url != self._shown_url:
            self.refresh()

    @property
    def shown_tool(self) -> str:
        """Name of the tool whose guide is shown."""
        return self._guide.tool.name if self._guide is not None else ""

    @property
    def _url(self) -> str:
        """Where Pollux is, or will be once it runs."""
        settings = self._desk.life.settings
        port = settings.port if settings is not None else 7860
        return self._desk.bridge.snapshot.url or f"http://127.0.0.1:{port}"

    async def _refresh(self) -> None:
        try:
            self._token = await self._desk.bridge.token()
        except Refusal:
            self._token = ""
        url = self._desk.bridge.snapshot.url
        if url != self._shown_url or not self._token:
            self.outcome.hide()  # it was said of another address
        self._shown_url = url
        self.test_button.setEnabled(bool(self._token))
        self._show_head()
        # Side by side: what goes wrong with one tool keeps no other from its mark.
        others = [self._mark(tool) for tool in self._tools.values() if tool is not self._tool]
        await asyncio.gather(self._show_tool(self._tool), *others)

    def _choose(self, tool_id: str) -> None:
        self._tool = self._tools[tool_id]
        self._scroller.verticalScrollBar().setValue(0)
        self.box.outcome.hide()
        self.outcome.hide()
        self._show_head()
        if self.isVisible():
            spawn(self._show_tool(self._tool), name="show the tool's guide")

    def _show_head(self) -> None:
        """What is known of the tool without a look at its files."""
        tool = self._tool
        self.name.setText(tool.name)
        self.docs_button.setVisible(bool(tool.docs_url))
        is_openai = tool.dialect in ("openai", "responses")
        at, runs = self._address, bool(self._desk.bridge.snapshot.url)
        self.url_field.show_value((at.openai if is_openai else at.url) if runs else "")
        self.token_field.show_value(self._token)
        if tool.note:
            self.note.tell("info", words.said(tool.note), closable=False)
        else:
            self.note.hide()

    # -- files of the tools ----------------------------------------------------------------

    @property
    def _address(self) -> Address:
        return Address(self._url, self._token or None)

    @property
    def _told_address(self) -> Address:
        """What guides name."""
        return replace(self._address, url=self._desk.bridge.snapshot.url or _NOWHERE)

    async def _show_tool(self, tool: Tool) -> None:
        """Its steps, and how its file stands."""
        shown = replace(self._told_address, token=HIDDEN if self._token else None)
        applied: Applied | ConnectFailed | None
        try:
            guide = await asyncio.to_thread(self._connect.guide, tool.id, shown)
            applied = await self._mark(tool)
        except ConnectFailed as failed:
            guide, applied = Guide(tool, ()), failed
        if tool is not self._tool:
            return  # another one was chosen meanwhile
        self._guide = guide
        is_applied = isinstance(applied, Applied) and applied.state == "applied"
        self.guide.show_guide(guide, applied=is_applied)
        self.box.setVisible(applied is not None)
        if isinstance(applied, ConnectFailed):
            self.box.show_unreadable(applied)
        elif applied is not None:
            self.box.show_state(applied, guide.steps)
        if self._desk.life.demo:
            self.box.forbid(self.tr("In the demo nothing is written into your tools' files."))
        elif not self._token:
            self.box.forbid(self.tr("Pollux is not running. Start it first."))

    async def _mark(self, tool: Tool) -> Applied | ConnectFailed | None:
        """How its file stands, marked in the list; None where it has none that we change."""
        if not tool.can_apply:
            return None
        try:
            applied = await asyncio.to_thread(self._connect.status, tool.id, self._address)
        except ConnectFailed as failed:
            return failed
        self.list.mark(tool.id, set_up=applied.state == "applied")
        return applied

    def _apply(self, tool: Tool) -> Applied:
        return self._connect.apply(tool.id, self._address)

    def _undo(self, tool: Tool) -> Applied:
        return self._connect.undo(tool.id)

    def _write(self, work: Callable[[Tool], Applied]) -> None:
        # The button stays enabled meanwhile: else it would lose the focus.
        if not self._is_writing:
            self._is_writing = True
            spawn(self._do(work, self._tool), name="write a tool's settings")

    async def _do(self, work: Callable[[Tool], Applied], tool: Tool) -> None:
        try:
            done = await asyncio.to_thread(work, tool)
        except ConnectFailed as failed:
            if tool is self._tool:
                self.box.tell_failed(failed)
                self._show_box()
            return
        finally:
            self._is_writing = False
        if tool is self._tool:
            self.box.tell_done(done)
            await self._show_tool(tool)
            self._show_box()
        else:
            await self._mark(tool)

    def _show_box(self) -> None:
        """Scrolls to what came of it, once the box has grown for that."""

        def scroll() -> None:
            self._scroller.ensureWidgetVisible(self.box, 0, L)

        QTimer.singleShot(0, self, scroll)

    # -- copying ---------------------------------------------------------------------------

    def _copy_url(self, url: str) -> None:
        self._desk.copy(url, False)
        self._desk.toast(self.tr("The base URL was copied."))

    async def _copy_token(self) -> None:
        if token := await self._fresh_token():
            self._desk.copy(token, True)
            self._desk.toast(self.tr("The bearer token was copied."))

    async def _copy_code(self, at: int) -> None:
        if self._guide is None:
            return
        tool, step = self._guide.tool, self._guide.steps[at]
        if step.secret and not await self._fresh_token():
            return
        guide = await asyncio.to_thread(self._connect.guide, tool.id, self._told_address)
        self._desk.copy(guide.steps[at].code, step.secret)
        self._desk.toast(self.tr("Copied: {title}").format(title=words.said(step.title)))

    async def _fresh_token(self) -> str:
        """The bearer token now; empty, and said so, where there is none."""
        try:
            self._token = await self._desk.bridge.token()
        except Refusal as refusal:
            self._desk.toast(words.said(refusal.sentence))
            return ""
        return self._token

    # -- the test --------------------------------------------------------------------------

    def _turn_trial(self) -> None:
        if self._trial is not None:
            self._trial.cancel()
        else:
            self._trial = spawn(self._try_out(), name="test the connection")

    async def _try_out(self) -> None:
        self.test_button.setText(self.tr("Cancel"))
        self.outcome.hide()
        try:
            token = await self._desk.bridge.token()
            done = await try_out(self._http, Address(self._url), token)
        except Refusal as refusal:
            sentence = self.tr("It does not work. {why}").format(why=words.said(refusal.sentence))
            self.outcome.tell("bad", sentence, words.said(refusal.next_step))
            return
        finally:
            self._trial = None
            self.test_button.setText(self.tr("Test connection"))
        said = (
            self.tr("It works. {model} answered in {time} through {credential}.")
            if done.credential
            else self.tr("It works. {model} answered in {time}.")
        )
        time = words.duration(done.took_s)
        self.outcome.tell(
            "ok", said.format(model=done.model, time=time, credential=done.credential)
        )
