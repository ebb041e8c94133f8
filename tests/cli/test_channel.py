"""How commands reach the running Pollux, and what they say where they do not."""

import json
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import pytest

from proxy_core.cli.channel import (
    KEYRING_HINT_S,
    OWN_KEYRING_S,
    Channel,
    Refused,
    account_path,
)
from proxy_core.cli.failure import CommandFailed
from proxy_core.engine.instance import InstanceLock
from tests.cli.conftest import Begin, Running, Terminal

posix = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals")


def channel(url: str, token: str = "any") -> Channel:
    return Channel(url, token, lambda _wait_s: True)


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """An address where one connection gets this answer, whatever it asks."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _address = server.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join(10)


def test_no_proxy_of_the_environment_is_asked(
    terminal: Terminal, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert terminal("accounts", "list").code == 0


def test_another_token_is_explained(
    terminal: Terminal, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEMINI_AUTH_PASSWORD", "planted-other")
    told = terminal("accounts", "list")
    assert told.code == 1
    assert "another GEMINI_AUTH_PASSWORD" in told.err
    assert "planted" not in told.err


def test_an_instance_that_does_not_answer_is_said(terminal: Terminal) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    lock = InstanceLock(terminal.folder)
    lock.take()
    try:
        lock.announce(f"http://127.0.0.1:{port}", "0.0.0")
        told = terminal("accounts", "list")
    finally:
        lock.give_back()
    assert told.code == 1
    assert "cannot be reached" in told.err
    assert "Traceback" not in told.err


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n<htm>",
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n[]",
        b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
        b'HTTP/1.1 404 Not Found\r\nContent-Length: 16\r\n\r\n{"error": "none"}',
    ],
)
def test_an_answer_of_another_version_is_no_traceback(answer: bytes) -> None:
    with answering(answer) as url, pytest.raises(CommandFailed, match="does not know"):
        channel(url).get("/accounts")


def test_what_is_no_http_at_all_is_no_traceback() -> None:
    with answering(b"SSH-2.0-server\r\n") as url, pytest.raises(CommandFailed, match="reached"):
        channel(url).get("/accounts")


def test_silence_ends() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        pytest.raises(CommandFailed, match="no answer"),
    ):
        channel(f"http://127.0.0.1:{server.getsockname()[1]}").get("/state", patience_s=0.05)


@pytest.mark.parametrize(("slug", "code"), [("store_failed", 4), ("not_found", 1)])
def test_a_refusal_keeps_its_words_and_gets_an_exit_code(slug: str, code: int) -> None:
    error = {"code": slug, "message": "Why.", "next_step": "What to do."}
    body = json.dumps({"error": error}).encode()
    head = f"HTTP/1.1 409 No\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with answering(head + body) as url, pytest.raises(Refused) as raised:
        channel(url).post("/accounts/check")
    refused = raised.value
    assert (refused.slug, refused.code) == (slug, code)
    assert (refused.sentence, refused.next_step) == ("Why.", "What to do.")


@pytest.mark.parametrize("answered", [True, False])
def test_a_keyring_that_keeps_its_owner_waiting_is_named(
    capsys: pytest.CaptureFixture[str], answered: bool
) -> None:
    waits: list[float] = []

    def is_loaded(wait_s: float) -> bool:
        waits.append(wait_s)
        return answered and len(waits) == 2

    own = Channel("http://127.0.0.1:1", "any", is_loaded)
    with nullcontext() if answered else pytest.raises(CommandFailed, match="60 seconds") as raised:
        own.wait_for_credentials()
    assert raised is None or raised.value.code == 4
    assert own.complete is answered
    assert sum(waits) == OWN_KEYRING_S
    assert waits[0] == KEYRING_HINT_S
    assert capsys.readouterr().err == "Waiting for your keyring…\n"
    channel("http://127.0.0.1:1").wait_for_credentials()
    assert capsys.readouterr().err == ""


@posix
def test_a_running_one_is_waited_for_until_its_vault_is_open(
    terminal: Terminal, running: Running, begin: Begin
) -> None:
    running.commands.state = "starting"
    session = begin("accounts", "list")
    session.wait_for("Waiting for your keyring…\n")
    running.commands.state = "serving"
    told = session.end()
    assert (told.code, told.err) == (0, "Waiting for your keyring…\n")


def test_an_id_cannot_leave_its_place_in_the_path() -> None:
    assert account_path("../state?x", "/clear") == "/accounts/..%2Fstate%3Fx/clear"
    assert account_path("acc1", revoke="true") == "/accounts/acc1?revoke=true"
