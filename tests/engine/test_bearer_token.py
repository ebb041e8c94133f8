"""A new bearer token without a restart."""

import asyncio
from pathlib import Path

import orjson

from proxy_core.assembly import read_token
from proxy_core.commands import RefusalCode
from proxy_core.engine.bearer_token import BearerToken
from proxy_core.server.access import TokenCheck
from proxy_core.server.bearer import load
from proxy_core.settings import load_settings
from tests.fakes.home import Home, at_home
from tests.fakes.pollux import TOKEN
from tests.fakes.site import until
from tests.server import raw

MODELS = "/v1/models"
STATE = "/admin/v1/state"


def bearer(token: str) -> bytes:
    return f"Authorization: Bearer {token}\r\n".encode()


async def status(home: Home, path: str, head: bytes) -> int:
    return (await raw.send(home.url, raw.request(path, auth=head))).status


async def session(home: Home) -> bytes:
    """The header of a new session on the page."""
    body = orjson.dumps({"token": home.engine.token})
    answer = await raw.send(home.url, raw.request("/admin/v1/session", body, auth=b""))
    assert answer.status == 204, answer.body
    return f"Cookie: {answer.headers['set-cookie'].split(';')[0]}\r\n".encode()


async def test_a_new_token_counts_at_once_and_the_old_one_no_more(tmp_path: Path) -> None:
    async with at_home(tmp_path, GEMINI_AUTH_PASSWORD="") as home:
        await home.add()
        assert await status(home, MODELS, bearer(TOKEN)) == 200
        kept_in = await home.commands.rotate_token()
        new = home.engine.token
        assert new != TOKEN
        assert kept_in == str(tmp_path / "bearer_token")
        assert await status(home, MODELS, bearer(TOKEN)) == 401
        assert await status(home, MODELS, bearer(new)) == 200
    values = {"PERSISTENT_STORAGE_PATH": str(tmp_path)}
    assert await asyncio.to_thread(kept, values) == new


def kept(values: dict[str, str]) -> str:
    return read_token(load_settings(values, {}, None, None))


async def test_sessions_of_the_page_end_with_the_token(tmp_path: Path) -> None:
    async with at_home(tmp_path, GEMINI_AUTH_PASSWORD="") as home:
        cookie = await session(home)
        assert await status(home, STATE, cookie) == 200
        await home.commands.rotate_token()
        assert await status(home, STATE, cookie) == 401
        assert await status(home, STATE, await session(home)) == 200


async def test_new_tokens_at_the_same_time_leave_the_one_of_the_file(tmp_path: Path) -> None:
    made = BearerToken("old", TokenCheck("old"), tmp_path, fixed=False)
    for _ in range(10):
        await asyncio.gather(*(made.rotate() for _ in range(3)))
        assert await asyncio.to_thread(load, tmp_path) == made.value


async def test_a_new_token_counts_although_nobody_waits_for_it(tmp_path: Path) -> None:
    check = TokenCheck("old")
    made = BearerToken("old", check, tmp_path, fixed=False)
    asking = asyncio.create_task(made.rotate())
    await asyncio.sleep(0)
    asking.cancel()
    await until(lambda: check.generation == 1)
    assert await asyncio.to_thread(load, tmp_path) == made.value


async def test_a_token_that_the_environment_sets_is_changed_there(tmp_path: Path) -> None:
    async with at_home(tmp_path) as home:
        with home.refuses(RefusalCode.READ_ONLY, "GEMINI_AUTH_PASSWORD"):
            await home.commands.rotate_token()
        assert home.engine.token == TOKEN


async def test_a_token_that_cannot_be_kept_leaves_the_old_one(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    async with at_home(tmp_path / "taken" / "data", GEMINI_AUTH_PASSWORD="") as home:
        with home.refuses(RefusalCode.STORE_FAILED, "bearer_token cannot be written"):
            await home.commands.rotate_token()
        assert home.engine.token == TOKEN
        assert await status(home, MODELS, bearer(TOKEN)) != 401
