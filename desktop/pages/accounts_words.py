"""Words of the page of credentials that are no sentences: stores, and causes of refusals."""

from collections.abc import Mapping

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

_CAUSES: Mapping[str, object] = {
    "minute_quota": QT_TRANSLATE_NOOP("Accounts", "The quota of a minute was spent"),
    "day_quota": QT_TRANSLATE_NOOP("Accounts", "The quota of the day was spent"),
    "not_in_tier": QT_TRANSLATE_NOOP("Accounts", "The model is not in the project's tier"),
    "model_unavailable": QT_TRANSLATE_NOOP("Accounts", "The model is not offered to the project"),
    "capacity": QT_TRANSLATE_NOOP("Accounts", "Google had no capacity"),
    "refused": QT_TRANSLATE_NOOP("Accounts", "Google refused without a known reason"),
    "spend_cap": QT_TRANSLATE_NOOP("Accounts", "The spending limit was reached"),
    "needs_sign_in": QT_TRANSLATE_NOOP("Accounts", "The sign-in had ended"),
    "token_expired": QT_TRANSLATE_NOOP("Accounts", "The sign-in had ended"),
    "key_invalid": QT_TRANSLATE_NOOP("Accounts", "The key was not valid"),
    "key_retired": QT_TRANSLATE_NOOP("Accounts", "The key was retired by Google"),
    "key_restricted": QT_TRANSLATE_NOOP("Accounts", "The key was restricted"),
    "leaked": QT_TRANSLATE_NOOP("Accounts", "The key was found in public"),
    "suspended": QT_TRANSLATE_NOOP("Accounts", "Google had suspended it"),
    "scope_missing": QT_TRANSLATE_NOOP("Accounts", "A permission of the sign-in was missing"),
    "client_invalid": QT_TRANSLATE_NOOP("Accounts", "The OAuth client was refused"),
    "blocked_by_admin": QT_TRANSLATE_NOOP("Accounts", "An administrator blocked it"),
    "api_off": QT_TRANSLATE_NOOP("Accounts", "The API was switched off in its project"),
    "project_denied": QT_TRANSLATE_NOOP("Accounts", "The project was denied"),
    "billing": QT_TRANSLATE_NOOP("Accounts", "Billing did not work"),
    "region": QT_TRANSLATE_NOOP("Accounts", "It may not be used from this region"),
    "file_quota": QT_TRANSLATE_NOOP("Accounts", "The project took no more files"),
    "server_error": QT_TRANSLATE_NOOP("Accounts", "Google had a failure"),
    "overloaded": QT_TRANSLATE_NOOP("Accounts", "Google was overloaded"),
    "upstream_timeout": QT_TRANSLATE_NOOP("Accounts", "Google took too long"),
    "network": QT_TRANSLATE_NOOP("Accounts", "Google could not be reached"),
    "truncated": QT_TRANSLATE_NOOP("Accounts", "The answer broke off"),
    "empty": QT_TRANSLATE_NOOP("Accounts", "The answer was empty"),
    "cancelled": QT_TRANSLATE_NOOP("Accounts", "The client hung up"),
}

_STORES: Mapping[str, object] = {
    "vault": QT_TRANSLATE_NOOP("Accounts", "The encrypted vault"),
    "folder": QT_TRANSLATE_NOOP("Accounts", "A file in the data folder"),
    "environment": QT_TRANSLATE_NOOP("Accounts", "CREDENTIALS_JSON_LIST, which is only read"),
}


def cause_word(cause: str) -> str:
    """cause: slug of why an attempt was refused; an unknown one shows itself."""
    return _tr(str(_CAUSES.get(cause, cause.replace("_", " "))))


def store_word(store: str) -> str:
    """store: slug of where a credential is kept."""
    return _tr(str(_STORES.get(store, store)))


def _tr(text: str) -> str:
    return QCoreApplication.translate("Accounts", text)
