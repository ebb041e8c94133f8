"""Whether there is a newer Pollux: the one question that goes to GitHub and not to Google.

Nothing in the engine asks it by itself: the window does, and only in builds that name the
repository of their releases (`desktop.updates`). GitHub learns no more than that somebody with
this version asked. Of the answer only the version is used, and another address that it names is
not asked: a repository that was renamed may be somebody else's one day. Nothing is downloaded. The
alternative that lost, an update that installs itself, would need keys to sign with and trust in
whoever holds them.
Source: https://docs.github.com/en/rest/releases/releases#get-the-latest-release
"""

import re

import aiohttp
import orjson

from proxy_core.commands import Refusal, RefusalCode

API = "https://api.github.com"
LIMIT_S = 20.0
MOST_BYTES = 1024 * 1024
"Of the answer; GitHub's are some ten thousand."
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9_.-]+")
_VERSION = re.compile(r"v?([0-9]{1,9}(?:\.[0-9]{1,9}){0,3})")


async def newer(
    session: aiohttp.ClientSession, repository: str, running: str, api: str = API
) -> str | None:
    """The version of the newest release, if it is newer than the running one; None: it is not.

    repository: OWNER/NAME at GitHub. api: another address of its API, for tests. Raises Refusal
    where it cannot be told.
    """
    if not _REPOSITORY.fullmatch(repository):
        raise Refusal(RefusalCode.INVALID, "This names no repository.")
    version = version_of(await _ask(session, f"{api}/repos/{repository}/releases/latest"))
    if version is None:
        raise Refusal(RefusalCode.UNAVAILABLE, "The newest release cannot be told now.")
    return version if is_newer(version, running) else None


async def _ask(session: aiohttp.ClientSession, url: str) -> bytes:
    """What GitHub answers, cut where it is far too long; empty where it tells nothing."""
    content = bytearray()
    try:
        async with session.get(
            url,
            allow_redirects=False,
            headers={"Accept": "application/vnd.github+json"},
            timeout=aiohttp.ClientTimeout(total=LIMIT_S),
        ) as answer:
            if answer.status != 200:
                return b""
            while len(content) < MOST_BYTES and (part := await answer.content.readany()):
                content += part
    except (aiohttp.ClientError, OSError):
        return b""
    return bytes(content[:MOST_BYTES])


def version_of(content: bytes) -> str | None:
    """The version of a release in GitHub's JSON, without the `v` of its tag."""
    try:
        told = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    tag = told.get("tag_name") if isinstance(told, dict) else None
    found = _VERSION.fullmatch(tag) if isinstance(tag, str) else None
    return found[1] if found else None


def is_newer(theirs: str, ours: str) -> bool:
    """Whether a version comes after another; 1.2 and 1.2.0 are the same, and 1.2 is after 1.2rc1.

    theirs: a plain one, as of `version_of`.
    """
    return _rank(theirs) > _rank(ours)


def _rank(version: str) -> tuple[list[int], bool]:
    found = _VERSION.match(version)
    numbers = [int(part) for part in found[1].split(".")] if found else []
    return numbers + [0] * (4 - len(numbers)), _VERSION.fullmatch(version) is not None
