"""What the admin API is asked with, checked strictly: bodies and queries as plain data.

Nothing is quoted in a complaint but the name of the field: bodies hold secrets.
"""

import asyncio
import base64
import binascii
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, TypeAlias
from urllib.parse import parse_qsl

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from proxy_core.commands import ImportFile
from proxy_core.server.admin.answers import bad_request

STRICT = ConfigDict(extra="forbid", strict=True)
FROM_TEXT = ConfigDict(extra="forbid")

Label: TypeAlias = Annotated[str, Field(max_length=200)]
ProjectId: TypeAlias = Annotated[str, Field(min_length=1, max_length=100)]
Url: TypeAlias = Annotated[str, Field(min_length=1, max_length=16_384)]
Moment: TypeAlias = Annotated[float, Field(ge=0, allow_inf_nan=False)]
SettingValues: TypeAlias = dict[str, Any]
"By variable: as it is written in `.env`, or as JSON; the settings themselves check it."


@dataclass(frozen=True, slots=True)
class Nothing:
    """No body, or an empty object."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT


@dataclass(frozen=True, slots=True, repr=False)
class SessionBody:
    """Opens a session."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    token: str
    "The bearer token, or ADMIN_PASSWORD."


@dataclass(frozen=True, slots=True, repr=False)
class KeysBody:
    """Adds API keys."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    text: Annotated[str, Field(max_length=1_048_576)]
    "API keys, one a line."
    label: Label | None = None
    project: ProjectId | None = None


@dataclass(frozen=True, slots=True, repr=False)
class FileBody:
    """One file."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    name: Annotated[str, Field(max_length=255)]
    content: str
    encoding: Literal["text", "base64"] = "text"


@dataclass(frozen=True, slots=True, repr=False)
class ImportBody:
    """Adds files."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    files: Annotated[tuple[FileBody, ...], Field(min_length=1, max_length=1_000)]
    passphrase: str | None = None

    def opened(self) -> tuple[ImportFile, ...]:
        """The files as bytes. Raises Declined."""
        return tuple(
            ImportFile(file.name, _content(file, position))
            for position, file in enumerate(self.files)
        )


@dataclass(frozen=True, slots=True)
class AccountChange:
    """Changes what its owner noted of a credential."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    enabled: bool | None = None
    label: Label | None = None
    "Empty: the one that Pollux gives."
    service: Literal["gemini", "vertex"] | None = None
    "`vertex`: Vertex AI, which is billed."
    location: Annotated[str, Field(max_length=40)] = "global"
    "Of Vertex AI."


@dataclass(frozen=True, slots=True)
class SignInBody:
    """Begins a sign-in."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    via: Literal["loopback", "page"] = "page"
    project: ProjectId | None = None
    vertex: bool = False
    again: str | None = None
    "Id of a credential whose account signs in again."


@dataclass(frozen=True, slots=True, repr=False)
class RedirectBody:
    """Goes on with a sign-in."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    url: Url
    "The address that the browser ended on."


@dataclass(frozen=True, slots=True)
class ProjectsBody:
    """Chooses projects."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    projects: Annotated[tuple[ProjectId, ...], Field(min_length=1, max_length=200)]


@dataclass(frozen=True, slots=True)
class NoQuery:
    """No parameters."""

    __pydantic_config__: ClassVar[ConfigDict] = FROM_TEXT


@dataclass(frozen=True, slots=True)
class RemovalQuery:
    """How to remove."""

    __pydantic_config__: ClassVar[ConfigDict] = FROM_TEXT
    revoke: bool = False
    "Whether access is revoked at Google, too."


@dataclass(frozen=True, slots=True)
class UsageAsked:
    """Which use is asked for."""

    __pydantic_config__: ClassVar[ConfigDict] = FROM_TEXT
    period: Literal["minute", "hour", "day"] = "hour"
    since: Moment = 0.0
    until: Moment = 0.0
    "Epoch seconds; 0: now."


def parse_body(kind: Any, body: bytes) -> Any:
    """A body as an object of `kind`. Raises Declined with the name of the field."""
    if not body and kind is Nothing:
        return Nothing()
    try:
        return adapter(kind).validate_json(body, strict=True)
    except ValidationError as error:
        raise bad_request(_complaint(error, "The body")) from None


def parse_query(kind: Any, query: str) -> Any:
    """A query as an object of `kind`; `key` may carry the bearer token. Raises Declined."""
    pairs = dict(parse_qsl(query, keep_blank_values=True, errors="replace"))
    pairs.pop("key", None)
    try:
        return adapter(kind).validate_python(pairs)
    except ValidationError as error:
        raise bad_request(_complaint(error, "The query")) from None


_adapters: dict[Any, TypeAdapter[Any]] = {}


async def prepare(*kinds: Any) -> None:
    """Makes the checkers of kinds in a worker thread, since pydantic imports and compiles."""
    if missing := [kind for kind in kinds if kind not in _adapters]:
        await asyncio.to_thread(lambda: [adapter(kind) for kind in missing])


def adapter(kind: Any) -> TypeAdapter[Any]:
    """The checker of a kind; made at its first use, since each takes memory."""
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def _complaint(error: ValidationError, whole: str) -> str:
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    where = ".".join(str(part) for part in first["loc"])[:200]
    return f"{where or whole}: {first['msg']}."


def _content(file: FileBody, position: int) -> bytes:
    if file.encoding == "text":
        return file.content.encode()
    try:
        return base64.b64decode(file.content, validate=True)
    except (binascii.Error, ValueError):
        raise bad_request(f"files.{position}.content: This is not base64.") from None
