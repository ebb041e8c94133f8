"""Keeps changes of settings in settings.toml, with its comments and its order. Blocks.

Not here: which settings may be changed and what a change does to a running engine
(`engine.settings_change`).
"""

from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from proxy_core.disk import locked, write_atomically
from proxy_core.settings.model import SETTINGS, Origin, Settings, plain
from proxy_core.settings.problems import SettingsProblem
from proxy_core.settings.sources import check, parse_toml, read_text, settle

_NAMES = frozenset(info.name for info in SETTINGS)


def write_settings(origin: Origin, changes: Mapping[str, str | None]) -> Settings:
    """Writes changes to settings.toml; returns the settings as they are from now on.

    changes: a value as one would write it in .env, by variable; None or an empty one takes the
    setting out. All are checked before anything is written, together with what the other
    sources say. Raises SettingsProblem, or OSError where the file cannot be written.
    """
    if origin.toml is None:
        raise SettingsProblem("settings.toml", "is not used by this Pollux")
    values = _typed(changes)
    path = origin.toml.resolve()  # what links to the file goes on doing so
    with locked(path):
        before = read_text(path)
        after = _edited(before, values, path.name)
        settings = settle(origin, parse_toml(after, path.name))
        if after != before:
            write_atomically(path, after.encode())
    return settings


def _typed(changes: Mapping[str, str | None]) -> dict[str, Any]:
    """The changes in TOML's own types; None for what is taken out."""
    if unknown := changes.keys() - _NAMES:
        raise SettingsProblem(min(unknown), "is not a setting of Pollux")
    texts = {name: (text or "").strip() for name, text in changes.items()}
    checked = check({name: text for name, text in texts.items() if text})
    return {
        name: _as_toml(getattr(checked, name.lower())) if text else None
        for name, text in texts.items()
    }


def _as_toml(value: Any) -> Any:
    match value:
        case SecretStr():
            return value.get_secret_value()
        case tuple() | Mapping():
            return plain(value)
        case Path():
            return str(value)
        case float() if value.is_integer():
            return int(value)
        case _:
            return value


def _edited(text: str, values: Mapping[str, Any], file_name: str) -> str:
    """The text of settings.toml with these values. Raises SettingsProblem for a damaged text."""
    # At first use: few processes ever write settings, and it takes longer to load than all else.
    import tomlkit  # noqa: PLC0415

    parse_toml(text, file_name)
    document = tomlkit.parse(text)
    for name, value in values.items():
        _put(document, name, value)
    return tomlkit.dumps(document)


def _put(document: MutableMapping[str, Any], name: str, value: Any) -> None:
    """Sets one variable, which may stand there in either case; the last one counts."""
    keys = [key for key in document if key.upper() == name]
    for key in keys if value is None else keys[:-1]:
        del document[key]
    if value is None:
        return
    key = keys[-1] if keys else name
    old = document.get(key)
    if isinstance(old, MutableMapping) and isinstance(value, dict):  # keeps comments within
        for gone in old.keys() - value.keys():
            del old[gone]
        old.update({entry: item for entry, item in value.items() if old.get(entry) != item})
    else:
        document[key] = value
