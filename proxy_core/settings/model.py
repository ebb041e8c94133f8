"""Every setting of Pollux: its type, default, meaning and what it accepts.

An attribute is the lower-case name of its variable. It knows no file and no environment: those
are in `sources`, checks of single values in `values`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from pydantic.fields import FieldInfo

from proxy_core.settings import values

Names = Annotated[tuple[str, ...], BeforeValidator(values.from_json)]


class Source(StrEnum):
    """Where a setting came from, strongest first."""

    COMMAND_LINE = "command line"
    ENVIRONMENT = "environment"
    DOTENV = ".env"
    SETTINGS_FILE = "settings.toml"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where settings were read from, so that they can be read again (`sources.read`)."""

    arguments: Mapping[str, str] = field(default_factory=dict, repr=False)
    "Variables that the command line set."
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    "The environment's variables that name a setting."
    dotenv: Path | None = None
    toml: Path | None = None
    "settings.toml, whether it exists or not; None: there is none to be read or written."


@dataclass(frozen=True, slots=True)
class Provenance:
    """What settings remember of their making."""

    origin: Origin = field(default_factory=Origin)
    sources: Mapping[str, Source] = field(default_factory=dict)
    "Source of each variable that is set."
    families: Mapping[str, Any] = field(default_factory=dict)
    "The tables of families.toml, unchecked."


class Settings(BaseModel):
    """All settings, checked; frozen: a change makes new ones."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    host: Annotated[str, AfterValidator(values.host)] = Field(
        "127.0.0.1", description="address to listen on"
    )
    port: int = Field(7860, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    domain_name: Annotated[str, AfterValidator(values.web_url)] = Field(
        default_factory=lambda checked: f"http://localhost:{checked.get('port', 7860)}",
        description="public base URL: the web sign-in's redirect, and allowed as Host",
    )
    allowed_hosts: Annotated[Names, AfterValidator(values.host_names)] = Field(
        (), description="JSON list of further Host names that clients may use"
    )
    cors_allowed_origins: Annotated[Names, AfterValidator(values.origins)] = Field(
        (), description='JSON list of exact origins that browsers may call from, or ["*"]'
    )
    gemini_auth_password: SecretStr | None = Field(
        None, description="the bearer token of clients; unset, one is made at the first start"
    )
    client_id: str | None = Field(None, description="id of your own Google OAuth client")
    client_secret: SecretStr | None = Field(None, description="secret of that OAuth client")
    persistent_storage_path: Path | None = Field(
        None, description="folder of credentials and data; unset, the platform's data folder"
    )
    credentials_json_list: Annotated[SecretStr, AfterValidator(values.json_list)] | None = Field(
        None, description="JSON array of credentials; overrides every other store"
    )
    thought_wrapper_tags: Annotated[Names, AfterValidator(values.two_or_none)] = Field(
        (), description='two strings to put around thoughts in the content: ["<think>","</think>"]'
    )
    debug: bool = Field(False, description="verbose log")
    debug_redact_logs: bool = Field(
        True, description="leave prompts and answers out of the verbose log"
    )
    log_level: Annotated[
        Literal["debug", "info", "warning", "error", "critical"], BeforeValidator(values.lower)
    ] = Field("info", description="least severity that is logged")
    rotation: Literal["balanced", "round-robin", "fill-first"] = Field(
        "balanced", description="which credential serves next: balanced, round-robin, fill-first"
    )
    sticky: bool = Field(
        True, description="keep a conversation on its credential, for Google's implicit cache"
    )
    max_attempts: int = Field(
        5, ge=1, le=100, description="sends for one request that end in 5xx or a network failure"
    )
    max_wait_s: float = Field(
        20, ge=0, le=3600, description="longest wait for a credential that is about to be free"
    )
    max_concurrency: int = Field(
        0, ge=0, le=100_000, description="requests in flight per project and model; 0 is no cap"
    )
    request_timeout_s: float = Field(
        600, gt=0, le=86_400, description="seconds of silence allowed from Google"
    )
    connect_timeout_s: float = Field(
        10, gt=0, le=600, description="seconds to wait for a connection to Google"
    )
    max_body_mb: int = Field(100, ge=1, le=2048, description="largest request body of a client")
    keepalive_s: float = Field(
        15, gt=0, le=600, description="seconds of silence in a stream before a keep-alive"
    )
    model_aliases: Annotated[
        Mapping[str, Annotated[tuple[str, ...], Field(min_length=1)]],
        AfterValidator(values.no_chains),
        BeforeValidator(values.lists_of_one),
        BeforeValidator(values.from_json),
    ] = Field(
        {}, description="JSON object: a client's model name to a Gemini model or a list of them"
    )
    outbound_proxy: Annotated[SecretStr, AfterValidator(values.proxy_url)] | None = Field(
        None, description="HTTP proxy for calls to Google; unset, the system's"
    )
    pollux_vault_key: Annotated[SecretStr, AfterValidator(values.vault_key)] | None = Field(
        None, description="base64 of 32 bytes: opens the vault where there is no keyring"
    )
    admin_password: SecretStr | None = Field(
        None, description="opens the admin API and dashboard from other machines"
    )
    pollux_state_url: Annotated[SecretStr, AfterValidator(values.redis_url)] | None = Field(
        None, description="redis:// address through which several replicas share their state"
    )
    google_api_base_url: Annotated[str, AfterValidator(values.google_base)] | None = Field(
        None,
        description="replaces scheme, host and port of every Google endpoint; https, or http on "
        "loopback; from the environment or command line only",
    )

    _provenance: Provenance = Provenance()

    def model_post_init(self, context: Provenance | None, /) -> None:
        self._provenance = context or Provenance()

    @property
    def origin(self) -> Origin:
        return self._provenance.origin

    @property
    def families(self) -> Mapping[str, Any]:
        """What the owner says that models can do: the tables of families.toml, unchecked."""
        return self._provenance.families

    def source(self, name: str) -> Source:
        """Where the value of a setting came from; name: its variable or its attribute."""
        return self._provenance.sources.get(name.upper(), Source.DEFAULT)

    def set_but_later(self) -> list[str]:
        """Variables that are set though this release does nothing with them yet."""
        return [
            info.name
            for info in SETTINGS
            if info.name in LATER and getattr(self, info.attribute) is not None
        ]


LATER = frozenset({"POLLUX_STATE_URL"})
"Settings that are read and checked, but whose feature comes in a later release."


@dataclass(frozen=True, slots=True)
class SettingInfo:
    """One row of the table of settings."""

    name: str
    "The variable, e.g. MAX_WAIT_S."
    meaning: str
    default: str
    "As one would write it in .env; empty when there is none."
    secret: bool

    @property
    def attribute(self) -> str:
        return self.name.lower()


def _info(attribute: str, field: FieldInfo) -> SettingInfo:
    default = field.get_default(call_default_factory=True, validated_data={})
    return SettingInfo(
        name=attribute.upper(),
        meaning=field.description or "",
        default=as_written(default),
        secret="SecretStr" in str(field.annotation),
    )


def as_written(value: Any) -> str:
    """The value of a setting as one would write it in .env; a secret's stays empty."""
    match value:
        case None | SecretStr():
            return ""
        case bool():
            return str(value).lower()
        case float():
            return f"{value:g}"
        case tuple() | Mapping():
            return json.dumps(plain(value), ensure_ascii=False)
        case _:
            return str(value)


def plain(value: tuple[str, ...] | Mapping[str, tuple[str, ...]]) -> Any:
    """A list, or an object whose lists of one are lone strings, as people write it."""
    if isinstance(value, tuple):
        return list(value)
    return {key: one[0] if len(one) == 1 else list(one) for key, one in value.items()}


SETTINGS = tuple(_info(attribute, field) for attribute, field in Settings.model_fields.items())
"All settings in the order of the documentation."
