"""Which credentials share what Google gave: the refresh token of a sign-in, an OAuth client.

Pure. Not here: the access tokens that are shared (`tokens`).
"""

from collections.abc import Hashable, Iterable
from typing import assert_never

from proxy_core.credentials.model import (
    AccountSecret,
    Credential,
    KeySecret,
    ServiceAccountSecret,
)
from proxy_core.gemini.faults import Cause


def grant_of(secret: AccountSecret | ServiceAccountSecret | KeySecret) -> Hashable:
    """Equal for credentials that share one access token and one refusal of it."""
    match secret:
        case AccountSecret():
            return secret.client_id, secret.client_secret, secret.refresh_token
        case ServiceAccountSecret():
            return secret.client_email, secret.private_key
        case KeySecret():
            return secret.key
        case _:
            assert_never(secret)


def concerned(
    refused: Iterable[Credential], cause: Cause, all_of_them: Iterable[Credential]
) -> list[Credential]:
    """The credentials that a lasting refusal of some speaks of too.

    A refused OAuth client takes every account with it that signed in with the same client and
    secret: an old secret may be dead while a new one lives. A missing scope closes one service.
    """
    if cause is Cause.CLIENT_INVALID:
        clients = {_client_of(credential) for credential in refused}
        return [one for one in all_of_them if _client_of(one) in clients]
    if cause is Cause.SCOPE_MISSING:
        uses = {(grant_of(credential.secret), credential.service) for credential in refused}
        return [one for one in all_of_them if (grant_of(one.secret), one.service) in uses]
    grants = {grant_of(credential.secret) for credential in refused}
    return [one for one in all_of_them if grant_of(one.secret) in grants]


def _client_of(credential: Credential) -> Hashable:
    secret = credential.secret
    if isinstance(secret, AccountSecret):
        return secret.client_id, secret.client_secret
    return grant_of(secret)
