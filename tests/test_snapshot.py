"""The one rendering of the state."""

import json
from pathlib import Path

import orjson

from proxy_core.simulator import Reply
from tests.fakes.google import google
from tests.fakes.pollux import pollux
from tests.server import raw
from tests.server.raw import CHAT, chat_body

CREDENTIAL = {
    *("id", "kind", "label", "project", "store", "enabled", "state", "since", "until"),
    *("sentence", "next_step", "in_flight", "models", "service", "location"),
}
MODEL = {"model", "state", "until", "used_minute", "limit_minute", "used_day", "limit_day"}
TOTALS = {
    *("exchanges", "failed", "attempts", "prompt_tokens", "cached_tokens", "output_tokens"),
    "thought_tokens",
}


async def test_the_state_has_the_documented_shape_and_is_plain_json() -> None:
    async with google() as fake:
        keys = [fake.world.add_key("p1"), fake.world.add_key("p2")]
        fake.world.script(Reply.fault("per_minute_429", retry_s=30), project="p1")
        credentials = [
            {"type": "api_key", "key": key, "label": label, "project_id": project}
            for key, label, project in zip(keys, ("one", "two"), ("p1", "p2"), strict=True)
        ]
        async with pollux(fake.base_url, credentials) as running:
            for _ in range(2):
                await raw.send(running.url, raw.request(CHAT, chat_body()))
            state = running.engine.snapshot().as_json()
            url = running.url
    told = orjson.loads(orjson.dumps(state))
    assert json.loads(json.dumps(state)) == told
    assert set(told) == {"version", "state", "url", "credentials", "totals"}
    assert (told["state"], told["url"]) == ("serving", url)
    assert set(told["totals"]) == TOTALS
    assert told["totals"]["exchanges"] == 2
    for credential in told["credentials"]:
        assert set(credential) == CREDENTIAL
        assert credential["state"] == "ready"
        assert credential["kind"] == "api_key"
        for model in credential["models"]:
            assert set(model) == MODEL
    states = {c["label"]: [m["state"] for m in c["models"]] for c in told["credentials"]}
    assert states == {"one": ["cooling"], "two": ["ready"]}
    assert all(key not in str(told) for key in keys)


async def test_an_unreadable_file_is_shown_as_a_credential_in_that_state(tmp_path: Path) -> None:
    (tmp_path / "oauth_creds_broken.json").write_text("{")
    settings = {"CREDENTIALS_JSON_LIST": "", "PERSISTENT_STORAGE_PATH": str(tmp_path)}
    async with pollux(
        "http://127.0.0.1:1", [], clock=None, pace=None, toml=None, **settings
    ) as running:
        state = running.engine.snapshot().as_json()
    (view,) = state["credentials"]
    assert (view["state"], view["label"]) == ("unreadable", "oauth_creds_broken.json")
    assert view["sentence"]
    assert view["next_step"]
    assert state["state"] == "degraded"
