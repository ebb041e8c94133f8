"""Finds out whose an imported account is, where its file does not tell.

An account is known by Google's subject: without it, signing in again would not renew it, and the
same account handed in twice would be two. Not here: sign-ins, whose answer tells (`consent`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import aiohttp

from proxy_core.credentials.consent import who_is
from proxy_core.credentials.identity import account_id, account_label, account_owner
from proxy_core.credentials.model import AccountSecret, Credential
from proxy_core.credentials.tokens import Authorizer

Known: TypeAlias = Callable[[str | None, str | None, str], Sequence[Credential]]
"Credentials of an account (subject, e-mail) and OAuth client."


@dataclass(frozen=True, slots=True)
class Identifier:
    """Asks Google with an access token that is there already."""

    session: aiohttp.ClientSession
    authorizer: Authorizer
    base_url: str | None

    async def identified(self, credential: Credential, known: Known) -> Credential:
        """The credential as that of its account; unchanged where Google does not say."""
        secret = credential.secret
        if not isinstance(secret, AccountSecret) or secret.subject or secret.email:
            return credential
        headers = dict(self.authorizer.ready(credential) or ())
        if "Authorization" not in headers:
            return credential
        subject, email = await who_is(headers["Authorization"], self.session, self.base_url)
        if not (subject or email):
            return credential
        for other in known(subject, email, secret.client_id):
            if other.project == credential.project and isinstance(other.secret, AccountSecret):
                named = replace(secret, subject=other.secret.subject, email=other.secret.email)
                return replace(credential, id=other.id, label=other.label, secret=named)
        owner = account_owner(subject, email, secret.refresh_token.get_secret_value())
        id_ = account_id(owner, secret.client_id, credential.project)
        return replace(
            credential,
            id=id_,
            label=account_label(email, credential.project, id_),
            secret=replace(secret, subject=subject, email=email),
        )
