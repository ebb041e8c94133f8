"""Google Cloud around the Gemini API: Resource Manager, Service Usage, billing.

Reading needs `cloud-platform` or `cloud-platform.read-only`, changing needs `cloud-platform`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aiohttp import web

from proxy_core.simulator.access import CLOUD_SCOPES, CLOUD_WRITE_SCOPES, admit_bearer
from proxy_core.simulator.parsing import read_json
from proxy_core.simulator.refusals import JsonObject, invalid_argument, permission_denied
from proxy_core.simulator.visits import Visit
from proxy_core.simulator.world import GEMINI_API, Project

_SERVICE_TITLES = {
    GEMINI_API: "Generative Language API",
    "aiplatform.googleapis.com": "Vertex AI API",
}
_MOST_ENABLED, _MOST_READ = 20, 30


async def search_projects(visit: Visit) -> web.StreamResponse:
    """Resource Manager v3."""
    projects, next_page = _visible(visit)
    listed = [
        {
            "name": f"projects/{one.number}",
            "projectId": one.id,
            "displayName": one.name,
            "state": "ACTIVE",
            "labels": {},
        }
        for one in projects
    ]
    return await visit.answer({"projects": listed, **next_page})


async def list_projects(visit: Visit) -> web.StreamResponse:
    """Resource Manager v1."""
    projects, next_page = _visible(visit)
    listed = [
        {
            "projectNumber": one.number,
            "projectId": one.id,
            "name": one.name,
            "lifecycleState": "ACTIVE",
            "labels": {},
        }
        for one in projects
    ]
    return await visit.answer({"projects": listed, **next_page})


async def create_project(visit: Visit) -> web.StreamResponse:
    access_token = admit_bearer(visit.world, visit.caller, visit.now, CLOUD_WRITE_SCOPES)
    body = read_json(visit.received.raw_body)
    name = str(body.get("projectId", ""))
    if not name or name in visit.world.projects:
        raise invalid_argument("field [project_id] has issue: empty or taken", "project_id")
    visit.world.add_project(
        name, name=str(body.get("displayName", name)), services=set(), members={access_token.email}
    )
    return await visit.answer(_done(f"operations/create.{name}", {"projectId": name}))


async def test_permissions(visit: Visit) -> web.StreamResponse:
    access_token = admit_bearer(visit.world, visit.caller, visit.now, CLOUD_SCOPES)
    project = visit.world.projects.get(visit.request.match_info["project"])
    asked = read_json(visit.received.raw_body).get("permissions", [])
    granted = project is not None and access_token.email in project.members
    return await visit.answer({"permissions": asked} if granted else {})


async def billing(visit: Visit) -> web.StreamResponse:
    project = _project(visit, CLOUD_SCOPES)
    account = "billingAccounts/000000-000000-000000" if project.billing else ""
    return await visit.answer(
        {
            "name": f"projects/{project.id}/billingInfo",
            "projectId": project.id,
            "billingAccountName": account,
            "billingEnabled": project.billing,
        }
    )


async def show_service(visit: Visit) -> web.StreamResponse:
    project = _project(visit, CLOUD_SCOPES)
    return await visit.answer(_service(project, visit.request.match_info["service"]))


async def show_services(visit: Visit) -> web.StreamResponse:
    project = _project(visit, CLOUD_SCOPES)
    names = visit.request.query.getall("names", [])
    if not 1 <= len(names) <= _MOST_READ:
        raise invalid_argument("names: between 1 and 30 services can be read at once", "names")
    services = [_service(project, name.rpartition("/")[2]) for name in names]
    return await visit.answer({"services": services})


async def enable_service(visit: Visit) -> web.StreamResponse:
    project = _project(visit, CLOUD_WRITE_SCOPES)
    service = visit.request.match_info["service"]
    return await visit.answer(_enabled(project, [service]))


async def enable_services(visit: Visit) -> web.StreamResponse:
    project = _project(visit, CLOUD_WRITE_SCOPES)
    services = read_json(visit.received.raw_body).get("serviceIds", [])
    if not 1 <= len(services) <= _MOST_ENABLED:
        raise invalid_argument("service_ids: between 1 and 20 services can be enabled at once")
    return await visit.answer(_enabled(project, services))


async def show_operation(visit: Visit) -> web.StreamResponse:
    admit_bearer(visit.world, visit.caller, visit.now, CLOUD_SCOPES)
    return await visit.answer(_done(f"operations/{visit.request.match_info['operation']}", {}))


def _visible(visit: Visit) -> tuple[list[Project], JsonObject]:
    """One page of the projects the caller may see, and the token of the next page."""
    access_token = admit_bearer(visit.world, visit.caller, visit.now, CLOUD_SCOPES)
    mine = [one for one in visit.world.projects.values() if access_token.email in one.members]
    query: Mapping[str, str] = visit.received.query
    start, size = (
        _count(query, name, usual) for name, usual in (("pageToken", 0), ("pageSize", 100))
    )
    more = start + size < len(mine)
    return mine[start : start + size], {"nextPageToken": str(start + size)} if more else {}


def _project(visit: Visit, scopes: frozenset[str]) -> Project:
    """The project of the path, if the caller may use it."""
    access_token = admit_bearer(visit.world, visit.caller, visit.now, scopes)
    name = visit.request.match_info["project"]
    for project in visit.world.projects.values():
        if name in (project.id, project.number) and access_token.email in project.members:
            return project
    raise permission_denied(f"Permission denied to access project {name}.")


def _service(project: Project, service: str) -> JsonObject:
    return {
        "name": f"projects/{project.number}/services/{service}",
        "config": {"name": service, "title": _SERVICE_TITLES.get(service, service)},
        "state": "ENABLED" if service in project.services else "DISABLED",
        "parent": f"projects/{project.number}",
    }


def _enabled(project: Project, services: Iterable[str]) -> JsonObject:
    project.services.update(services)
    first = next(iter(services))
    return _done(f"operations/enable.{project.number}", {"service": _service(project, first)})


def _done(name: str, response: JsonObject) -> JsonObject:
    return {"name": name, "done": True, "response": response}


def _count(query: Mapping[str, str], name: str, usual: int) -> int:
    value = query.get(name) or str(usual)
    if not value.isdigit():
        raise invalid_argument(f"Request contains an invalid argument: {name}.", name)
    return int(value)
