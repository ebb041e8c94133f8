"""Settings: what the owner of a Pollux decides, read at the start.

`model` says which settings there are and what each accepts, `sources` where they come from and
which source wins, `problems` why one cannot be used; `writing` keeps changes in settings.toml,
`folders` says where data and configuration lie on this platform.
"""

from proxy_core.settings.folders import config_folder, data_folder
from proxy_core.settings.model import (
    LATER,
    SETTINGS,
    Origin,
    SettingInfo,
    Settings,
    Source,
    as_written,
)
from proxy_core.settings.problems import SettingsProblem
from proxy_core.settings.sources import (
    FAMILIES_FILE,
    ONLY_FROM_OUTSIDE,
    TOML_FILE,
    load_owner_settings,
    load_settings,
    read,
    refuse_missing,
)

__all__ = [
    "FAMILIES_FILE",
    "LATER",
    "ONLY_FROM_OUTSIDE",
    "SETTINGS",
    "TOML_FILE",
    "Origin",
    "SettingInfo",
    "Settings",
    "SettingsProblem",
    "Source",
    "as_written",
    "config_folder",
    "data_folder",
    "load_owner_settings",
    "load_settings",
    "read",
    "refuse_missing",
]
