"""The admin API over a real engine: a credential's life, as a page or a script would lead it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from proxy_core.simulator import Reply
from tests.fakes.home import Home, at_home
from tests.server import raw
from tests.server.raw import CHAT, chat_body

ADA = "ada@example.com"


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    async with at_home(tmp_path) as opened:
        yield opened


async def send(home: Home, method: str, path: str, body: object = None) -> raw.RawAnswer:
    content = None if body is None else orjson.dumps(body)
    return await raw.send(home.url, raw.request(f"/admin/v1{path}", content, method=method))


async def told(home: Home, method: str, path: str, body: object = None) -> Any:
    answer = await send(home, method, path, body)
    assert answer.status in (200, 201), answer.body
    return answer.json


async def test_a_key_is_added_named_switched_checked_and_removed(home: Home) -> None:
    key = home.world.add_key("p1")
    report = await told(home, "POST", "/accounts/keys", {"text": key, "label": "mine"})
    (item,) = report["items"]
    assert (item["outcome"], report["store"]) == ("added", "folder")
    place = f"/accounts/{item['id']}"
    assert (await told(home, "GET", "/accounts"))["credentials"][0]["label"] == "mine"
    assert (await raw.send(home.url, raw.request(CHAT, chat_body()))).status == 200
    changed = await told(home, "PATCH", place, {"enabled": False, "label": "yours"})
    assert (changed["enabled"], changed["label"], changed["state"]) == (False, "yours", "disabled")
    assert (await raw.send(home.url, raw.request(CHAT, chat_body()))).status == 503
    await told(home, "PATCH", place, {"enabled": True})
    home.world.script(Reply.fault("api_key_invalid"), action="models")
    (result,) = (await told(home, "POST", f"{place}/check"))["results"]
    assert (result["ok"], result["state"]) == (False, "key_invalid")
    assert (await told(home, "POST", f"{place}/clear"))["state"] == "ready"
    assert (await told(home, "GET", f"{place}/removal"))["can_revoke"] is False
    assert (await send(home, "DELETE", place)).status == 204
    assert (home.views, home.files()) == ((), {})
    assert (await send(home, "DELETE", place)).status == 404


async def test_files_are_imported_and_an_account_is_revoked(home: Home) -> None:
    home.world.add_account(ADA, "p1")
    stored = home.world.sign_in(ADA, "p1")
    files = [{"name": "ada.json", "content": orjson.dumps(stored).decode()}]
    report = await told(home, "POST", "/accounts/import", {"files": files})
    (item,) = report["items"]
    answer = await send(home, "DELETE", f"/accounts/{item['id']}?revoke=true")
    assert answer.status == 204
    assert home.world.grants[stored["refresh_token"]].revoked


async def test_no_answer_holds_a_secret(home: Home) -> None:
    home.world.add_account(ADA, "p1")
    stored, key = home.world.sign_in(ADA, "p1"), home.world.add_key("p2")
    content = orjson.dumps([stored, {"type": "api_key", "key": key}]).decode()
    bodies = [
        (await send(home, *asked)).body
        for asked in (
            ("POST", "/accounts/import", {"files": [{"name": "all.json", "content": content}]}),
            ("POST", "/accounts/check"),
            ("GET", "/accounts"),
            ("GET", "/state"),
            ("GET", "/usage"),
            ("GET", "/doctor"),
            ("GET", "/settings"),
            ("GET", "/oauth-client"),
        )
    ]
    secrets = (key, stored["refresh_token"], stored["client_secret"], "ya29.")
    assert all(bodies)
    assert not [one for one in secrets for body in bodies if one.encode() in body]


async def test_a_refusal_has_its_status_and_its_words(home: Home) -> None:
    answer = await send(home, "POST", "/accounts/keys", {"text": " "})
    assert answer.status == 400
    assert answer.json["error"]["code"] == "invalid"
    assert "no API key" in answer.body.decode()
    answer = await send(home, "POST", "/token/rotate")
    assert (answer.status, answer.json["error"]["code"]) == (409, "read_only")
