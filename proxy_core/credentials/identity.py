"""Ids and labels of credentials, and what a file's name hints at.

An id depends only on who a credential is, never on where it is kept or on its secret's
latest form, so that its standing survives a new sign-in and a move to another store.
"""

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import Protocol

PROJECT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:-]{0,99}")
"""What may be sent as a project: an id, a number, or a domain-scoped `example.com:id`."""

_ACCOUNT_ID = re.compile("acc[a-z2-7]{10}")
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
_FILE_NAME = re.compile(r"oauth_creds_(.+)\.json", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class NameHint:
    """E-mail and project as told by a file's name; it is a hint, and the content wins."""

    email: str | None = None
    project: str | None = None


NO_HINT = NameHint()


class Account(Protocol):
    """What is told of whose account something is."""

    @property
    def subject(self) -> str | None: ...

    @property
    def email(self) -> str | None: ...


def account_id(who: str, client_id: str, project: str | None) -> str:
    """who: as `account_owner` tells."""
    return _identify("acc", who, client_id, project or "")


def account_owner(subject: str | None, email: str | None, refresh_token: str) -> str:
    """Whose account it is, by the best that is known: Google's `sub`, the e-mail, the token."""
    return subject or (email.lower() if email else refresh_token)


def is_owner(account: Account, subject: str | None, email: str | None) -> bool:
    """Whether an account is that of `subject` or `email`: by both subjects, else both e-mails."""
    if account.subject and subject:
        return account.subject == subject
    if not account.email or not email:
        return False
    return account.email.lower() == email.lower()


def is_account_id(text: str) -> bool:
    return _ACCOUNT_ID.fullmatch(text) is not None


def key_id(key: str) -> str:
    return _identify("key", key)


def service_account_id(client_email: str, project: str | None) -> str:
    return _identify("svc", client_email.lower(), project or "")


def unreadable_id(store: str, source: str) -> str:
    """Of something in a store that is no credential."""
    return _identify("bad", store, source)


def account_label(email: str | None, project: str | None, credential_id: str) -> str:
    return _joined(email or f"Google account {credential_id[-4:]}", project)


def key_label(key: str) -> str:
    return f"API key …{key[-4:]}"


def service_account_label(client_email: str, project: str | None) -> str:
    return _joined(client_email, project)


def hint(file_name: str) -> NameHint:
    """Reads `oauth_creds_{email}_{project}.json`.

    Split at the last underscore: an e-mail may hold some, a project id never does.
    """
    match = _FILE_NAME.fullmatch(file_name)
    if match is None:
        return NO_HINT
    head, _, tail = match[1].rpartition("_")
    if is_email(head) and PROJECT.fullmatch(tail):
        return NameHint(head, tail)
    return NameHint(match[1]) if is_email(match[1]) else NO_HINT


def is_email(text: str) -> bool:
    return text.isprintable() and _EMAIL.fullmatch(text) is not None


def _joined(who: str, project: str | None) -> str:
    return f"{who} · {project}" if project else who


def _identify(kind: str, *parts: str) -> str:
    # NUL cannot stand in any of the parts, so no two lists of parts read the same.
    digest = hashlib.sha256("\0".join(parts).encode()).digest()
    return kind + base64.b32encode(digest)[:10].decode().lower()
