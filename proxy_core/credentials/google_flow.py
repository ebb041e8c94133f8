"""The consent page's URL and the exchange of its code, by Google's own library.

Heavy, and blocking: `consent` imports this module in a thread, at the first sign-in. It makes
and sends; what an answer means is `consent`'s to say, and the library does not get to read it:
it would lose `error_subtype`, and raise a Warning for each box that the owner unticked unless a
variable of the whole process forbids that (OAUTHLIB_RELAX_TOKEN_SCOPE).
OAUTHLIB_INSECURE_TRANSPORT is not needed either: the library knows only Google's own https
addresses, and GOOGLE_API_BASE_URL takes their place on the way out.
"""

import logging
import ssl
from typing import Any, NoReturn

import requests
from google_auth_oauthlib.flow import Flow  # type: ignore[import-untyped]  # it has no types
from requests.adapters import HTTPAdapter

from proxy_core.credentials.consent import NoAnswer, Route, TokenAnswer
from proxy_core.credentials.endpoints import AUTHORIZATION_URL, TOKEN_URL, endpoint
from proxy_core.credentials.oauth_client import OAuthClient

for _name in ("requests_oauthlib", "oauthlib"):
    # Their debug lines hold codes, verifiers and tokens.
    logging.getLogger(_name).setLevel(logging.INFO)


class GoogleFlow:
    """One visit to the consent page. `url` and `state` belong to it, and so does its verifier."""

    def __init__(
        self,
        client: OAuthClient,
        scopes: tuple[str, ...],
        redirect_uri: str,
        login_hint: str | None,
        route: Route,
    ) -> None:
        config = {
            "client_id": client.client_id,
            "client_secret": client.client_secret.get_secret_value(),
            "auth_uri": AUTHORIZATION_URL,
            "token_uri": TOKEN_URL,
        }
        self._flow = Flow.from_client_config({"installed": config}, scopes)
        self._flow.redirect_uri = redirect_uri
        self._session = self._flow.oauth2session
        _prepare(self._session, route)
        self._proxies = {"https": route.proxy, "http": route.proxy} if route.proxy else None
        # `consent` brings a refresh token each time; `select_account` lets one add several.
        url, state = self._flow.authorization_url(
            access_type="offline",
            prompt="consent select_account",
            **({"login_hint": login_hint} if login_hint else {}),
        )
        self.url: str = endpoint(url, route.base_url)
        self.state: str = state

    def exchange(self, code: str, silence_s: float) -> TokenAnswer:
        """Asks for the tokens. Raises NoAnswer."""
        try:
            # With `include_client_id`, client and secret stand in the form, as Google documents.
            self._flow.fetch_token(
                code=code, timeout=silence_s, proxies=self._proxies, include_client_id=True
            )
        except _Answered as answered:
            return TokenAnswer(answered.response.status_code, answered.response.content)
        except requests.RequestException as error:
            raise NoAnswer(_reason(error)) from error
        finally:
            self._session.close()
        raise AssertionError("the hook ends every exchange")


class _Answered(Exception):
    def __init__(self, response: requests.Response) -> None:
        super().__init__()
        self.response = response


def _stop(response: requests.Response) -> NoReturn:
    raise _Answered(response)


def _prepare(session: Any, route: Route) -> None:
    session.headers["User-Agent"] = route.user_agent
    # As in `upstream`: the system's proxy was asked for once, and is handed in.
    session.trust_env = False
    # A redirect would carry code and client secret to wherever it points.
    session.max_redirects = 0
    session.mount("https://", _Transport(route.base_url))
    session.register_compliance_hook("access_token_response", _stop)


class _Transport(HTTPAdapter):
    """Sends what is meant for Google to GOOGLE_API_BASE_URL, where that is set.

    Trusts the system's certificate authorities, as the rest of Pollux does, beside those that
    `requests` brings: a company's own is known only there.
    """

    def __init__(self, base_url: str | None) -> None:
        self._base_url = base_url
        super().__init__()

    def send(self, request: Any, *args: Any, **options: Any) -> Any:
        request.url = endpoint(request.url, self._base_url)
        return super().send(request, *args, **options)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, ssl_context=ssl.create_default_context(), **options)

    def proxy_manager_for(self, proxy: Any, **options: Any) -> Any:
        context = ssl.create_default_context()
        return super().proxy_manager_for(proxy, ssl_context=context, **options)


def _reason(error: requests.RequestException) -> str:
    match error:
        case requests.exceptions.ProxyError():
            return "The outbound proxy could not be used."
        case requests.exceptions.SSLError():
            return "The secure connection to Google failed (certificate or TLS)."
        case requests.exceptions.Timeout():
            return "Google's sign-in server took too long."
        case requests.exceptions.TooManyRedirects():
            return "Google's sign-in server sent an answer that is not usable."
        case requests.exceptions.ConnectionError():
            return "Google's sign-in server could not be reached."
        case _:
            return "The connection to Google's sign-in server broke."
