"""What an engine is built from, and what is said about unusual settings."""

import json
import logging
from pathlib import Path

import pytest

from proxy_core.assembly import stores
from proxy_core.credentials.stores import EnvironmentStore, FolderStore
from proxy_core.credentials.vault import Vault
from proxy_core.settings import load_settings
from tests.fakes.site import open_site


def test_the_list_of_the_environment_goes_before_vault_and_folder(tmp_path: Path) -> None:
    folder = {"PERSISTENT_STORAGE_PATH": str(tmp_path)}
    vault, files = stores(load_settings(folder, {}, None, None))
    assert isinstance(vault, Vault)
    assert isinstance(files, FolderStore)
    both = load_settings({**folder, "CREDENTIALS_JSON_LIST": "[]"}, {}, None, None)
    (only,) = stores(both)
    assert isinstance(only, EnvironmentStore)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "GOOGLE_API_BASE_URL: requests go to http://127.0.0.1:"),
        ({"POLLUX_STATE_URL": "redis://:planted@127.0.0.1"}, "POLLUX_STATE_URL is set, but this"),
        ({"DEBUG": "true", "DEBUG_REDACT_LOGS": "false"}, "PROMPTS AND ANSWERS"),
    ],
)
async def test_what_is_unusual_is_said_at_the_start(
    settings: dict[str, str], said: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    async with open_site(**settings):
        pass
    assert said in caplog.text
    assert "planted" not in caplog.text


async def test_an_alias_is_a_name_for_a_model() -> None:
    aliases = json.dumps({"gpt-5": "gemini-3.8-flash"})
    body = json.dumps({"model": "gpt-5", "messages": [{"role": "user", "content": "hi"}]})
    async with open_site(MODEL_ALIASES=aliases) as site:
        answer = await site.send("/v1/chat/completions", body.encode())
    assert answer.status == 200
    assert answer.json["model"] == "gpt-5"
    assert site.world.requests[-1].model == "gemini-3.8-flash"
