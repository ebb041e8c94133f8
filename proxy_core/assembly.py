"""Builds an engine from settings: the one place that knows the concrete classes.

A new dialect is one line here. Nothing is started; `Engine.start` does that.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import aiohttp

from proxy_core import __version__
from proxy_core.clock import Clock, SystemClock
from proxy_core.commands import Finding, SignInView
from proxy_core.credentials import oauth_client
from proxy_core.credentials.consent import Route
from proxy_core.credentials.keychain import EnvironmentKeychain, SystemKeychain
from proxy_core.credentials.oauth_client import OAuthClient
from proxy_core.credentials.stores import CredentialStore, EnvironmentStore, FolderStore
from proxy_core.credentials.tokens import TIMEOUT_S, Authorizer
from proxy_core.credentials.vault import VAULT_FILE, Vault
from proxy_core.dialects.anthropic import Anthropic, AnthropicCount
from proxy_core.dialects.contract import ParseContext
from proxy_core.dialects.openai_chat import OpenAIChat
from proxy_core.dialects.openai_completions import OpenAICompletions
from proxy_core.dialects.openai_embeddings import OpenAIEmbeddings
from proxy_core.dialects.openai_images import OpenAIImageEdits, OpenAIImages
from proxy_core.dialects.openai_responses import OpenAIResponses, OpenAIResponsesCount
from proxy_core.dialects.openai_responses.store import ResponseStore
from proxy_core.dialects.openai_speech import OpenAISpeech
from proxy_core.dialects.openai_transcriptions import OpenAITranscriptions, OpenAITranslations
from proxy_core.engine import reachability, releases
from proxy_core.engine.accounts import Accounts
from proxy_core.engine.bearer_token import BearerToken
from proxy_core.engine.checking import Checker
from proxy_core.engine.client_view import client_view
from proxy_core.engine.desk import Desk
from proxy_core.engine.doctor import DoctorInputs, examine
from proxy_core.engine.end_pages import page_of, stray_page
from proxy_core.engine.engine import Engine, Parts
from proxy_core.engine.identifying import Identifier
from proxy_core.engine.instance import InstanceLock
from proxy_core.engine.keeping import Keeper, Places
from proxy_core.engine.live_settings import (
    aliases_of,
    appliers,
    debug_log_of,
    families_of,
    max_body_bytes_of,
    patience_of,
    tags_of,
)
from proxy_core.engine.network import Network
from proxy_core.engine.remembering import Remembering
from proxy_core.engine.settings_change import SettingsChanger
from proxy_core.engine.sign_in import SignIns
from proxy_core.engine.sign_in_checks import Addresses
from proxy_core.engine.vigil import Vigil
from proxy_core.events import Bus
from proxy_core.exchange_log import ExchangeLog
from proxy_core.gemini.signatures import SignatureMemory
from proxy_core.memory import Memory
from proxy_core.memory.memory import FILE_NAME
from proxy_core.pool.line import line
from proxy_core.pool.pool import Pool
from proxy_core.pool.standing import MemoryLedger
from proxy_core.relay.catalog import Catalog
from proxy_core.relay.owners import Owners
from proxy_core.relay.relay import Relay
from proxy_core.server import bearer
from proxy_core.server.access import Cors, HostCheck, TokenCheck
from proxy_core.server.admin.access import AdminAccess
from proxy_core.server.admin.answers import About
from proxy_core.server.admin.console import Console
from proxy_core.server.admin.context import AdminServices
from proxy_core.server.context import Services
from proxy_core.server.front import FrontDoor, Guards, Probes
from proxy_core.server.listener import Listener
from proxy_core.server.outflow import Pace
from proxy_core.server.upload_sessions import UploadSessions
from proxy_core.settings import Settings, data_folder
from proxy_core.upstream.google import (
    GoogleUpstream,
    drop_idle,
    open_connector,
    open_session,
    system_proxy,
)
from proxy_core.upstream.live import GoogleLive
from proxy_core.usage import Usage

log = logging.getLogger(__name__)

USER_AGENT = f"pollux/{__version__}"
PATIENT_S = 10.0
"How long a terminal's command waits for the data folder; another one may be about to end."


def places(settings: Settings) -> Places:
    """Where this owner's credentials are; the environment's list hides all others."""
    folder = data_folder(settings)
    listed = settings.credentials_json_list
    key = settings.pollux_vault_key
    keychain = EnvironmentKeychain(key) if key is not None else SystemKeychain()
    return Places(
        folder=FolderStore(folder),
        path=folder,
        vault=Vault(folder / VAULT_FILE, keychain),
        environment=None if listed is None else EnvironmentStore(listed.get_secret_value()),
        folder_first=settings.persistent_storage_path is not None,
    )


def stores(settings: Settings) -> Sequence[CredentialStore]:
    """The stores of these settings, the strongest first."""
    found = places(settings)
    if found.environment is not None:
        return (found.environment,)
    return found.vault, found.folder


def read_token(settings: Settings) -> str:
    """The bearer token; made at the first start. Reads files. Raises UnreadableToken."""
    if settings.gemini_auth_password is not None:
        return settings.gemini_auth_password.get_secret_value()
    return bearer.load_or_create(data_folder(settings))


def build(
    settings: Settings,
    token: str,
    clock: Clock | None = None,
    pace: Pace | None = None,
    *,
    ephemeral: bool = False,
    gen_creds: bool = False,
) -> Engine:
    """An engine for the running event loop, ready to be started. `token`: the bearer token.

    Raises SettingsProblem for a mistake in the owner's families.toml.
    ephemeral: it serves one command of a terminal, and nobody else need find it.
    gen_creds: it makes credentials only, and serves no model.
    """
    frame = _Frame(settings, token, clock or SystemClock(), pace)
    frame.services.serves_api = not gen_creds
    folder = data_folder(settings)
    door = FrontDoor(
        guards=frame.guards,
        services=frame.services,
        dialects=(
            OpenAIChat(),
            Anthropic(),
            AnthropicCount(),
            OpenAIResponses(),
            OpenAIResponsesCount(),
            OpenAICompletions(),
            OpenAIEmbeddings(),
            OpenAIImages(),
            OpenAIImageEdits(),
            OpenAISpeech(),
            OpenAITranscriptions(),
            OpenAITranslations(),
        ),
        # The engine is made of this door: both are looked up when they are asked for.
        probes=Probes(lambda: engine.ready(), lambda: frame.usage.metrics(engine.snapshot())),  # noqa: PLW0108
        bus=frame.bus,
        clock=frame.clock,
        console=_console(frame, lambda: engine, gen_creds=gen_creds),
    )
    sign_ins = frame.sign_ins(lambda: f"http://127.0.0.1:{engine.port}")
    engine = Engine(
        Parts(
            pool=frame.pool,
            keeper=frame.keeper,
            accounts=frame.accounts,
            commands=frame.desk(sign_ins, lambda: engine),
            token=frame.token,
            hold=InstanceLock(folder, wait_s=PATIENT_S) if ephemeral else InstanceLock(folder),
            remembering=frame.remembering,
            usage=frame.usage,
            door=door,
            listener=Listener(door, settings.host, settings.port),
            vigil=(vigil := frame.vigil()),
            bus=frame.bus,
            clock=frame.clock,
            loaded=frame.loaded,
            cut_off=frame.relay.cut_off,
            closing=(vigil, sign_ins, frame.network, frame.authorizer, frame.live, frame.session),
            version=__version__,
            host=settings.host,
            announced=not ephemeral,
            serves_api=not gen_creds,
        )
    )
    frame.bus.subscribe(frame.usage.on_event)
    frame.bus.subscribe(ExchangeLog().on_event)
    frame.bus.subscribe(frame.network.on_event)
    frame.bus.subscribe(frame.relay.on_event)
    if not ephemeral:
        _say_what_is_unusual(settings)
    return engine


class _Frame:
    """The parts of one engine, built from the bottom up."""

    def __init__(self, settings: Settings, token: str, clock: Clock, pace: Pace | None) -> None:
        self.settings, self.clock = settings, clock
        self.find_client = _client_finder(settings)
        self.families = families_of(settings)  # first, since it may refuse the owner's file
        self.bus, self.loaded = Bus(), asyncio.Event()
        self.folder = data_folder(settings)
        self.pool = Pool(
            clock=clock,
            ledger=MemoryLedger(),
            bus=self.bus,
            policy=settings.rotation,
            sticky=settings.sticky,
            cap=settings.max_concurrency,
        )
        self._reach_google()
        self.relay = Relay(
            pool=self.pool,
            authorizer=self.authorizer,
            upstream=self.upstream,
            clock=clock,
            loaded=self.loaded,
            patience=patience_of(settings),
        )
        self.owners = Owners(self.pool, self.clock)
        self.signatures = SignatureMemory()
        self._open_door(token, pace)
        self._keep()

    def _reach_google(self) -> None:
        settings = self.settings
        base_url = settings.google_api_base_url
        if settings.outbound_proxy is not None:
            self.proxy: str | None = settings.outbound_proxy.get_secret_value()
        else:
            self.proxy = system_proxy(base_url)
        self.connector = open_connector()
        self.session: aiohttp.ClientSession = open_session(
            self.connector, user_agent=USER_AGENT, proxy=self.proxy
        )
        self.way = reachability.Way(self.session, base_url, self.proxy)
        self.network = Network(
            self.clock,
            self.bus,
            probe=self._probe,
            on_reached=lambda: self.authorizer.renew_due(),  # noqa: PLW0108 - it is made below
        )
        self.upstream = GoogleUpstream(
            self.connector,
            user_agent=USER_AGENT,
            connect_timeout_s=settings.connect_timeout_s,
            silence_timeout_s=settings.request_timeout_s,
            base_url=base_url,
            proxy=self.proxy,
            on_failure=self.network.failed,
        )
        self.live = GoogleLive(
            self.connector,
            user_agent=USER_AGENT,
            connect_timeout_s=settings.connect_timeout_s,
            silence_timeout_s=settings.request_timeout_s,
            base_url=base_url,
            proxy=self.proxy,
            on_failure=self.network.failed,
        )
        self.authorizer = Authorizer(
            self.session,
            self.clock,
            base_url,
            timeout=aiohttp.ClientTimeout(total=TIMEOUT_S, connect=settings.connect_timeout_s),
            # The accounts are made of the authorizer: looked up when there is news.
            on_new_refresh_token=lambda *news: self.accounts.renew(*news),  # noqa: PLW0108
            on_refused=self.pool.refuse,
            on_failure=self.network.failed,
        )

    async def _probe(self) -> Finding:
        drop_idle(self.connector)  # a dead connection must not answer for the network
        return await reachability.look_at_api(self.way, self.clock)

    def vigil(self) -> Vigil:
        return Vigil(
            self.clock, self.bus, on_wake=self.network.doubt, on_jump=self.pool.time_jumped
        )

    def _open_door(self, token: str, pace: Pace | None) -> None:
        settings = self.settings
        self.services = Services(
            relay=self.relay,
            catalog=Catalog(
                pool=self.pool,
                authorizer=self.authorizer,
                upstream=self.upstream,
                clock=self.clock,
                loaded=self.loaded,
                families=self.families,
            ),
            parsing=ParseContext(
                memory=self.signatures,
                families=self.families,
                thought_tags=tags_of(settings),
                aliases=aliases_of(settings),
                responses=ResponseStore(self.clock.monotonic),
            ),
            pace=pace or Pace(keep_alive_s=settings.keepalive_s),
            max_body_bytes=max_body_bytes_of(settings),
            live=self.live,
            owners=self.owners,
            uploads=UploadSessions(self.upstream, self.owners),
            domain_name=settings.domain_name,
            debug=debug_log_of(settings),
        )
        self.guards = Guards(
            host=HostCheck(settings.domain_name, settings.allowed_hosts),
            token=TokenCheck(token),
            cors=Cors(settings.cors_allowed_origins),
        )
        fixed = settings.gemini_auth_password is not None
        self.token = BearerToken(token, self.guards.token, self.folder, fixed=fixed)

    def _keep(self) -> None:
        settings, path = self.settings, self.folder / FILE_NAME
        self.usage = Usage()
        self.remembering = Remembering(
            lambda: Memory.open(path, self.clock), self.signatures, self.usage, self.owners
        )
        self.keeper = Keeper(places(settings), self.find_client)
        self.checker = Checker(self.pool, self.authorizer, self.upstream, self.keeper.renewals)
        self.accounts = Accounts(
            keeper=self.keeper,
            pool=self.pool,
            authorizer=self.authorizer,
            checker=self.checker,
            identifier=Identifier(self.session, self.authorizer, settings.google_api_base_url),
            session=self.session,
            memory=lambda: self.remembering.memory,
            clock=self.clock,
            bus=self.bus,
            base_url=settings.google_api_base_url,
        )
        self.changer = SettingsChanger(
            settings,
            appliers(pool=self.pool, relay=self.relay, services=self.services, guards=self.guards),
        )

    def sign_ins(self, page_url: Callable[[], str]) -> SignIns:
        return SignIns(
            accounts=self.accounts,
            session=self.session,
            clock=self.clock,
            bus=self.bus,
            route=Route(self.settings.google_api_base_url, self.proxy, USER_AGENT),
            addresses=Addresses(page_url, self.settings.domain_name, self.settings.host),
        )

    def desk(self, sign_ins: SignIns, engine: Callable[[], Engine]) -> Desk:
        return Desk(
            accounts=self.accounts,
            sign_ins=sign_ins,
            keeper=self.keeper,
            changer=self.changer,
            domain_name=self.settings.domain_name,
            line_up=lambda model: line(self.pool, model, self.pool.now()),
            set_paused=lambda paused: engine().pause(paused=paused),
            memory_problem=lambda: self.remembering.problem,
            tell_usage=self.remembering.usage,
            examine=lambda: _examine(self, engine()),
            make_token=self.token.rotate,
            find_newer=lambda name: releases.newer(self.session, name, __version__),
        )


async def _examine(frame: _Frame, engine: Engine) -> tuple[Finding, ...]:
    settings = frame.settings
    return await examine(
        DoctorInputs(
            settings=settings,
            listens_at=engine.url if engine.announced else None,
            folder=frame.folder,
            database_problem=frame.remembering.problem,
            vault=await frame.accounts.vault_status(),
            client=client_view(frame.keeper.client, settings.domain_name),
            credentials=engine.snapshot().credentials,
            google=frame.way,
            clock=frame.clock,
        )
    )


def _console(frame: _Frame, engine: Callable[[], Engine], *, gen_creds: bool) -> Console:
    settings = frame.settings
    password = settings.admin_password
    services = AdminServices(
        commands=lambda: engine().commands,
        snapshot=lambda: engine().snapshot(),
        subscribe=frame.bus.subscribe,
        render_end=_end_page,
        opened=lambda: engine().opened(),
        about=lambda: About(__version__, _notice(settings), gen_creds, frame.keeper.kept_in),
    )
    access = AdminAccess(
        token=frame.guards.token,
        password=None if password is None else password.get_secret_value(),
        domain_name=settings.domain_name,
        clock=frame.clock,
    )
    return Console(services, access, frame.clock)


def _end_page(view: SignInView | None) -> tuple[int, bytes, Mapping[str, str]]:
    page = stray_page() if view is None else page_of(view)
    return page.status, page.body, page.headers


def _client_finder(
    settings: Settings,
) -> Callable[[Path, OAuthClient | None], OAuthClient | None]:
    def find(folder: Path, imported: OAuthClient | None) -> OAuthClient | None:
        try:
            of_settings = oauth_client.client_of_settings(settings)
        except oauth_client.ClientRefused as refused:
            log.warning("CLIENT_ID is not used: %s", refused.sentence)
            of_settings = None
        if (client := of_settings or imported) is not None:
            return client
        found = oauth_client.from_folder(folder)
        return oauth_client.built_in_client() if found is None else found[1]

    return find


def _notice(settings: Settings) -> str:
    base_url = settings.google_api_base_url
    return f"GOOGLE_API_BASE_URL: requests go to {base_url}" if base_url else ""


def _say_what_is_unusual(settings: Settings) -> None:
    if notice := _notice(settings):
        log.warning("%s", notice)
    if settings.host in ("0.0.0.0", "::"):
        log.warning(
            "HOST=%s: other machines can connect, and only the bearer token keeps them out",
            settings.host,
        )
    for name in settings.set_but_later():
        log.warning("%s is set, but this version does not use it yet", name)
