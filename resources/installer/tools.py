"""The tools that a target needs on the machine that builds, and how to get them."""

import importlib.util
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass

_APT = "apt-get install "


@dataclass(frozen=True, slots=True)
class Tool:
    """A program, or a part of Python, that must be there."""

    name: str
    install: str
    "The command that installs it, on the system where the target is built."
    there: Callable[[str], bool] = lambda name: shutil.which(name) is not None


def _python_has(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


PYTHON = (
    # Debian has both in packages of their own.
    Tool("venv", "apt-get install python3-venv", _python_has),
    Tool("ensurepip", "apt-get install python3-venv", _python_has),
)
"For every target that freezes with the Python that runs this."


def missing(tools: Iterable[Tool]) -> list[Tool]:
    """Those that are not there, each once."""
    return [tool for tool in dict.fromkeys(tools) if not tool.there(tool.name)]


def told(tools: Iterable[Tool]) -> str:
    """A line for each, with what to do; at last one command for all that apt has."""
    listed = list(tools)
    lines = [f"  {tool.name} is missing: {tool.install}" for tool in listed]
    commands = [tool.install for tool in listed if tool.install.startswith(_APT)]
    packages = dict.fromkeys(command.removeprefix(_APT) for command in commands)
    if len(packages) > 1:
        lines.append(f"All at once: {_APT}{' '.join(packages)}")
    return "\n".join(lines)
