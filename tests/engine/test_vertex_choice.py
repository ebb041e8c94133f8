"""What is refused before Vertex AI is asked."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from proxy_core.commands import RefusalCode
from tests.fakes.home import Home, at_home

ADA = "ada@example.com"


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    async with at_home(tmp_path) as opened:
        yield opened


async def test_what_cannot_be_given_to_vertex_is_refused_with_the_reason(home: Home) -> None:
    stored = home.world.sign_in(ADA, "p1")
    bare = {name: value for name, value in stored.items() if name != "project_id"}
    narrow, lone = [str((await home.take_in(one)).items[0].id) for one in (stored, bare)]
    with home.refuses(RefusalCode.SCOPE_MISSING, "scope cloud-platform"):
        await home.commands.set_service(narrow, "vertex")
    with home.refuses(RefusalCode.INVALID, "needs a project"):
        await home.commands.set_service(lone, "vertex")
    for location in ("", "EU", "a.b", "evil.example/x", "a" * 41):
        with home.refuses(RefusalCode.INVALID, "no location of Vertex AI"):
            await home.commands.set_service(narrow, "vertex", location)
    with home.refuses(RefusalCode.NOT_FOUND):
        await home.commands.set_service("nobody", "vertex")
