"""The table of the admin API: dispatch, the list of routes and the OpenAPI document read it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from proxy_core.commands import (
    ImportReport,
    OAuthClientView,
    Removal,
    SettingsChange,
    SignInView,
    UsageReport,
)
from proxy_core.server.admin import bodies, handlers
from proxy_core.server.admin.answers import (
    About,
    CheckResults,
    CredentialList,
    Findings,
    KeptIn,
    SettingList,
)
from proxy_core.server.admin.context import Asked
from proxy_core.snapshot import CredentialView, Snapshot

BASE = "/admin/v1"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of one address."""

    method: str
    path: str
    "With `{id}` where a credential or a sign-in is named."
    meaning: str
    handler: Callable[[Asked], Awaitable[Any]] | None = None
    "None: the console serves it itself."
    answer: Any = None
    "Type of the answer with 200; None: 204, or not JSON of a type of ours."
    body: Any = bodies.Nothing
    "Its kind; `bytes`: handed on as it is."
    query: Any = bodies.NoQuery
    is_open: bool = False
    "Whether it judges by itself who may use it."


EVENTS = Endpoint("GET", f"{BASE}/events", "the state as server-sent events")
OPENAPI = Endpoint("GET", "/admin/openapi.json", "this API as an OpenAPI 3.1 document")


def _row(method: str, path: str, meaning: str, handler: Any, answer: Any, **more: Any) -> Endpoint:
    return Endpoint(method, BASE + path, meaning, handler, answer, **more)


_CLIENT = "/oauth-client"
_SIGN_IN = "/sign-ins/{id}"
_ACCOUNT = "/accounts/{id}"

ENDPOINTS: tuple[Endpoint, ...] = (
    _row(
        *("POST", "/session", "sign the page in: `{token}`", handlers.sign_in_here, None),
        body=bodies.SessionBody,
        is_open=True,
    ),
    _row("DELETE", "/session", "sign the page out", handlers.sign_out, None),
    _row("GET", "/about", "version, and what to warn of", handlers.about, About),
    _row("GET", "/state", "the state: pool and totals", handlers.state, Snapshot),
    EVENTS,
    _row("GET", "/accounts", "all credentials", handlers.credentials, CredentialList),
    _row(
        *("POST", "/accounts/keys", "add API keys, one a line", handlers.add_keys, ImportReport),
        body=bodies.KeysBody,
    ),
    _row(
        *("POST", "/accounts/import", "add files", handlers.import_files, ImportReport),
        body=bodies.ImportBody,
    ),
    _row("POST", "/accounts/check", "ask Google with each", handlers.check, CheckResults),
    _row(
        *("PATCH", _ACCOUNT, "enable, disable, rename or give to Vertex AI"),
        *(handlers.change, CredentialView),
        body=bodies.AccountChange,
    ),
    _row("POST", f"{_ACCOUNT}/clear", "end its rests", handlers.clear, CredentialView),
    _row("POST", f"{_ACCOUNT}/check", "ask Google with it", handlers.check, CheckResults),
    _row("GET", f"{_ACCOUNT}/removal", "what removing it means", handlers.removal, Removal),
    _row(
        *("DELETE", _ACCOUNT, "remove it, with `?revoke=true` at Google too"),
        *(handlers.remove, None),
        query=bodies.RemovalQuery,
    ),
    _row(
        *("POST", "/sign-ins", "begin to sign in with Google", handlers.begin_sign_in, SignInView),
        body=bodies.SignInBody,
    ),
    _row("GET", _SIGN_IN, "how a sign-in stands", handlers.sign_in, SignInView),
    _row("DELETE", _SIGN_IN, "give it up", handlers.cancel_sign_in, SignInView),
    _row(
        *("POST", f"{_SIGN_IN}/redirect", "go on with the address the browser ended on"),
        *(handlers.paste_redirect, SignInView),
        body=bodies.RedirectBody,
    ),
    _row(
        *("POST", f"{_SIGN_IN}/projects", "choose projects", handlers.choose_projects, SignInView),
        body=bodies.ProjectsBody,
    ),
    _row(
        *("POST", f"{_SIGN_IN}/recheck", "look at the projects again"),
        *(handlers.recheck_projects, SignInView),
    ),
    _row("GET", _CLIENT, "the OAuth client", handlers.oauth_client, OAuthClientView),
    _row(
        *("PUT", _CLIENT, "keep a `client_secret_*.json`", handlers.import_client),
        OAuthClientView,
        body=bytes,
    ),
    _row("DELETE", _CLIENT, "forget it", handlers.forget_client, OAuthClientView),
    _row("POST", "/token/rotate", "make a new bearer token", handlers.rotate_token, KeptIn),
    _row(
        *("GET", "/usage", "what was used, by period", handlers.usage, UsageReport),
        query=bodies.UsageAsked,
    ),
    _row("GET", "/doctor", "checks, and what to do", handlers.doctor, Findings),
    _row("GET", "/settings", "settings and their sources", handlers.settings, SettingList),
    _row(
        *("PATCH", "/settings", "write settings.toml", handlers.change_settings, SettingsChange),
        body=bodies.SettingValues,
    ),
    OPENAPI,
)


def _by_path() -> Mapping[str, Mapping[str, Endpoint]]:
    table: dict[str, dict[str, Endpoint]] = {}
    for endpoint in ENDPOINTS:
        table.setdefault(endpoint.path, {})[endpoint.method] = endpoint
    return table


_TABLE = _by_path()


def find(path: str) -> tuple[Mapping[str, Endpoint], str]:
    """A path's endpoints by method, empty where there are none; and the id that it names."""
    if (exact := _TABLE.get(path)) is not None:
        return exact, ""
    parts = path.split("/")
    if len(parts) < 5:
        return {}, ""
    named, parts[4] = parts[4], "{id}"
    endpoints = _TABLE.get("/".join(parts), {})
    return endpoints, named if endpoints else ""
