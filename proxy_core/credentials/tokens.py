"""Turns credentials into the headers that authorize a request, renewing access tokens in time.

Credentials of one account and client share one access token and one refresh. Access tokens
live here, in memory, and nowhere else.
Not here: what a refusal does to the pool (its ledger remembers that), and writing a changed
refresh token to a store (`on_new_refresh_token`).

All methods run on the engine's loop.
"""

import asyncio
import dataclasses
import logging
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from math import inf
from typing import TypeAlias
from weakref import WeakValueDictionary

import aiohttp
from pydantic import SecretStr

from proxy_core.clock import Clock
from proxy_core.credentials.grants import concerned, grant_of
from proxy_core.credentials.model import (
    AccountSecret,
    Credential,
    KeySecret,
    ServiceAccountSecret,
)
from proxy_core.credentials.oauth_answers import TokenFailure, missing_scope
from proxy_core.credentials.token_request import TokenEndpoint
from proxy_core.gemini.faults import Fault
from proxy_core.tasks import spawn

Headers: TypeAlias = tuple[tuple[str, str], ...]
_OAuthSecret: TypeAlias = AccountSecret | ServiceAccountSecret

TIMEOUT_S = 30.0
"For the whole of one request for an access token."
_TIMEOUT = aiohttp.ClientTimeout(total=TIMEOUT_S)
_RENEW_BELOW_S = 300.0
_USABLE_ABOVE_S = 60.0
_RENEWAL_PAUSE_S = 30.0
"""Least time between two refreshes ahead of expiry, so that a failing one is not hammered."""
_LONGEST_WAIT_S = 3600.0
_RENEWED_AT_ONCE = 16
"Further ones are renewed when they are used: hundreds at once would look like an attack."

_log = logging.getLogger(__name__)


class TokenRefused(Exception):
    """There will be no access token until someone acts: sign in again, mend the client."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


class TokenUnavailable(Exception):
    """There is no access token now, through no fault of the credential."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class _AccessToken:
    """One access token, ready for the header."""

    authorization: tuple[str, str] = field(repr=False)
    wall_deadline: float
    monotonic_deadline: float
    scopes: frozenset[str]
    "Granted ones; empty where they are not known."

    def remaining_s(self, clock: Clock) -> float:
        """The earlier of two deadlines: a wall clock set back must not prolong a token, and
        the monotonic one stands still while a computer sleeps."""
        return min(self.wall_deadline - clock.now(), self.monotonic_deadline - clock.monotonic())


class _Grantee:
    """What Google gives a token to: an account with its client, or a service account."""

    def __init__(self, secret: _OAuthSecret, token: _AccessToken | None) -> None:
        self.secret = secret
        self.token = token
        self.refresh: asyncio.Task[_AccessToken | TokenFailure] | None = None
        "The running one, or the last."
        self.quiet_until = 0.0
        "No refresh ahead of expiry before this monotonic time."
        self.postponed: tuple[float, TokenFailure] | None = None
        "Until when (monotonic) Google asked us not to come back, and its answer."


class _Entry:
    """What is ready for one credential; `headers` belong to `token`."""

    __slots__ = ("credential", "grantee", "headers", "token")

    def __init__(self, credential: Credential, grantee: _Grantee | None, headers: Headers) -> None:
        self.credential = credential
        self.grantee = grantee
        self.headers = headers
        self.token: _AccessToken | None = None

    def missing(self, token: _AccessToken) -> Fault | None:
        """Why this token does not open the credential's service."""
        return missing_scope(token.scopes, self.credential.service)

    def headers_of(self, token: _AccessToken) -> Headers:
        if token is not self.token:
            project = self.credential.project
            billed = (("x-goog-user-project", project),) if project else ()
            self.headers = (token.authorization, *billed)
            self.token = token
        return self.headers


class Authorizer:
    """Gives the authorization headers of every credential of the pool."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        clock: Clock,
        base_url: str | None = None,
        *,
        timeout: aiohttp.ClientTimeout = _TIMEOUT,
        on_new_refresh_token: Callable[[Sequence[Credential], SecretStr], None] | None = None,
        on_refused: Callable[[Sequence[Credential], Fault], None] | None = None,
        on_failure: Callable[[], None] = lambda: None,
    ) -> None:
        """session: ours to use, not to close; its proxy and User-Agent apply.

        base_url: replaces scheme, host and port of Google's token endpoint.
        on_new_refresh_token: called on the loop, once, with the credentials that it serves.
        on_refused: called on the loop when a refresh finds that there will be no access token
        until someone acts, with the credentials in use that this concerns. Nobody may be waiting
        for that refresh.
        on_failure: told of each request that was not answered at all.
        """
        self._clock = clock
        self._endpoint = TokenEndpoint(session, base_url, timeout=timeout, on_failure=on_failure)
        self._on_new_refresh_token = on_new_refresh_token
        self._on_refused = on_refused
        self._entries: dict[str, _Entry] = {}
        self._grantees: WeakValueDictionary[Hashable, _Grantee] = WeakValueDictionary()
        self._forgotten: set[str] = set()
        "Ids of credentials whose found access token is not to be used any more."

    def ready(self, credential: Credential) -> Headers | None:
        """The headers, if they can be had without I/O. Starts a refresh ahead of expiry."""
        entry = self._entries.get(credential.id)
        if entry is None or entry.credential is not credential:
            entry = self._enter(credential)
        grantee = entry.grantee
        if grantee is None:
            return entry.headers
        token = grantee.token
        if token is None or entry.missing(token):
            return None
        remaining_s = token.remaining_s(self._clock)
        if remaining_s < _RENEW_BELOW_S:
            if remaining_s <= _USABLE_ABOVE_S:
                return None
            if self._clock.monotonic() >= grantee.quiet_until:
                self._refreshing(grantee)
        return entry.headers_of(token)

    async def headers(self, credential: Credential) -> Headers:
        """The headers, after a refresh where one is due; concurrent callers share it.

        Raises TokenRefused or TokenUnavailable. While the token endpoint is down, an old token
        is used to its end.
        """
        ready = self.ready(credential)
        entry = self._entries[credential.id]
        grantee = entry.grantee
        if ready is not None or grantee is None:
            return entry.headers
        outcome: _AccessToken | TokenFailure | None = self._postponement(grantee)
        if grantee.token is not None and entry.missing(grantee.token):
            outcome = grantee.token  # a new one would be no other
        if outcome is None:
            # Shielded: a caller that gives up must not take the refresh from the others.
            outcome = await asyncio.shield(self._refreshing(grantee))
        if isinstance(outcome, _AccessToken):
            if (fault := entry.missing(outcome)) is not None:
                raise TokenRefused(fault)
            return entry.headers_of(outcome)
        if outcome.lasting:
            raise TokenRefused(outcome.fault)
        old = grantee.token
        if old is not None and old.remaining_s(self._clock) > 0:
            return entry.headers_of(old)
        raise TokenUnavailable(outcome.fault)

    def renew_due(self) -> None:
        """Begins to renew what ended or is about to, of the access tokens that were in use: after
        the computer slept, the next request shall not have to wait for it."""
        now = self._clock.monotonic()
        due = {
            id(grantee): grantee
            for entry in self._entries.values()
            if (grantee := entry.grantee) is not None
            and grantee.token is not None
            and grantee.token.remaining_s(self._clock) < _RENEW_BELOW_S
            and now >= grantee.quiet_until
        }
        for grantee in islice(due.values(), _RENEWED_AT_ONCE):
            self._refreshing(grantee)

    def expire(self, credential: Credential, headers: Headers) -> None:
        """Google answered 401 to these headers: forgets their token if it is still in use."""
        entry = self._entries.get(credential.id)
        if entry is None or entry.grantee is None:
            return
        token = entry.grantee.token
        if token is not None and token.authorization in headers:
            entry.grantee.token = None

    def forget(self, credential: Credential) -> None:
        """Drops what is known of a credential: its next use asks Google anew."""
        self._forgotten.add(credential.id)
        entry = self._entries.pop(credential.id, None)
        if entry is not None and entry.grantee is not None:
            grantee = entry.grantee
            grantee.token = grantee.postponed = None
            grantee.quiet_until = 0.0

    async def close(self) -> None:
        """Ends running refreshes; the session may be closed after that."""
        running = {
            entry.grantee.refresh
            for entry in self._entries.values()
            if entry.grantee is not None and entry.grantee.refresh is not None
        }
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _enter(self, credential: Credential) -> _Entry:
        secret = credential.secret
        if isinstance(secret, KeySecret):
            key = secret.key.get_secret_value()
            entry = _Entry(credential, None, (("x-goog-api-key", key),))
        else:
            grantee = self._grantees.get(grant_of(secret))
            if grantee is None:
                found = None if credential.id in self._forgotten else self._found_token(credential)
                grantee = self._grantees[grant_of(secret)] = _Grantee(secret, found)
            entry = _Entry(credential, grantee, ())
        self._entries[credential.id] = entry
        return entry

    def _found_token(self, credential: Credential) -> _AccessToken | None:
        """The access token that was kept with the credential, if it may serve its service."""
        secret = credential.secret
        if not isinstance(secret, AccountSecret) or secret.access_token is None:
            return None
        if secret.expires_at is None or missing_scope(secret.scopes, credential.service):
            return None
        now = self._clock.now()
        return _access_token(
            secret.access_token, now, self._clock.monotonic(), secret.expires_at - now
        )

    def _postponement(self, grantee: _Grantee) -> TokenFailure | None:
        if grantee.postponed is None:
            return None
        until, failure = grantee.postponed
        wait_s = until - self._clock.monotonic()
        if wait_s <= 0:
            return None
        fault = dataclasses.replace(failure.fault, retry_after_s=wait_s)
        return dataclasses.replace(failure, fault=fault)

    def _refreshing(self, grantee: _Grantee) -> asyncio.Task[_AccessToken | TokenFailure]:
        """The refresh that is running, or a new one."""
        if grantee.refresh is None or grantee.refresh.done():
            grantee.refresh = spawn(self._refresh(grantee), name="refresh an access token")
        return grantee.refresh

    async def _refresh(self, grantee: _Grantee) -> _AccessToken | TokenFailure:
        # Before asking: the token's life may begin before its answer arrives.
        now, monotonic = self._clock.now(), self._clock.monotonic()
        grantee.quiet_until = monotonic + _RENEWAL_PAUSE_S
        answer = await self._endpoint.ask(grantee.secret, now)
        if isinstance(answer, TokenFailure):
            self._note_failure(grantee, answer)
            return answer
        grantee.postponed = None
        scopes = answer.scopes if isinstance(grantee.secret, AccountSecret) else frozenset()
        grantee.token = _access_token(
            answer.access_token, now, monotonic, answer.lifetime_s, scopes
        )
        if answer.refresh_token is not None:
            self._replace_refresh_token(grantee, answer.refresh_token)
        return grantee.token

    def _note_failure(self, grantee: _Grantee, failure: TokenFailure) -> None:
        served = self._served_by(grantee)
        labels = ", ".join(credential.label for credential in served)
        _log.warning("no new access token for %s: %s", labels, failure.fault.message)
        if failure.lasting:
            grantee.quiet_until = inf
            if self._on_refused is not None and served:
                in_use = [entry.credential for entry in self._entries.values()]
                self._on_refused(concerned(served, failure.fault.cause, in_use), failure.fault)
        elif failure.fault.retry_after_s:
            wait_s = min(failure.fault.retry_after_s, _LONGEST_WAIT_S)
            until = self._clock.monotonic() + wait_s
            grantee.postponed = (until, failure)
            grantee.quiet_until = max(grantee.quiet_until, until)

    def _replace_refresh_token(self, grantee: _Grantee, refresh_token: SecretStr) -> None:
        secret = grantee.secret
        if not isinstance(secret, AccountSecret) or secret.refresh_token == refresh_token:
            return
        grantee.secret = dataclasses.replace(secret, refresh_token=refresh_token)
        # The credential will come back with the new one, and shall find its access token.
        self._grantees[grant_of(grantee.secret)] = grantee
        if self._on_new_refresh_token is not None:
            self._on_new_refresh_token(self._served_by(grantee), refresh_token)

    def _served_by(self, grantee: _Grantee) -> list[Credential]:
        return [entry.credential for entry in self._entries.values() if entry.grantee is grantee]


def _access_token(
    token: SecretStr,
    now: float,
    monotonic: float,
    lifetime_s: float,
    scopes: frozenset[str] = frozenset(),
) -> _AccessToken:
    authorization = ("Authorization", f"Bearer {token.get_secret_value()}")
    return _AccessToken(authorization, now + lifetime_s, monotonic + lifetime_s, scopes)
