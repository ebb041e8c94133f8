"""Settings: what the owner of a Pollux decides, read once at the start.

`model` says which settings there are and what each accepts, `sources` where they come from and
which source wins, `folders` where data and configuration lie on this platform.
"""

from proxy_core.settings.folders import config_folder, data_folder
from proxy_core.settings.model import LATER, SETTINGS, SettingInfo, Settings, Source
from proxy_core.settings.sources import SettingsProblem, load_settings

__all__ = [
    "LATER",
    "SETTINGS",
    "SettingInfo",
    "Settings",
    "SettingsProblem",
    "Source",
    "config_folder",
    "data_folder",
    "load_settings",
]
