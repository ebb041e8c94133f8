"""The engine's life as the window leads it: start, stop, restart, the demo, and what went wrong.

What cannot start is a `Trouble` with words and ways out (`troubles`); the window is open all the
same.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from desktop import troubles
from desktop.bridge import Bridge, Engine
from desktop.troubles import Trouble, TroubleKind
from proxy_core.api import Folders, PortTaken, Settings, SettingsProblem, next_free

log = logging.getLogger(__name__)

GRACE_S = 10.0
"For running exchanges, when the engine is exchanged or Pollux quits."


FIXED = frozenset({"command line", "environment", ".env"})
"Sources of settings that go before settings.toml."


class Phase(StrEnum):
    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    TROUBLE = "trouble"


class Sources(Protocol):
    """Where settings come from and how engines are made of them; tests hand in fakes."""

    settings_file: Path

    def load(self, *, without_file: bool = False) -> Settings:
        """The owner's settings. Raises SettingsProblem."""

    def write(self, settings: Settings, changes: dict[str, str]) -> Settings:
        """Changes settings.toml while no engine runs. Blocks. Raises SettingsProblem, OSError."""

    def engine(self, settings: Settings) -> Engine: ...

    def demo(self) -> Engine: ...

    def folders(self) -> Folders:
        """Where tools keep the settings files that Connect writes."""


class Life(QObject):
    """Leads one engine at a time. Its coroutines run on the window's loop."""

    changed = Signal()
    "The phase, the trouble or the demo."
    demo_left = Signal()
    "The demo was left where there is nothing else: the program has no more to do."

    def __init__(self, bridge: Bridge, sources: Sources, *, only_demo: bool = False) -> None:
        """only_demo: the program was started as a demo, and must not touch what is the owner's."""
        super().__init__(bridge)
        self._bridge, self._sources, self.only_demo = bridge, sources, only_demo
        self._engine: Engine | None = None
        self._starting: Future[str] | None = None
        self._draining: Future[None] | None = None
        self._turn = asyncio.Lock()
        self.settings: Settings | None = None
        self.phase = Phase.STOPPED
        self.trouble: Trouble | None = None
        self.demo = False
        self.left_out: Path | None = None
        "settings.toml, where the owner chose to start without it."
        self.url = ""
        "Base URL of the engine that runs, without a path."

    # -- what the window asks --------------------------------------------------------------

    async def start(self, *, without_file: bool = False) -> bool:
        """Reads the settings and starts; whether it runs. What went wrong is `trouble`.

        without_file: leaves out settings.toml, which cannot be used.
        """
        async with self._turn:
            if self._engine is not None:
                return True
            if self.demo:
                return await self._run(self._sources.demo)
            return await self._start(without_file=without_file)

    async def restart(self) -> bool:
        """Stops, reads the settings anew and starts; a demo begins again."""
        if self.demo:
            return await self.start_demo()
        async with self._turn:
            await self._stop(GRACE_S)
            return await self._start()

    async def start_demo(self) -> bool:
        """Exchanges the engine for one on a simulated Google; nothing of the owner's is used."""
        async with self._turn:
            await self._stop(GRACE_S)
            self.demo = True
            return await self._run(self._sources.demo)

    async def leave_demo(self) -> bool:
        """Ends the demo and starts the owner's own engine."""
        if self.only_demo:
            self.demo_left.emit()
            return False
        async with self._turn:
            await self._stop(0.0)
            self.demo = False
            return await self._start()

    async def use_port(self, port: int) -> bool:
        """Remembers another port, and starts on it."""
        async with self._turn:
            await self._stop(GRACE_S)
            settings = self.settings
            try:
                if settings is not None:
                    await asyncio.to_thread(self._sources.write, settings, {"PORT": str(port)})
            except (SettingsProblem, OSError) as error:
                return self._fail(troubles.of_kept_port(error))
            return await self._start()

    async def stop(self, grace_s: float = GRACE_S) -> None:
        """Lets running exchanges finish for so long, then stops."""
        async with self._turn:
            await self._stop(grace_s)

    def hurry(self) -> None:
        """Ends a start that is under way, or the grace time of a stop."""
        for waited in (self._starting, self._draining):
            if waited is not None:
                waited.cancel()

    # -- how -------------------------------------------------------------------------------

    async def _start(self, *, without_file: bool = False) -> bool:
        try:
            settings = await asyncio.to_thread(self._sources.load, without_file=without_file)
        except (SettingsProblem, OSError) as problem:
            return self._fail(troubles.of_settings(problem, self._sources.settings_file))
        self.settings = settings
        self.left_out = self._sources.settings_file if without_file else None
        return await self._run(lambda: self._sources.engine(settings))

    async def _run(self, make: Callable[[], Engine]) -> bool:
        self._show(Phase.STARTING)
        self._bridge.expect()
        engine = make()
        self._starting = engine.start()
        try:
            self.url = await asyncio.wrap_future(self._starting)
        except asyncio.CancelledError:
            if not self._starting.cancelled():
                raise
            await self._leave(engine)  # the owner is in a hurry
            self._show(Phase.STOPPED)
            return False
        except Exception as error:  # noqa: BLE001 - whatever it was, the window says so and goes on
            await self._leave(engine)
            return self._fail(await self._explain(error))
        finally:
            self._starting = None
        self._engine = engine
        self._bridge.attach(engine)
        self._show(Phase.RUNNING)
        return True

    async def _stop(self, grace_s: float) -> None:
        engine, self._engine = self._engine, None
        if engine is None:
            return
        self._show(Phase.STOPPING)
        await self._give_up(engine, grace_s)
        self._bridge.attach(None)
        self.url = ""
        self._show(Phase.STOPPED)

    async def _leave(self, engine: Engine) -> None:
        """An engine did not start."""
        self._bridge.attach(None)
        await self._give_up(engine)

    async def _give_up(self, engine: Engine, grace_s: float = 0.0) -> None:
        self._draining = engine.stop(grace_s)
        try:
            await asyncio.shield(asyncio.wrap_future(self._draining))
        except asyncio.CancelledError:
            if not self._draining.cancelled():
                raise
        except Exception:  # it has to end all the same
            log.exception("the engine did not stop well")
        finally:
            self._draining = None
        await asyncio.to_thread(engine.join, 5.0)

    async def _explain(self, error: Exception) -> Trouble:
        if isinstance(error, SettingsProblem):
            return troubles.of_settings(error, self._sources.settings_file)
        if not isinstance(error, PortTaken):
            trouble = troubles.of_start(error)
            if trouble.kind is TroubleKind.OTHER:
                log.error("the engine did not start", exc_info=error)
            return trouble
        try:
            free_port = await asyncio.to_thread(next_free, error.host, error.port + 1)
        except OSError:
            free_port = 0
        return troubles.of_port(error, free_port, self._port_fixed_by())

    def _port_fixed_by(self) -> str:
        if self.settings is None or self.demo:
            return ""
        source = self.settings.source("PORT")
        return source if source in FIXED else ""

    def _fail(self, trouble: Trouble) -> bool:
        self.trouble = trouble
        self._show(Phase.TROUBLE)
        return False

    def _show(self, phase: Phase) -> None:
        if phase is not Phase.TROUBLE:
            self.trouble = None
        self.phase = phase
        self.changed.emit()
