"""Credentials as they are written: stored JSON, names of files, and the line for a `.env`.

The opposite of `files`, which reads all of it back. Access tokens are never written. Not here:
where things are written to (`stores`, `vault`), and encrypted exports (`transfer`).
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from proxy_core.credentials import identity
from proxy_core.credentials.endpoints import TOKEN_URL
from proxy_core.credentials.model import (
    AccountSecret,
    Credential,
    KeySecret,
    Service,
    ServiceAccountSecret,
)

_REPLACED = frozenset(
    {"type", "client_id", "client_secret", "refresh_token", "token_uri", "scopes", "scope"}
    | {"project_id", "email", "sub", "signed_in_at", "refresh_token_expires_at", "pollux_id"}
    | {"token", "access_token", "expiry"}
    | {"key", "label", "client_email", "private_key", "private_key_id", "service", "location"}
)
"Fields whose old value says nothing beside the credential; all others are the owner's."
_LONGEST_NAME = 200
"Characters; most file systems take 255 bytes, and a temporary name is longer."


def as_json(credential: Credential) -> dict[str, Any]:
    """Stored JSON, as `files.parse_credentials` reads it. It holds the secrets in clear."""
    match credential.secret:
        case AccountSecret() as secret:
            fields = _account(credential, secret)
        case KeySecret() as secret:
            key = secret.key.get_secret_value()
            given = credential.label if credential.label != identity.key_label(key) else None
            fields = {"type": "api_key", "key": key, "label": given}
        case ServiceAccountSecret() as secret:
            fields = {
                "type": "service_account",
                "client_email": secret.client_email,
                "private_key": secret.private_key.get_secret_value(),
                "private_key_id": secret.private_key_id,
                "token_uri": secret.token_uri,
            }
    fields["project_id"] = credential.project
    if credential.service is Service.VERTEX:
        fields |= {"service": credential.service.value, "location": credential.location}
    return {name: value for name, value in fields.items() if value is not None}


def _account(credential: Credential, secret: AccountSecret) -> dict[str, Any]:
    token = secret.refresh_token.get_secret_value()
    owner = identity.account_owner(secret.subject, secret.email, token)
    usual_id = identity.account_id(owner, secret.client_id, credential.project)
    return {
        "type": "authorized_user",
        "client_id": secret.client_id,
        "client_secret": secret.client_secret.get_secret_value(),
        "refresh_token": token,
        "token_uri": TOKEN_URL,
        "scopes": sorted(secret.scopes) or None,
        "email": secret.email,
        "sub": secret.subject,
        "signed_in_at": secret.signed_in_at,
        "refresh_token_expires_at": secret.refresh_token_expires_at,
        # Label and standing hang on the id, so it stays when more of the account becomes known.
        "pollux_id": credential.id if credential.id != usual_id else None,
    }


def rewritten(old: Mapping[str, Any], credential: Credential) -> dict[str, Any]:
    """The stored JSON in place of `old`, with what else the owner's file says."""
    kept = {name: value for name, value in old.items() if name not in _REPLACED}
    return as_json(credential) | kept


def file_names(credential: Credential) -> tuple[str, str]:
    """Names for a file of its own: one for people, and one that nobody else's credential has.

    The first is e.g. `oauth_creds_{email}_{project}.json`; both may be the same.
    """
    parts: tuple[str | None, ...]
    match credential.secret:
        case AccountSecret(email=email):
            kind, parts = "oauth_creds", (email, credential.project)
        case KeySecret():
            kind, parts = "api_key", (credential.id,)
        case ServiceAccountSecret(client_email=email):
            kind, parts = "service_account", (email, credential.project)
    plain = f"{kind}_{credential.id}.json"
    telling = "_".join((kind, *(quote(part, safe="@+") for part in parts if part))) + ".json"
    if not parts[0] or len(telling) > _LONGEST_NAME or _misleads(telling, credential):
        return plain, plain
    return telling, plain


def _misleads(name: str, credential: Credential) -> bool:
    """Whether the name would be read as one of an account with another project."""
    return identity.hint(name).project not in (None, credential.project)


def env_list(credentials: Iterable[Credential]) -> str:
    """One line for a `.env` file that sets CREDENTIALS_JSON_LIST to all of them.

    Quoted for a shell and Docker Compose; `settings` strips the quotes that `docker --env-file`
    keeps. Nothing in it needs escaping: no line break, no quote, nothing but ASCII.
    """
    text = json.dumps([as_json(one) for one in credentials], separators=(",", ":"))
    # An apostrophe can stand only in a JSON string, where this means the same.
    return "CREDENTIALS_JSON_LIST='" + text.replace("'", "\\u0027") + "'\n"
