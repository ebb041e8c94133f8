"""The running proxy: starts, stops, and tells its state. Knows no window and no terminal.

It runs on whichever event loop `start` is awaited on: the main thread's when headless, a
second thread's under a window. Building its parts is `assembly`'s business.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

from proxy_core.clock import Clock
from proxy_core.credentials.model import Credential, Unreadable
from proxy_core.credentials.stores import CredentialStore, Loaded
from proxy_core.events import Bus, CredentialsLoaded, Subscriber
from proxy_core.gemini.states import CredentialState, ModelState, describe
from proxy_core.pool.pool import Pool
from proxy_core.pool.standing import Member, Pair
from proxy_core.server.front import FrontDoor
from proxy_core.server.listener import Listener
from proxy_core.snapshot import CredentialView, ModelView, Snapshot, Totals
from proxy_core.tasks import spawn

log = logging.getLogger(__name__)

LAST_WORDS_S = 1.0
"How long clients of streams that are cut off may take to be told."
GRACE_S = 30.0
"How long running exchanges may go on after a stop was asked for."


class Closes(Protocol):
    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What an engine is made of."""

    pool: Pool
    stores: Sequence[CredentialStore]
    door: FrontDoor
    listener: Listener
    bus: Bus
    clock: Clock
    loaded: asyncio.Event
    totals: Callable[[], Totals]
    cut_off: Callable[[], None]
    "Breaks off the streams that still run, so that their clients can be told."
    closing: Sequence[Closes]
    "Closed at the end, in this order."
    version: str
    host: str


class Engine:
    """The proxy. `start` and `stop` are awaited on its loop, once each."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._state = "starting"
        self._port = 0
        self._loading: asyncio.Task[None] | None = None
        self._draining: asyncio.Task[None] | None = None
        self._unreadable: tuple[Unreadable, ...] = ()

    # -- life ------------------------------------------------------------------------------

    async def start(self) -> str:
        """Listens, and opens the credentials beside it; returns the base URL.

        Raises PortTaken or OSError. Never waits for Google or for a credential store.
        """
        try:
            self._port = await self._parts.listener.start()
        except BaseException:
            await self._close()
            raise
        self._loading = spawn(self._load(), name="load credentials")
        self._state = "serving"
        return self.url

    async def loaded(self) -> None:
        """Returns when the credentials were read."""
        await self._parts.loaded.wait()

    def close_door(self) -> None:
        """Begins a stop: from now on connections end with their answer."""
        self._state = "stopping"
        self._parts.door.closing = True

    async def stop(self, grace_s: float = GRACE_S) -> None:
        """Takes no more, lets running exchanges finish for `grace_s` seconds, then ends.

        Cancelled, it ends at once.
        """
        self.close_door()
        parts = self._parts
        await parts.listener.stop_accepting()
        self._draining = spawn(parts.door.idle(), name="drain")
        try:
            await parts.clock.wait(self._draining, grace_s)
        finally:
            self._draining.cancel()
            await self._end()

    async def _end(self) -> None:
        parts = self._parts
        if parts.door.open_exchanges:
            log.warning("exchanges cut off by the stop: %d", parts.door.open_exchanges)
            parts.cut_off()
            told = spawn(parts.door.idle(), name="tell of the cut")
            await parts.clock.wait(told, LAST_WORDS_S)
            told.cancel()
        if self._loading is not None:
            self._loading.cancel()
        await self._parts.listener.stop()
        await self._close()

    async def _close(self) -> None:
        for part in self._parts.closing:
            await part.close()
        self._state = "stopped"

    def hurry(self) -> None:
        """Ends the grace time of a running `stop`."""
        if self._draining is not None:
            self._draining.cancel()

    async def _load(self) -> None:
        loaded = [await asyncio.to_thread(store.load) for store in self._parts.stores]
        self._take(loaded)

    def _take(self, loaded: Sequence[Loaded]) -> None:
        parts = self._parts
        found: dict[str, Credential] = {}
        for credential in chain.from_iterable(one.credentials for one in loaded):
            found.setdefault(credential.id, credential)  # the first store wins
        parts.pool.replace(tuple(found.values()))
        self._unreadable = tuple(chain.from_iterable(one.unreadable for one in loaded))
        for bad in self._unreadable:
            log.warning("%s is left out: %s", bad.source, bad.reason)
        if found:
            log.info("credentials: %d, projects: %d", len(found), len(parts.pool.units))
        else:
            log.warning(
                "no credentials yet: every request is answered with 503. Set CREDENTIALS_JSON_LIST "
                "or put credentials into the data folder, then start again"
            )
        parts.loaded.set()
        parts.bus.publish(CredentialsLoaded(parts.clock.now(), len(found), len(self._unreadable)))

    # -- telling ---------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """Base URL for clients on this machine, without a path."""
        host = self._parts.host
        if host in ("0.0.0.0", "::", ""):
            host = "127.0.0.1"
        return f"http://{f'[{host}]' if ':' in host else host}:{self._port}"

    def ready(self) -> bool:
        """Whether some credential is usable."""
        return any(member.usable for member in self._parts.pool.members.values())

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Events from now on, on the engine's thread; returns what ends it."""
        return self._parts.bus.subscribe(subscriber)

    def snapshot(self) -> Snapshot:
        """The state now; to be called on the engine's loop."""
        parts = self._parts
        now = parts.clock.now()
        views = [self._view(member, now) for member in parts.pool.members.values()]
        views += [_unreadable_view(bad) for bad in self._unreadable]
        state = self._state
        if state == "serving" and parts.loaded.is_set() and not self.ready():
            state = "degraded"
        return Snapshot(parts.version, state, self.url, tuple(views), parts.totals())

    def _view(self, member: Member, now: float) -> CredentialView:
        credential = member.credential
        state = member.state if member.enabled else CredentialState.DISABLED
        words = describe(state, member.fault)
        lanes = self._parts.pool.lanes.values()
        pairs = [pair for lane in lanes if (pair := lane.pairs.get(member.unit.id)) is not None]
        return CredentialView(
            id=credential.id,
            kind=credential.kind,
            label=credential.label,
            project=credential.project,
            store=credential.store,
            enabled=member.enabled,
            state=state,
            since=member.since,
            until=None,
            sentence=words.sentence,
            next_step=words.next_step,
            in_flight=member.in_flight,
            models=tuple(_model_view(pair, now) for pair in pairs),
        )


def _model_view(pair: Pair, now: float) -> ModelView:
    resting = pair.until > now
    return ModelView(
        model=pair.model,
        state=pair.state if resting else ModelState.READY,
        until=pair.until if resting else None,
        used_minute=pair.use.in_minute(now),
        limit_minute=pair.use.limit_minute,
        used_day=pair.use.in_day(now),
        limit_day=pair.use.limit_day,
    )


def _unreadable_view(bad: Unreadable) -> CredentialView:
    return CredentialView(
        id="",
        kind="unknown",
        label=bad.source,
        project=None,
        store=bad.store,
        enabled=False,
        state=CredentialState.UNREADABLE,
        since=0.0,
        until=None,
        sentence=bad.reason,
        next_step=describe(CredentialState.UNREADABLE).next_step,
        in_flight=0,
    )
