"""Who is asking: reads the one credential of a request and judges what it may do.

`identify` only looks (so that a refused request can still be told apart in the log); `admit`
refuses as Google does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from proxy_core.simulator.fault_rows import FAULTS
from proxy_core.simulator.refusals import Refusal
from proxy_core.simulator.scripts import fault_answer
from proxy_core.simulator.world import (
    CLOUD_PLATFORM,
    CLOUD_PLATFORM_READ_ONLY,
    RETRIEVER,
    USERINFO_EMAIL,
    VERTEX_API,
    AccessToken,
    Project,
    World,
)

_AUTH = "https://www.googleapis.com/auth/"
GEMINI_SCOPES = frozenset(
    {
        RETRIEVER,
        f"{RETRIEVER}.readonly",
        f"{_AUTH}generative-language",
        f"{_AUTH}generative-language.tuning",
        f"{_AUTH}generative-language.tuning.readonly",
    }
)
CLOUD_SCOPES = frozenset({CLOUD_PLATFORM, CLOUD_PLATFORM_READ_ONLY})
CLOUD_WRITE_SCOPES = frozenset({CLOUD_PLATFORM})
IDENTITY_SCOPES = frozenset({"openid", USERINFO_EMAIL})


@dataclass(frozen=True, slots=True)
class Caller:
    """The credential of a request; nothing in it has been checked yet."""

    api_key: str | None = None
    bearer: str | None = None
    name: str = ""
    project: str = ""
    """Project that would pay: the key's, the one named in the header, or the OAuth client's."""
    several: bool = False


def identify(world: World, headers: Mapping[str, str], query: Mapping[str, str]) -> Caller:
    """The credential a request carries in any of Google's four places."""
    authorization = headers.get("Authorization", "")
    scheme, _space, token = authorization.partition(" ")
    bearer = token.strip() if scheme.lower() == "bearer" else None
    bearers = [value for value in (bearer, query.get("access_token")) if value]
    keys = [value for value in (headers.get("x-goog-api-key"), query.get("key")) if value]
    several = len(bearers) + len(keys) > 1
    if keys:
        known = world.api_keys.get(keys[0])
        project = known.project if known else ""
        return Caller(api_key=keys[0], name=keys[0], project=project, several=several)
    if bearers:
        access_token = world.access_tokens.get(bearers[0])
        name = access_token.email if access_token else ""
        project = headers.get("x-goog-user-project") or _home_project(world, access_token)
        return Caller(bearer=bearers[0], name=name, project=project, several=several)
    return Caller()


def _home_project(world: World, token: AccessToken | None) -> str:
    if token is None:
        return ""
    service_account = world.service_accounts.get(token.email)
    if service_account is not None:
        return service_account.project
    client = world.clients.get(token.client_id)
    return client.project if client else ""


def admit_to_gemini(world: World, caller: Caller, now: float) -> Project:
    """The project that pays for a Gemini API call; raises Refusal as Google would."""
    if caller.api_key is not None:
        project = _project_of_key(world, caller.api_key)
    else:
        token = admit_bearer(world, caller, now, GEMINI_SCOPES)
        project = _project_of_token(world, caller, token)
    _check_project(project)
    return project


def admit_to_vertex(world: World, caller: Caller, now: float, named: str | None) -> Project:
    """The project that pays for a call of Vertex AI; raises Refusal as Google would.

    named: the project in the path; None: express mode, where only keys are taken.
    """
    if caller.api_key is not None:
        key = world.api_keys.get(caller.api_key)
        if key is None or not key.express or named is not None:
            raise _refusal("vertex_key_unsupported")
        if key.fault is not None:
            raise _refusal(key.fault, project=key.project)
        return _checked_for_vertex(world.projects[key.project], express=True)
    token = admit_bearer(world, caller, now, CLOUD_WRITE_SCOPES)
    project = world.projects.get(named or caller.project)
    if project is None or token.email not in project.members - project.without_vertex_role:
        raise _refusal("vertex_iam_denied", project=named or caller.project)
    return _checked_for_vertex(project, express=False)


def _checked_for_vertex(project: Project, *, express: bool) -> Project:
    values = {"project": project.id, "number": project.number}
    if project.fault is not None:
        raise _refusal(project.fault, **values)
    if VERTEX_API not in project.services:
        raise _refusal("vertex_disabled", **values)
    if not (project.billing or express):
        raise _refusal("vertex_billing_disabled", **values)
    return project


def admit_bearer(world: World, caller: Caller, now: float, scopes: frozenset[str]) -> AccessToken:
    """The valid access token of the request, holding at least one of the scopes."""
    if caller.bearer is None:
        raise _refusal("credentials_missing" if caller.api_key is None else "api_key_retired")
    token = world.access_tokens.get(caller.bearer)
    if token is None and not caller.bearer.startswith("ya29."):
        raise _refusal("api_key_retired")
    if token is None or token.revoked or token.expires_at <= now:
        raise _refusal("access_token_expired")
    account = world.accounts.get(token.email)
    if account is not None and account.fault is not None and account.fault in FAULTS:
        raise _refusal(account.fault)
    if scopes.isdisjoint(token.scopes):
        raise _refusal("scope_insufficient")
    return token


def _project_of_key(world: World, value: str) -> Project:
    key = world.api_keys.get(value)
    if key is None:
        raise _refusal("api_key_invalid")
    project = world.projects[key.project]
    if key.express:
        raise _refusal("api_key_service_blocked", project=project.id, number=project.number)
    if key.fault is not None:
        raise _refusal(key.fault, project=project.id, number=project.number)
    return project


def _project_of_token(world: World, caller: Caller, token: AccessToken) -> Project:
    project = world.projects.get(caller.project) or next(
        (one for one in world.projects.values() if one.number == caller.project), None
    )
    if project is None:
        raise _refusal("user_project_denied", project=caller.project)
    client = world.clients.get(token.client_id)
    charged_to_client = client is not None and client.project == project.id
    if token.email not in project.members and not charged_to_client:
        raise _refusal("user_project_denied", project=project.id, number=project.number)
    return project


def _check_project(project: Project) -> None:
    values = {"project": project.id, "number": project.number}
    if project.fault is not None:
        raise _refusal(project.fault, **values)
    if "generativelanguage.googleapis.com" not in project.services:
        raise _refusal("service_disabled", **values)


def _refusal(name: str, **values: object) -> Refusal:
    return Refusal(fault_answer(name, **values))
