"""Where Pollux keeps things on this platform. It only names folders and makes none."""

from pathlib import Path

import platformdirs

from proxy_core.settings.model import Settings

_NAME = "pollux"


def data_folder(settings: Settings) -> Path:
    """Folder of credentials, database and bearer token: the owner's choice or the platform's."""
    if settings.persistent_storage_path is not None:
        return settings.persistent_storage_path.expanduser()
    return platformdirs.user_data_path(_NAME, appauthor=False)


def config_folder() -> Path:
    """Folder of settings.toml."""
    return platformdirs.user_config_path(_NAME, appauthor=False)
