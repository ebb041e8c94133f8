"""One request for an access token at Google's token endpoint.

Not here: when to ask, who shares the answer, what to remember (`tokens`), and what an
answer means (`oauth_answers`).
"""

import asyncio
from collections.abc import Callable
from typing import assert_never

import aiohttp

from proxy_core.credentials.assertions import UnusablePrivateKey, sign_assertion
from proxy_core.credentials.endpoints import TOKEN_URL, endpoint
from proxy_core.credentials.model import AccountSecret, ServiceAccountSecret
from proxy_core.credentials.oauth_answers import TokenFailure, TokenGrant, classify_token_answer
from proxy_core.gemini.faults import Cause, Fault

_JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_UNREACHABLE = TokenFailure(
    Fault(Cause.NETWORK, 0, "Google's sign-in server could not be reached."), lasting=False
)
_BROKEN_KEY = TokenFailure(
    Fault(Cause.KEY_INVALID, 0, "The private key of this service account cannot be used."),
    lasting=True,
)


class TokenEndpoint:
    """Google's token endpoint, reached through a session that someone else owns."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        base_url: str | None,
        *,
        timeout: aiohttp.ClientTimeout,
        on_failure: Callable[[], None],
    ) -> None:
        """on_failure: told of each request that was not answered at all."""
        self._session = session
        self._on_failure = on_failure
        self._url = endpoint(TOKEN_URL, base_url)
        self._timeout = timeout

    async def ask(
        self, secret: AccountSecret | ServiceAccountSecret, now: float
    ) -> TokenGrant | TokenFailure:
        """A new access token for `secret`, or why there is none; raises nothing.

        now: wall time, for the age of the sign-in and the date of an assertion.
        """
        match secret:
            case AccountSecret():
                age_s = None if secret.signed_in_at is None else now - secret.signed_in_at
                return await self._post(_refresh_form(secret), signed_in_s_ago=age_s)
            case ServiceAccountSecret():
                try:
                    assertion = await asyncio.to_thread(sign_assertion, secret, now)
                except UnusablePrivateKey:
                    return _BROKEN_KEY
                form = {"grant_type": _JWT_GRANT, "assertion": assertion}
                return await self._post(form, service_account=True)
            case _:
                assert_never(secret)

    async def _post(
        self,
        form: dict[str, str],
        *,
        service_account: bool = False,
        signed_in_s_ago: float | None = None,
    ) -> TokenGrant | TokenFailure:
        try:
            async with self._session.post(
                self._url, data=form, timeout=self._timeout, allow_redirects=False
            ) as response:
                body = await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError):
            self._on_failure()
            return _UNREACHABLE
        return classify_token_answer(
            response.status,
            body,
            retry_after=response.headers.get("Retry-After"),
            service_account=service_account,
            signed_in_s_ago=signed_in_s_ago,
        )


def _refresh_form(secret: AccountSecret) -> dict[str, str]:
    # No `scope`: asking for one that was not consented to fails with invalid_scope.
    return {
        "grant_type": "refresh_token",
        "client_id": secret.client_id,
        "client_secret": secret.client_secret.get_secret_value(),
        "refresh_token": secret.refresh_token.get_secret_value(),
    }
