"""Who may use the admin API, from where, and with what."""

import asyncio
from collections.abc import AsyncIterator

import orjson
import pytest
from aiohttp.test_utils import make_mocked_request

from proxy_core.server.access import TokenCheck
from proxy_core.server.admin.access import COOKIE, MOST_GUESSES, PAUSE_S, AdminAccess
from proxy_core.server.admin.answers import Declined
from tests.fakes.clock import FakeClock
from tests.fakes.console import Stand, open_stand
from tests.fakes.pollux import TOKEN
from tests.fakes.site import until
from tests.server import raw

STATE = "/admin/v1/state"
SESSION = "/admin/v1/session"
PASSWORD = "an-admin-password"
FORWARDED = [
    b"Forwarded: for=203.0.113.9\r\n",
    b"X-Forwarded-For: 203.0.113.9\r\n",
    b"X-Forwarded-Proto: https\r\n",
    b"x-forwarded-host: pollux.example\r\n",
    b"Via: 1.1 proxy\r\n",
    b"X-Real-IP: 127.0.0.1\r\n",
]
from_elsewhere = pytest.mark.parametrize("head", FORWARDED)


def bearer(secret: str) -> bytes:
    return f"Authorization: Bearer {secret}\r\n".encode()


@pytest.fixture
async def guarded() -> AsyncIterator[Stand]:
    """With ADMIN_PASSWORD."""
    async with open_stand(password=PASSWORD) as opened:
        yield opened


class Wire(asyncio.Transport):
    """A connection from `peer` to `own`, of which only the addresses are asked."""

    def __init__(self, own: str, peer: str) -> None:
        super().__init__({"sockname": (own, 7860), "peername": (peer, 50_000)})


async def sign_in(stand: Stand, secret: str = TOKEN, head: bytes = b"") -> raw.RawAnswer:
    return await stand.send(SESSION, orjson.dumps({"token": secret}), auth=b"", head=head)


def cookie_of(answer: raw.RawAnswer) -> bytes:
    return b"Cookie: " + answer.headers["set-cookie"].partition(";")[0].encode() + b"\r\n"


# -- the bearer token ---------------------------------------------------------------------------


@pytest.mark.parametrize("carrier", ["Authorization: Bearer ", "x-api-key: ", "x-goog-api-key: "])
async def test_each_header_may_carry_the_token(stand: Stand, carrier: str) -> None:
    answer = await stand.send(STATE, auth=f"{carrier}{TOKEN}\r\n".encode())
    assert answer.status == 200


async def test_the_query_may_carry_the_token(stand: Stand) -> None:
    assert (await stand.send(f"{STATE}?key={TOKEN}", auth=b"")).status == 200


@pytest.mark.parametrize("auth", [b"", bearer("wrong"), bearer(PASSWORD), b"Cookie: a=b\r\n"])
@pytest.mark.parametrize("path", [STATE, "/admin/v1/events", "/admin/openapi.json", "/admin/no"])
async def test_without_it_nothing_is_said(stand: Stand, path: str, auth: bytes) -> None:
    answer = await stand.send(path, auth=auth)
    assert answer.status == 401
    assert answer.json["error"]["code"] == "unauthenticated"
    assert not stand.commands.calls


async def test_the_password_opens_here_as_well(guarded: Stand) -> None:
    assert (await guarded.send(STATE, auth=bearer(PASSWORD))).status == 200
    assert (await guarded.send(STATE)).status == 200


async def test_an_unknown_host_gets_nothing(stand: Stand) -> None:
    assert (await stand.send(STATE, host=b"Host: evil.example\r\n")).status == 403
    assert (await stand.send("/", host=b"Host: evil.example\r\n")).status == 403


# -- from elsewhere -----------------------------------------------------------------------------


@from_elsewhere
async def test_what_was_forwarded_is_refused_without_a_password(stand: Stand, head: bytes) -> None:
    for answer in (await stand.send(STATE, head=head), await sign_in(stand, head=head)):
        assert answer.status == 403
        assert answer.json["error"]["code"] == "forbidden"
        assert "ADMIN_PASSWORD" in answer.json["error"]["next_step"]


async def test_who_may_not_come_in_is_told_before_the_body_arrives(stand: Stand) -> None:
    whole = raw.request(SESSION, b"x" * 100, auth=b"", head=FORWARDED[0])
    assert (await raw.send(stand.url, whole[:-50])).status == 403


async def test_on_an_address_of_the_network_this_machine_itself_is_still_here() -> None:
    """As under HOST=192.168.1.5, where nothing of loopback is listened on."""
    own, other = (
        make_mocked_request("GET", STATE, transport=Wire("192.168.1.5", peer))
        for peer in ("192.168.1.5", "192.168.1.6")
    )
    access = AdminAccess(token=TokenCheck(TOKEN), password=None, domain_name="", clock=FakeClock())
    assert access.place(own)
    with pytest.raises(Declined):
        access.place(other)


@from_elsewhere
async def test_with_a_password_only_that_opens_from_elsewhere(head: bytes) -> None:
    clock = FakeClock()
    async with open_stand(password=PASSWORD, clock=clock) as stand:
        assert (await stand.send(STATE, head=head, auth=bearer(PASSWORD))).status == 200
        local = await sign_in(stand)
        away = await sign_in(stand, PASSWORD, head)
        assert (await stand.send(STATE, auth=cookie_of(away), head=head)).status == 200
        assert (await stand.send(STATE, auth=cookie_of(local), head=head)).status == 401
        assert (await stand.send(STATE, auth=cookie_of(local))).status == 200


async def test_wrong_passwords_from_elsewhere_wait_and_are_few_at_a_time() -> None:
    clock = FakeClock()
    elsewhere = FORWARDED[0]
    async with open_stand(password=PASSWORD, clock=clock) as stand:
        waiting = []
        for secret in [TOKEN, *("wrong" for _ in range(MOST_GUESSES - 1))]:
            reader, writer = await raw.connect(stand.url)
            writer.write(raw.request(STATE, auth=bearer(secret), head=elsewhere))
            waiting.append((reader, writer))
        await until(lambda: clock.sleepers == MOST_GUESSES)
        for secret in ("wrong", PASSWORD):
            answer = await stand.send(STATE, auth=bearer(secret), head=elsewhere)
            assert answer.status == 429
            assert answer.headers["retry-after"] == "2"
        assert (await stand.send(STATE)).status == 200  # from here it still opens
        clock.advance(PAUSE_S)
        for reader, writer in waiting:
            assert (await raw.read_answer(reader)).status == 401
            writer.close()
        assert (await stand.send(STATE, auth=bearer(PASSWORD), head=elsewhere)).status == 200


# -- sessions -----------------------------------------------------------------------------------


async def test_the_token_becomes_a_session_that_scripts_cannot_read(stand: Stand) -> None:
    answer = await sign_in(stand)
    assert answer.status == 204
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert cookie.endswith("; HttpOnly; SameSite=Strict; Path=/admin")
    assert TOKEN not in cookie
    assert (await stand.send(STATE, auth=cookie_of(answer))).status == 200


async def test_two_pollux_of_one_host_leave_each_others_session_alone(stand: Stand) -> None:
    """Cookies know no ports."""
    body = orjson.dumps({"token": TOKEN})
    hosts = [b"Host: localhost:%d\r\n" % port for port in (7860, 7861)]
    first, second = [await stand.send(SESSION, body, auth=b"", host=host) for host in hosts]
    assert first.headers["set-cookie"].startswith(f"{COOKIE}_7860=")
    assert second.headers["set-cookie"].startswith(f"{COOKIE}_7861=")
    assert (await stand.send(STATE, auth=cookie_of(first), host=hosts[0])).status == 200
    assert (await stand.send(STATE, auth=cookie_of(first), host=hosts[1])).status == 401


@pytest.mark.parametrize(
    ("host", "secure"), [(b"pollux.example", True), (b"127.0.0.1:7860", False)]
)
async def test_the_cookie_is_secure_where_https_was_used(host: bytes, secure: bool) -> None:
    async with open_stand(domain_name="https://pollux.example") as stand:
        body = orjson.dumps({"token": TOKEN})
        answer = await stand.send(SESSION, body, auth=b"", host=b"Host: " + host + b"\r\n")
        assert answer.headers["set-cookie"].endswith("; Secure") is secure


async def test_a_wrong_token_opens_no_session(stand: Stand) -> None:
    answer = await sign_in(stand, "wrong")
    assert answer.status == 401
    assert "set-cookie" not in answer.headers
    assert "pollux token show" in answer.json["error"]["next_step"]


async def test_a_session_counts_for_the_admin_api_alone(stand: Stand) -> None:
    cookie = cookie_of(await sign_in(stand))
    for path in (raw.CHAT, "/v1/models", "/metrics"):
        assert (await stand.send(path, auth=cookie)).status == 401


async def test_signing_out_ends_the_session_and_takes_the_cookie_back(stand: Stand) -> None:
    cookie = cookie_of(await sign_in(stand))
    head = b"Origin: http://localhost\r\n"
    out = await stand.send(SESSION, method="DELETE", auth=cookie, head=head)
    assert out.status == 204
    assert out.headers["set-cookie"].startswith(f"{COOKIE}=; ")
    assert "Max-Age=0" in out.headers["set-cookie"]
    assert (await stand.send(STATE, auth=cookie)).status == 401


async def test_a_new_bearer_token_ends_sessions_and_the_old_token(stand: Stand) -> None:
    cookie = cookie_of(await sign_in(stand))
    stand.token.replace("another-token")
    assert (await stand.send(STATE, auth=cookie)).status == 401
    assert (await stand.send(STATE)).status == 401
    assert (await stand.send(STATE, auth=bearer("another-token"))).status == 200


# -- other pages --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"Origin: http://localhost\r\n", 200),
        (b"Sec-Fetch-Site: same-origin\r\n", 200),
        (b"Origin: http://localhost:3000\r\n", 403),
        (b"Origin: https://evil.example\r\n", 403),
        (b"Origin: null\r\n", 403),
        (b"Origin: http://localhost:3000\r\nSec-Fetch-Site: same-origin\r\n", 403),
        (b"Sec-Fetch-Site: same-site\r\n", 403),
        (b"", 403),
    ],
)
async def test_a_session_changes_things_for_our_own_page_only(
    stand: Stand, head: bytes, status: int
) -> None:
    cookie = cookie_of(await sign_in(stand))
    path = "/admin/v1/accounts/key0000000002/clear"
    answer = await stand.send(path, b"", auth=cookie, head=head)
    assert answer.status == status
    assert (("clear", "key0000000002") in stand.commands.calls) is (status == 200)


async def test_another_page_cannot_open_a_session(stand: Stand) -> None:
    answer = await sign_in(stand, head=b"Origin: http://localhost:3000\r\n")
    assert answer.status == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", [STATE, "/", "/oauth2/callback?state=pretend"])
async def test_no_other_page_may_read_any_of_it(stand: Stand, path: str) -> None:
    head = b"Origin: https://app.example\r\nAccess-Control-Request-Method: GET\r\n"
    for method in ("GET", "OPTIONS"):
        answer = await stand.send(path, head=head, method=method)
        assert not [name for name in answer.headers if name.startswith("access-control")]
