"""Finds the files of `resources/`: in a checkout beside `desktop`, in a wheel inside it."""

from pathlib import Path

_DESKTOP = Path(__file__).resolve().parent.parent
_PACKAGED = _DESKTOP / "resources"
_FOLDER = _PACKAGED if _PACKAGED.is_dir() else _DESKTOP.parent / "resources"


def path(name: str) -> Path:
    """Where a resource lies, such as "translations/pollux_en.qm"; it need not exist."""
    return _FOLDER / name
