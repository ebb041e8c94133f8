"""An owner's consent: Google's page for it, what comes back from it, and the tokens it is worth.

Not here: who listens for the redirect, which project is used and where tokens are kept
(`engine.sign_in` and its neighbours), and refreshing (`tokens`).
"""

import asyncio
import base64
import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import aiohttp
import orjson
from pydantic import SecretStr

from proxy_core.credentials.endpoints import USERINFO_URL, endpoint
from proxy_core.credentials.identity import is_email
from proxy_core.credentials.oauth_answers import (
    CLOUD_SCOPE,
    GEMINI_API_SCOPE,
    TokenFailure,
    classify_token_answer,
    json_object,
    text_in,
)
from proxy_core.credentials.oauth_client import OAuthClient
from proxy_core.credentials.stored import plausible
from proxy_core.gemini.faults import Cause
from proxy_core.gemini.states import Description, told
from proxy_core.tasks import in_thread

if TYPE_CHECKING:
    from proxy_core.credentials.google_flow import GoogleFlow

EXCHANGE_S = 20.0
"How long Google may take to turn a code into tokens."
CLOUD_READ_SCOPE = "https://www.googleapis.com/auth/cloud-platform.read-only"
_IDENTITY_SCOPES = ("openid", "https://www.googleapis.com/auth/userinfo.email")
_USUAL_LIFETIME_S = 3_600.0
_SENDABLE = re.compile(r"[!-~]+")
"What can stand in a header."
_CLIENTS_PAGE = "https://console.cloud.google.com/auth/clients"
_SCOPES_PAGE = "https://console.cloud.google.com/auth/scopes"


@dataclass(frozen=True, slots=True)
class Route:
    """How Google is reached."""

    base_url: str | None
    "Replaces scheme, host and port of Google's addresses."
    proxy: str | None
    user_agent: str


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """What the token endpoint said to a code."""

    status: int
    body: bytes = field(repr=False)


class NoAnswer(Exception):
    """The token endpoint said nothing; the text is a sentence that tells why."""


class ConsentFailed(Exception):
    """There are no tokens to keep; both texts are for people."""

    def __init__(self, words: Description) -> None:
        super().__init__(words.sentence)
        self.sentence = words.sentence
        self.next_step = words.next_step


@dataclass(frozen=True, slots=True)
class Redirect:
    """What Google's redirect says, read from its query."""

    state: str = field(repr=False)
    code: str = field(repr=False)
    "Empty where there is none."
    error: str
    "Likewise."


@dataclass(frozen=True, slots=True)
class Grant:
    """What the owner granted, and to whom it belongs."""

    access_token: SecretStr
    expires_at: float
    "The access token's end, epoch seconds."
    refresh_token: SecretStr
    refresh_token_expires_at: float | None
    "The refresh token's end, where the owner granted access for a limited time."
    scopes: frozenset[str]
    signed_in_at: float
    subject: str | None = None
    email: str | None = None

    @property
    def sees_projects(self) -> bool:
        return not self.scopes.isdisjoint({CLOUD_SCOPE, CLOUD_READ_SCOPE})

    @property
    def opens_vertex(self) -> bool:
        return CLOUD_SCOPE in self.scopes


class Consent:
    """One visit to Google's page: where it is, and the exchange of the code that it gives."""

    def __init__(self, flow: "GoogleFlow", scopes: tuple[str, ...], redirect_uri: str) -> None:
        """Made by `ask_for_consent`."""
        self._flow = flow
        self._scopes = scopes
        self._redirect_uri = redirect_uri
        self.url = flow.url
        self.state = SecretStr(flow.state)

    async def exchange(
        self, redirect: Redirect, now: float, timeout_s: float = EXCHANGE_S
    ) -> Grant:
        """The tokens for the redirect's code. Raises ConsentFailed.

        now: wall time, from which lifetimes count.
        """
        if redirect.error or not redirect.code:
            raise self._failure(redirect.error)
        try:
            async with asyncio.timeout(timeout_s):
                answer = await in_thread(self._flow.exchange, redirect.code, timeout_s)
        except TimeoutError as error:
            raise ConsentFailed(_TOO_SLOW) from error
        except NoAnswer as error:
            raise ConsentFailed(Description(str(error), _REACH)) from error
        return read_grant(answer, self._scopes, now, self._redirect_uri)

    def _failure(self, error: str) -> ConsentFailed:
        if error == "access_denied":
            return ConsentFailed(_DENIED)
        return _refusal(TokenAnswer(400, orjson.dumps({"error": error})), self._redirect_uri)


def wanted_scopes(*, vertex: bool) -> tuple[str, ...]:
    """vertex: whether Vertex AI is wanted too; it needs more rights than the Gemini API."""
    return (*_IDENTITY_SCOPES, GEMINI_API_SCOPE, CLOUD_SCOPE if vertex else CLOUD_READ_SCOPE)


async def ask_for_consent(
    client: OAuthClient,
    redirect_uri: str,
    route: Route,
    *,
    vertex: bool = False,
    login_hint: str | None = None,
) -> Consent:
    """A visit to Google's consent page; its URL is for the owner's browser."""
    scopes = wanted_scopes(vertex=vertex)

    def make() -> "GoogleFlow":
        # Google's library takes 0.1 s and 17 MiB, and few sign-ins are ever done.
        from proxy_core.credentials.google_flow import GoogleFlow  # noqa: PLC0415

        return GoogleFlow(client, scopes, redirect_uri, login_hint, route)

    return Consent(await in_thread(make), scopes, redirect_uri)


def read_redirect(query: str) -> Redirect:
    """query: of the redirect's URL, without the question mark. Of a repeated name the first."""
    fields = parse_qs(query, max_num_fields=50)

    def first(name: str) -> str:
        return fields.get(name, [""])[0]

    return Redirect(first("state"), first("code"), first("error"))


def read_grant(answer: TokenAnswer, asked: tuple[str, ...], now: float, redirect_uri: str) -> Grant:
    """Reads the token endpoint's answer to a code. Raises ConsentFailed.

    asked: the scopes that an answer without `scope` has granted (RFC 6749, section 5.1).
    """
    body = json_object(answer.body)
    access_token = text_in(body, "access_token")
    if answer.status != 200 or not _SENDABLE.fullmatch(access_token):
        raise _refusal(answer, redirect_uri)
    scopes = frozenset(text_in(body, "scope").split()) or frozenset(asked)
    if GEMINI_API_SCOPE not in scopes:
        raise ConsentFailed(_NO_GEMINI)
    refresh_token = text_in(body, "refresh_token")
    if not refresh_token:
        raise ConsentFailed(_NO_REFRESH_TOKEN)
    who = _claims(text_in(body, "id_token"))
    return Grant(
        access_token=SecretStr(access_token),
        expires_at=_after(now, body, "expires_in") or now + _USUAL_LIFETIME_S,
        refresh_token=SecretStr(refresh_token),
        refresh_token_expires_at=_after(now, body, "refresh_token_expires_in"),
        scopes=scopes,
        signed_in_at=now,
        subject=text_in(who, "sub") or None,
        email=_email(who),
    )


async def identify(
    grant: Grant, session: aiohttp.ClientSession, base_url: str | None, timeout_s: float = 10.0
) -> Grant:
    """The grant with subject and e-mail. Google is asked where its id_token did not tell."""
    if grant.subject and grant.email:
        return grant
    authorization = f"Bearer {grant.access_token.get_secret_value()}"
    subject, email = await who_is(authorization, session, base_url, timeout_s)
    return dataclasses.replace(grant, subject=grant.subject or subject, email=grant.email or email)


async def who_is(
    authorization: str,
    session: aiohttp.ClientSession,
    base_url: str | None,
    timeout_s: float = 10.0,
) -> tuple[str | None, str | None]:
    """Subject and e-mail of the account that an Authorization header stands for, if Google tells.

    Source: OpenID Connect Core, 5.3 (UserInfo).
    """
    try:
        async with session.get(
            endpoint(USERINFO_URL, base_url),
            headers={"Authorization": authorization},
            timeout=aiohttp.ClientTimeout(total=timeout_s),
            allow_redirects=False,
        ) as response:
            who = json_object(await response.read()) if response.status == 200 else {}
    except (aiohttp.ClientError, TimeoutError, OSError):
        who = {}
    return text_in(who, "sub") or None, _email(who)


# -- failures in words ------------------------------------------------------------------------

_AGAIN = "Sign in again."
_REACH = "Check the internet connection and OUTBOUND_PROXY, then sign in again."
_LATER = "Wait a minute, then sign in again."
_CHECK_CLIENT = (
    f"Look the client up on {_CLIENTS_PAGE}; if need be make a new one of the type Desktop app, "
    "and import its file."
)
_DENIED = Description(
    "Google's page was left without consent.",
    "Sign in again and choose Continue on Google's page, if that was not on purpose.",
)
_NO_GEMINI = Description(
    "The sign-in does not allow the Gemini API: on Google's page the box for it "
    "(generative-language.retriever) was not ticked.",
    "Sign in again and tick every box. If no such box is there, add the scope to the OAuth "
    f"client's project: {_SCOPES_PAGE}",
)
_NO_REFRESH_TOKEN = Description(
    "Google sent no refresh token, so the sign-in would end within the hour; it was not kept.",
    "Remove Pollux on https://myaccount.google.com/connections, then sign in again. If that does "
    "not help, use an OAuth client of the type Desktop app.",
)
_TOO_SLOW = Description("Google's sign-in server took too long.", _LATER)
_UNUSABLE = Description("Google's sign-in server sent an answer that is not usable.", _AGAIN)
_CODE_SPENT = Description(
    "Google no longer accepts the code of this sign-in: it was used already, or is too old.",
    "Sign in again; a code works once, and for a few minutes.",
)
_SCOPES_REFUSED = Description(
    "Google refuses the scopes that Pollux asks for.",
    "Switch on the Generative Language API in the OAuth client's project, and add the scopes "
    f"generative-language.retriever and cloud-platform.read-only: {_SCOPES_PAGE}",
)

_NEXT_STEPS: Mapping[Cause, str] = {
    Cause.CLIENT_INVALID: _CHECK_CLIENT,
    Cause.BLOCKED_BY_ADMIN: "Ask the administrator to allow the OAuth client, or sign in with "
    "another account.",
    Cause.NEEDS_SIGN_IN: _AGAIN,
    Cause.SERVER_ERROR: _LATER,
    Cause.OVERLOADED: _LATER,
    Cause.CAPACITY: _LATER,
    Cause.BAD_ANSWER: "Sign in again; if a proxy or a gateway stands between here and Google, look "
    "there.",
}


def _refusal(answer: TokenAnswer, redirect_uri: str) -> ConsentFailed:
    """What an answer without tokens means; also for the error that a redirect brings."""
    body = json_object(answer.body)
    match text_in(body, "error"):
        case "redirect_uri_mismatch":
            words = Description(
                f"The OAuth client does not allow the redirect to {redirect_uri}.",
                f"Add this address to the client on {_CLIENTS_PAGE}, or use a client of the type "
                "Desktop app.",
            )
            return ConsentFailed(words)
        case "invalid_grant" if not text_in(body, "error_subtype"):
            return ConsentFailed(_CODE_SPENT)
        case "invalid_scope":
            return ConsentFailed(_SCOPES_REFUSED)
    failure = classify_token_answer(answer.status, answer.body)
    if isinstance(failure, TokenFailure):
        fault = failure.fault
        return ConsentFailed(told(fault.message, _NEXT_STEPS.get(fault.cause, _AGAIN)))
    return ConsentFailed(_UNUSABLE)


# -- reading ----------------------------------------------------------------------------------


def _claims(id_token: str) -> dict[str, Any]:
    """The payload. It came over TLS from Google itself, so its signature says nothing more.

    Source: OpenID Connect Core 1.0, section 3.1.3.7, point 6.
    """
    packed = id_token.split(".")[1:2]
    try:
        return json_object(base64.urlsafe_b64decode(packed[0] + "==")) if packed else {}
    except ValueError:
        return {}


def _email(who: dict[str, Any]) -> str | None:
    email = text_in(who, "email")
    return email if is_email(email) else None


def _after(now: float, fields: dict[str, Any], name: str) -> float | None:
    """Epoch seconds at which so many seconds from `now` are over."""
    value = fields.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        return None
    return plausible(now + value)
