"""What a running engine takes over of changed settings, without a restart."""

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from proxy_core.dialects.contract import ParseContext
from proxy_core.engine.live_settings import appliers, families_of
from proxy_core.engine.shipped_families import SHIPPED_FAMILIES
from proxy_core.gemini.signatures import SignatureMemory
from proxy_core.pool.lease import Want
from proxy_core.relay.catalog import Catalog
from proxy_core.relay.owners import Owners
from proxy_core.relay.relay import Patience
from proxy_core.server.access import Cors, HostCheck, TokenCheck
from proxy_core.server.context import Services
from proxy_core.server.front import Guards
from proxy_core.server.outflow import Pace
from proxy_core.server.upload_sessions import UploadSessions
from proxy_core.settings import (
    FAMILIES_FILE,
    SETTINGS,
    TOML_FILE,
    Settings,
    SettingsProblem,
    load_settings,
)
from proxy_core.upstream.live import LiveUpstream
from tests.fakes.site import until
from tests.pool.made_up import MODEL, served, taken, want
from tests.relay.made_up import Stage


@pytest.fixture(autouse=True)
def severity_of_the_log() -> Iterator[None]:
    before = logging.getLogger().level
    yield
    logging.getLogger().setLevel(before)


class Running:
    """The parts of an engine whose settings may change."""

    def __init__(self, *names: str) -> None:
        self.stage = Stage(names or ("a", "b"))
        self.pool, self.relay = self.stage.pool, self.stage.relay
        self.services = Services(
            relay=self.relay,
            catalog=cast("Catalog", None),
            parsing=ParseContext(SignatureMemory(), SHIPPED_FAMILIES),
            pace=Pace(head_after_s=3.0),
            max_body_bytes=1,
            live=cast("LiveUpstream", None),
            owners=cast("Owners", None),
            uploads=cast("UploadSessions", None),
        )
        self.guards = Guards(
            HostCheck("https://pollux.example", ()), TokenCheck("made-up"), Cors(())
        )
        self._appliers = appliers(
            pool=self.pool, relay=self.relay, services=self.services, guards=self.guards
        )

    def change(self, name: str, value: Any) -> None:
        self._appliers[name](Settings.model_validate({name.lower(): value}))

    def live(self) -> set[str]:
        return set(self._appliers)


@pytest.fixture
async def running() -> Running:
    return Running()


async def test_only_known_settings_are_live(running: Running) -> None:
    assert running.live() < {info.name for info in SETTINGS}
    assert not running.live() & {"HOST", "PORT", "PERSISTENT_STORAGE_PATH", "GOOGLE_API_BASE_URL"}


async def test_the_next_lease_follows_the_new_order(running: Running) -> None:
    assert [served(running.pool) for _ in range(4)] == ["a", "b", "a", "b"]
    running.change("ROTATION", "fill-first")
    assert [served(running.pool) for _ in range(3)] == ["a", "a", "a"]
    assert served(running.pool, Want("another-model", set())) == "a"


async def test_a_conversation_stays_only_while_that_is_asked_for(running: Running) -> None:
    def go_on() -> Want:
        return want(conversation=b"talk", continues=True)

    first = served(running.pool, go_on())
    assert {served(running.pool, go_on()) for _ in range(4)} == {first}
    running.change("STICKY", "no")
    assert {served(running.pool, go_on()) for _ in range(4)} == {"a", "b"}


async def test_a_cap_counts_what_is_in_flight_already() -> None:
    running = Running("a")
    lease = taken(running.pool)
    running.change("MAX_CONCURRENCY", "1")
    assert running.pool.take(want()) is None
    running.change("MAX_CONCURRENCY", "0")
    assert running.pool.take(want()) is not None
    running.change("MAX_CONCURRENCY", "1")
    lease.give_back()
    assert running.pool.lanes[MODEL].busy()


async def test_a_lifted_cap_serves_those_who_wait() -> None:
    running = Running("a")
    running.change("MAX_CONCURRENCY", "1")
    taken(running.pool)
    waiting = asyncio.ensure_future(running.pool.lease(want(), wait_s=20))
    await until(lambda: running.stage.clock.sleepers)
    running.change("MAX_CONCURRENCY", "0")
    async with asyncio.timeout(5):
        assert (await waiting).credential.label == "a"


async def test_patience_body_pace_and_words_are_replaced(running: Running) -> None:
    running.change("MAX_ATTEMPTS", "2")
    assert running.relay.patience == Patience(2, 20.0)
    running.change("MAX_WAIT_S", "3")
    assert running.relay.patience == Patience(5, 3.0)
    running.change("MAX_BODY_MB", "2")
    assert running.services.max_body_bytes == 2 * 1_048_576
    running.change("KEEPALIVE_S", "4")
    assert running.services.pace == Pace(head_after_s=3.0, keep_alive_s=4.0)


async def test_names_and_tags_change_and_what_was_remembered_stays(running: Running) -> None:
    memory = running.services.parsing.memory
    running.change("MODEL_ALIASES", '{"fast": ["x", "y"]}')
    assert running.services.parsing.aliases == {"fast": ("x", "y")}
    running.change("THOUGHT_WRAPPER_TAGS", '["<think>", "</think>"]')
    assert running.services.parsing.thought_tags == ("<think>", "</think>")
    assert running.services.parsing.memory is memory


async def test_tags_can_be_taken_out_again(running: Running) -> None:
    running.change("THOUGHT_WRAPPER_TAGS", '["<think>", "</think>"]')
    running.change("THOUGHT_WRAPPER_TAGS", "[]")
    assert running.services.parsing.thought_tags is None


async def test_a_name_that_was_refused_before_is_let_in(running: Running) -> None:
    host = running.guards.host
    assert not host("proxy.example")
    running.change("ALLOWED_HOSTS", '["proxy.example"]')
    assert host("proxy.example")
    running.change("ALLOWED_HOSTS", "[]")
    assert not host("proxy.example")
    assert host("localhost")


async def test_our_public_name_stays_the_one_of_the_start(running: Running) -> None:
    host = running.guards.host
    settings = {"domain_name": "https://new.example", "allowed_hosts": '["more.example"]'}
    running._appliers["ALLOWED_HOSTS"](Settings.model_validate(settings))
    assert host("more.example")
    assert host("pollux.example")
    assert not host("new.example")


async def test_pages_of_an_origin_are_let_in_and_out(running: Running) -> None:
    cors = running.guards.cors
    running.change("CORS_ALLOWED_ORIGINS", '["https://a.example"]')
    assert cors.headers("https://a.example")
    assert not cors.headers("https://b.example")
    running.change("CORS_ALLOWED_ORIGINS", '["*"]')
    assert cors.headers("https://b.example")
    running.change("CORS_ALLOWED_ORIGINS", "[]")
    assert not cors.headers("https://a.example")


async def test_the_log_follows_at_once(running: Running) -> None:
    root = logging.getLogger()
    running.change("LOG_LEVEL", "error")
    assert root.level == logging.ERROR
    running.change("DEBUG", "true")
    assert root.level == logging.DEBUG
    assert running.services.debug


async def test_the_verbose_log_ends_at_once(running: Running) -> None:
    running.change("DEBUG", "true")
    running.change("DEBUG", "false")
    assert logging.getLogger().level == logging.INFO
    assert running.services.debug is None


async def test_that_texts_go_to_the_log_is_said_loudly(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    running._appliers["DEBUG"](Settings(debug=True, debug_redact_logs=True))
    assert not caplog.records
    running._appliers["DEBUG_REDACT_LOGS"](Settings(debug=True, debug_redact_logs=False))
    assert "PROMPTS AND ANSWERS ARE WRITTEN TO THIS LOG" in caplog.text


def test_the_owners_families_go_over_the_shipped_ones(tmp_path: Path) -> None:
    assert families_of(Settings()) is SHIPPED_FAMILIES
    toml = tmp_path / TOML_FILE
    toml.with_name(FAMILIES_FILE).write_text("[house]\nprefill = true\n")
    families = families_of(load_settings({}, {}, None, toml))
    assert families.of("house").prefill
    assert families.of("gemini-3.8-flash") is SHIPPED_FAMILIES.of("gemini-3.8-flash")


def test_a_mistake_in_the_owners_families_names_file_row_and_field(tmp_path: Path) -> None:
    toml = tmp_path / TOML_FILE
    toml.with_name(FAMILIES_FILE).write_text("[house]\nprefil = true\n")
    with pytest.raises(SettingsProblem) as raised:
        families_of(load_settings({}, {}, None, toml))
    assert str(raised.value) == "families.toml [house] prefil is not a field of a family"
