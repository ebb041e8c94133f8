"""The simulator by hand."""

import signal
import subprocess
import sys

import orjson


def test_it_prints_what_a_proxy_needs_and_stops_on_interrupt() -> None:
    command = [sys.executable, "-m", "proxy_core.simulator", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address, files = process.stdout.readline(), process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
    assert address.startswith("GOOGLE_API_BASE_URL=http://127.0.0.1:")
    assert len(orjson.loads(files.removeprefix("CREDENTIALS_JSON_LIST="))) == 3
