"""Lists of what projects keep, page by page through all projects of the pool.

A page is always one project's. Our page token names the project and holds Google's own token;
projects come in the order of their ids, so a pool that changes meanwhile repeats no page. A next
page is announced only where there is one: google-genai's asynchronous pager breaks on an empty
last page, so the projects behind are looked at first.
"""

import base64
import binascii
from dataclasses import replace
from urllib.parse import quote, unquote

import orjson
from aiohttp.web import StreamResponse

from proxy_core.errors import BadRequest, Failed
from proxy_core.gemini.wire import JsonObject
from proxy_core.relay.passing import Passage
from proxy_core.server.context import Services, Visit
from proxy_core.server.routes import Route

LISTED = frozenset({"files", "cachedContents", "batches", "fileSearchStores", "tunedModels"})
MOST_ASKED = 64
"Projects that are asked for one page; beyond, the next page may be empty."


def is_list(route: Route) -> bool:
    """Whether a GET of this path lists what each project of the pool keeps."""
    return route.path in LISTED and not route.action


async def answer(visit: Visit, passage: Passage, services: Services) -> StreamResponse:
    """One page. Raises BadRequest and Failed; also where one project cannot tell now."""
    path, token = _without_token(passage.path)
    begin, googles = _read(token)
    units = [unit for unit in services.owners.homes() if unit >= begin]
    if not units and not token:
        units = [""]  # the relay says what is missing
    page: JsonObject = {}
    following = ""
    for asked, unit in enumerate(units):
        if page:  # this project's page is a later one, if it has anything to show
            found = await _page(visit, replace(passage, path=_peeking(path)), unit, services)
            if asked >= MOST_ASKED or _shows(found):
                following = _written(unit, "")
                break
            continue
        of_google = _with(path, "pageToken", googles if unit == begin else "")
        found = await _page(visit, replace(passage, path=of_google), unit, services)
        if _shows(found):
            page = found
            if next_token := page.pop("nextPageToken", None):
                following = _written(unit, str(next_token))
                break
    return visit.answer(orjson.dumps({**page, "nextPageToken": following} if following else page))


def _shows(page: JsonObject) -> bool:
    """Whether a page has anything on it, or after it."""
    return any(bool(value) for key, value in page.items() if isinstance(value, str | list))


async def _page(visit: Visit, passage: Passage, unit: str, services: Services) -> JsonObject:
    """Google's page of one project; empty where that has no usable credential any more."""
    pinned = replace(passage, project=unit or None, resource="What is to be listed")
    try:
        reply = await services.relay.pass_on(visit.exchange, pinned)
    except Failed:
        if unit and unit not in services.owners.homes():
            return {}  # Google refused its last credential just now
        raise
    try:
        services.owners.learn(reply.document, reply.unit)
        return reply.document
    finally:
        reply.close()


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


def _written(unit: str, token: str) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([unit, token])).decode().rstrip("=")


def _read(token: str) -> tuple[str, str]:
    """Unit and Google's token. Raises BadRequest for one that is not ours."""
    if not token:
        return "", ""
    try:
        padded = token + "=" * (-len(token) % 4)
        match orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True)):
            case [str(unit), str(googles)]:
                return unit, googles
    except (binascii.Error, ValueError):
        pass
    raise BadRequest("The page token is not one of this list.", "pageToken")
