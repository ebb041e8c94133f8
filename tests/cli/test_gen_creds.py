"""`pollux --gen-creds` as a process: the page, and no model."""

import signal
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Begin, Terminal
from tests.fakes.pollux import TOKEN
from tests.server import raw

AUTH = f"Authorization: Bearer {TOKEN}\r\n".encode()
CREDENTIALS = raw.request("/admin/v1/accounts", auth=AUTH)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
async def test_the_page_is_served_and_no_model(
    terminal: Terminal, tmp_path: Path, begin: Begin
) -> None:
    (tmp_path / ".env").write_text("PORT=0\nGEMINI_AUTH_PASSWORD=of-the-file\n")
    session = begin("--gen-creds")
    session.wait_for("the bearer token is in GEMINI_AUTH_PASSWORD")
    listens = next(line for line in session.err.splitlines() if "listens on" in line)
    url = listens.rpartition(" ")[2]
    assert not url.endswith(":7860")  # .env is read
    assert (await raw.send(url, raw.request("/", auth=b""))).status == 200
    assert (await raw.send(url, CREDENTIALS)).status == 200
    answer = await raw.send(url, raw.request(raw.CHAT, raw.chat_body(), auth=AUTH))
    assert answer.status >= 400
    session.process.send_signal(signal.SIGTERM)
    assert session.end().code == 0
