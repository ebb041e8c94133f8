"""The static page: what goes with it, how it is kept, and that it is in the package whole."""

import re
from importlib import resources
from pathlib import Path

import pytest

from proxy_core.server import page
from tests.fakes.console import Stand, open_stand

FOLDER = resources.files(page)
SCRIPTS = [file.name for file in FOLDER.iterdir() if file.name.endswith(".js")]
ICON = Path(__file__).parents[3] / "resources" / "icon.svg"


async def addresses(stand: Stand) -> list[str]:
    index = (await stand.send("/", auth=b"")).body.decode()
    folder = next(iter(set(re.findall(r'"(/page/[0-9a-f]{16})/', index))))
    return [f"{folder}/{name}" for name in (*SCRIPTS, "page.css", "icon.svg")]


async def test_it_is_open_and_strict() -> None:
    async with open_stand() as stand:
        for path in ("/", *await addresses(stand)):
            answer = await stand.send(path, auth=b"")
            assert answer.status == 200
            assert answer.headers["content-security-policy"] == page.POLICY
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert "'unsafe" not in page.POLICY
            assert len(answer.headers["x-request-id"]) == 32


async def test_files_may_be_kept_for_ever_and_the_page_is_asked_for() -> None:
    async with open_stand() as stand:
        for path in await addresses(stand):
            assert "immutable" in (await stand.send(path)).headers["cache-control"]
        index = await stand.send("/")
        assert index.headers["cache-control"] == "no-cache"
        head = f'If-None-Match: "other", {index.headers["etag"]}\r\n'.encode()
        again = await stand.send("/", head=head, method="GET")
        assert (again.status, again.body) == (304, b"")
        assert again.headers["etag"] == index.headers["etag"]


@pytest.mark.parametrize(
    "path", ["/page/x", "/page/__init__.py", "/page/../front.py", "/page/0123456789abcdef/page.js"]
)
async def test_nothing_else_is_served(path: str) -> None:
    async with open_stand() as stand:
        answer = await stand.send(path, auth=b"")
        assert answer.status == 404
        assert answer.json["error"]["code"] == "not_found"


async def test_only_get_and_head_are_taken() -> None:
    async with open_stand() as stand:
        answer = await stand.send("/", b"{}")
        assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
        head = await stand.send("/", method="HEAD")
        assert head.headers["content-length"] == str(len((await stand.send("/")).body))


@pytest.mark.parametrize("name", [*SCRIPTS, "index.html"])
def test_nothing_parses_html_or_stands_inline(name: str) -> None:
    text = (FOLDER / name).read_text("utf-8")
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function"
    assert not re.search(forbidden, text)
    if name == "index.html":
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", text)
    assert len(text.splitlines()) < 400


def test_its_icon_is_the_programs() -> None:
    assert (FOLDER / "icon.svg").read_bytes() == ICON.read_bytes()
