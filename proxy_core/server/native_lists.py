"""Lists of what projects keep, page by page through all projects of the pool.

A page is always one project's. Our page token names the project and holds Google's own token;
projects come in the order of their ids, so a pool that changes meanwhile repeats no page. Those
that cannot tell now, for they rest, come last: the token names them too. A next page is announced
only where there is one: google-genai's pagers break on an empty page, so the projects behind are
looked at first.
"""

import asyncio
import base64
import binascii
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import quote, unquote

import orjson
from aiohttp.web import StreamResponse

from proxy_core.errors import BadRequest, Failed, ProblemKind
from proxy_core.gemini.wire import JsonObject
from proxy_core.relay.passing import Passage
from proxy_core.server.context import Services, Visit
from proxy_core.server.routes import Route

LISTED = frozenset({"files", "cachedContents", "batches", "fileSearchStores", "tunedModels"})
AT_ONCE = 8
"Projects that are looked at together."
RESTING = frozenset({ProblemKind.RATE_LIMITED, ProblemKind.QUOTA_SPENT, ProblemKind.OVERLOADED})
"Why a project cannot tell now, but may in a while."


class Place(NamedTuple):
    """Where a list goes on: what a page token says."""

    googles: str = ""
    "Google's own token, for the next page of the unit; empty: its first."
    unit: str = ""
    last: tuple[str, ...] = ()
    "Units that could not tell when it was their turn, in the order in which they come again."


def is_list(route: Route) -> bool:
    """Whether a GET of this path lists what each project of the pool keeps."""
    return route.path in LISTED and not route.action


async def answer(visit: Visit, passage: Passage, services: Services) -> StreamResponse:
    """One page. Raises BadRequest and Failed; also where no project that is left can tell now."""
    path, token = _without_token(passage.path)
    listing = _Listing(visit, replace(passage, path=path), services, _read(token))
    return visit.answer(orjson.dumps(await listing.page(begins=not token)))


class _Listing:
    """The way through the projects for one page. Per exchange."""

    def __init__(self, visit: Visit, passage: Passage, services: Services, place: Place) -> None:
        """passage: of the list, without a page token."""
        self._visit = visit
        self._passage = passage
        self._services = services
        self._place = place
        homes = services.owners.homes()
        self._last = [unit for unit in place.last if unit in homes]
        "Units that could not tell, in the order in which they come again."
        self._ahead = [unit for unit in homes if unit >= place.unit and unit not in self._last]
        "Units whose turn is yet to come."
        self._ahead += self._last
        if place.unit in self._last:
            self._ahead = self._last[self._last.index(place.unit) :]

    async def page(self, *, begins: bool) -> JsonObject:
        """The next page that shows anything, or an empty one. Raises Failed."""
        if begins and not self._ahead:
            self._ahead = [""]  # the relay says what is missing
        page: JsonObject = {}
        while self._ahead and not _shows(page):
            unit = self._ahead.pop(0)
            page = await self._page_of(unit)
            if googles := page.pop("nextPageToken", None):
                return {**page, "nextPageToken": self._token(unit, str(googles))}
            await self._pass_over_empty()
        return {**page, "nextPageToken": self._token(self._ahead[0])} if self._ahead else page

    async def _page_of(self, unit: str) -> JsonObject:
        """Google's page of one project; empty where it has to come again. Raises Failed."""
        googles = self._place.googles if unit == self._place.unit else ""
        may_come_again = bool(self._ahead) and not googles and unit not in self._last
        self._visit.exchange.patient = not may_come_again
        try:
            return await self._ask(unit, _with(self._passage.path, "pageToken", googles))
        except Failed as failed:
            if not may_come_again or failed.problem.kind not in RESTING:
                raise
            self._last.append(unit)
            self._ahead.append(unit)
            return {}

    async def _pass_over_empty(self) -> None:
        """Leaves out the units up to the first that shows anything; the silent ones come again."""
        self._visit.exchange.patient = False
        silent: list[str] = []
        found: list[bool | None] = []
        while self._ahead and True not in found:
            group = self._ahead[:AT_ONCE]
            found = await asyncio.gather(*map(self._has_any, group))
            passed = found.index(True) if True in found else len(group)
            silent += [group[place] for place in range(passed) if found[place] is None]
            self._ahead = self._ahead[passed:]
        self._last = [unit for unit in self._last if unit not in silent] + silent
        self._ahead += silent

    async def _has_any(self, unit: str) -> bool | None:
        """Whether a project has anything to show; None: it cannot tell now."""
        try:
            return _shows(await self._ask(unit, _peeking(self._passage.path)))
        except Failed:
            return None

    async def _ask(self, unit: str, path: str) -> JsonObject:
        """What a project tells; nothing where it has no usable credential any more, or turns out
        to be one of the others."""
        passage = replace(
            self._passage, path=path, project=unit or None, resource="What is to be listed"
        )
        owners = self._services.owners
        try:
            reply = await self._services.relay.pass_on(self._visit.exchange, passage)
        except Failed:
            if unit and unit not in owners.homes():
                return {}  # Google refused its last credential just now
            raise
        try:
            owners.compare(reply.document, reply.unit)
            owners.learn(reply.document, reply.unit)
            return {} if unit and owners.is_double(unit) else reply.document
        finally:
            reply.close()

    def _token(self, unit: str, googles: str = "") -> str:
        told = orjson.dumps([unit, googles, *self._last])
        return base64.urlsafe_b64encode(told).decode().rstrip("=")


def _shows(page: JsonObject) -> bool:
    """Whether a page has anything on it, or after it."""
    return any(bool(value) for value in page.values() if isinstance(value, str | list))


def _without_token(path: str) -> tuple[str, str]:
    """A path, its page token taken out of the query."""
    bare, _, query = path.partition("?")
    token, kept = "", []
    for pair in query.split("&") if query else ():
        name, _, value = pair.partition("=")
        if name in ("pageToken", "page_token"):
            token = unquote(value)
        else:
            kept.append(pair)
    return f"{bare}?{'&'.join(kept)}", token


def _with(path: str, name: str, value: str) -> str:
    """The path with one more pair in its query, which has a question mark already."""
    path = f"{path}&{name}={quote(value, safe='')}" if value else path
    return path.removesuffix("?").replace("?&", "?")


def _peeking(path: str) -> str:
    """Only whether there is anything."""
    bare, _, query = path.partition("?")
    kept = [pair for pair in query.split("&") if pair and not pair.lower().startswith("page")]
    return _with(f"{bare}?{'&'.join(kept)}", "pageSize", "1")


def _read(token: str) -> Place:
    """What a page token says. Raises BadRequest for one that is not ours."""
    if not token:
        return Place()
    try:
        padded = token + "=" * (-len(token) % 4)
        match orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True)):
            case [str(unit), str(googles), *last] if all(isinstance(one, str) for one in last):
                return Place(googles, unit, tuple(last))
    except (binascii.Error, ValueError):
        pass
    raise BadRequest("The page token is not one of this list.", "pageToken")
