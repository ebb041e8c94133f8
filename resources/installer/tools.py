"""The tools that a target needs on the machine that builds, and how to get them."""

import importlib.util
import shutil
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tool:
    """A program, or a part of Python, that must be there."""

    name: str
    install: str
    "The command that installs it, on the system where the target is built."
    there: Callable[[str], bool] = lambda name: shutil.which(name) is not None


def _python_has(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def _python_fits(_name: str) -> bool:
    return (3, 11) <= sys.version_info < (3, 14)


PYTHON = (
    # PySide6's pinned version and qasync run on these.
    Tool("Python 3.11 to 3.13", "run build_installer.py with such a Python", _python_fits),
    # Debian has both in packages of their own.
    Tool("venv", "apt-get install python3-venv", _python_has),
    Tool("ensurepip", "apt-get install python3-venv", _python_has),
)
"For every target that freezes with the Python that runs this."


def missing(tools: Iterable[Tool]) -> list[Tool]:
    """Those that are not there, each once."""
    return [tool for tool in dict.fromkeys(tools) if not tool.there(tool.name)]


def told(tools: Iterable[Tool]) -> str:
    """A line for each, with what to do."""
    return "\n".join(f"  {tool.name} is missing: {tool.install}" for tool in tools)
