"""A user's folders, and an address of Pollux, for tests."""

from pathlib import Path

import pytest

from proxy_core.connect.model import Address, Folders

ADDRESS = Address("http://127.0.0.1:7860", "a-bearer-token")
ELSEWHERE = Address("http://127.0.0.1:7999", "a-bearer-token")


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    """Those of a Linux user who has nothing yet."""
    return Folders(tmp_path / "home", {}, "linux", tmp_path / "data")
