"""Where settings come from and which source wins. It writes no file; that is `writing`'s."""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from proxy_core.disk import reason_of, with_owner
from proxy_core.settings.folders import config_folder
from proxy_core.settings.model import SETTINGS, Origin, Provenance, Settings, Source
from proxy_core.settings.problems import SettingsProblem, problem_of

TOML_FILE = "settings.toml"
"In the configuration folder."
FAMILIES_FILE = "families.toml"
"Beside it: what models can do, in the owner's words."
_PREFIX = "POLLUX_"
_NAMES = frozenset(info.name for info in SETTINGS)
_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)\Z")
"How tomllib ends its errors."
_VARIABLES = _NAMES | {_PREFIX + name for name in _NAMES}
ONLY_FROM_OUTSIDE = frozenset({"GOOGLE_API_BASE_URL"})
"A file that someone else left in the working folder must not redirect the owner's credentials."


def load_settings(
    arguments: Mapping[str, str],
    environ: Mapping[str, str],
    dotenv: Path | None,
    toml: Path | None,
) -> Settings:
    """All settings from the strongest source that has each; the empty string counts as unset.

    arguments: variables that the command line set. dotenv, toml: files; one that does not exist
    holds nothing, so a caller whose user named it must look first. Raises SettingsProblem for
    the first setting that does not hold.
    """
    known = {name: value for name, value in environ.items() if name in _VARIABLES}
    return read(Origin(dict(arguments), known, dotenv, toml))


def load_owner_settings(
    arguments: Mapping[str, str],
    environ: Mapping[str, str],
    config: Path | None = None,
    env_file: Path | None = None,
    *,
    without_file: bool = False,
) -> Settings:
    """Settings of a Pollux that belongs to whoever starts it: settings.toml is the platform's.

    config, env_file: files that the owner named instead of settings.toml, and of no `.env`.
    without_file: leaves settings.toml out, since it cannot be used. Raises SettingsProblem.
    """
    refuse_missing(config, env_file)
    toml = None if without_file else config or config_folder() / TOML_FILE
    return load_settings(arguments, environ, env_file, toml)


def refuse_missing(config: Path | None, env_file: Path | None) -> None:
    """Raises SettingsProblem for a file that the owner named and that is not there."""
    for option, named in (("--env-file", env_file), ("--config", config)):
        if named is not None and not named.is_file():
            raise SettingsProblem(option, f"names {named}, and there is no such file")


def read(origin: Origin) -> Settings:
    """The settings as they are now at their origin. Raises SettingsProblem."""
    return settle(origin, parse_toml(read_text(origin.toml), _name(origin.toml)))


def settle(origin: Origin, of_file: Mapping[str, Any]) -> Settings:
    """The settings if `of_file` stood in settings.toml. Raises SettingsProblem."""
    layers: list[tuple[Source, Mapping[str, Any]]] = [
        (Source.COMMAND_LINE, origin.arguments),
        (Source.ENVIRONMENT, _of_environment(origin.environ)),
        (Source.DOTENV, _of_environment(dict(_read_dotenv(origin.dotenv)))),
        (Source.SETTINGS_FILE, of_file),
    ]
    chosen: dict[str, Any] = {}
    sources: dict[str, Source] = {}
    for source, layer in layers:
        for name, value in layer.items():
            if name not in chosen and value != "":
                chosen[name] = value
                sources[name] = source
    _refuse_files_for_outside_settings(sources)
    settings = check(chosen, Provenance(origin, sources, _families(origin)))
    _refuse_half_a_client(settings)
    return settings


def check(chosen: Mapping[str, Any], provenance: Provenance | None = None) -> Settings:
    """Settings of these values, by variable. Raises SettingsProblem."""
    values = {name.lower(): value for name, value in chosen.items()}
    try:
        return Settings.model_validate(values, context=provenance)
    except ValidationError as exc:
        # The cause is cut off: its text quotes the value.
        raise problem_of(exc.errors(include_input=False, include_url=False)[0]) from None


def _refuse_files_for_outside_settings(sources: Mapping[str, Source]) -> None:
    for name in ONLY_FROM_OUTSIDE & sources.keys():
        if sources[name] in (Source.DOTENV, Source.SETTINGS_FILE):
            raise SettingsProblem(
                name, f"stands in {sources[name]}; only environment or command line may set it"
            )


def _refuse_half_a_client(settings: Settings) -> None:
    for name, other in (("CLIENT_ID", "CLIENT_SECRET"), ("CLIENT_SECRET", "CLIENT_ID")):
        if not getattr(settings, name.lower()) and getattr(settings, other.lower()):
            raise SettingsProblem(name, f"is missing, though {other} is set")


def _of_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The settings among the variables: POLLUX_<NAME> beats <NAME>, one pair of quotes goes.

    Docker's --env-file hands quotes over as part of the value, so they go here for both.
    """
    found: dict[str, str] = {}
    for name in _NAMES:
        for variable in (_PREFIX + name, name):
            if value := _unquoted(environ.get(variable, "").strip()):
                found[name] = value
                break
    return found


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value


def _read_dotenv(path: Path | None) -> Iterator[tuple[str, str]]:
    """Variables of a .env file: `NAME=value`, with or without `export`; `#` starts a comment line.

    A value that opens with a quote goes on over the lines until that quote ends a line.
    """
    lines = iter(read_text(path).splitlines())
    for line in lines:
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if name.startswith("#") or not equals:
            continue
        value = value.strip()
        if _is_open(value):
            for more in lines:
                value += "\n" + more.rstrip()
                if value.endswith(value[0]):
                    break
        yield name.strip(), value


def _is_open(value: str) -> bool:
    return value[:1] in ("'", '"') and (len(value) == 1 or value[-1] != value[0])


def _families(origin: Origin) -> dict[str, Any]:
    """The tables of the owner's families.toml; none where there is no such file."""
    if origin.toml is None:
        return {}
    return _toml(read_text(origin.toml.with_name(FAMILIES_FILE)), FAMILIES_FILE)


def parse_toml(text: str, name: str) -> dict[str, Any]:
    """The settings in the text of settings.toml, by variable; there they stand in either case.

    name: the file's. Raises SettingsProblem, for an unknown setting too.
    """
    content = _toml(text, name)
    for key in content:
        if key.upper() not in _NAMES:
            raise SettingsProblem(key, f"is not a setting of Pollux (in {name})")
    return {key.upper(): value for key, value in content.items()}


def _toml(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number of thousands of digits is one too
        # Of the decoder's own text only the line is told: newer versions may quote the document.
        line = _AT_LINE.search(str(error))
        where = f" (line {line[1]})" if line else ""
        raise SettingsProblem(name, f"is not valid TOML{where}") from None


def read_text(path: Path | None) -> str:
    """A file's text, line ends as they are; none where there is no file. Raises SettingsProblem."""
    if path is None:
        return ""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return ""
    except OSError as error:
        why = f"cannot be read: {reason_of(error)}"
        if not os.access(path.parent, os.X_OK):
            why = with_owner(why, path.parent)
        raise SettingsProblem(_name(path), why) from None
    except UnicodeDecodeError:
        raise SettingsProblem(_name(path), "is not UTF-8 text") from None


def _name(path: Path | None) -> str:
    return path.name if path else ""
