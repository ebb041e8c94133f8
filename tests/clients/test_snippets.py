"""The programs that `pollux connect` shows for SDKs run as they are."""

import os
import subprocess
import sys

import pytest

from proxy_core import connect
from tests.clients.conftest import PATIENCE_S, Proxy

SDKS = tuple(tool.id for tool in connect.tools() if tool.kind == "sdk")


@pytest.mark.parametrize("tool_id", SDKS)
def test_a_python_snippet_prints_the_answer(tool_id: str, proxy: Proxy) -> None:
    guide = connect.snippets(tool_id, connect.Address(proxy.url))
    (code,) = (step.code for step in guide.steps if step.language == "python")
    environ = {**os.environ, "POLLUX_TOKEN": proxy.token}
    program = [sys.executable, "-c", code]
    ran = subprocess.run(program, env=environ, capture_output=True, check=False, timeout=PATIENCE_S)
    assert ran.returncode == 0, ran.stderr.decode()
    assert set(ran.stdout.decode().splitlines()) == {"You said: Hello"}
