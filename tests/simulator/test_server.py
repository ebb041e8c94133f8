"""The listener and its log."""

import ast
from pathlib import Path

import proxy_core.simulator
from proxy_core.simulator import Simulator, World
from tests.simulator.conftest import Client, said


async def test_every_request_is_written_down_with_its_outcome(client: Client) -> None:
    await client.call("generateContent", said("hi"))
    await client.call("generateContent", {"bogus": 1})
    good, bad = client.world.requests
    assert (good.method, good.path) == ("POST", "/v1beta/models/gemini-3.8-flash:generateContent")
    assert (good.model, good.action, good.project) == (
        "gemini-3.8-flash",
        "generateContent",
        "home-project",
    )
    assert (good.status, good.refusal, good.at) == (200, "", client.clock.now)
    assert good.headers["X-Goog-Api-Key"] == good.credential == client.key
    assert b'"hi"' in good.raw_body
    assert bad.status == 400
    assert "bogus" in bad.refusal


async def test_unknown_addresses_are_404_in_googles_form(client: Client) -> None:
    for path in ("/", "/v1beta/nothing", "/v2/models", "/v1beta/interactions"):
        status, body = await client.send("GET", path)
        assert (status, body["error"]["status"]) == (404, "NOT_FOUND")


async def test_it_listens_on_loopback_and_stops() -> None:
    simulator = Simulator(World())
    base_url = await simulator.start()
    assert base_url.startswith("http://127.0.0.1:")
    await simulator.stop()
    await simulator.stop()


def test_it_imports_nothing_of_the_product() -> None:
    """Product and simulator must be able to disagree about the wire."""
    allowed = ("proxy_core.simulator", "aiohttp", "orjson", "cryptography")
    (folder,) = map(Path, proxy_core.simulator.__path__)
    imported = {
        node.module
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module
    }
    ours = {name for name in imported if name.startswith(("proxy_core", "desktop", "tests"))}
    assert all(name.startswith(allowed) for name in ours)
