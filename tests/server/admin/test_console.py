"""The admin API over HTTP: every endpoint, its refusals, and what goes with each answer."""

import asyncio
import logging
from typing import Any

import orjson
import pytest

from proxy_core.commands import Refusal, RefusalCode, SignInRequest, UsageQuery
from proxy_core.server.admin import console
from tests.fakes.commands import GOOGLE_URL, Gate, credential
from tests.fakes.console import Stand, open_stand
from tests.fakes.site import until
from tests.server import raw
from tests.server.raw import CHAT, NATIVE, chat_body, native_body

ADA = "/admin/v1/accounts/acc0000000001"
KEY = "AIza" + "-a-secret-key"


async def ask(stand: Stand, method: str, path: str, body: Any = None, status: int = 200) -> Any:
    """The JSON of an answer, which must have this status."""
    sent = None if body is None else orjson.dumps(body)
    answer = await stand.send(path, sent, method=method)
    assert answer.status == status, answer.body
    assert answer.headers["cache-control"] == "no-store"
    assert len(answer.headers["x-request-id"]) == 32
    if status == 204:
        assert "content-type" not in answer.headers
        return None
    assert answer.headers["content-type"] == "application/json"
    return answer.json


# -- credentials --------------------------------------------------------------------------------


async def test_the_state_is_the_one_rendering(stand: Stand) -> None:
    state = await ask(stand, "GET", "/admin/v1/state")
    assert state == orjson.loads(orjson.dumps(stand.commands.snapshot().as_json()))
    assert list(state) == ["version", "state", "url", "credentials", "totals"]
    listed = await ask(stand, "GET", "/admin/v1/accounts")
    assert listed == {"credentials": state["credentials"]}


async def test_about_tells_what_to_warn_of() -> None:
    async with open_stand(notice="Pretend Google.", serves_api=False) as stand:
        assert await ask(stand, "GET", "/admin/v1/about") == {
            "version": "0.0.0",
            "notice": "Pretend Google.",
            "gen_creds": True,
            "kept_in": "the vault",
        }


async def test_keys_are_added_and_never_come_back(stand: Stand) -> None:
    body = {"text": f"{KEY}\nnonsense", "label": "mine", "project": "home"}
    report = await ask(stand, "POST", "/admin/v1/accounts/keys", body)
    assert [item["outcome"] for item in report["items"]] == ["added", "refused"]
    assert stand.commands.calls == [("add_keys", f"{KEY}\nnonsense", "mine", "home")]
    assert KEY not in str(report)
    assert KEY not in str(await ask(stand, "GET", "/admin/v1/state"))


async def test_files_are_imported_with_their_bytes(stand: Stand) -> None:
    files = [{"name": "a.json", "content": "/+8=", "encoding": "base64"}]
    body = {"files": files, "passphrase": "open sesame"}
    report = await ask(stand, "POST", "/admin/v1/accounts/import", body)
    assert report["items"][0]["outcome"] == "added"
    given = (("a.json", b"\xff\xef"),)
    assert stand.commands.calls == [("import_files", given, "open sesame")]


async def test_a_credential_is_renamed_and_disabled(stand: Stand) -> None:
    view = await ask(stand, "PATCH", ADA, {"enabled": False, "label": "Ada"})
    assert (view["label"], view["enabled"], view["state"]) == ("Ada", False, "disabled")
    assert (await ask(stand, "PATCH", ADA, {"label": ""}))["label"] == "its own name"
    await ask(stand, "PATCH", ADA, {}, 400)


async def test_a_credential_is_given_to_vertex_and_back(stand: Stand) -> None:
    view = await ask(stand, "PATCH", ADA, {"service": "vertex", "location": "eu"})
    assert (view["service"], view["location"]) == ("vertex", "eu")
    view = await ask(stand, "PATCH", ADA, {"service": "gemini", "label": "Ada"})
    assert (view["service"], view["location"], view["label"]) == ("gemini", None, "Ada")
    for wrong in ({"service": "azure"}, {"service": "vertex", "location": 1}, {"location": "eu"}):
        await ask(stand, "PATCH", ADA, wrong, 400)
    stand.commands.refusal = Refusal(RefusalCode.SCOPE_MISSING, "No scope.", "Sign in again.")
    refused = await ask(stand, "PATCH", ADA, {"service": "vertex"}, 409)
    assert refused["error"]["code"] == "scope_missing"


async def test_a_credential_is_cleared_and_checked(stand: Stand) -> None:
    stand.commands.put(credential("acc0000000001", "Ada", "needs_sign_in", "No."))
    checked = await ask(stand, "POST", f"{ADA}/check")
    assert [(one["id"], one["ok"]) for one in checked["results"]] == [("acc0000000001", False)]
    assert (await ask(stand, "POST", f"{ADA}/clear", {}))["state"] == "ready"
    assert len((await ask(stand, "POST", "/admin/v1/accounts/check"))["results"]) == 2
    assert stand.commands.calls[-1] == ("check", None)


@pytest.mark.parametrize(("query", "revoke"), [("", False), ("?revoke=true", True)])
async def test_removal_tells_first_and_revokes_only_when_asked(
    stand: Stand, query: str, revoke: bool
) -> None:
    assert (await ask(stand, "GET", f"{ADA}/removal"))["can_revoke"]
    await ask(stand, "DELETE", ADA + query, status=204)
    assert stand.commands.calls[-1] == ("remove", "acc0000000001", revoke)
    await ask(stand, "GET", f"{ADA}/removal", status=404)


# -- sign-in ------------------------------------------------------------------------------------


async def test_a_sign_in_is_begun_followed_and_finished_by_pasting(stand: Stand) -> None:
    asked = {"via": "loopback", "project": "home", "vertex": True, "again": "acc0000000001"}
    view = await ask(stand, "POST", "/admin/v1/sign-ins", asked)
    assert (view["status"], view["url"]) == ("waiting", GOOGLE_URL)
    request = SignInRequest("loopback", "home", vertex=True, again="acc0000000001")
    assert stand.commands.calls[-1] == ("begin_sign_in", request)
    path = f"/admin/v1/sign-ins/{view['id']}"
    assert await ask(stand, "GET", path) == view
    refused = await ask(stand, "POST", f"{path}/redirect", {"url": "http://127.0.0.1/"}, 400)
    assert refused["error"] == {
        "code": "invalid",
        "message": "This address holds no answer of Google.",
        "next_step": "Copy it whole.",
    }
    done = await ask(stand, "POST", f"{path}/redirect", {"url": "http://127.0.0.1/?code=1"})
    assert done["status"] == "done"
    assert "code=1" not in str(done)
    await ask(stand, "DELETE", path, status=409)


async def test_projects_are_chosen_and_looked_at_again(stand: Stand) -> None:
    view = await ask(stand, "POST", "/admin/v1/sign-ins", {})
    path = f"/admin/v1/sign-ins/{view['id']}"
    await ask(stand, "POST", f"{path}/recheck")
    done = await ask(stand, "POST", f"{path}/projects", {"projects": ["one", "two"]})
    assert len(done["added"]) == 2
    other = await ask(stand, "POST", "/admin/v1/sign-ins", {})
    given_up = await ask(stand, "DELETE", f"/admin/v1/sign-ins/{other['id']}")
    assert given_up["status"] == "cancelled"


async def test_googles_redirect_ends_on_the_page_that_is_rendered(stand: Stand) -> None:
    await ask(stand, "POST", "/admin/v1/sign-ins", {})
    answer = await stand.send("/oauth2/callback?state=pretend&code=1", auth=b"")
    assert (answer.status, answer.headers["x-seen"]) == (200, "yes")
    assert b"done" in answer.body
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    nobodys = await stand.send("/oauth2/callback?state=forged&code=1", auth=b"")
    assert nobodys.status == 400


@pytest.mark.parametrize("method", ["HEAD", "POST"])
async def test_only_a_get_uses_up_googles_redirect(stand: Stand, method: str) -> None:
    answer = await stand.send("/oauth2/callback?state=pretend&code=1", method=method)
    assert (answer.status, answer.headers["allow"]) == (405, "GET")
    assert not stand.commands.calls


async def test_the_oauth_client_is_kept_shown_and_forgotten(stand: Stand) -> None:
    path = "/admin/v1/oauth-client"
    content = {"installed": {"client_id": "x", "client_secret": "a-client-secret"}}
    assert (await ask(stand, "DELETE", path))["kind"] == "none"
    await ask(stand, "POST", "/admin/v1/sign-ins", {}, 409)
    kept = await ask(stand, "PUT", path, content)
    assert (kept["kind"], kept["source"]) == ("installed", "imported")
    assert "a-client-secret" not in str(kept)
    assert ("import_client", orjson.dumps(content)) in stand.commands.calls
    assert await ask(stand, "GET", path) == kept
    await ask(stand, "PUT", path, {"other": 1}, 400)


# -- the rest -----------------------------------------------------------------------------------


async def test_usage_doctor_settings_and_the_token(stand: Stand) -> None:
    usage = await ask(stand, "GET", "/admin/v1/usage?period=day&since=5")
    assert usage["rows"][0]["price_usd"] == 0.01
    assert stand.commands.calls[-1] == ("usage", UsageQuery("day", 5.0, 0.0))
    assert (await ask(stand, "GET", "/admin/v1/doctor"))["findings"][0]["ok"]
    assert (await ask(stand, "GET", "/admin/v1/settings"))["settings"][0]["name"] == "MAX_WAIT_S"
    changed = await ask(stand, "PATCH", "/admin/v1/settings", {"MAX_WAIT_S": "9"})
    assert changed == {"applied": ["MAX_WAIT_S"], "after_restart": []}
    await ask(stand, "PATCH", "/admin/v1/settings", {"NO_SUCH": "9"}, 400)
    rotated = await ask(stand, "POST", "/admin/v1/token/rotate")
    assert rotated == {"kept_in": "bearer_token in the data folder"}


@pytest.mark.parametrize(
    ("value", "text"),
    [({"a": ["b"]}, '{"a": ["b"]}'), (False, "false"), (9, "9"), (None, ""), ("[]", "[]")],
)
async def test_a_setting_may_be_written_as_json(stand: Stand, value: Any, text: str) -> None:
    await ask(stand, "PATCH", "/admin/v1/settings", {"MAX_WAIT_S": value})
    assert stand.commands.calls[-1] == ("change_settings", {"MAX_WAIT_S": text})


# -- refusals -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (RefusalCode.NOT_FOUND, 404),
        (RefusalCode.INVALID, 400),
        (RefusalCode.READ_ONLY, 409),
        (RefusalCode.NO_CLIENT, 409),
        (RefusalCode.WRONG_CLIENT, 409),
        (RefusalCode.CONFLICT, 409),
        (RefusalCode.UNAVAILABLE, 503),
        (RefusalCode.STORE_FAILED, 500),
    ],
)
async def test_each_refusal_has_its_status(stand: Stand, code: RefusalCode, status: int) -> None:
    stand.commands.refusal = Refusal(code, "Not now.", "Later.")
    error = await ask(stand, "POST", f"{ADA}/clear", status=status)
    assert error == {"error": {"code": code, "message": "Not now.", "next_step": "Later."}}


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("POST", "/admin/v1/state", "GET, HEAD"),
        ("GET", "/admin/v1/accounts/keys", "POST"),
        ("PUT", ADA, "PATCH, DELETE"),
        ("DELETE", "/admin/openapi.json", "GET, HEAD"),
    ],
)
async def test_another_method_is_told_which_there_are(
    stand: Stand, method: str, path: str, allow: str
) -> None:
    answer = await stand.send(path, method=method)
    assert (answer.status, answer.headers["allow"]) == (405, allow)
    options = await stand.send(path, method="OPTIONS")
    assert (options.status, options.headers["allow"]) == (204, allow)


@pytest.mark.parametrize(
    "path", ["/admin", "/admin/v1", "/admin/v2/state", f"{ADA}/x", "/admin/v1/accounts/a%2fb"]
)
async def test_elsewhere_there_is_nothing(stand: Stand, path: str) -> None:
    await ask(stand, "GET", path, status=404)


async def test_a_slash_too_many_is_forgiven(stand: Stand) -> None:
    await ask(stand, "GET", "/admin//v1/state/")


@pytest.mark.parametrize("kind", [b"text/plain", b"application/x-www-form-urlencoded", b""])
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/admin/v1/accounts/keys"), ("PUT", "/admin/v1/oauth-client")]
)
async def test_bodies_are_declared_as_json(
    stand: Stand, method: str, path: str, kind: bytes
) -> None:
    head = b"Content-Type: " + kind + b"\r\n"
    answer = await stand.send(path, b'{"text": ""}', method=method, head=head)
    assert answer.status == 415
    assert not stand.commands.calls


async def test_a_body_beyond_the_limit_is_not_read(stand: Stand) -> None:
    head = raw.request("/admin/v1/accounts/keys", b"", method="POST").replace(
        b"Content-Length: 0", b"Content-Length: %d" % (console.LARGEST_BODY + 1)
    )
    answer = await raw.send(stand.url, head)
    assert answer.status == 400
    assert answer.json["error"]["message"] == "The body: larger than 16 MB."
    assert answer.headers["connection"] == "close"


async def test_a_body_is_short_where_no_token_was_shown_yet(stand: Stand) -> None:
    body = b'{"token": "%s"}' % (b"x" * console.LARGEST_OPEN_BODY)
    answer = await stand.send("/admin/v1/session", body, auth=b"")
    assert answer.status == 400
    assert answer.json["error"]["message"] == "The body: larger than 4 KB."
    assert answer.headers["connection"] == "close"


async def test_a_bug_of_ours_is_told_as_one_and_quotes_nothing(
    stand: Stand, caplog: pytest.LogCaptureFixture
) -> None:
    stand.commands.client = None  # type: ignore[assignment]  # what the fake cannot work with
    with caplog.at_level(logging.ERROR):
        answer = await stand.send("/admin/v1/sign-ins", b"{}")
    assert answer.status == 500
    assert answer.json["error"]["code"] == "internal"
    assert "failed through a bug" in caplog.text


@pytest.mark.parametrize(
    "path",
    ["/admin/v1/state", "/admin/v1/events", "/admin/openapi.json", f"{ADA}/removal", "/"],
)
async def test_head_tells_the_same_without_a_body(stand: Stand, path: str) -> None:
    answer = await stand.send(path, method="HEAD")
    assert answer.status == 200
    assert answer.headers["content-type"]


async def test_a_client_that_leaves_does_not_break_a_command_off(stand: Stand) -> None:
    stand.commands.gate = gate = Gate()
    _, writer = await raw.connect(stand.url)
    writer.write(raw.request(f"{ADA}/clear", b"", method="POST"))
    await asyncio.wait_for(gate.reached.wait(), raw.PATIENCE_S)
    writer.close()
    await asyncio.wait_for(stand.door.idle(), raw.PATIENCE_S)
    stand.commands.put(credential("acc0000000001", "Ada", "busy"))
    gate.opened.set()
    await until(lambda: stand.commands.pool["acc0000000001"].state == "ready")


# -- with --gen-creds ---------------------------------------------------------------------------


async def test_where_only_credentials_are_made_the_apis_say_so() -> None:
    async with open_stand(serves_api=False) as stand:
        chat = await stand.send(CHAT, chat_body())
        native = await stand.send(NATIVE, native_body(), head=b"x-goog-api-client: a\r\n")
        assert chat.status == native.status == 404
        assert chat.json["error"]["type"] == "invalid_request_error"
        assert native.json["error"]["status"] == "NOT_FOUND"
        for answer in (chat, native, await stand.send("/metrics"), await stand.send("/readyz")):
            assert "pollux --headless" in answer.json["error"]["message"]
        for path in ("/", "/healthz", "/admin/v1/state"):
            assert (await stand.send(path)).status == 200
