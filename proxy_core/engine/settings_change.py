"""The settings as front ends see and change them: shown, written to settings.toml, applied.

What works at once is what an applier was handed in for (`live_settings`). Not here: what the
settings are and how the file is written (`settings`).
"""

import asyncio
import logging
from collections.abc import Callable, Mapping

from proxy_core.commands import Refusal, RefusalCode, SettingsChange, SettingView
from proxy_core.disk import reason_of
from proxy_core.settings import (
    ONLY_FROM_OUTSIDE,
    SETTINGS,
    SettingInfo,
    Settings,
    SettingsProblem,
    Source,
    as_written,
)
from proxy_core.settings.writing import write_settings
from proxy_core.tasks import carry_through, in_thread

log = logging.getLogger(__name__)

_NAMES = frozenset(info.name for info in SETTINGS)
_FIXED = frozenset({Source.COMMAND_LINE, Source.ENVIRONMENT, Source.DOTENV})
_SECRETS = frozenset(info.name for info in SETTINGS if info.secret) - {"OUTBOUND_PROXY"}
"""They never go to settings.toml, which is no store of secrets. A proxy's address is one only with
a login in it."""


class SettingsChanger:
    """The settings of one engine; its methods run on the engine's loop."""

    def __init__(
        self, settings: Settings, appliers: Mapping[str, Callable[[Settings], None]]
    ) -> None:
        """settings: those that the engine started with.

        appliers: by variable, what makes the running engine go by new settings.
        """
        self.settings = settings
        "As they are written now; what is not live works from the next start on."
        self._started_with = settings
        self._appliers = appliers
        self._writing = asyncio.Lock()

    def views(self) -> tuple[SettingView, ...]:
        return tuple(self._view(info) for info in SETTINGS)

    def _view(self, info: SettingInfo) -> SettingView:
        source = self.settings.source(info.name)
        return SettingView(
            name=info.name,
            value=as_written(getattr(self.settings, info.attribute)),
            is_set=source is not Source.DEFAULT,
            source=source,
            fixed=self._fixed(info.name),
            secret=info.secret,
            live=info.name in self._appliers,
            meaning=info.meaning,
            default=info.default,
        )

    def _fixed(self, name: str) -> bool:
        return (
            name in ONLY_FROM_OUTSIDE
            or name in _SECRETS
            or self.settings.origin.toml is None
            or self.settings.source(name) in _FIXED
        )

    async def change(self, changes: Mapping[str, str]) -> SettingsChange:
        """Writes changes and applies what works at once; all of them or none. Raises Refusal."""
        if not changes:
            return SettingsChange(applied=(), after_restart=())
        return await carry_through(self._change(changes), name="change settings")

    async def _change(self, changes: Mapping[str, str]) -> SettingsChange:
        async with self._writing:
            for name, value in changes.items():
                self._refuse_unless_open(name)
                _refuse_a_login(name, value)
            before, self.settings = self.settings, await self._write(changes)
            for name in changes:
                self._apply(name, before)
        works = {name for name in changes if name in self._appliers or not self._differs(name)}
        return SettingsChange(
            applied=tuple(name for name in changes if name in works),
            after_restart=tuple(name for name in changes if name not in works),
        )

    def _apply(self, name: str, before: Settings) -> None:
        if _value(before, name) == _value(self.settings, name):
            return
        log.info("%s was changed", name)
        if name in self._appliers:
            self._appliers[name](self.settings)

    def _differs(self, name: str) -> bool:
        """Whether the engine runs with another value."""
        return _value(self._started_with, name) != _value(self.settings, name)

    async def _write(self, changes: Mapping[str, str]) -> Settings:
        try:
            return await in_thread(write_settings, self.settings.origin, changes)
        except SettingsProblem as problem:
            raise self._refusal(problem) from None
        except OSError as error:
            raise Refusal(
                RefusalCode.STORE_FAILED,
                f"{self.settings.origin.toml} cannot be written: {reason_of(error)}.",
                "Make room or mend the permissions of its folder, then try again.",
            ) from error

    def _refuse_unless_open(self, name: str) -> None:
        if name not in _NAMES:
            raise Refusal(RefusalCode.INVALID, f"{name:.80} is not a setting of Pollux.")
        if name in ONLY_FROM_OUTSIDE:
            raise Refusal(
                RefusalCode.READ_ONLY,
                f"{name} is taken from the environment or the command line only.",
                "Set it there, then start Pollux again.",
            )
        if name in _SECRETS:
            raise Refusal(
                RefusalCode.READ_ONLY,
                f"{name} is a secret, and settings.toml holds none.",
                "Set it in the environment, then start Pollux again.",
            )
        if self.settings.origin.toml is None:
            raise Refusal(
                RefusalCode.READ_ONLY, f"{name} cannot be changed: this Pollux keeps no settings."
            )
        if (source := self.settings.source(name)) in _FIXED:
            raise Refusal(
                RefusalCode.READ_ONLY,
                f"{name} is set by the {source} and cannot be changed here."
                if source is not Source.DOTENV
                else f"{name} is set in {self.settings.origin.dotenv} and cannot be changed here.",
                "Change it there, then start Pollux again; or take it out there.",
            )

    @staticmethod
    def _refusal(problem: SettingsProblem) -> Refusal:
        if problem.setting in _NAMES:
            return Refusal(
                RefusalCode.INVALID, f"{problem}.", "Correct the value; nothing was changed."
            )
        return Refusal(
            RefusalCode.STORE_FAILED,
            f"The settings cannot be changed now: {problem}.",
            "Mend the file in an editor, then try again.",
        )


def _refuse_a_login(name: str, value: str) -> None:
    if name == "OUTBOUND_PROXY" and "@" in value:
        raise Refusal(
            RefusalCode.INVALID,
            "OUTBOUND_PROXY with a login is a secret, and settings.toml holds none.",
            "Set it in the environment, then start Pollux again.",
        )


def _value(settings: Settings, name: str) -> object:
    return getattr(settings, name.lower())
