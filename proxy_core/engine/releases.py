"""Whether there is a newer Pollux: the one question that goes to GitHub and not to Google.

Nothing in the engine asks it by itself: the window does, and only in builds that name the
repository of their releases (`desktop.updates`). GitHub learns no more than that somebody with
this version asked. Of the answer only the version is used; the page it leads to is made from the
repository's name, so that nothing is opened which somebody else wrote. Nothing is downloaded. The
alternative that lost, an update that installs itself, would need keys to sign with and trust in
whoever holds them.
Source: https://docs.github.com/en/rest/releases/releases#get-the-latest-release
"""

import re

import aiohttp
import orjson

from proxy_core.commands import Refusal, RefusalCode, Release

API = "https://api.github.com"
PAGES = "https://github.com"
LIMIT_S = 20.0
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9_.-]+")
_VERSION = re.compile(r"v?(\d+(?:\.\d+){0,3})")


async def newer(
    session: aiohttp.ClientSession, repository: str, running: str, api: str = API
) -> Release | None:
    """The newest release, if it is newer than the running version; None: it is not.

    repository: OWNER/NAME at GitHub. api: another address of its API, for tests. Raises Refusal
    where it cannot be told.
    """
    if not _REPOSITORY.fullmatch(repository):
        raise Refusal(RefusalCode.INVALID, "This names no repository.")
    url = f"{api}/repos/{repository}/releases/latest"
    try:
        async with session.get(
            url,
            allow_redirects=False,
            headers={"Accept": "application/vnd.github+json"},
            timeout=aiohttp.ClientTimeout(total=LIMIT_S),
        ) as answer:
            content = await answer.read() if answer.status == 200 else b""
    except (aiohttp.ClientError, OSError):
        content = b""
    version = version_of(content)
    if version is None:
        raise Refusal(RefusalCode.UNAVAILABLE, "The newest release cannot be told now.")
    if not is_newer(version, running):
        return None
    return Release(version, f"{PAGES}/{repository}/releases/latest")


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
    """Whether a version comes after another; 1.2 and 1.2.0 are the same."""
    return _numbers(theirs) > _numbers(ours)


def _numbers(version: str) -> tuple[int, ...]:
    found = _VERSION.match(version)
    numbers = [int(part) for part in found[1].split(".")] if found else []
    return tuple(numbers + [0] * (4 - len(numbers)))
