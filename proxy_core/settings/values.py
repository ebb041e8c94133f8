"""Checks of single values: each returns the value, or raises ValueError with what is wrong.

The texts finish a sentence that begins with the setting's name, and never quote the value:
it may hold a secret.
"""

import base64
import binascii
import ipaddress
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

from pydantic import SecretStr

_HOST_NAME = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?")
_VAULT_KEY_BYTES = 32


def from_json(value: Any) -> Any:
    """Text as JSON; what is not text came typed from settings.toml."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError as exc:
        raise ValueError(f"is not valid JSON: {exc.msg} at character {exc.pos}") from None


def json_list(value: SecretStr) -> SecretStr:
    if not isinstance(from_json(value.get_secret_value()), list):
        raise ValueError("is not a JSON array")
    return value


def lower(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


def lists_of_one(value: Any) -> Any:
    """An object whose lone strings became lists: {"fast": "a"} is {"fast": ["a"]}."""
    if not isinstance(value, dict):
        return value
    return {key: [item] if isinstance(item, str) else item for key, item in value.items()}


def no_chains(aliases: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    """An alias may stand for the model whose name it hides, but for no other alias."""
    names = {name.removeprefix("models/") for name in aliases}
    for name, chain in aliases.items():
        others = names - {name.removeprefix("models/")}
        if any(model.removeprefix("models/") in others for model in chain):
            raise ValueError("has an alias of another alias; name the models it shall stand for")
    return aliases


def two_or_none(value: tuple[str, ...]) -> tuple[str, ...]:
    if len(value) not in (0, 2) or not all(value):
        raise ValueError("needs exactly two strings that are not empty, or an empty list")
    return value


def host(value: str) -> str:
    if not (_HOST_NAME.fullmatch(value) or _is_address(value)):
        raise ValueError("is neither an IP address nor a host name")
    return value


def host_names(value: tuple[str, ...]) -> tuple[str, ...]:
    if not all(_HOST_NAME.fullmatch(name) for name in value):
        raise ValueError("may hold host names only, without scheme, port or path")
    return tuple(name.lower() for name in value)


def origins(value: tuple[str, ...]) -> tuple[str, ...]:
    if value == ("*",):
        return value
    for origin in value:
        parts = _split(origin)
        if not (parts.scheme and parts.netloc) or parts.path or parts.query or parts.fragment:
            raise ValueError('may hold origins like "https://example.org" only, or "*" alone')
    return value


def web_url(value: str) -> str:
    parts = _split(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("is not an http:// or https:// URL")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError("may hold neither user, query nor fragment")
    return value.rstrip("/")


def google_base(value: str) -> str:
    parts = _split(value.rstrip("/"))
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("is not an https:// URL")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("must be https, or http on a loopback address")
    if "@" in parts.netloc or parts.path or parts.query or parts.fragment:
        raise ValueError("may hold scheme, host and port only")
    return value.rstrip("/")


def proxy_url(value: SecretStr) -> SecretStr:
    parts = _split(value.get_secret_value())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("is not an http:// or https:// proxy URL")
    return value


def redis_url(value: SecretStr) -> SecretStr:
    parts = _split(value.get_secret_value())
    if parts.scheme not in ("redis", "rediss") or not parts.hostname:
        raise ValueError("is not a redis:// or rediss:// URL")
    return value


def vault_key(value: SecretStr) -> SecretStr:
    try:
        size_bytes = len(base64.b64decode(value.get_secret_value(), validate=True))
    except (binascii.Error, ValueError):
        raise ValueError("is not base64") from None
    if size_bytes != _VAULT_KEY_BYTES:
        raise ValueError(f"must be base64 of {_VAULT_KEY_BYTES} bytes, not of {size_bytes}")
    return value


def _split(url: str) -> SplitResult:
    """The URL's parts; a port out of range or a broken address raises too."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise ValueError("is not a valid URL") from None
    return parts


def _is_address(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


def is_loopback(name: str) -> bool:
    """Whether a host, by name or address, is this machine's loopback."""
    return name == "localhost" or (_is_address(name) and ipaddress.ip_address(name).is_loopback)
