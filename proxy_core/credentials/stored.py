"""Credentials as people and other programs write them: the shapes of files and settings.

Not here: which of them are refused (`files`). Everything behind the border uses `model`.
"""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator

from proxy_core.credentials.endpoints import TOKEN_URL


def _clean(value: Any) -> Any:
    """Without blanks around it. Refuses what can be neither hashed nor sent: half of a
    surrogate pair, and NUL."""
    if not isinstance(value, str):
        return value
    value.encode()
    if "\0" in value:
        raise ValueError("NUL")
    return value.strip()


def _clean_or_none(value: Any) -> Any:
    return _clean(value) or None if isinstance(value, str) else value


LATEST = 253_402_300_800.0
"The end of the year 9999, epoch seconds: what lies beyond is no date, but often milliseconds."


def plausible(at: float | None) -> float | None:
    """A point in time, epoch seconds; None for what no clock could have said, NaN among it."""
    return at if at is not None and 0 <= at < LATEST else None


def _time_or_none(value: Any) -> Any:
    return plausible(value) if isinstance(value, int | float) else value


Text = Annotated[str, BeforeValidator(_clean), Field(min_length=1)]
Secret = Annotated[SecretStr, BeforeValidator(_clean), Field(min_length=1)]
OptionalText = Annotated[str | None, BeforeValidator(_clean_or_none)]
OptionalSecret = Annotated[SecretStr | None, BeforeValidator(_clean_or_none)]
OptionalTime = Annotated[float | None, BeforeValidator(_time_or_none)]

_OTHER_NAMES = {
    "access_token": "token",
    "scope": "scopes",
    "quota_project_id": "project_id",
}
"""How other programs call a field of an account, and our name for it."""


class _Stored(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, hide_input_in_errors=True)

    universe_domain: OptionalText = None


class StoredService(_Stored):
    """What any of them may say of the service that it is to be used with."""

    service: OptionalText = None
    location: OptionalText = None


class StoredAccount(_Stored):
    """Authorized-user JSON: ours, gcloud's, and what google-auth's `to_json()` writes."""

    client_id: Text
    client_secret: Secret
    refresh_token: Secret
    token: OptionalSecret = None
    expiry: str | OptionalTime = None
    scopes: list[str] | str | None = None
    token_uri: OptionalText = None
    project_id: OptionalText = None
    email: OptionalText = None
    account: OptionalText = None
    sub: OptionalText = None
    signed_in_at: OptionalTime = None
    refresh_token_expires_at: OptionalTime = None
    pollux_id: OptionalText = None
    "Written where the id was made when less was known of the account."

    @model_validator(mode="before")
    @classmethod
    def _one_name_each(cls, fields: dict[str, Any]) -> dict[str, Any]:
        theirs = {ours: fields[name] for name, ours in _OTHER_NAMES.items() if name in fields}
        return fields | {ours: value for ours, value in theirs.items() if not fields.get(ours)}

    def expires_at(self) -> float | None:
        """Epoch seconds; None where the file does not tell or cannot be understood."""
        return read_expiry(self.expiry)

    def scope_set(self) -> frozenset[str]:
        return frozenset(self.scopes.split() if isinstance(self.scopes, str) else self.scopes or ())


class StoredServiceAccount(_Stored):
    client_email: Text
    private_key: Secret
    private_key_id: OptionalText = None
    project_id: OptionalText = None
    token_uri: Text = TOKEN_URL


class StoredKey(_Stored):
    key: Secret
    label: OptionalText = None
    project_id: OptionalText = None


def read_expiry(expiry: str | float | None) -> float | None:
    """Epoch seconds of an ISO 8601 time, with or without fraction or zone (none means UTC)."""
    if not isinstance(expiry, str):
        return plausible(expiry)
    try:
        moment = datetime.fromisoformat(expiry.strip())
        return plausible((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except ValueError:
        return None
