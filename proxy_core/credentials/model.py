"""One identity at Google, as plain data.

Not here: files and stores (`files`, `stores`), access tokens (`tokens`), and what is known
of a credential's standing, which lives in the pool's ledger under the credential's id.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from pydantic import SecretStr

from proxy_core.credentials.identity import unreadable_id


class CredentialKind(StrEnum):
    ACCOUNT = "account"
    API_KEY = "api_key"
    SERVICE_ACCOUNT = "service_account"


class Service(StrEnum):
    """Which of Google's two services a credential is used with."""

    GEMINI = "gemini"
    "The Gemini API."
    VERTEX = "vertex"
    "Vertex AI: billed per call, so only where the owner chose it."


EVERY_SERVICE = frozenset(Service)

_LOCATION = re.compile(r"[a-z][a-z0-9-]{0,39}")
"""It becomes a part of Google's host name, so nothing else may stand in it."""


def is_location(text: str) -> bool:
    """Whether it has the form of a location of Vertex AI; which there are, Google knows."""
    return _LOCATION.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class AccountSecret:
    """A Google account: an OAuth authorized user with a refresh token."""

    client_id: str
    client_secret: SecretStr
    refresh_token: SecretStr
    access_token: SecretStr | None = None
    "The one found in the file, if any; later ones stay in memory."
    expires_at: float | None = None
    scopes: frozenset[str] = frozenset()
    "Granted ones; empty where the file does not tell."
    email: str | None = None
    subject: str | None = None
    signed_in_at: float | None = None
    "When the owner gave consent, where that is known."
    refresh_token_expires_at: float | None = None
    "When Google ends the consent, where the owner gave it for a limited time."


@dataclass(frozen=True, slots=True)
class KeySecret:
    """An API key."""

    key: SecretStr


@dataclass(frozen=True, slots=True)
class ServiceAccountSecret:
    """A service account, which signs for itself."""

    client_email: str
    private_key: SecretStr
    private_key_id: str | None
    token_uri: str


Secret: TypeAlias = AccountSecret | KeySecret | ServiceAccountSecret


@dataclass(frozen=True, slots=True)
class Credential:
    """A credential of the pool."""

    id: str
    "Kind prefix (`acc`, `key`, `svc`) + 10 base32 characters."
    label: str
    project: str | None
    "The Google Cloud project that pays; None where it is not known (yet)."
    store: str
    "Where it is kept: `environment`, `folder`, `vault`."
    secret: Secret
    source: str = ""
    "File name or list position, for messages; never a full path."
    service: Service = Service.GEMINI
    location: str = "global"
    "Of Vertex AI: `global`, a multi-region (`us`, `eu`) or a region (`us-central1`)."

    @property
    def kind(self) -> CredentialKind:
        match self.secret:
            case AccountSecret():
                return CredentialKind.ACCOUNT
            case KeySecret():
                return CredentialKind.API_KEY
            case ServiceAccountSecret():
                return CredentialKind.SERVICE_ACCOUNT


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something in a store that is not a credential; shown, and skipped."""

    store: str
    "As in `Credential`."
    source: str
    reason: str
    "A sentence that holds no secret."

    @property
    def id(self) -> str:
        """Names it as long as it stays where it is, so that its owner can have it removed."""
        return unreadable_id(self.store, self.source)
