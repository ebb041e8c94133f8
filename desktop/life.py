"""The engine's life as the window leads it: start, stop, restart, the demo, and what went wrong.

What cannot start is a `Trouble` with words and ways out; the window is open all the same.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from desktop.bridge import Bridge, Engine
from proxy_core.api import (
    Folders,
    FolderTaken,
    PortTaken,
    Settings,
    SettingsProblem,
    UnreadableToken,
    next_free,
)

log = logging.getLogger(__name__)

GRACE_S = 10.0
"For running exchanges, when the engine is exchanged or Pollux quits."


class Phase(StrEnum):
    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    TROUBLE = "trouble"


class TroubleKind(StrEnum):
    PORT_TAKEN = "port_taken"
    FOLDER_TAKEN = "folder_taken"
    SETTINGS = "settings"
    UNREADABLE_TOKEN = "unreadable_token"  # noqa: S105 - no secret
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why the engine does not run."""

    kind: TroubleKind
    sentence: str
    next_step: str
    port: int = 0
    "The one that was wanted."
    free_port: int = 0
    "The next one that is free; 0: none is known."
    file: Path | None = None
    "The one that has to be mended."


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
        self._bridge, self._sources, self._only_demo = bridge, sources, only_demo
        self._engine: Engine | None = None
        self._draining: Future[None] | None = None
        self._turn = asyncio.Lock()
        self.settings: Settings | None = None
        self.phase = Phase.STOPPED
        self.trouble: Trouble | None = None
        self.demo = False
        self.url = ""
        "Base URL of the engine that runs, without a path."

    # -- what the window asks --------------------------------------------------------------

    async def start(self, *, without_file: bool = False) -> bool:
        """Reads the settings and starts; whether it runs. What went wrong is `trouble`.

        without_file: leaves out settings.toml, which cannot be used.
        """
        async with self._turn:
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
        if self._only_demo:
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
                self._fail(
                    TroubleKind.SETTINGS,
                    self.tr("The port could not be kept: {error}.").format(error=error),
                )
                return False
            return await self._start()

    async def stop(self, grace_s: float = GRACE_S) -> None:
        """Lets running exchanges finish for so long, then stops."""
        async with self._turn:
            await self._stop(grace_s)

    def hurry(self) -> None:
        """Ends the grace time of a stop that is under way."""
        if self._draining is not None:
            self._draining.cancel()

    # -- how -------------------------------------------------------------------------------

    async def _start(self, *, without_file: bool = False) -> bool:
        try:
            settings = await asyncio.to_thread(self._sources.load, without_file=without_file)
        except SettingsProblem as problem:
            self._fail(
                TroubleKind.SETTINGS,
                self.tr("A setting cannot be used: {problem}.").format(problem=problem),
                self.tr("Mend it, then try again; or start without the settings file."),
                file=self._sources.settings_file,
            )
            return False
        self.settings = settings
        return await self._run(lambda: self._sources.engine(settings))

    async def _run(self, make: Callable[[], Engine]) -> bool:
        self._show(Phase.STARTING)
        self._bridge.expect()
        engine = make()
        started = engine.start()
        try:
            self.url = await asyncio.wrap_future(started)
        except Exception as error:  # noqa: BLE001 - whatever it was, the window says so and goes on
            self._bridge.attach(None)
            await self._give_up(engine)
            await self._explain(error)
            return False
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

    async def _explain(self, error: Exception) -> None:
        match error:
            case PortTaken():
                await self._explain_port(error)
            case FolderTaken():
                text = str(error)
                self._fail(
                    TroubleKind.FOLDER_TAKEN,
                    f"{text[:1].upper()}{text[1:]}.",
                    self.tr("Quit that Pollux, then try again."),
                )
            case UnreadableToken():
                self._fail(
                    TroubleKind.UNREADABLE_TOKEN,
                    self.tr("The bearer token cannot be read: {error}.").format(error=error),
                    self.tr("Mend or remove the file, then try again."),
                )
            case OSError():
                self._fail(
                    TroubleKind.OTHER,
                    self.tr("Pollux cannot listen: {error}.").format(error=error.strerror or error),
                    self.tr("Check HOST and PORT in the settings, then try again."),
                )
            case _:
                log.error("the engine did not start", exc_info=error)
                self._fail(
                    TroubleKind.OTHER,
                    self.tr("Pollux could not start."),
                    self.tr("The log says why. Try again, or report it."),
                )

    async def _explain_port(self, error: PortTaken) -> None:
        try:
            free = await asyncio.to_thread(next_free, error.host, error.port + 1)
        except OSError:
            free = 0
        sentence = (
            self.tr("Port {port} is taken by {holder}.").format(
                port=error.port, holder=error.holder
            )
            if error.holder
            else self.tr("Port {port} is taken by another program.").format(port=error.port)
        )
        self._fail(
            TroubleKind.PORT_TAKEN,
            sentence.format(port=error.port, holder=error.holder),
            self.tr(
                "Quit that program and try again, or use another port. Tools that are set up "
                "for Pollux need the new address then."
            ),
            port=error.port,
            free_port=free,
        )

    def _fail(
        self,
        kind: TroubleKind,
        sentence: str,
        next_step: str = "",
        *,
        port: int = 0,
        free_port: int = 0,
        file: Path | None = None,
    ) -> None:
        self.trouble = Trouble(kind, sentence, next_step, port, free_port, file)
        self._show(Phase.TROUBLE)

    def _show(self, phase: Phase) -> None:
        if phase is not Phase.TROUBLE:
            self.trouble = None
        self.phase = phase
        self.changed.emit()
