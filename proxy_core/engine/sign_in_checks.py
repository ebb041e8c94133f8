"""What a front end and a browser hand in for a sign-in, checked; and every refusal in words.

Pure. Not here: what Google answers (`credentials.consent`).
"""

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import SecretStr

from proxy_core.commands import Refusal, RefusalCode, SignInRequest, SignInStatus
from proxy_core.credentials.consent import Redirect, read_redirect
from proxy_core.credentials.identity import PROJECT
from proxy_core.credentials.oauth_client import OAuthClient
from proxy_core.engine.client_view import WITHOUT
from proxy_core.settings.values import is_loopback

MOST_PROJECTS = 20
"That can be chosen at once."


_ON_LOOPBACK = frozenset({"127.0.0.1", "localhost", "0.0.0.0", ""})
"""Settings of HOST under which 127.0.0.1 leads to the proxy; `::` is IPv6 alone, since asyncio
sets IPV6_V6ONLY."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where browsers find the proxy."""

    page_url: Callable[[], str]
    "`http://127.0.0.1:{PORT}`, once the proxy listens."
    domain_name: str
    "Setting DOMAIN_NAME, the public base URL."
    host: str
    "Setting HOST, where the proxy listens."

    def base_for(self, client: OAuthClient) -> str:
        """Where Google may send the browser back to; CLIENT_ID does not tell the client's kind,
        but a public DOMAIN_NAME tells what its owner registered."""
        public = client.kind == "web" or (
            client.kind == "unknown" and not is_loopback_url(self.domain_name)
        )
        return self.domain_name if public else self.page_url()

    def hear(self, redirect_uri: str) -> bool:
        """Whether a redirect there arrives at the proxy, as far as the settings tell."""
        return self.host in _ON_LOOPBACK or not is_loopback_url(redirect_uri)


def need_client(client: OAuthClient | None, request: SignInRequest) -> OAuthClient:
    """The OAuth client, if the sign-in can be done with it in the way that is asked for."""
    if client is None:
        raise Refusal(RefusalCode.NO_CLIENT, WITHOUT.sentence, WITHOUT.next_step)
    if client.kind == "web" and request.via == "loopback":
        raise Refusal(
            RefusalCode.WRONG_CLIENT,
            "The OAuth client is of the type Web application, which cannot answer on a port of "
            "this computer.",
            "Sign in on Pollux' web page, or import a client of the type Desktop app.",
        )
    return client


def check_redirect(client: OAuthClient, redirect_uri: str) -> None:
    """A web client answers only where it was registered; its file tells, settings do not."""
    if client.kind == "web" and client.redirect_uris and redirect_uri not in client.redirect_uris:
        raise Refusal(
            RefusalCode.WRONG_CLIENT,
            f"The OAuth client is not registered for the redirect to {redirect_uri}.",
            "Add it to the client's authorized redirect URIs on "
            "https://console.cloud.google.com/auth/clients, or set DOMAIN_NAME to the address that "
            "is registered; then import the client's file again.",
        )


def check_projects(projects: Sequence[str]) -> None:
    if len(projects) > MOST_PROJECTS:
        raise Refusal(RefusalCode.INVALID, f"At most {MOST_PROJECTS} projects go at once.")
    for project in projects:
        if not PROJECT.fullmatch(project):
            raise Refusal(
                RefusalCode.INVALID,
                f"{project[:100]!r} cannot be the id of a Google Cloud project.",
                "An id looks like gen-lang-client-0123456789; it is not the project's name.",
            )


def read_answer(query: str) -> Redirect | None:
    """The redirect that a query holds; None where it holds none."""
    try:
        redirect = read_redirect(query)
    except ValueError:  # more fields than any redirect has
        return None
    return redirect if redirect.code or redirect.error else None


def read_pasted(text: str) -> Redirect:
    """The redirect in what the owner pasted: an address, or only its query."""
    text = "".join(text.split()).strip("\"'<>")  # terminals break long lines
    if not text:
        raise Refusal(RefusalCode.INVALID, "Nothing was pasted.", _WHAT_TO_PASTE)
    try:
        address = urlsplit(text if "://" in text else f"//{text.lstrip('/?')}")
        query, host = address.query or text.lstrip("?"), address.hostname or ""
    except ValueError:
        query, host = "", ""
    redirect = read_answer(query)
    if redirect is not None and redirect.state:
        return redirect
    if host.endswith("google.com"):
        sentence = "This is the address of Google's page: the sign-in is not finished there."
    elif redirect is not None or not ("=" in text or "://" in text):
        sentence = "The code alone is not enough: Pollux must see that it belongs to this sign-in."
    else:
        sentence = "This address holds no answer of Google."
    raise Refusal(RefusalCode.INVALID, sentence, _WHAT_TO_PASTE)


_WHAT_TO_PASTE = (
    "Finish on Google's page, then paste the whole address of the page that the browser shows "
    "after it, even if that page does not load."
)


def is_same_state(state: str, expected: SecretStr) -> bool:
    return hmac.compare_digest(
        state.encode("utf-8", "replace"), expected.get_secret_value().encode()
    )


def other_sign_in() -> Refusal:
    return Refusal(
        RefusalCode.INVALID,
        "This address belongs to another sign-in: its state is not the one of this one.",
        "Open the address that this sign-in shows, and paste what the browser ends at.",
    )


def not_in_this_state(status: SignInStatus) -> Refusal:
    """The command does not fit how the sign-in stands."""
    match status:
        case SignInStatus.WAITING:
            words = ("The sign-in still waits for consent on Google's page.", "Finish it there.")
        case SignInStatus.EXCHANGING:
            words = ("Google is being asked at this moment.", "Wait for the result.")
        case SignInStatus.CHOOSING_PROJECT:
            words = ("Consent was given already.", "Choose the project.")
        case SignInStatus.DONE:
            words = ("This sign-in is done.", "Begin a new one.")
        case SignInStatus.FAILED:
            words = ("This sign-in failed.", "Begin a new one.")
        case SignInStatus.CANCELLED:
            words = ("This sign-in was cancelled.", "Begin a new one.")
        case SignInStatus.EXPIRED:
            words = ("This sign-in took too long and has ended.", "Begin a new one.")
    return Refusal(RefusalCode.CONFLICT, *words)


def is_loopback_url(url: str) -> bool:
    return is_loopback(urlsplit(url).hostname or "")
