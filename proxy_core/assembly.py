"""Builds an engine from settings: the one place that knows the concrete classes.

A new dialect is one line here. Nothing is started; `Engine.start` does that.
"""

import asyncio
import logging
from collections.abc import Sequence

from proxy_core import __version__
from proxy_core.clock import Clock, SystemClock
from proxy_core.credentials.stores import CredentialStore, EnvironmentStore, FolderStore
from proxy_core.credentials.tokens import Authorizer
from proxy_core.dialects.contract import ParseContext
from proxy_core.dialects.openai_chat import OpenAIChat
from proxy_core.engine import Engine, Parts
from proxy_core.events import Bus
from proxy_core.exchange_log import ExchangeLog
from proxy_core.gemini.signatures import SignatureMemory
from proxy_core.pool.pool import Pool
from proxy_core.pool.standing import MemoryLedger
from proxy_core.relay.catalog import Catalog
from proxy_core.relay.relay import Patience, Relay
from proxy_core.server import bearer
from proxy_core.server.access import Cors, HostCheck, TokenCheck
from proxy_core.server.context import Services
from proxy_core.server.debug_log import DebugLog
from proxy_core.server.front import FrontDoor, Guards, Probes
from proxy_core.server.listener import Listener
from proxy_core.server.outflow import Pace
from proxy_core.settings import Settings, data_folder
from proxy_core.upstream.google import (
    GoogleUpstream,
    open_connector,
    open_session,
    system_proxy,
)
from proxy_core.usage import Usage

log = logging.getLogger(__name__)

USER_AGENT = f"pollux/{__version__}"


def stores(settings: Settings) -> Sequence[CredentialStore]:
    """Where this owner's credentials are; the environment's list overrides all others."""
    if settings.credentials_json_list is not None:
        return (EnvironmentStore(settings.credentials_json_list.get_secret_value()),)
    return (FolderStore(data_folder(settings)),)


def read_token(settings: Settings) -> str:
    """The bearer token; made at the first start. Reads files. Raises UnreadableToken."""
    if settings.gemini_auth_password is not None:
        return settings.gemini_auth_password.get_secret_value()
    return bearer.load_or_create(data_folder(settings))


def build(
    settings: Settings, token: str, clock: Clock | None = None, pace: Pace | None = None
) -> Engine:
    """An engine for the running event loop, ready to be started. `token`: the bearer token."""
    clock = clock or SystemClock()
    bus, usage, loaded = Bus(), Usage(), asyncio.Event()
    base_url = settings.google_api_base_url
    if settings.outbound_proxy is not None:
        proxy: str | None = settings.outbound_proxy.get_secret_value()
    else:
        proxy = system_proxy(base_url)
    connector = open_connector()
    session = open_session(connector, user_agent=USER_AGENT, proxy=proxy)
    upstream = GoogleUpstream(
        connector,
        user_agent=USER_AGENT,
        connect_timeout_s=settings.connect_timeout_s,
        silence_timeout_s=settings.request_timeout_s,
        base_url=base_url,
        proxy=proxy,
    )
    authorizer = Authorizer(session, clock, base_url, connect_timeout_s=settings.connect_timeout_s)
    pool = Pool(
        clock=clock,
        ledger=MemoryLedger(),
        bus=bus,
        policy=settings.rotation,
        sticky=settings.sticky,
        cap=settings.max_concurrency,
    )
    relay = Relay(
        pool=pool,
        authorizer=authorizer,
        upstream=upstream,
        clock=clock,
        loaded=loaded,
        patience=Patience(settings.max_attempts, settings.max_wait_s),
    )
    catalog = Catalog(
        pool=pool, authorizer=authorizer, upstream=upstream, clock=clock, loaded=loaded
    )
    services = Services(
        relay=relay,
        catalog=catalog,
        parsing=ParseContext(
            memory=SignatureMemory(),
            thought_tags=_tags(settings),
            aliases={name: models[0] for name, models in settings.model_aliases.items()},
        ),
        pace=pace or Pace(keep_alive_s=settings.keepalive_s),
        max_body_bytes=settings.max_body_mb * 1_048_576,
        debug=DebugLog(redact=settings.debug_redact_logs) if settings.debug else None,
    )
    guards = Guards(
        host=HostCheck(settings.domain_name, settings.allowed_hosts),
        token=TokenCheck(token),
        cors=Cors(settings.cors_allowed_origins),
    )
    door = FrontDoor(
        guards=guards,
        services=services,
        dialect=OpenAIChat(),
        # The engine is made of this door: both are looked up when they are asked for.
        probes=Probes(lambda: engine.ready(), lambda: usage.metrics(engine.snapshot())),  # noqa: PLW0108
        bus=bus,
        clock=clock,
    )
    engine = Engine(
        Parts(
            pool=pool,
            stores=stores(settings),
            door=door,
            listener=Listener(door, settings.host, settings.port),
            bus=bus,
            clock=clock,
            loaded=loaded,
            totals=usage.totals,
            cut_off=relay.cut_off,
            closing=(authorizer, session),
            version=__version__,
            host=settings.host,
        )
    )
    bus.subscribe(usage.on_event)
    bus.subscribe(ExchangeLog().on_event)
    _say_what_is_unusual(settings)
    return engine


def _tags(settings: Settings) -> tuple[str, str] | None:
    tags = settings.thought_wrapper_tags
    return (tags[0], tags[1]) if tags else None


def _say_what_is_unusual(settings: Settings) -> None:
    if settings.debug and not settings.debug_redact_logs:
        log.warning("DEBUG_REDACT_LOGS=false: PROMPTS AND ANSWERS ARE WRITTEN TO THIS LOG")
    if settings.google_api_base_url is not None:
        log.warning("GOOGLE_API_BASE_URL: requests go to %s", settings.google_api_base_url)
    for name in settings.set_but_later():
        log.warning("%s is set, but this version does not use it yet", name)
    if any(len(models) > 1 for models in settings.model_aliases.values()):
        log.warning("MODEL_ALIASES: this version uses only the first model of a list")
