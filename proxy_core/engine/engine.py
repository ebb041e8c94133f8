"""The running proxy: starts, stops, and tells its state. Knows no window and no terminal.

It runs on whichever event loop `start` is awaited on: the main thread's when headless, a
second thread's under a window. Building its parts is `assembly`'s business.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from proxy_core.clock import Clock
from proxy_core.commands import Commands
from proxy_core.disk import with_owner
from proxy_core.engine.accounts import Accounts
from proxy_core.engine.bearer_token import BearerToken
from proxy_core.engine.instance import InstanceLock
from proxy_core.engine.keeping import Keeper
from proxy_core.engine.remembering import Remembering
from proxy_core.engine.unreadable import unreadable_view
from proxy_core.engine.vigil import Vigil
from proxy_core.events import Bus, PauseChanged, Subscriber
from proxy_core.pool.pool import Pool
from proxy_core.pool.views import credential_views
from proxy_core.ports import local_url
from proxy_core.server.front import FrontDoor
from proxy_core.server.listener import Listener
from proxy_core.snapshot import Snapshot
from proxy_core.tasks import carried, in_thread, spawn
from proxy_core.usage import Usage

log = logging.getLogger(__name__)

LAST_WORDS_S = 1.0
"How long clients of streams that are cut off may take to be told."
GRACE_S = 30.0
"How long running exchanges may go on after a stop was asked for."
VAULT_PATIENCE_S = 9.0
"""How long requests wait for the vault when other credentials could serve. Less than they wait at
all (`relay.opening`), for the first ones come before the vault's turn."""
FINISH_S = 5.0
"How long a stop waits for commands that change something."
HOUSEKEEPING_S = 60.0


class Closes(Protocol):
    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What an engine is made of."""

    pool: Pool
    keeper: Keeper
    accounts: Accounts
    commands: Commands
    token: BearerToken
    hold: InstanceLock
    remembering: Remembering
    usage: Usage
    door: FrontDoor
    listener: Listener
    vigil: Vigil
    bus: Bus
    clock: Clock
    loaded: asyncio.Event
    cut_off: Callable[[], None]
    "Breaks off the streams that still run, so that their clients can be told."
    closing: Sequence[Closes]
    "Closed at the end, in this order."
    version: str
    host: str
    serves_api: bool = True
    announced: bool = True
    "Whether other programs on this machine may find this engine by its data folder."


class Engine:
    """The proxy. `start` and `stop` are awaited on its loop, once each."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._state = "starting"
        self._port = 0
        self._loading: asyncio.Task[None] | None = None
        self._draining: asyncio.Task[None] | None = None
        self._chores: asyncio.TimerHandle | None = None

    # -- life ------------------------------------------------------------------------------

    async def start(self) -> str:
        """Listens, and opens the credentials beside it; returns the base URL.

        Raises FolderTaken, PortTaken or OSError. Never waits for Google or for a credential
        store.
        """
        try:
            await self._take_folder()
            self._port = await self._parts.listener.start()
        except BaseException:
            await self._close()
            raise
        self._parts.vigil.start()
        self._loading = spawn(self._load(), name="load credentials")
        self._state = "serving"
        return self.url

    async def _take_folder(self) -> None:
        try:
            await in_thread(self._parts.hold.take)
        except OSError as error:
            told = await in_thread(with_owner, str(error), self._parts.hold.folder)
            log.warning("the data folder cannot be written, so nothing is remembered: %s", told)

    @property
    def commands(self) -> Commands:
        """What can be asked of this engine; on its loop."""
        return self._parts.commands

    @property
    def token(self) -> str:
        """The bearer token that clients need now."""
        return self._parts.token.value

    @property
    def port(self) -> int:
        return self._port

    @property
    def announced(self) -> bool:
        """Whether other programs may find this engine."""
        return self._parts.announced

    def pause(self, *, paused: bool) -> None:
        """Models answer nobody while paused; what runs may finish. Not kept over a restart."""
        door = self._parts.door
        if door.paused is not paused:
            door.paused = paused
            self._parts.bus.publish(PauseChanged(self._parts.clock.now(), paused))

    async def loaded(self) -> None:
        """Returns when the credentials were read."""
        await self._parts.loaded.wait()

    async def opened(self) -> None:
        """Returns when the credentials were read, but after some seconds in any case: a keyring
        may wait for its owner."""
        if not (self._parts.loaded.is_set() or self._parts.keeper.vault_waits):
            waiting = spawn(self._parts.loaded.wait(), name="wait for the credentials")
            await self._parts.clock.wait(waiting, VAULT_PATIENCE_S)
            waiting.cancel()

    def close_door(self) -> None:
        """Begins a stop: from now on connections end with their answer."""
        self._state = "stopping"
        self._parts.door.close()

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
        parts = self._parts
        if self._chores is not None:
            self._chores.cancel()
            self._note_use()
        in_time = await self._finish_commands()
        for part in parts.closing:
            await part.close()
        if in_time:  # a sign-in that was cut off may have had something to keep
            await self._finish_commands()
        await parts.remembering.close()
        await in_thread(parts.hold.give_back)
        self._state = "stopped"

    async def _finish_commands(self) -> bool:
        """Waits a while for what must not be left half done; whether it is done."""
        finishing = spawn(self._finish(), name="finish commands")
        done = await self._parts.clock.wait(finishing, FINISH_S)
        finishing.cancel()
        if not done:
            log.warning("a command could not be finished before the stop")
        return done

    async def _finish(self) -> None:
        await carried()
        await self._parts.keeper.keep_renewed()

    def hurry(self) -> None:
        """Ends the grace time of a running `stop`."""
        if self._draining is not None:
            self._draining.cancel()

    async def _load(self) -> None:
        parts = self._parts
        if parts.announced:
            await self._announce()
        parts.pool.ledger = (await parts.remembering.open()).ledger
        self._keep_house()
        await parts.keeper.read_files()
        parts.accounts.take()
        if not parts.keeper.vault_opened:
            await self._open_vault()
        parts.loaded.set()
        self._tell_what_was_found()

    async def _announce(self) -> None:
        try:
            await in_thread(self._parts.hold.announce, self.url, self._parts.version)
        except OSError as error:
            log.warning("other commands will not find this Pollux: %s", error)

    async def _open_vault(self) -> None:
        parts = self._parts
        opening = spawn(parts.keeper.read_vault(), name="open the vault")
        try:
            if not await parts.clock.wait(opening, VAULT_PATIENCE_S):
                log.warning("still waiting for the keyring, whose owner may have to be asked")
                parts.keeper.vault_waits = True
                parts.accounts.take()
                if self.ready() and parts.announced:  # a terminal's command wants them all
                    parts.loaded.set()
            await opening
        finally:
            opening.cancel()
            parts.keeper.vault_waits = False
        parts.accounts.take()

    def _tell_what_was_found(self) -> None:
        keeper = self._parts.keeper
        for bad in keeper.unreadable:
            log.warning("%s is left out: %s", bad.source, bad.reason)
        if keeper.credentials:
            count, projects = len(keeper.credentials), len(self._parts.pool.units)
            log.info("credentials: %d, projects: %d", count, projects)
        elif self._parts.serves_api:
            log.warning(
                "no credentials yet: every request is answered with 503. Add one with "
                "`pollux accounts add-key`, or on the page at %s",
                self.url,
            )

    def _keep_house(self) -> None:
        """Once a minute: use is noted for after a restart, and refresh tokens that no store took
        are tried again. Not by the clock handed in, for it decides nothing."""
        self._note_use()
        spawn(self._parts.keeper.keep_renewed(), name="keep new refresh tokens")
        loop = asyncio.get_running_loop()
        self._chores = loop.call_later(HOUSEKEEPING_S, self._keep_house)

    def _note_use(self) -> None:
        parts = self._parts
        parts.pool.note_use(parts.clock.now())
        parts.usage.hand_over()

    # -- telling ---------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """Base URL for clients on this machine, without a path."""
        return local_url(self._parts.host, self._port)

    def ready(self) -> bool:
        """Whether some credential is usable."""
        return any(member.usable for member in self._parts.pool.members.values())

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Events from now on, on the engine's thread; returns what ends it."""
        return self._parts.bus.subscribe(subscriber)

    def snapshot(self) -> Snapshot:
        """The state now; to be called on the engine's loop."""
        parts = self._parts
        views = [*credential_views(parts.pool)]
        views += [unreadable_view(bad) for bad in parts.keeper.unreadable]
        state = self._state
        if state == "serving" and parts.door.paused:
            state = "paused"
        elif state == "serving" and not parts.loaded.is_set():
            state = "starting"
        elif state == "serving" and not self.ready():
            state = "degraded"
        return Snapshot(parts.version, state, self.url, tuple(views), parts.usage.totals())
