"""The one counter for every command of a front end; it only sends each to whoever does it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from proxy_core.commands import (
    CheckResult,
    Finding,
    ImportFile,
    ImportReport,
    Keeping,
    Line,
    OAuthClientView,
    Refusal,
    RefusalCode,
    Removal,
    SettingsChange,
    SettingView,
    SignInRequest,
    SignInView,
    UsageQuery,
    UsageReport,
)
from proxy_core.credentials.model import Service
from proxy_core.credentials.oauth_client import ClientRefused, parse_client
from proxy_core.engine.accounts import Accounts
from proxy_core.engine.client_view import client_view
from proxy_core.engine.keeping import Keeper
from proxy_core.engine.settings_change import SettingsChanger
from proxy_core.engine.sign_in import SignIns
from proxy_core.tasks import carry_through


@dataclass(slots=True, kw_only=True)
class Desk:
    """Implements `commands.Commands`."""

    accounts: Accounts
    sign_ins: SignIns
    keeper: Keeper
    changer: SettingsChanger
    domain_name: str
    line_up: Callable[[str | None], Line]
    set_paused: Callable[[bool], None]
    memory_problem: Callable[[], str | None]
    "Why nothing outlives a restart; None: it does."
    tell_usage: Callable[[UsageQuery], Awaitable[UsageReport]]
    examine: Callable[[], Awaitable[tuple[Finding, ...]]]
    make_token: Callable[[], Awaitable[str]]
    find_newer: Callable[[str], Awaitable[str | None]]

    # -- credentials -----------------------------------------------------------------------

    async def add_keys(
        self, text: str, label: str | None = None, project: str | None = None
    ) -> ImportReport:
        return await self.accounts.add_keys(text, label, project)

    async def import_files(
        self, files: Sequence[ImportFile], passphrase: str | None = None
    ) -> ImportReport:
        return await self.accounts.import_files(files, passphrase)

    async def export(self, passphrase: str | None) -> bytes:
        return await self.accounts.export(passphrase)

    async def enable(self, credential_id: str, *, enabled: bool) -> None:
        await self.accounts.enable(credential_id, enabled=enabled)

    async def clear(self, credential_id: str) -> None:
        await self.accounts.clear(credential_id)

    async def rename(self, credential_id: str, label: str) -> None:
        await self.accounts.rename(credential_id, label)

    async def set_service(
        self, credential_id: str, service: Literal["gemini", "vertex"], location: str = "global"
    ) -> None:
        await self.accounts.set_service(credential_id, Service(service), location)

    async def removal_of(self, credential_id: str) -> Removal:
        return await self.accounts.removal_of(credential_id)

    async def remove(self, credential_id: str, *, revoke: bool = False) -> None:
        await self.accounts.remove(credential_id, revoke=revoke)

    async def check(self, credential_id: str | None = None) -> tuple[CheckResult, ...]:
        return await self.accounts.check(credential_id)

    # -- sign-in ---------------------------------------------------------------------------

    async def begin_sign_in(self, request: SignInRequest) -> SignInView:
        return await self.sign_ins.begin_sign_in(request)

    async def sign_in(self, sign_in_id: str) -> SignInView:
        return await self.sign_ins.sign_in(sign_in_id)

    async def paste_redirect(self, sign_in_id: str, url: str) -> SignInView:
        return await self.sign_ins.paste_redirect(sign_in_id, url)

    async def answer_redirect(self, query: str) -> SignInView | None:
        return await self.sign_ins.answer_redirect(query)

    async def choose_projects(self, sign_in_id: str, projects: Sequence[str]) -> SignInView:
        return await self.sign_ins.choose_projects(sign_in_id, projects)

    async def recheck_projects(self, sign_in_id: str) -> SignInView:
        return await self.sign_ins.recheck_projects(sign_in_id)

    async def cancel_sign_in(self, sign_in_id: str) -> SignInView:
        return await self.sign_ins.cancel_sign_in(sign_in_id)

    async def oauth_client(self) -> OAuthClientView:
        return client_view(self.keeper.client, self.domain_name)

    async def import_client(self, content: bytes) -> OAuthClientView:
        try:
            client = parse_client(content, "imported")
        except ClientRefused as refused:
            raise Refusal(RefusalCode.INVALID, refused.sentence, refused.next_step) from refused
        await self.accounts.keep_client(client, content)
        return await self.oauth_client()

    async def forget_client(self) -> OAuthClientView:
        await carry_through(self.keeper.forget_client(), name="forget the client")
        return await self.oauth_client()

    # -- the rest --------------------------------------------------------------------------

    async def pause(self) -> None:
        self.set_paused(True)

    async def resume(self) -> None:
        self.set_paused(False)

    async def line(self, model: str | None = None) -> Line:
        return self.line_up(model)

    async def keeping(self) -> Keeping:
        kept, problem = self.keeper.keeping(), self.memory_problem()
        if problem is None:
            return kept
        steps = filter(None, ("Mend that, then start Pollux again.", kept.next_step))
        return replace(
            kept, sentence=f"{problem} {kept.sentence}".strip(), next_step=" ".join(steps)
        )

    async def usage(self, query: UsageQuery) -> UsageReport:
        return await self.tell_usage(query)

    async def doctor(self) -> tuple[Finding, ...]:
        return await self.examine()

    async def newer_version(self, repository: str) -> str | None:
        return await self.find_newer(repository)

    async def rotate_token(self) -> str:
        return await self.make_token()

    async def settings(self) -> tuple[SettingView, ...]:
        return self.changer.views()

    async def change_settings(self, changes: Mapping[str, str]) -> SettingsChange:
        return await self.changer.change(changes)
