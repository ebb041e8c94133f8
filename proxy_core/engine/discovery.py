"""Finds the Google Cloud projects that an account may use, and tries one out.

Asks Resource Manager, Service Usage and the Gemini API itself, each within bounds, and raises
nothing: what cannot be found out is said. Not here: which project is taken (`placement`).
"""

import asyncio
import contextlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias
from urllib.parse import quote, urlencode

import aiohttp
import orjson
from pydantic import SecretStr

from proxy_core.credentials.endpoints import PROJECTS_URL, SERVICES_URL, endpoint
from proxy_core.gemini.faults import Cause, Fault, classify
from proxy_core.gemini.google_error import parse_error
from proxy_core.gemini.states import CredentialState, Description, describe, state_of
from proxy_core.upstream.google import API_BASE, reason

GEMINI_API = "generativelanguage.googleapis.com"
STUDIO_PAGE = "https://aistudio.google.com/apikey"
REQUEST_S = 10.0
LIST_S, STATES_S = 20.0, 20.0
"How long the list may take in all, and the look at its projects."
PAGE_SIZE = 200
MOST_PAGES = 5
MOST_ASKED = 30
"Projects that are looked at closely: most likely ones first."
MOST_TRIED = 5
"Projects that are tried out where Service Usage does not tell."
AT_ONCE = 6

Api: TypeAlias = Literal["on", "off", "unknown"]

_STATES: Mapping[str, Api] = {"ENABLED": "on", "DISABLED": "off"}
_NO_HEADERS: Mapping[str, str] = {}

_STUDIO_PROJECT = "gen-lang-client-"
"How AI Studio calls the projects that it makes; the Gemini API is on in them."


@dataclass(frozen=True, slots=True)
class Project:
    """One project that an account may use."""

    id: str
    name: str
    api: Api = "unknown"


@dataclass(frozen=True, slots=True)
class Found:
    """What a search brought."""

    projects: tuple[Project, ...]
    "The best first."
    trouble: Description | None = None
    "Why the list could not be had."


@dataclass(frozen=True, slots=True)
class Trial:
    """What the Gemini API said to a harmless request with an account and a project."""

    project: str
    usable: bool
    api: Api
    remark: Description | None = None
    "Why it is not usable, or why that could not be found out."


def api_page(project: str) -> str:
    """Google's page to switch the Gemini API on."""
    return f"https://console.cloud.google.com/apis/library/{GEMINI_API}?project={quote(project)}"


def ranked(projects: Sequence[Project], remembered: Collection[str]) -> tuple[Project, ...]:
    """Remembered ones first, then AI Studio's, then those with the Gemini API on."""

    def rank(project: Project) -> tuple[bool, bool, bool]:
        studios = project.id.startswith(_STUDIO_PROJECT)
        return project.id not in remembered, not studios, project.api != "on"

    return tuple(sorted(projects, key=rank))


class Discovery:
    """Asks Google with access tokens that others own."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str | None) -> None:
        self._session = session
        self._base_url = base_url
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def find(self, access_token: SecretStr, remembered: Collection[str] = ()) -> Found:
        """The projects that the account may see, with the state of the Gemini API in each."""
        try:
            async with asyncio.timeout(LIST_S):
                listed = await self._list(access_token)
        except _NoAnswer as answer:
            return Found((), _cannot_list(answer))
        except TimeoutError:
            return Found((), _TOO_SLOW)
        known: dict[str, Project] = {}
        # Without the states the list is still good to choose from.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STATES_S):
                asked = ranked(listed, remembered)[:MOST_ASKED]
                states = [self._state(access_token, project) for project in asked]
                known = {one.id: one for one in await asyncio.gather(*states)}
                known |= await self._try_unknown(access_token, tuple(known.values()))
        return Found(ranked([known.get(one.id, one) for one in listed], remembered))

    async def try_out(self, access_token: SecretStr, project: str) -> Trial:
        """One harmless request to the Gemini API."""
        url = f"{API_BASE}/v1beta/models?pageSize=1"
        try:
            await self._get(url, access_token, {"x-goog-user-project": project})
        except _NoAnswer as answer:
            return _trial(project, answer.fault)
        return Trial(project, usable=True, api="on")

    async def _list(self, access_token: SecretStr) -> list[Project]:
        projects: list[Project] = []
        page_token = ""
        for _ in range(MOST_PAGES):
            query = {"query": "state:ACTIVE", "pageSize": PAGE_SIZE, "pageToken": page_token}
            try:
                answer = await self._get(f"{PROJECTS_URL}:search?{urlencode(query)}", access_token)
            except _NoAnswer:
                if not projects:
                    raise
                break
            projects += _projects(answer)
            page_token = str(answer.get("nextPageToken") or "")
            if not page_token:
                break
        return projects

    async def _state(self, access_token: SecretStr, project: Project) -> Project:
        url = f"{SERVICES_URL}/{quote(project.id, safe='')}/services/{GEMINI_API}"
        try:
            state = (await self._get(url, access_token)).get("state")
        except _NoAnswer:
            return project
        return replace(project, api=_STATES.get(str(state), "unknown"))

    async def _try_unknown(
        self, access_token: SecretStr, asked: Sequence[Project]
    ) -> dict[str, Project]:
        """Service Usage may be off in the OAuth client's project; then the API itself tells."""
        unknown = [project for project in asked if project.api == "unknown"][:MOST_TRIED]
        trials = await asyncio.gather(*(self.try_out(access_token, one.id) for one in unknown))
        return {
            project.id: replace(project, api=trial.api)
            for project, trial in zip(unknown, trials, strict=True)
        }

    async def _get(
        self, url: str, access_token: SecretStr, headers: Mapping[str, str] = _NO_HEADERS
    ) -> dict[str, Any]:
        """The object that Google answers with. Raises _NoAnswer."""
        authorization = {"Authorization": f"Bearer {access_token.get_secret_value()}"}
        try:
            async with (
                self._slots,
                self._session.get(
                    endpoint(url, self._base_url),
                    headers={**authorization, **headers},
                    timeout=aiohttp.ClientTimeout(total=REQUEST_S),
                    allow_redirects=False,
                ) as response,
            ):
                body = await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            words = reason(error)
            fault = Fault(Cause.NETWORK, 0, f"{words[:1].upper()}{words[1:]}.")
            raise _NoAnswer(fault) from error
        value = _object(body) if response.status == 200 else None
        if value is None:
            fault = classify(response.status, response.headers, body, with_api_key=False)
            charged = parse_error(body).metadata.get("consumer", "").removeprefix("projects/")
            raise _NoAnswer(fault, charged)
        return value


class _NoAnswer(Exception):
    """Google refused, or could not be asked."""

    def __init__(self, fault: Fault, charged: str = "") -> None:
        super().__init__(fault.message)
        self.fault = fault
        self.charged = charged
        "The project that Google charged with the request, where it names one."


_TOO_SLOW = Description(
    "Google took too long to list the projects.", "Check again, or type the id of the project."
)
_PASSING = frozenset(
    {
        Cause.NETWORK,
        Cause.SERVER_ERROR,
        Cause.OVERLOADED,
        Cause.UPSTREAM_TIMEOUT,
        Cause.CAPACITY,
        Cause.MINUTE_QUOTA,
        Cause.DAY_QUOTA,
        Cause.BAD_ANSWER,
    }
)
"Causes that say nothing about the project."


def _trial(project: str, fault: Fault) -> Trial:
    if fault.cause is Cause.API_OFF:
        sentence = f"The Gemini API is switched off in the project {project}."
        return Trial(
            project, usable=False, api="off", remark=Description(sentence, _switch(project))
        )
    if fault.cause in _PASSING:
        remark = Description(f"The project {project} could not be tried: {fault.message}", "")
        return Trial(project, usable=True, api="unknown", remark=remark)
    state = state_of(fault.cause)
    words = (
        describe(state, fault)
        if isinstance(state, CredentialState)
        else Description(fault.message, "Choose another project.")
    )
    sentence = f"Google refuses the project {project}: {words.sentence}"
    return Trial(project, usable=False, api="unknown", remark=replace(words, sentence=sentence))


def _switch(project: str) -> str:
    return f"Switch it on at {api_page(project)} and check again."


def _cannot_list(answer: _NoAnswer) -> Description:
    fault, charged = answer.fault, answer.charged
    type_it = "type the id of the project"
    if fault.cause is Cause.API_OFF:
        where = f"project {charged}" if charged else "project"
        return Description(
            "The projects cannot be listed: the Cloud Resource Manager API is switched off in the "
            f"OAuth client's own {where}.",
            f"Switch it on at {fault.link or _resource_manager_page(charged)} and check again, "
            f"or {type_it}.",
        )
    return Description(
        f"The projects cannot be listed: {fault.message}",
        f"Check again later, or {type_it}.",
    )


def _resource_manager_page(project: str) -> str:
    page = "https://console.cloud.google.com/apis/library/cloudresourcemanager.googleapis.com"
    return f"{page}?project={quote(project)}" if project else page


def _projects(answer: dict[str, Any]) -> list[Project]:
    listed = answer.get("projects")
    found: list[Project] = []
    for item in listed if isinstance(listed, list) else ():
        project_id = item.get("projectId") if isinstance(item, dict) else None
        if isinstance(project_id, str) and project_id and item.get("state", "ACTIVE") == "ACTIVE":
            name = item.get("displayName")
            found.append(
                Project(project_id, name if isinstance(name, str) and name else project_id)
            )
    return found


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None
