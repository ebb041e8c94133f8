"""Reads credentials out of text or JSON values, and says in a sentence why one is refused.

It opens no file (`stores` does) and calls nobody; `token_uri` is compared, never followed.
No reason holds a value of the input, since any of them may be a secret in the wrong place.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, TypeVar

import orjson
from pydantic import SecretStr, ValidationError

from proxy_core.credentials import identity
from proxy_core.credentials.endpoints import GOOGLE_TOKEN_URIS
from proxy_core.credentials.model import (
    AccountSecret,
    Credential,
    CredentialKind,
    KeySecret,
    Service,
    ServiceAccountSecret,
    Unreadable,
    is_location,
)
from proxy_core.credentials.oauth_client import other_program
from proxy_core.credentials.stored import (
    StoredAccount,
    StoredKey,
    StoredService,
    StoredServiceAccount,
)

Found: TypeAlias = tuple[list[Credential], list[Unreadable]]
_S = TypeVar("_S", StoredAccount, StoredKey, StoredService, StoredServiceAccount)

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
_LONGEST_KEY = 1_024
"None of Google's comes near it."


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an item was found."""

    store: str
    source: str
    hint: identity.NameHint = identity.NO_HINT

    def entry(self, number: int) -> "Origin":
        """One of an array's items, of which the file's name says nothing."""
        return Origin(self.store, f"{self.source} entry {number}")

    def line(self, number: int) -> "Origin":
        return Origin(self.store, f"{self.source} line {number}")


class NotJson(Exception):
    """A text is not valid JSON; the argument is the sentence to show."""


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
        return parse_value(given, store=store, source=source, file_name=file_name)
    if given.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
        return parse_json(given, store=store, source=source, file_name=file_name)
    return parse_key_lines(given, store=store, source=source)


def parse_json(text: str, *, store: str, source: str, file_name: str | None = None) -> Found:
    """As `parse_credentials`, where only JSON makes sense."""
    try:
        value = read_json(text)
    except NotJson as problem:
        return [], [Unreadable(store, source, str(problem))]
    return parse_value(value, store=store, source=source, file_name=file_name)


def parse_value(value: object, *, store: str, source: str, file_name: str | None = None) -> Found:
    """As `parse_credentials`, of what was JSON."""
    return _collect(_items(value, Origin(store, source, identity.hint(file_name or ""))))


def read_json(text: str) -> object:
    """Raises NotJson."""
    try:
        return orjson.loads(text.removeprefix("\ufeff"))
    except orjson.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise NotJson(f"This is not valid JSON ({where}).") from None


def parse_key_lines(text: str, *, store: str, source: str) -> Found:
    """API keys one a line: `KEY`, `name=KEY`, or a line of a `.env` file."""
    return _collect(_key_lines(text.removeprefix("\ufeff"), Origin(store, source)))


def _collect(items: Iterator[tuple[object, Origin]]) -> Found:
    credentials: list[Credential] = []
    unreadable: list[Unreadable] = []
    for item, origin in items:
        outcome = parse_entry(item, origin)
        if isinstance(outcome, Credential):
            credentials.append(outcome)
        else:
            unreadable.append(outcome)
    return credentials, unreadable


def parse_entry(item: object, origin: Origin) -> Credential | Unreadable:
    """What one JSON value is: an object of a file, or an entry of an array."""
    try:
        return _parse_item(item, origin)
    except _Refused as refusal:
        return Unreadable(origin.store, origin.source, str(refusal))


def _items(value: object, origin: Origin) -> Iterator[tuple[object, Origin]]:
    if not isinstance(value, list):
        yield value, origin
        return
    for number, item in enumerate(value, start=1):
        yield item, origin.entry(number)


def _key_lines(text: str, origin: Origin) -> Iterator[tuple[object, Origin]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if (item := read_key_line(line)) is not None:
            yield item, origin.line(number)


def read_key_line(line: str) -> dict[str, Any] | None:
    """The line as stored JSON of an API key; None where it is blank or a comment."""
    entry = line.strip()
    if not entry or entry.startswith("#"):
        return None
    name, equals, key = (part.strip() for part in entry.partition("="))
    name, key = (name.removeprefix("export "), key) if equals else ("", entry)
    if len(key) > 1 and key[0] == key[-1] and key[0] in "\"'":
        key = key[1:-1]
    if len(key) < _SHORTEST_LINE:
        key = ""
    return {"type": "api_key", "key": key, "label": name}


def _parse_item(item: object, origin: Origin) -> Credential:
    if isinstance(item, str):
        return _parse_key({"key": item}, origin)
    if not isinstance(item, dict):
        raise _Refused("A credential is a JSON object; this is something else.")
    fields = _credential_fields(item)
    return _with_service(_parse_kind(fields, origin), fields)


def _parse_kind(fields: dict[str, Any], origin: Origin) -> Credential:
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
            raise _Refused("'type' names no kind of credential that Pollux knows.")


def _with_service(credential: Credential, fields: dict[str, Any]) -> Credential:
    """Vertex AI is billed, so only where the entry itself says so."""
    stored = _validated(StoredService, fields)
    if stored.service in (None, Service.GEMINI):
        return credential
    if stored.service != Service.VERTEX:
        raise _Refused("'service' is neither 'gemini' nor 'vertex'.")
    location = stored.location or credential.location
    if not is_location(location):
        raise _Refused("'location' is not a location of Vertex AI.")
    if credential.project is None and credential.kind is not CredentialKind.API_KEY:
        raise _Refused("'project_id' is missing: Vertex AI needs it in every request.")
    return replace(credential, service=Service.VERTEX, location=location)


def unwrapped(item: dict[str, Any]) -> dict[str, Any]:
    """The item without the `installed` or `web` wrapper of client files, if it is in one."""
    for wrapper in ("installed", "web"):
        if isinstance(inner := item.get(wrapper), dict):
            return {name: value for name, value in item.items() if name != wrapper} | inner
    return item


def _credential_fields(item: dict[str, Any]) -> dict[str, Any]:
    fields = unwrapped(item)
    if fields is not item and not fields.get("refresh_token"):
        raise _Refused(
            "This is an OAuth client file, not a credential: import it as the OAuth "
            "client, then sign in with Google."
        )
    return fields


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
    who = identity.account_owner(stored.sub, email, stored.refresh_token.get_secret_value())
    credential_id = identity.account_id(who, stored.client_id, project)
    if stored.pollux_id and identity.is_account_id(stored.pollux_id):
        credential_id = stored.pollux_id
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
            refresh_token_expires_at=stored.refresh_token_expires_at,
        ),
        source=origin.source,
    )


def _parse_service_account(fields: dict[str, Any], origin: Origin) -> Credential:
    stored = _validated(StoredServiceAccount, fields)
    _refuse_other_clouds(stored.universe_domain, stored.token_uri)
    if "PRIVATE KEY-----" not in stored.private_key.get_secret_value():
        raise _Refused("'private_key' is not a PEM private key.")
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
    if fields.get("key") == "":
        raise _Refused("This is not an API key.")
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
    if len(key) > _LONGEST_KEY or not _VISIBLE_ASCII.fullmatch(key) or "://" in key:
        return "This is not an API key."
    return None


def _refuse_other_programs(client_id: object) -> None:
    if program := other_program(client_id):
        raise _Refused(
            f"This sign-in was made with the OAuth client of {program}; Google forbids its use "
            "by other programs and has suspended accounts for it. Sign in with your own client."
        )


def _refuse_other_clouds(universe_domain: str | None, token_uri: str | None) -> None:
    if universe_domain not in (None, "googleapis.com"):
        raise _Refused("'universe_domain' is not googleapis.com: other clouds are not supported.")
    if token_uri is not None and token_uri not in GOOGLE_TOKEN_URIS:
        raise _Refused("'token_uri' is not Google's: it would receive the secrets of this file.")


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
        raise _Refused(f"'{name}' {problem}.") from None
