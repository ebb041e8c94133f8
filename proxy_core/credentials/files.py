"""Reads credentials out of text or JSON values, and says in a sentence why one is refused.

It opens no file (`stores` does) and calls nobody; `token_uri` is compared, never followed.
No reason holds a value of the input, since any of them may be a secret in the wrong place.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

import orjson
from pydantic import SecretStr, ValidationError

from proxy_core.credentials import identity
from proxy_core.credentials.endpoints import GOOGLE_TOKEN_URIS
from proxy_core.credentials.model import (
    AccountSecret,
    Credential,
    KeySecret,
    ServiceAccountSecret,
    Unreadable,
)
from proxy_core.credentials.stored import StoredAccount, StoredKey, StoredServiceAccount

Found: TypeAlias = tuple[list[Credential], list[Unreadable]]
_S = TypeVar("_S", StoredAccount, StoredKey, StoredServiceAccount)

_OTHER_PROGRAMS: Mapping[str, str] = {
    "636d7183f3ca4ad92c7803811a3f635643f1da657a22eeedf280283161cb6e17": "Gemini CLI",
    "bf00c418024ba6bf606ccdc37120976e41bc429dd1d46ecf16a729aa532626ea": "Antigravity",
    "cfb97dad7d896f37931b821cac52078418c6bf19049756af97ad4489fecf19c3": "gcloud",
    "23b2d7c7ffbe16dacf2e4950dd2b5e387471a3545e46d599f6f245ae51fa6e90": "gcloud",
}
"""SHA-256 of OAuth client ids whose use by other programs Google forbids."""

_NOT_KEYS: Mapping[str, str] = {
    "ya29.": "a Google access token",
    "eyJ": "a signed token (JWT)",
    "1//": "a Google refresh token",
    "sk-": "a key of another provider",
}
"""Prefixes of what is plainly not a Gemini API key; others are for Google to judge."""

_OUT_OF_SCOPE: Mapping[str, str] = {
    "external_account": "Workload identity federation (external_account)",
    "external_account_authorized_user": "Workforce identity federation (external_account)",
    "impersonated_service_account": "Service account impersonation",
    "gdch_service_account": "Google Distributed Cloud (gdch)",
}
_PROBLEMS: Mapping[str, str] = {
    "missing": "is missing",
    "string_too_short": "is missing",
    "too_short": "is missing",
    "value_error": "is not valid text",
}
"""What pydantic finds, in words; anything else is a wrong type."""

_VISIBLE_ASCII = re.compile(r"[!-~]+")
_SHORTEST_LINE = 8
"A shorter word in a list of keys is some other setting of a `.env`, as in `PORT=7860`."


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an item was found."""

    store: str
    source: str
    hint: identity.NameHint = identity.NO_HINT

    def part(self, where: str) -> "Origin":
        """One of several items, of which the file's name says nothing."""
        return Origin(self.store, f"{self.source}{where}")


class _Refused(Exception):
    """An item is no credential for us; the argument is the sentence to show."""


def parse_credentials(
    given: object, *, store: str, source: str, file_name: str | None = None
) -> Found:
    """Credentials of one file, setting or pasted text, in order, and what is none.

    given: JSON text or key lines (a `str`), or a value that was JSON.
    source: name for messages, never a full path.
    file_name: read as a hint where the file holds a single account.
    """
    if not isinstance(given, str):
        return _collect(_items(given, Origin(store, source, identity.hint(file_name or ""))))
    if given.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
        return parse_json(given, store=store, source=source, file_name=file_name)
    return parse_key_lines(given, store=store, source=source)


def parse_json(text: str, *, store: str, source: str, file_name: str | None = None) -> Found:
    """As `parse_credentials`, where only JSON makes sense."""
    try:
        value = orjson.loads(text.removeprefix("\ufeff"))
    except orjson.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        return [], [Unreadable(store, source, f"This is not valid JSON ({where}).")]
    return _collect(_items(value, Origin(store, source, identity.hint(file_name or ""))))


def parse_key_lines(text: str, *, store: str, source: str) -> Found:
    """API keys one a line: `KEY`, `name=KEY`, or a line of a `.env` file."""
    return _collect(_key_lines(text.removeprefix("\ufeff"), Origin(store, source)))


def _collect(items: Iterator[tuple[object, Origin]]) -> Found:
    credentials: list[Credential] = []
    unreadable: list[Unreadable] = []
    for item, origin in items:
        try:
            credentials.append(_parse_item(item, origin))
        except _Refused as refusal:
            unreadable.append(Unreadable(origin.store, origin.source, str(refusal)))
    return credentials, unreadable


def _items(value: object, origin: Origin) -> Iterator[tuple[object, Origin]]:
    if not isinstance(value, list):
        yield value, origin
        return
    for number, item in enumerate(value, start=1):
        yield item, origin.part(f" entry {number}")


def _key_lines(text: str, origin: Origin) -> Iterator[tuple[object, Origin]]:
    for number, line in enumerate(text.splitlines(), start=1):
        entry = line.strip()
        if not entry or entry.startswith("#"):
            continue
        name, equals, key = (part.strip() for part in entry.partition("="))
        name, key = (name.removeprefix("export "), key) if equals else ("", entry)
        if len(key) > 1 and key[0] == key[-1] and key[0] in "\"'":
            key = key[1:-1]
        if len(key) < _SHORTEST_LINE:
            key = ""
        yield {"type": "api_key", "key": key, "label": name}, origin.part(f" line {number}")


def _parse_item(item: object, origin: Origin) -> Credential:
    if isinstance(item, str):
        return _parse_key({"key": item}, origin)
    if not isinstance(item, dict):
        raise _Refused("A credential is a JSON object; this is something else.")
    fields = _unwrapped(item)
    match fields.get("type"):
        case None | "authorized_user":
            return _parse_account(fields, origin)
        case "service_account":
            return _parse_service_account(fields, origin)
        case "api_key":
            return _parse_key(fields, origin)
        case str(kind) if kind in _OUT_OF_SCOPE:
            raise _Refused(
                f"{_OUT_OF_SCOPE[kind]} is not supported: use a Google account, "
                "a service account's own key file or an API key."
            )
        case _:
            raise _Refused("`type` names no kind of credential that Pollux knows.")


def _unwrapped(item: dict[str, Any]) -> dict[str, Any]:
    """The item without the `installed` or `web` wrapper of client files, if it is in one."""
    for wrapper in ("installed", "web"):
        inner = item.get(wrapper)
        if isinstance(inner, dict):
            fields = {**item, **inner}
            if not fields.get("refresh_token"):
                raise _Refused(
                    "This is an OAuth client file, not a credential: import it as the OAuth "
                    "client, then sign in with Google."
                )
            return fields
    return item


def _parse_account(fields: dict[str, Any], origin: Origin) -> Credential:
    if not any(name in fields for name in ("client_id", "client_secret", "refresh_token")):
        raise _Refused("This JSON holds no credential of a kind that Pollux knows.")
    _refuse_other_programs(fields.get("client_id"))
    if fields.get("refresh_token") in (None, ""):
        raise _Refused("The refresh token is missing: sign in with Google again.")
    stored = _validated(StoredAccount, fields)
    _refuse_other_clouds(stored.universe_domain, stored.token_uri)
    project = _project(stored.project_id or origin.hint.project)
    email = next(filter(None, map(_email, (stored.email, origin.hint.email, stored.account))), None)
    who = stored.sub or (email.lower() if email else stored.refresh_token.get_secret_value())
    credential_id = identity.account_id(who, stored.client_id, project)
    return Credential(
        id=credential_id,
        label=identity.account_label(email, project, credential_id),
        project=project,
        store=origin.store,
        secret=AccountSecret(
            client_id=stored.client_id,
            client_secret=stored.client_secret,
            refresh_token=stored.refresh_token,
            access_token=_sendable(stored.token),
            expires_at=stored.expires_at(),
            scopes=stored.scope_set(),
            email=email,
            subject=stored.sub,
            signed_in_at=stored.signed_in_at,
        ),
        source=origin.source,
    )


def _parse_service_account(fields: dict[str, Any], origin: Origin) -> Credential:
    stored = _validated(StoredServiceAccount, fields)
    _refuse_other_clouds(stored.universe_domain, stored.token_uri)
    if "PRIVATE KEY-----" not in stored.private_key.get_secret_value():
        raise _Refused("`private_key` is not a PEM private key.")
    project = _project(stored.project_id)
    return Credential(
        id=identity.service_account_id(stored.client_email, project),
        label=identity.service_account_label(stored.client_email, project),
        project=project,
        store=origin.store,
        secret=ServiceAccountSecret(
            client_email=stored.client_email,
            private_key=stored.private_key,
            private_key_id=stored.private_key_id,
            token_uri=stored.token_uri,
        ),
        source=origin.source,
    )


def _parse_key(fields: dict[str, Any], origin: Origin) -> Credential:
    stored = _validated(StoredKey, fields)
    key = stored.key.get_secret_value()
    if (reason := refuse_key(key)) is not None:
        raise _Refused(reason)
    label = stored.label if stored.label and stored.label.isprintable() else None
    return Credential(
        id=identity.key_id(key),
        label=label or identity.key_label(key),
        project=_project(stored.project_id),
        store=origin.store,
        secret=KeySecret(SecretStr(key)),
        source=origin.source,
    )


def refuse_key(key: str) -> str | None:
    """Why `key` is plainly not an API key, or None where Google has to judge."""
    for prefix, what in _NOT_KEYS.items():
        if key.startswith(prefix):
            return f"This is {what}, not a Gemini API key."
    if not _VISIBLE_ASCII.fullmatch(key) or "://" in key:
        return "This is not an API key."
    return None


def _refuse_other_programs(client_id: object) -> None:
    if not isinstance(client_id, str):
        return
    digest = hashlib.sha256(client_id.strip().encode(errors="replace")).hexdigest()
    if program := _OTHER_PROGRAMS.get(digest):
        raise _Refused(
            f"This sign-in was made with the OAuth client of {program}; Google forbids its use "
            "by other programs and has suspended accounts for it. Sign in with your own client."
        )


def _refuse_other_clouds(universe_domain: str | None, token_uri: str | None) -> None:
    if universe_domain not in (None, "googleapis.com"):
        raise _Refused("`universe_domain` is not googleapis.com: other clouds are not supported.")
    if token_uri is not None and token_uri not in GOOGLE_TOKEN_URIS:
        raise _Refused("`token_uri` is not Google's: it would receive the secrets of this file.")


def _project(project: str | None) -> str | None:
    if project is not None and not identity.PROJECT.fullmatch(project):
        raise _Refused("The project is not a Google Cloud project id or number.")
    return project


def _sendable(token: SecretStr | None) -> SecretStr | None:
    """An access token that cannot stand in a header is as good as none."""
    return token if token and _VISIBLE_ASCII.fullmatch(token.get_secret_value()) else None


def _email(text: str | None) -> str | None:
    return text if text and identity.is_email(text) else None


def _validated(shape: type[_S], fields: dict[str, Any]) -> _S:
    try:
        return shape.model_validate(fields)
    except ValidationError as error:
        # Only the field's name and the kind of the problem: the rest may quote a secret.
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        name = first["loc"][0] if first["loc"] else "The object"
        problem = _PROBLEMS.get(first["type"], "has the wrong type")
        raise _Refused(f"`{name}` {problem}.") from None
