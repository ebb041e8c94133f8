"""Why a setting cannot be used, in words for its owner.

Every text finishes a sentence that begins with the setting's name, and quotes no value: it may
hold a secret. Not here: the checks themselves (`model`, `values`).
"""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic_core import ErrorDetails


class SettingsProblem(Exception):
    """A setting that cannot be used; neither field holds the value, which may be secret."""

    def __init__(self, setting: str, problem: str) -> None:
        super().__init__(f"{setting} {problem}")
        self.setting = setting
        "The variable, or the name of the file that could not be read."
        self.problem = problem


def problem_of(error: ErrorDetails) -> SettingsProblem:
    """What pydantic found wrong with a setting; its own words are for programmers."""
    setting, *within = error["loc"]
    words = _WORDS.get(error["type"], _always("cannot be used"))
    told = words(error.get("ctx", {}))
    return SettingsProblem(str(setting).upper(), f"holds an entry that {told}" if within else told)


def _always(words: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda _: words


_WHOLE, _NUMBER = _always("must be a whole number"), _always("must be a number")
_TRUE_OR_FALSE, _TEXT = _always("must be true or false"), _always("must be text")

_WORDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "value_error": lambda about: str(about["error"]),  # raised by `values`
    "greater_than": lambda about: f"must be more than {about['gt']:g}",
    "greater_than_equal": lambda about: f"must be at least {about['ge']:g}",
    "less_than_equal": lambda about: f"must be at most {about['le']:g}",
    "int_from_float": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_type": _WHOLE,
    "float_parsing": _NUMBER,
    "float_type": _NUMBER,
    "bool_parsing": _TRUE_OR_FALSE,
    "bool_type": _TRUE_OR_FALSE,
    "literal_error": lambda about: "must be " + str(about["expected"]).replace("'", ""),
    "string_type": _TEXT,
    "string_unicode": _TEXT,
    "path_type": _always("must be the path of a folder"),
    "tuple_type": _always("must be a list"),
    "dict_type": _always("must be a JSON object"),
    "too_short": _always("must not be empty"),
}
"""By pydantic's type of error, with its context: all that the fields of Settings can give.
Source: https://docs.pydantic.dev/latest/errors/validation_errors/"""
