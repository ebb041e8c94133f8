"""An engine's commands without an engine: a small pool in memory, and a sign-in that tests steer.

Strict: it refuses as the real ones do, and notes every call. Secrets go in and never come out.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from proxy_core.clock import Clock, SystemClock
from proxy_core.commands import (
    CheckResult,
    Finding,
    ImportedItem,
    ImportFile,
    ImportReport,
    Keeping,
    Line,
    OAuthClientView,
    Place,
    ProjectView,
    Refusal,
    RefusalCode,
    Removal,
    SettingsChange,
    SettingView,
    SignInRequest,
    SignInStatus,
    SignInView,
    UsageQuery,
    UsageReport,
    UsageRow,
)
from proxy_core.engine.settings_change import SettingsChanger
from proxy_core.events import Bus, PauseChanged, SignInChanged, StandingChanged
from proxy_core.snapshot import CredentialView, ModelView, Snapshot, Totals

OPEN = (SignInStatus.WAITING, SignInStatus.EXCHANGING, SignInStatus.CHOOSING_PROJECT)
IN_THE_VAULT = Keeping("vault", "open", "", "", read_only=False, folder="/data")
GOOGLE_URL = "https://accounts.google.com/o/oauth2/v2/auth?client_id=pretend&state=pretend"
NO_CLIENT = OAuthClientView(
    "none", "", "There is no OAuth client yet.", "Make one in four steps, or use an API key."
)
CLIENT = OAuthClientView(
    *("installed", "imported", "Your own OAuth client, kept in the vault.", ""),
    ways=("loopback", "page"),
)


def credential(
    credential_id: str, label: str, state: str = "ready", sentence: str = "Ready.", **more: object
) -> CredentialView:
    """A credential of the pool; `more`: further fields."""
    view = CredentialView(
        id=credential_id,
        kind={"acc": "account", "svc": "service_account"}.get(credential_id[:3], "api_key"),
        label=label,
        project="home-project",
        store="vault",
        enabled=True,
        state=state,
        since=1_795_000_000.0,
        until=None,
        sentence=sentence,
        next_step="",
        in_flight=0,
    )
    return replace(view, **more)  # type: ignore[arg-type]  # the caller names fields


def model(name: str, state: str = "ready", **more: object) -> ModelView:
    view = ModelView(name, state, None, 3, 10, 120, 500)
    return replace(view, **more)  # type: ignore[arg-type]  # the caller names fields


@dataclass
class Gate:
    """Where a command waits until the test lets it go on."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    opened: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class FakeCommands:
    """Implements commands.Commands."""

    bus: Bus = field(default_factory=Bus)
    clock: Clock = field(default_factory=SystemClock)
    pool: dict[str, CredentialView] = field(default_factory=dict)
    client: OAuthClientView = CLIENT
    projects: tuple[ProjectView, ...] = ()
    "What an account may choose from; empty: none is asked for."
    calls: list[tuple[object, ...]] = field(default_factory=list)
    "Name and arguments of each call."
    refusal: Refusal | None = None
    "What the next command raises."
    gate: Gate | None = None
    "Where `clear` and `doctor` wait."
    sign_ins: dict[str, SignInView] = field(default_factory=dict)
    state: str = "serving"
    url: str = "http://127.0.0.1:7860"
    "Of the snapshot."
    kept: Keeping = field(default_factory=lambda: IN_THE_VAULT)
    changer: SettingsChanger | None = None
    "The real settings, on a file of the test's; None: one setting that takes any value."
    used: tuple[UsageRow, ...] = (
        UsageRow(0.0, "gemini-3.8-flash", "acc1", "openai", 3, 0, 10, 0, 5, 2, 0.01),
    )
    newer: str | None = None
    "The version of a release that is newer than this Pollux."
    findings: tuple[Finding, ...] = (Finding("vault", ok=True, sentence="The vault opens."),)

    def snapshot(self) -> Snapshot:
        totals = Totals(exchanges=1284, failed=3, attempts=1301, prompt_tokens=2_700_000)
        return Snapshot("0.0.0", self.state, self.url, tuple(self.pool.values()), totals)

    def put(self, *views: CredentialView) -> None:
        self.pool.update((view.id, view) for view in views)
        self.tell()

    def tell(self) -> None:
        """Publishes that something changed."""
        now = self.clock.now()
        self.bus.publish(StandingChanged(now, "acc", "label", None, "ready", None, ""))

    # -- credentials -----------------------------------------------------------------------

    async def add_keys(
        self, text: str, label: str | None = None, project: str | None = None
    ) -> ImportReport:
        self._note("add_keys", text, label, project)
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        return ImportReport(
            tuple(self._key(at, line, label, project) for at, line in enumerate(lines, 1)), "vault"
        )

    def _key(self, at: int, line: str, label: str | None, project: str | None) -> ImportedItem:
        source = f"line {at}"
        if not line.startswith(("AIza", "AQ.")):
            return ImportedItem(source, "refused", reason="This is not an API key.")
        credential_id = f"key{len(self.pool):010d}"
        name = label or f"key {len(self.pool) + 1}"
        self.put(credential(credential_id, name, project=project))
        return ImportedItem(source, "added", credential_id, name)

    async def import_files(
        self, files: Sequence[ImportFile], passphrase: str | None = None
    ) -> ImportReport:
        self._note("import_files", tuple((file.name, file.content) for file in files), passphrase)
        if any(b"encrypted" in file.content for file in files) and passphrase is None:
            raise Refusal(
                *(RefusalCode.INVALID, "The export is encrypted.", "Give its passphrase.")
            )
        for file in files:
            self.put(credential(f"acc{len(self.pool):010d}", file.name))
        items = tuple(ImportedItem(file.name, "added", "acc", file.name) for file in files)
        return ImportReport(items, "vault")

    async def export(self, passphrase: str | None) -> bytes:
        raise AssertionError("no HTTP route exports")

    async def enable(self, credential_id: str, *, enabled: bool) -> None:
        self._note("enable", credential_id, enabled)
        state = "ready" if enabled else "disabled"
        self.put(replace(self._known(credential_id), enabled=enabled, state=state))

    async def clear(self, credential_id: str) -> None:
        self._note("clear", credential_id)
        if self.gate is not None:
            self.gate.reached.set()
            await self.gate.opened.wait()
        self.put(replace(self._known(credential_id), state="ready", sentence="Ready.", models=()))

    async def rename(self, credential_id: str, label: str) -> None:
        self._note("rename", credential_id, label)
        self.put(replace(self._known(credential_id), label=label or "its own name"))

    async def set_service(
        self, credential_id: str, service: Literal["gemini", "vertex"], location: str = "global"
    ) -> None:
        self._note("set_service", credential_id, service, location)
        place = location if service == "vertex" else None
        self.put(replace(self._known(credential_id), service=service, location=place))

    async def removal_of(self, credential_id: str) -> Removal:
        self._note("removal_of", credential_id)
        view = self._known(credential_id)
        can_revoke = view.kind == "account"
        sentence = "It is taken out of the pool and deleted here."
        return Removal(view.id, view.label, can_revoke, sentence)

    async def remove(self, credential_id: str, *, revoke: bool = False) -> None:
        self._note("remove", credential_id, revoke)
        del self.pool[self._known(credential_id).id]
        self.tell()

    async def check(self, credential_id: str | None = None) -> tuple[CheckResult, ...]:
        self._note("check", credential_id)
        views = self.pool.values() if credential_id is None else (self._known(credential_id),)
        return tuple(
            CheckResult(
                view.id,
                view.label,
                view.state == "ready",
                view.state,
                view.sentence,
                view.next_step,
            )
            for view in views
        )

    # -- sign-in ---------------------------------------------------------------------------

    async def begin_sign_in(self, request: SignInRequest) -> SignInView:
        self._note("begin_sign_in", request)
        if self.client.kind == "none":
            raise Refusal(RefusalCode.NO_CLIENT, self.client.sentence, self.client.next_step)
        return self.put_sign_in(
            SignInView(
                id=f"sign{len(self.sign_ins)}",
                status=SignInStatus.WAITING,
                url=GOOGLE_URL,
                redirect_uri="http://127.0.0.1:7860/oauth2/callback",
                expires_at=self.clock.now() + 300,
                sentence="Waiting for your consent in the browser.",
            )
        )

    def put_sign_in(self, view: SignInView) -> SignInView:
        self.sign_ins[view.id] = view
        self.bus.publish(SignInChanged(self.clock.now(), view.id, view.status))
        return view

    async def sign_in(self, sign_in_id: str) -> SignInView:
        self._note("sign_in", sign_in_id)
        return self._sign_in(sign_in_id)

    async def paste_redirect(self, sign_in_id: str, url: str) -> SignInView:
        self._note("paste_redirect", sign_in_id, url)
        view = self._still_open(sign_in_id)
        if "code=" not in url:
            raise Refusal(
                RefusalCode.INVALID, "This address holds no answer of Google.", "Copy it whole."
            )
        return self.consent(view)

    def consent(self, view: SignInView) -> SignInView:
        """The owner consents at Google."""
        if self.projects:
            status, sentence = SignInStatus.CHOOSING_PROJECT, "Choose the projects to use."
            return self.put_sign_in(
                replace(
                    *(view,), status=status, sentence=sentence, projects=self.projects, email=EMAIL
                )
            )
        return self._done(view, ("home-project",))

    def _done(self, view: SignInView, projects: Sequence[str]) -> SignInView:
        added = tuple(f"acc{len(self.pool) + at:010d}" for at in range(len(projects)))
        for credential_id, project in zip(added, projects, strict=True):
            self.put(credential(credential_id, f"{EMAIL} · {project}", project=project))
        return self.put_sign_in(
            replace(
                *(view,),
                status=SignInStatus.DONE,
                sentence=f"{EMAIL} is in the pool.",
                email=EMAIL,
                added=added,
                store="vault",
            )
        )

    async def answer_redirect(self, query: str) -> SignInView | None:
        self._note("answer_redirect", query)
        waiting = [view for view in self.sign_ins.values() if view.status in OPEN]
        return self.consent(waiting[-1]) if waiting and "state=pretend" in query else None

    async def choose_projects(self, sign_in_id: str, projects: Sequence[str]) -> SignInView:
        self._note("choose_projects", sign_in_id, tuple(projects))
        return self._done(self._still_open(sign_in_id), projects)

    async def recheck_projects(self, sign_in_id: str) -> SignInView:
        self._note("recheck_projects", sign_in_id)
        self.projects = tuple(replace(one, api="on", link="") for one in self.projects)
        return self.put_sign_in(replace(self._still_open(sign_in_id), projects=self.projects))

    async def cancel_sign_in(self, sign_in_id: str) -> SignInView:
        self._note("cancel_sign_in", sign_in_id)
        view = self._still_open(sign_in_id)
        return self.put_sign_in(
            replace(view, status=SignInStatus.CANCELLED, sentence="You gave this sign-in up.")
        )

    async def oauth_client(self) -> OAuthClientView:
        self._note("oauth_client")
        return self.client

    async def import_client(self, content: bytes) -> OAuthClientView:
        self._note("import_client", content)
        if b'"installed"' not in content:
            raise Refusal(RefusalCode.INVALID, "This is no OAuth client.", "Download its JSON.")
        self.client = CLIENT
        return self.client

    async def forget_client(self) -> OAuthClientView:
        self._note("forget_client")
        self.client = NO_CLIENT
        return self.client

    # -- the rest --------------------------------------------------------------------------

    async def pause(self) -> None:
        self._note("pause")
        self.put_state("paused")

    async def resume(self) -> None:
        self._note("resume")
        self.put_state("serving")

    def put_state(self, state: str) -> None:
        self.state = state
        self.bus.publish(PauseChanged(self.clock.now(), state == "paused"))

    async def line(self, model: str | None = None) -> Line:
        self._note("line", model)
        places = [
            Place(
                *(view.id, view.label, view.state == "ready"),
                reason="" if view.state == "ready" else view.state,
                until=view.until,
                sentence=view.sentence,
            )
            for view in self.pool.values()
        ]
        places.sort(key=lambda place: not place.free)
        return Line(model or "gemini-3.8-flash", tuple(places))

    async def keeping(self) -> Keeping:
        self._note("keeping")
        return self.kept

    async def usage(self, query: UsageQuery) -> UsageReport:
        self._note("usage", query)
        return UsageReport(query.period, self.used)

    async def doctor(self) -> tuple[Finding, ...]:
        self._note("doctor")
        if self.gate is not None:
            self.gate.reached.set()
            await self.gate.opened.wait()
        return self.findings

    async def newer_version(self, repository: str) -> str | None:
        self._note("newer_version", repository)
        return self.newer

    async def rotate_token(self) -> str:
        self._note("rotate_token")
        return "bearer_token in the data folder"

    async def settings(self) -> tuple[SettingView, ...]:
        self._note("settings")
        if self.changer is not None:
            return self.changer.views()
        flags = {"is_set": True, "fixed": False, "secret": False, "live": True}
        return (
            SettingView("MAX_WAIT_S", "5", source="default", meaning="wait", default="20", **flags),
        )

    async def change_settings(self, changes: Mapping[str, str]) -> SettingsChange:
        self._note("change_settings", dict(changes))
        if self.changer is not None:
            return await self.changer.change(changes)
        if unknown := set(changes) - {"MAX_WAIT_S"}:
            raise Refusal(RefusalCode.INVALID, f"There is no setting {min(unknown)}.")
        return SettingsChange(tuple(changes), ())

    # -- inside ----------------------------------------------------------------------------

    def _note(self, name: str, *arguments: object) -> None:
        self.calls.append((name, *arguments))
        if self.refusal is not None:
            refusal, self.refusal = self.refusal, None
            raise refusal

    def _known(self, credential_id: str) -> CredentialView:
        if credential_id not in self.pool:
            raise Refusal(RefusalCode.NOT_FOUND, "There is no such credential.")
        return self.pool[credential_id]

    def _sign_in(self, sign_in_id: str) -> SignInView:
        if sign_in_id not in self.sign_ins:
            raise Refusal(RefusalCode.NOT_FOUND, "There is no such sign-in.")
        return self.sign_ins[sign_in_id]

    def _still_open(self, sign_in_id: str) -> SignInView:
        view = self._sign_in(sign_in_id)
        if view.status not in OPEN:
            raise Refusal(RefusalCode.CONFLICT, "This sign-in has ended.", "Begin a new one.")
        return view


EMAIL = "ada@example.com"
