"""Which ports are free, and who has the others."""

import os
import socket
import sys

import pytest

from proxy_core.ports import holder, local_url, next_free

linux = pytest.mark.skipif(sys.platform != "linux", reason="asks /proc")


@linux
def test_the_holder_of_a_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert (holder(port) or "").endswith(f"(pid {os.getpid()})")
    assert holder(port) is None


def test_the_next_free_port_skips_taken_ones() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        found = next_free("127.0.0.1", port)
        assert found != port
        assert next_free("127.0.0.1", port, tries=1) == 0
    assert next_free("127.0.0.1", 65_536) == 0


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:7860"),
        ("0.0.0.0", "http://127.0.0.1:7860"),
        ("::", "http://[::1]:7860"),
        ("::1", "http://[::1]:7860"),
        ("", "http://127.0.0.1:7860"),
        ("pollux.lan", "http://pollux.lan:7860"),
    ],
)
def test_what_listens_everywhere_is_called_on_the_loopback(host: str, url: str) -> None:
    assert local_url(host, 7860) == url
