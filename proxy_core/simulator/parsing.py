"""Google's proto-JSON parser: takes both spellings, refuses what it does not know.

The result is the same request in lowerCamelCase only, so every later rule reads one spelling.
Not here: rules between fields.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from proxy_core.simulator.fields import (
    ANY_CASE_ENUMS,
    ENUMS,
    MESSAGES,
    NOT_ON_VERTEX,
    ONLY_BETA,
    ONLY_VERTEX,
    PART_DATA,
    VERTEX_MESSAGES,
)
from proxy_core.simulator.live_fields import LIVE_MESSAGES
from proxy_core.simulator.refusals import (
    JsonObject,
    Refusal,
    bad_request,
    envelope,
    invalid_argument,
    json_answer,
)

_UPPER = re.compile(r"(?<!^)([A-Z])")
_MESSAGES = {**MESSAGES, **VERTEX_MESSAGES, **LIVE_MESSAGES}
VERTEX = "vertex"
"Stands for a version of the API where a body goes to Vertex AI."
_MOST_INLINE_BYTES = 20 * 1024 * 1024


def snake_case(name: str) -> str:
    return _UPPER.sub(lambda match: "_" + match[1].lower(), name)


_SPELLINGS: Mapping[str, Mapping[str, str]] = {
    message: {spelling: name for name in fields for spelling in (name, snake_case(name))}
    for message, fields in _MESSAGES.items()
}


def read_json(raw_body: bytes) -> JsonObject:
    """The body as an object; raises the 400 of a body that is none."""
    if len(raw_body) > _MOST_INLINE_BYTES:
        raise invalid_argument(
            f"Request payload size exceeds the limit: {_MOST_INLINE_BYTES} bytes."
        )
    try:
        body = orjson.loads(raw_body or b"{}")
    except orjson.JSONDecodeError as exc:
        raise invalid_argument(f"Invalid JSON payload received. {exc}") from exc
    if not isinstance(body, dict):
        raise invalid_argument("Invalid JSON payload received. Root element must be a message.")
    return body


def parse_message(message: str, body: JsonObject, version: str = "v1beta") -> JsonObject:
    """The body as the message named, in lowerCamelCase; raises one Refusal naming every fault."""
    parser = _Parser(version)
    parsed = parser.message(message, body, "")
    if parser.violations:
        text = "\n".join(description for _, description in parser.violations)
        detail = bad_request(parser.violations)
        raise Refusal(json_answer(400, envelope(400, "INVALID_ARGUMENT", text, [detail])))
    return parsed


class _Parser:
    """Walks one body and collects violations as (field path, description)."""

    def __init__(self, version: str) -> None:
        self.version = version
        self.violations: list[tuple[str, str]] = []

    def message(self, message: str, value: Any, path: str) -> JsonObject:
        if not isinstance(value, dict):
            self._wrong(path, f"type.googleapis.com/google.ai.generativelanguage.{message}", value)
            return {}
        spellings = _SPELLINGS[message]
        parsed: JsonObject = {}
        for key, item in value.items():
            name = spellings.get(key)
            if name is None or self._unknown_here(message, name):
                self._unknown(key, path)
            elif name in parsed:
                self._refuse(path, f"Invalid value: '{snake_case(name)}' is set twice.")
            elif item is not None:
                where = f"{path}.{snake_case(name)}" if path else snake_case(name)
                parsed[name] = self._field(_MESSAGES[message][name], item, where)
        if message == "Part":
            self._check_part(parsed, path)
        return parsed

    def _field(self, notation: str, value: Any, path: str) -> Any:
        if notation.startswith("*"):
            if not isinstance(value, list):
                # Proto-JSON of Google takes one value where a list is due.
                value = [value]
            inner = notation[1:]
            return [self._field(inner, item, f"{path}[{n}]") for n, item in enumerate(value)]
        if notation.startswith("{"):
            return self._map(notation[1:], value, path)
        if notation in _MESSAGES:
            return self.message(notation, value, path)
        if notation in ENUMS:
            return self._enum(notation, value, path)
        return self._scalar(notation, value, path)

    def _map(self, message: str, value: Any, path: str) -> JsonObject:
        if not isinstance(value, dict):
            self._wrong(path, "Map", value)
            return {}
        return {key: self.message(message, item, f"{path}[{key}]") for key, item in value.items()}

    def _enum(self, notation: str, value: Any, path: str) -> str:
        names = ENUMS[notation]
        if isinstance(value, str):
            if value in names:
                return value
            for spelling in (value.upper(), value.lower()):
                if notation in ANY_CASE_ENUMS and spelling in names:
                    return spelling
        self._wrong(path, f"type.googleapis.com/google.ai.generativelanguage.{notation}", value)
        return ""

    def _scalar(self, notation: str, value: Any, path: str) -> Any:
        fits, wire_name = _SCALARS[notation]
        if not fits(value):
            self._wrong(path, wire_name, value)
        return value

    def _check_part(self, part: JsonObject, path: str) -> None:
        data = [name for name in part if name in PART_DATA]
        if len(data) > 1:
            self._refuse(
                path,
                f"Invalid value at '{path}' (oneof), oneof field 'data' is already set. "
                f"Cannot set '{data[1]}'",
            )

    def _unknown_here(self, message: str, name: str) -> bool:
        if self.version == VERTEX:
            return name in NOT_ON_VERTEX.get(message, ())
        on_v1 = self.version == "v1" and name in ONLY_BETA.get(message, ())
        return on_v1 or name in ONLY_VERTEX.get(message, ())

    def _unknown(self, key: str, path: str) -> None:
        at = f" at '{path}'" if path else ""
        self._refuse(
            path, f'Invalid JSON payload received. Unknown name "{key}"{at}: Cannot find field.'
        )

    def _wrong(self, path: str, wire_name: str, value: Any) -> None:
        shown = orjson.dumps(value).decode()[:100]
        self._refuse(path, f"Invalid value at '{path}' ({wire_name}), {shown}")

    def _refuse(self, path: str, description: str) -> None:
        self.violations.append((path, description))


def _is_int(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, float):
        return value.is_integer()
    if isinstance(value, str):
        return value.lstrip("-").isdigit()
    return isinstance(value, int)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_base64(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    padded = value.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        base64.b64decode(padded + "=" * (-len(padded) % 4), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


_SCALARS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "str": (lambda value: isinstance(value, str), "TYPE_STRING"),
    "bool": (lambda value: isinstance(value, bool), "TYPE_BOOL"),
    "int": (_is_int, "TYPE_INT32"),
    "num": (_is_number, "TYPE_FLOAT"),
    "bytes": (_is_base64, "TYPE_BYTES"),
    "struct": (
        lambda value: isinstance(value, dict),
        "type.googleapis.com/google.protobuf.Struct",
    ),
    "any": (lambda _value: True, "type.googleapis.com/google.protobuf.Value"),
}
