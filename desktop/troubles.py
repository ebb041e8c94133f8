"""Why the engine does not run, in words and with ways out, for every way in which a start fails.

Not here: what is done about it (`life`), or how it is shown (`window`).
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from proxy_core.api import FAMILIES_FILE, FolderTaken, PortTaken, SettingsProblem, UnreadableToken


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
    "The next one that is free and may be used; 0: there is none."
    file: Path | None = None
    "The one that has to be mended."


def of_settings(problem: SettingsProblem | OSError, file: Path) -> Trouble:
    """file: settings.toml, whether the problem is in it or not; families.toml stands beside it."""
    named = isinstance(problem, SettingsProblem) and problem.setting == FAMILIES_FILE
    return Trouble(
        TroubleKind.SETTINGS,
        _tr("A setting cannot be used: {problem}.").format(problem=problem),
        _tr("Mend it, then try again; or start without the settings file."),
        file=file.with_name(FAMILIES_FILE) if named else file,
    )


def of_port(error: PortTaken, free_port: int, fixed_by: str) -> Trouble:
    """fixed_by: what sets PORT and cannot be changed here, e.g. `environment`; empty: nothing."""
    if error.holder:
        sentence = _tr("Port {port} is taken by {holder}.")
    else:
        sentence = _tr("Port {port} is taken by another program.")
    if fixed_by:
        next_step = _tr(
            "Quit that program and try again. PORT is set by the {source} and cannot be changed "
            "here."
        )
    else:
        next_step = _tr(
            "Quit that program and try again, or use another port. Tools that are set up for "
            "Pollux need the new address then."
        )
    return Trouble(
        TroubleKind.PORT_TAKEN,
        sentence.format(port=error.port, holder=error.holder),
        next_step.format(source=fixed_by),
        port=error.port,
        free_port=0 if fixed_by else free_port,
    )


def of_kept_port(error: Exception) -> Trouble:
    """Another port could not be written to settings.toml."""
    return Trouble(
        TroubleKind.SETTINGS,
        _tr("The port could not be kept: {error}.").format(error=error),
        _tr("Make room or mend the permissions of its folder, then try again."),
    )


def of_start(error: Exception) -> Trouble:
    """Whatever else kept the engine from starting."""
    match error:
        case FolderTaken():
            return _of_folder(error)
        case UnreadableToken():
            return Trouble(
                TroubleKind.UNREADABLE_TOKEN,
                _tr("The bearer token cannot be read: {error}.").format(error=error),
                _tr("Mend or remove the file, then try again."),
            )
        case OSError():
            return Trouble(
                TroubleKind.OTHER,
                _tr("Pollux cannot listen: {error}.").format(error=error.strerror or error),
                _tr("Check HOST and PORT in the settings, then try again."),
            )
        case _:
            return Trouble(
                TroubleKind.OTHER,
                _tr("Pollux could not start."),
                _tr("The log says why. Try again, or report it."),
            )


def _of_folder(error: FolderTaken) -> Trouble:
    holder = error.holder
    if holder is None:
        sentence = _tr("The data folder {folder} is in use by another Pollux.")
        sentence = sentence.format(folder=error.folder)
    else:
        sentence = _tr("The data folder {folder} is in use by the Pollux at {url} (process {pid}).")
        sentence = sentence.format(folder=error.folder, url=holder.url, pid=holder.pid)
    next_step = _tr("Quit that Pollux, then try again.")
    return Trouble(TroubleKind.FOLDER_TAKEN, sentence, next_step)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Troubles", text)
