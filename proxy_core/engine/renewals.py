"""Refresh tokens that Google replaced while Pollux runs: the newest counts, written or not.

In memory, so that none is lost with a full disk. Not here: writing them (`keeping`).
"""

from collections.abc import Hashable, Iterable
from dataclasses import replace

from pydantic import SecretStr

from proxy_core.credentials.grants import grant_of
from proxy_core.credentials.model import AccountSecret, Credential


class Renewals:
    """What came in the place of which grant since the start."""

    def __init__(self) -> None:
        self._newer: dict[Hashable, SecretStr] = {}
        "By the grant that Google replaced."

    def add(self, credentials: Iterable[Credential], refresh_token: SecretStr) -> None:
        """Google gave a new refresh token in place of the one that these share."""
        for secret in (self.latest(one).secret for one in credentials):
            if isinstance(secret, AccountSecret) and secret.refresh_token != refresh_token:
                self._newer[grant_of(secret)] = refresh_token
                # It is the newest now, whatever once came in its place.
                self._newer.pop(grant_of(replace(secret, refresh_token=refresh_token)), None)

    def latest(self, credential: Credential) -> Credential:
        """The credential with the newest refresh token; itself where it has that."""
        secret = credential.secret
        while isinstance(secret, AccountSecret) and grant_of(secret) in self._newer:
            secret = replace(secret, refresh_token=self._newer[grant_of(secret)])
        return credential if secret is credential.secret else replace(credential, secret=secret)
