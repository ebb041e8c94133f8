"""Signs Google accounts in: from the address of the consent page to the end of the talk.

Each sign-in goes through the states of `SignInStatus`; at most one step is taken for it at a
time, and a browser that leaves does not end that. Its tokens are in memory until a project is
found, and nowhere after. Not here: what Google's answers mean (`credentials.consent`), and which
project is taken (`placement`).
"""

import asyncio
import dataclasses
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import aiohttp
from pydantic import SecretStr

from proxy_core.clock import Clock
from proxy_core.commands import Refusal, RefusalCode, SignInRequest, SignInStatus, SignInView
from proxy_core.credentials.consent import (
    Consent,
    ConsentFailed,
    Redirect,
    Route,
    ask_for_consent,
    identify,
)
from proxy_core.credentials.model import AccountSecret, Credential
from proxy_core.credentials.oauth_answers import CLOUD_SCOPE
from proxy_core.credentials.oauth_client import OAuthClient
from proxy_core.engine.discovery import Discovery
from proxy_core.engine.end_pages import EndPage, page_of
from proxy_core.engine.loopback import CALLBACK_PATH, LoopbackListener
from proxy_core.engine.placement import Accounts, Outcome, Placement, SignedIn
from proxy_core.engine.sign_in_checks import (
    Addresses,
    check_projects,
    check_redirect,
    is_same_state,
    need_client,
    not_in_this_state,
    other_sign_in,
    read_answer,
    read_pasted,
)
from proxy_core.events import Bus, SignInChanged
from proxy_core.tasks import spawn

__all__ = ["Accounts", "SignIns"]

CONSENT_S = 300.0
"For the owner on Google's page."
CHOICE_S = 900.0
"For the owner to choose a project."
REMEMBER_S = 900.0
"How long an ended sign-in can be looked at."
MOST_SIGN_INS = 20

_ENDED = frozenset(
    {SignInStatus.DONE, SignInStatus.FAILED, SignInStatus.CANCELLED, SignInStatus.EXPIRED}
)
_Step: TypeAlias = Callable[[], Awaitable[Outcome]]


@dataclass(slots=True)
class _SignIn:
    """One sign-in, from its begin until it is forgotten."""

    view: SignInView
    request: SignInRequest
    client: OAuthClient
    again: Credential | None
    consent: Consent
    state: SecretStr
    listener: LoopbackListener | None
    who: SignedIn | None = None
    "Once consent was given; until the end."
    step: asyncio.Task[None] | None = None
    "The running one, or the last."
    saving: bool = False
    "Whether the step is keeping credentials, which a cancel cannot take back."
    timer: asyncio.Task[None] | None = None
    closing: asyncio.Task[None] | None = None
    "Of the listener."
    forget_at: float | None = None
    "Wall time; None while it goes on."

    @property
    def outcome(self) -> Outcome:
        """How far it has come."""
        fields = (field.name for field in dataclasses.fields(Outcome))
        return Outcome(**{name: getattr(self.view, name) for name in fields})


class SignIns:
    """The sign-in part of `commands.SignInCommands`, but for the OAuth client's own commands.

    Runs on the engine's loop.
    """

    def __init__(
        self,
        *,
        accounts: Accounts,
        session: aiohttp.ClientSession,
        clock: Clock,
        bus: Bus,
        route: Route,
        addresses: Addresses,
    ) -> None:
        """session: ours to use, not to close. route: the same way, for Google's own library."""
        self._accounts = accounts
        self._session = session
        self._clock = clock
        self._bus = bus
        self._route = route
        self._addresses = addresses
        self._placement = Placement(accounts, Discovery(session, route.base_url))
        self._sign_ins: dict[str, _SignIn] = {}

    # -- commands --------------------------------------------------------------------------

    async def begin_sign_in(self, request: SignInRequest) -> SignInView:
        client = need_client(await self._accounts.client(), request)
        again = self._again(request)
        check_projects([] if request.project is None else [request.project])
        self._make_room()
        sign_in = await self._open(request, client, again)
        self._sign_ins[sign_in.view.id] = sign_in
        self._start_timer(sign_in, CONSENT_S)
        self._change(sign_in)
        return sign_in.view

    async def sign_in(self, sign_in_id: str) -> SignInView:
        return self._find(sign_in_id).view

    async def paste_redirect(self, sign_in_id: str, url: str) -> SignInView:
        sign_in = self._find(sign_in_id)
        redirect = read_pasted(url)
        if not is_same_state(redirect.state, sign_in.state):
            raise other_sign_in()
        if sign_in.view.status is not SignInStatus.WAITING:
            raise not_in_this_state(sign_in.view.status)
        return await self._go_on(sign_in, redirect)

    async def answer_redirect(self, query: str) -> SignInView | None:
        redirect = read_answer(query)
        self._forget_old()
        for sign_in in tuple(self._sign_ins.values()):
            if redirect is not None and is_same_state(redirect.state, sign_in.state):
                return await self._go_on(sign_in, redirect)
        return None

    async def choose_projects(self, sign_in_id: str, projects: Sequence[str]) -> SignInView:
        sign_in = self._find(sign_in_id)
        who = self._choosing(sign_in)
        if not projects:
            raise Refusal(RefusalCode.INVALID, "No project was chosen.", "Choose at least one.")
        check_projects(projects)
        return await self._take(
            sign_in, lambda: self._placement.choose(who, projects, sign_in.outcome)
        )

    async def recheck_projects(self, sign_in_id: str) -> SignInView:
        sign_in = self._find(sign_in_id)
        who = self._choosing(sign_in)
        return await self._take(sign_in, lambda: self._placement.look(who, sign_in.outcome))

    async def cancel_sign_in(self, sign_in_id: str) -> SignInView:
        """One that has ended stays as it is."""
        sign_in = self._find(sign_in_id)
        await self._cancel(sign_in, "The sign-in was cancelled.")
        if sign_in.closing is not None:
            await asyncio.wait({sign_in.closing})
        return sign_in.view

    async def close(self) -> None:
        """Ends every sign-in and its listener."""
        for sign_in in tuple(self._sign_ins.values()):
            await self._cancel(sign_in, "Pollux was stopped.")
        ends = [task for one in self._sign_ins.values() for task in (one.step, one.closing) if task]
        await asyncio.gather(*ends, return_exceptions=True)

    # -- begin -----------------------------------------------------------------------------

    def _again(self, request: SignInRequest) -> Credential | None:
        if request.again is None:
            return None
        again = self._accounts.by_id(request.again)
        if again is None:
            raise Refusal(RefusalCode.NOT_FOUND, "There is no such credential.")
        if not isinstance(again.secret, AccountSecret):
            raise Refusal(
                RefusalCode.INVALID, f"{again.label} is no Google account: it does not sign in."
            )
        return again

    async def _open(
        self, request: SignInRequest, client: OAuthClient, again: Credential | None
    ) -> _SignIn:
        listener: LoopbackListener | None = None
        if request.via == "loopback":
            listener = LoopbackListener(self._answer_browser)
            try:
                redirect_uri = await listener.start()
            except OSError as error:
                raise Refusal(RefusalCode.UNAVAILABLE, *_NO_PORT) from error
        else:
            redirect_uri = self._addresses.base_for(client).rstrip("/") + CALLBACK_PATH
            check_redirect(client, redirect_uri)
        secret = None if again is None else again.secret
        if isinstance(secret, AccountSecret) and CLOUD_SCOPE in secret.scopes:
            request = dataclasses.replace(request, vertex=True)
        try:
            consent = await ask_for_consent(
                client,
                redirect_uri,
                self._route,
                vertex=request.vertex,
                login_hint=secret.email if isinstance(secret, AccountSecret) else None,
            )
        except BaseException:
            if listener is not None:
                await listener.close()
            raise
        is_heard = listener is not None or self._addresses.hear(redirect_uri)
        view = self._first_view(consent.url, redirect_uri, is_heard=is_heard)
        return _SignIn(view, request, client, again, consent, consent.state, listener)

    def _first_view(self, url: str, redirect_uri: str, *, is_heard: bool) -> SignInView:
        return SignInView(
            id=secrets.token_hex(8),
            status=SignInStatus.WAITING,
            url=url,
            redirect_uri=redirect_uri,
            expires_at=self._clock.now() + CONSENT_S,
            sentence="Waiting for consent on Google's page.",
            next_step=_SIGN_IN if is_heard else f"{_SIGN_IN} {_PASTE}",
        )

    def _make_room(self) -> None:
        self._forget_old()
        ended = [key for key, one in self._sign_ins.items() if one.forget_at is not None]
        if len(self._sign_ins) >= MOST_SIGN_INS:
            if not ended:
                raise Refusal(RefusalCode.UNAVAILABLE, *_TOO_MANY)
            del self._sign_ins[ended[0]]

    def _forget_old(self) -> None:
        now = self._clock.now()
        for key, sign_in in tuple(self._sign_ins.items()):
            if sign_in.forget_at is not None and sign_in.forget_at <= now:
                del self._sign_ins[key]

    def _find(self, sign_in_id: str) -> _SignIn:
        self._forget_old()
        sign_in = self._sign_ins.get(sign_in_id)
        if sign_in is None:
            raise Refusal(
                RefusalCode.NOT_FOUND, "There is no such sign-in (any more).", "Begin a new one."
            )
        return sign_in

    # -- steps -----------------------------------------------------------------------------

    async def _answer_browser(self, query: str) -> EndPage | None:
        view = await self.answer_redirect(query)
        return None if view is None else page_of(view)

    async def _go_on(self, sign_in: _SignIn, redirect: Redirect) -> SignInView:
        """Takes what Google sent, once; a reload of the page waits for the same result."""
        if sign_in.view.status is SignInStatus.WAITING:
            self._change(
                sign_in,
                status=SignInStatus.EXCHANGING,
                sentence="Google is being asked for the account and its projects.",
                next_step="",
            )
            return await self._take(sign_in, lambda: self._exchange(sign_in, redirect))
        if sign_in.step is not None:
            await asyncio.wait({sign_in.step})
        return sign_in.view

    async def _exchange(self, sign_in: _SignIn, redirect: Redirect) -> Outcome:
        grant = await sign_in.consent.exchange(redirect, self._clock.now())
        grant = await identify(grant, self._session, self._route.base_url)
        sign_in.who = SignedIn(
            grant,
            sign_in.client,
            sign_in.request,
            sign_in.again,
            keep=lambda credentials: self._keep(sign_in, credentials),
        )
        self._change(sign_in, email=grant.email)
        return await self._placement.begin(sign_in.who)

    async def _keep(self, sign_in: _SignIn, credentials: Sequence[Credential]) -> str:
        sign_in.saving = True
        try:
            return await self._accounts.keep(credentials)
        finally:
            sign_in.saving = False

    def _choosing(self, sign_in: _SignIn) -> SignedIn:
        if sign_in.view.status is not SignInStatus.CHOOSING_PROJECT or sign_in.who is None:
            raise not_in_this_state(sign_in.view.status)
        if sign_in.step is not None and not sign_in.step.done():
            raise not_in_this_state(SignInStatus.EXCHANGING)
        return sign_in.who

    async def _take(self, sign_in: _SignIn, step: _Step) -> SignInView:
        """Takes a step to its end, also where whoever asked for it leaves."""
        sign_in.step = spawn(self._run(sign_in, step), name="step of a sign-in")
        await asyncio.wait({sign_in.step})
        return sign_in.view

    async def _run(self, sign_in: _SignIn, step: _Step) -> None:
        try:
            self._apply(sign_in, await step())
        except (ConsentFailed, Refusal) as failure:
            if sign_in.view.status is SignInStatus.CHOOSING_PROJECT:
                self._change(sign_in, sentence=failure.sentence, next_step=failure.next_step)
            else:
                self._end(sign_in, SignInStatus.FAILED, failure.sentence, failure.next_step)
        except BaseException:
            if sign_in.view.status not in _ENDED:
                self._end(sign_in, SignInStatus.FAILED, *_BUG)
            raise

    def _apply(self, sign_in: _SignIn, outcome: Outcome) -> None:
        fields = dataclasses.fields(outcome)
        result: dict[str, Any] = {one.name: getattr(outcome, one.name) for one in fields}
        if outcome.status is SignInStatus.DONE:
            self._end(sign_in, **result)
            return
        if sign_in.view.status is not SignInStatus.CHOOSING_PROJECT:
            self._close_listener(sign_in)
            self._start_timer(sign_in, CHOICE_S)
            result["expires_at"] = self._clock.now() + CHOICE_S
        self._change(sign_in, **result)

    # -- ends ------------------------------------------------------------------------------

    def _start_timer(self, sign_in: _SignIn, seconds: float) -> None:
        if sign_in.timer is not None:
            sign_in.timer.cancel()
        sign_in.timer = spawn(self._expire(sign_in, seconds), name="time-out of a sign-in")

    async def _expire(self, sign_in: _SignIn, seconds: float) -> None:
        await self._clock.sleep(seconds)
        if sign_in.view.status is SignInStatus.WAITING:
            self._end(sign_in, SignInStatus.EXPIRED, *_NO_CONSENT)
        if sign_in.step is not None:
            await asyncio.wait({sign_in.step})
        if sign_in.view.status is SignInStatus.CHOOSING_PROJECT and sign_in.who is not None:
            await self._choose_for_owner(sign_in, sign_in.who)

    async def _choose_for_owner(self, sign_in: _SignIn, who: SignedIn) -> None:
        projects = [project.id for project in sign_in.view.projects]
        if len(projects) == 1:
            await self._take(
                sign_in, lambda: self._placement.choose(who, projects, sign_in.outcome)
            )
        if sign_in.view.status not in _ENDED:
            self._end(sign_in, SignInStatus.EXPIRED, *_NO_CHOICE)

    async def _cancel(self, sign_in: _SignIn, sentence: str) -> None:
        """Once something is being saved, its step comes to its own end."""
        if sign_in.saving and sign_in.step is not None:
            await asyncio.wait({sign_in.step})
        if sign_in.view.status not in _ENDED:
            self._end(sign_in, SignInStatus.CANCELLED, sentence)

    def _end(
        self,
        sign_in: _SignIn,
        status: SignInStatus,
        sentence: str,
        next_step: str = "",
        **result: Any,
    ) -> None:
        """The tokens are let go, and whatever still runs for the sign-in ends."""
        sign_in.forget_at = self._clock.now() + REMEMBER_S
        sign_in.who = None
        self._close_listener(sign_in)
        self._change(sign_in, status=status, sentence=sentence, next_step=next_step, **result)
        for task in (sign_in.step, sign_in.timer):
            if task is not None and task is not asyncio.current_task():
                task.cancel()

    def _close_listener(self, sign_in: _SignIn) -> None:
        if sign_in.listener is not None:
            sign_in.closing = spawn(sign_in.listener.close(), name="end a sign-in's listener")
            sign_in.listener = None

    def _change(self, sign_in: _SignIn, **changes: Any) -> None:
        sign_in.view = dataclasses.replace(sign_in.view, **changes)
        view = sign_in.view
        self._bus.publish(SignInChanged(self._clock.now(), view.id, view.status))


_SIGN_IN = "Open the address in a browser and sign in there."
_PASTE = "The page after it does not load: paste its address here."
_NO_PORT = (
    "No port of this computer could be opened for Google's answer.",
    "Sign in on Pollux' web page instead.",
)
_TOO_MANY = (
    f"{MOST_SIGN_INS} sign-ins are open already.",
    "Finish or cancel one of them first.",
)
_NO_CONSENT = (
    "Nobody gave consent on Google's page within five minutes.",
    "Begin a new sign-in.",
)
_NO_CHOICE = (
    "No project was chosen within a quarter of an hour; the account was not added.",
    "Sign in again.",
)
_BUG = ("Pollux failed through a bug of its own; its log tells more.", "Sign in again.")
