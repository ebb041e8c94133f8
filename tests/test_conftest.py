import asyncio
from pathlib import Path

import pytest
from blockbuster import BlockingError

from proxy_core.settings import load_settings


async def test_our_code_may_not_read_a_file_on_the_loop(tmp_path: Path) -> None:
    toml = tmp_path / "settings.toml"
    await asyncio.to_thread(toml.write_text, "port = 1")
    with pytest.raises(BlockingError):
        load_settings({}, {}, None, toml)
    settings = await asyncio.to_thread(load_settings, {}, {}, None, toml)
    assert settings.port == 1
