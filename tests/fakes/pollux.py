"""A running Pollux for tests: the real engine on 127.0.0.1 with a simulated Google behind it."""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from proxy_core.assembly import build
from proxy_core.clock import Clock
from proxy_core.engine.engine import Engine
from proxy_core.server.outflow import Pace
from proxy_core.settings import load_settings

TOKEN = "test-bearer-token"


@dataclass(frozen=True, slots=True)
class RunningPollux:
    engine: Engine
    url: str
    token: str = TOKEN


@asynccontextmanager
async def pollux(
    google_url: str,
    credentials: Sequence[dict[str, Any]],
    *,
    clock: Clock | None = None,
    pace: Pace | None = None,
    toml: Path | None = None,
    **settings: str,
) -> AsyncIterator[RunningPollux]:
    """An engine with these credentials, read; `settings` by variable name. toml: settings.toml."""
    with tempfile.TemporaryDirectory(prefix="pollux-test-") as folder:
        given = {"PERSISTENT_STORAGE_PATH": folder, **settings}
        async with _running(google_url, credentials, clock, pace, toml, given) as running:
            yield running


@asynccontextmanager
async def _running(
    google_url: str,
    credentials: Sequence[dict[str, Any]],
    clock: Clock | None,
    pace: Pace | None,
    toml: Path | None,
    settings: dict[str, str],
) -> AsyncIterator[RunningPollux]:
    values = {
        "HOST": "127.0.0.1",
        "PORT": "0",
        "GEMINI_AUTH_PASSWORD": TOKEN,
        "GOOGLE_API_BASE_URL": google_url,
        "CREDENTIALS_JSON_LIST": json.dumps(list(credentials)),
        **settings,
    }
    loaded = await asyncio.to_thread(load_settings, values, {}, None, toml)
    engine = build(loaded, TOKEN, clock, pace)
    url = await engine.start()
    try:
        await engine.loaded()
        yield RunningPollux(engine, url)
    finally:
        await engine.stop(grace_s=0.2)
