"""Where the owner's settings come from, and the engines that are made of them."""

import os
import sys
from pathlib import Path

from proxy_core.api import (
    Arguments,
    Folders,
    Pollux,
    Settings,
    SettingsProblem,
    data_folder,
    load_owner_settings,
    log_to,
    settings_file,
    write_settings,
)

LOG_FILE = "pollux.log"


class OwnerSources:
    """Implements life.Sources for one command line."""

    def __init__(self, arguments: Arguments) -> None:
        self._arguments = arguments
        self.settings_file = settings_file(arguments.config)

    def load(self, *, without_file: bool = False) -> Settings:
        """without_file: the owner chose to start though settings.toml cannot be used."""
        arguments = self._arguments
        return load_owner_settings(
            arguments.settings,
            os.environ,
            arguments.config,
            arguments.env_file,
            without_file=without_file,
        )

    def write(self, settings: Settings, changes: dict[str, str]) -> Settings:
        return write_settings(settings, changes)

    def engine(self, settings: Settings) -> Pollux:
        return Pollux(settings)

    def demo(self) -> Pollux:
        return Pollux.demo()

    def data_folder(self) -> Path:
        """The owner's data folder; the platform's where the settings cannot be read."""
        return data_folder(self._settings_or_default())

    def folders(self) -> Folders:
        """Where tools keep the settings files that Connect writes."""
        return Folders.here(self.data_folder())

    def set_up_log(self) -> None:
        """A window that was started without a terminal keeps its log beside its data."""
        settings = self._settings_or_default()
        level = "debug" if settings.debug else settings.log_level
        log_to(level, None if sys.stderr is not None else self.data_folder() / LOG_FILE)

    def _settings_or_default(self) -> Settings:
        try:
            return self.load()
        except (SettingsProblem, OSError):
            return Settings()
