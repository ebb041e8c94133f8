"""What a front end may ask of the engine, and the plain data that comes back.

One contract for all front ends. No answer holds a secret, but for `export`, which no HTTP route
offers. Not here: how a command is carried out (`engine`), or how it crosses threads (`api`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Literal, Protocol


class RefusalCode(StrEnum):
    """Why a command was not carried out."""

    NOT_FOUND = "not_found"
    INVALID = "invalid"
    "What was given cannot be used."
    READ_ONLY = "read_only"
    "It is fixed elsewhere: by the environment, or by the credentials' source."
    NO_CLIENT = "no_client"
    "There is no OAuth client to sign in with."
    WRONG_CLIENT = "wrong_client"
    "The OAuth client is of the other kind (installed, web)."
    CONFLICT = "conflict"
    "Not in this state, e.g. a sign-in that has ended."
    UNAVAILABLE = "unavailable"
    "Not now: the vault is not open, or Google cannot be reached."
    SCOPE_MISSING = "scope_missing"
    "The sign-in does not allow it: the account has to sign in again, for more."
    STORE_FAILED = "store_failed"
    "It could not be written."


class Refusal(Exception):
    """A command was not carried out; both texts are for people and hold no secret."""

    def __init__(self, code: RefusalCode, sentence: str, next_step: str = "") -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.next_step = next_step


class _Plain:
    """Frozen plain data with one rendering as JSON values."""

    __slots__ = ()

    def as_json(self) -> dict[str, Any]:
        return asdict(self)  # type: ignore[call-overload, no-any-return]  # of dataclasses only


# -- adding, importing, checking, removing ----------------------------------------------------


@dataclass(frozen=True, slots=True)
class ImportFile:
    """A file that someone hands in."""

    name: str
    "Its name, without a path; a hint, and for messages."
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ImportedItem(_Plain):
    """What became of one item of what was handed in."""

    source: str
    "File and position, e.g. `keys.txt line 3`."
    outcome: Literal["added", "renewed", "known", "refused"]
    "`renewed`: the credential was there with an older secret."
    id: str | None = None
    label: str | None = None
    reason: str = ""
    "Why it was refused, or what is wrong with what was added."


@dataclass(frozen=True, slots=True)
class ImportReport(_Plain):
    """What became of everything that was handed in."""

    items: tuple[ImportedItem, ...]
    store: str
    "Where new credentials went: `vault` or `folder`."


@dataclass(frozen=True, slots=True)
class CheckResult(_Plain):
    """What Google said to one harmless request with a credential."""

    id: str
    label: str
    ok: bool
    state: str
    "Slug of the credential's state after the check."
    sentence: str
    next_step: str


@dataclass(frozen=True, slots=True)
class Removal(_Plain):
    """What removing a credential means; asked before."""

    id: str
    label: str
    can_revoke: bool
    "Whether access may be revoked at Google: it is the account's last credential here."
    sentence: str


# -- sign-in ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SignInRequest:
    """How to sign in, and for what."""

    via: Literal["loopback", "page"] = "loopback"
    "Where Google's redirect goes: a free loopback port or the proxy. Either URL may be pasted."
    project: str | None = None
    "The project to use; None: it is found out."
    vertex: bool = False
    "Whether Vertex AI is wanted too, which is billed and asks for more rights."
    again: str | None = None
    "Id of a credential whose account signs in again."


@dataclass(frozen=True, slots=True)
class ProjectView(_Plain):
    """A project that an account may use."""

    id: str
    name: str
    api: Literal["on", "off", "unknown"]
    "The Gemini API in this project."
    recommended: bool
    known: bool
    "Whether this account is in the pool with it already."
    link: str
    "Google's page to switch the API on; empty where it is on."
    shared_with: tuple[str, ...] = ()
    "Labels of other credentials that share the project's quota."


class SignInStatus(StrEnum):
    WAITING = "waiting"
    "For the owner's consent in the browser."
    EXCHANGING = "exchanging"
    "The consent is there; Google is being asked for tokens and projects."
    CHOOSING_PROJECT = "choosing_project"
    "`choose_projects` or `recheck_projects` is due."
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class SignInView(_Plain):
    """One sign-in, as it stands."""

    id: str
    status: SignInStatus
    url: str
    "Google's page, for the owner's browser."
    redirect_uri: str
    expires_at: float
    "When it ends by itself, epoch seconds."
    sentence: str
    next_step: str = ""
    email: str | None = None
    projects: tuple[ProjectView, ...] = ()
    "To choose from."
    added: tuple[str, ...] = ()
    "Ids of new credentials."
    renewed: tuple[str, ...] = ()
    "Ids of credentials that this sign-in renewed."
    store: str = ""


@dataclass(frozen=True, slots=True)
class OAuthClientView(_Plain):
    """The owner's OAuth client, without its secret."""

    kind: Literal["installed", "web", "unknown", "none"]
    "`unknown`: given by CLIENT_ID, which does not tell; `none`: there is none."
    source: Literal["settings", "imported", "built_in", ""]
    sentence: str
    "What it can be used for, or how to get one."
    next_step: str
    ways: tuple[Literal["loopback", "page"], ...] = ()
    "How one can sign in with it."


# -- usage, settings, doctor, rotation --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UsageQuery:
    """Which use is asked for."""

    period: Literal["minute", "hour", "day"] = "hour"
    since: float = 0.0
    "Epoch seconds; 0: a day of minutes, a week of hours or 90 days before `until`."
    until: float = 0.0
    "Epoch seconds; 0: now."
    by: Literal["client", "credential", "model"] = "client"
    "What is told apart: model, credential and client; model and credential; or only the model."


@dataclass(frozen=True, slots=True)
class UsageRow(_Plain):
    """What one model, credential and client used in one period; empty: it is summed up."""

    at: float
    "Begin of the period, epoch seconds; days begin at midnight UTC."
    model: str
    credential_id: str
    client: str
    exchanges: int
    failed: int
    prompt_tokens: int
    cached_tokens: int
    output_tokens: int
    thought_tokens: int
    price_usd: float | None
    "At list price; None where none is known."


@dataclass(frozen=True, slots=True)
class UsageReport(_Plain):
    """What was used in each period that was asked for."""

    period: str
    rows: tuple[UsageRow, ...]
    "Oldest first. Sums come whole, long requests apart; by client the newest 10,000 at most."
    more: bool = False
    "Whether there are older ones, which a query with an earlier `until` tells of."


@dataclass(frozen=True, slots=True)
class SettingView(_Plain):
    """One setting, as it stands."""

    name: str
    value: str
    "As one would write it in .env; empty for a secret."
    is_set: bool
    source: str
    fixed: bool
    "Set by command line, environment or .env, so that it cannot be changed here."
    secret: bool
    live: bool
    "Whether a change works at once, without a restart."
    meaning: str
    default: str


@dataclass(frozen=True, slots=True)
class SettingsChange(_Plain):
    """Which changes work at once, and which from the next start on."""

    applied: tuple[str, ...]
    after_restart: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding(_Plain):
    """One check of the doctor; a note tells what is so, where there was nothing to judge."""

    check: Literal[
        "settings", "port", "data_folder", "vault", "oauth_client", "credentials", "clock", "google"
    ]
    ok: bool
    sentence: str
    next_step: str = ""
    note: bool = False


@dataclass(frozen=True, slots=True)
class Place(_Plain):
    """One credential's place in the line for a model."""

    credential_id: str
    label: str
    free: bool
    reason: str
    "Slug of the state that keeps it from being tried; empty where it is free."
    until: float | None
    "When that ends by itself, epoch seconds."
    sentence: str


@dataclass(frozen=True, slots=True)
class Line(_Plain):
    """The order in which rotation would try the credentials for a model now."""

    model: str
    "Empty where no model was ever asked for and none was named."
    places: tuple[Place, ...]
    "The free ones in their order, then the others, the first to return before them."


@dataclass(frozen=True, slots=True)
class Keeping(_Plain):
    """Where new credentials go, and how the vault stands."""

    kept_in: Literal["vault", "folder", "environment"]
    vault: Literal["open", "waiting", "closed", "unused"]
    "`waiting`: for the keyring, which may be asking its owner."
    sentence: str
    "Empty where all is well."
    next_step: str
    read_only: bool
    folder: str
    "The data folder."


# -- the contract -----------------------------------------------------------------------------


class SignInCommands(Protocol):
    """Commands about signing in and the OAuth client. Each raises Refusal."""

    async def begin_sign_in(self, request: SignInRequest) -> SignInView: ...

    async def sign_in(self, sign_in_id: str) -> SignInView: ...

    async def paste_redirect(self, sign_in_id: str, url: str) -> SignInView:
        """Goes on with the URL that Google sent the owner's browser to; waits for the result."""

    async def answer_redirect(self, query: str) -> SignInView | None:
        """Google's redirect came in at the proxy; None where its state is nobody's."""

    async def choose_projects(self, sign_in_id: str, projects: Sequence[str]) -> SignInView: ...

    async def recheck_projects(self, sign_in_id: str) -> SignInView: ...

    async def cancel_sign_in(self, sign_in_id: str) -> SignInView: ...

    async def oauth_client(self) -> OAuthClientView: ...

    async def import_client(self, content: bytes) -> OAuthClientView:
        """Keeps the owner's `client_secret_*.json`."""

    async def forget_client(self) -> OAuthClientView: ...


class Commands(SignInCommands, Protocol):
    """All that a front end may ask. Runs on the engine's loop; each raises Refusal."""

    async def add_keys(
        self, text: str, label: str | None = None, project: str | None = None
    ) -> ImportReport:
        """API keys, one a line. label, project: for a single one."""

    async def import_files(
        self, files: Sequence[ImportFile], passphrase: str | None = None
    ) -> ImportReport:
        """Files of every known shape; passphrase: of an encrypted export."""

    async def export(self, passphrase: str | None) -> bytes:
        """Every credential, encrypted with the passphrase; None: plain JSON, secrets and all."""

    async def enable(self, credential_id: str, *, enabled: bool) -> None: ...

    async def clear(self, credential_id: str) -> None:
        """Frees it of cooldowns and refusals; what Google says next counts."""

    async def rename(self, credential_id: str, label: str) -> None:
        """An empty label brings back the one that Pollux gave."""

    async def set_service(
        self, credential_id: str, service: Literal["gemini", "vertex"], location: str = "global"
    ) -> None:
        """Uses it with Vertex AI, which is billed and comes last, or with the Gemini API again.

        location: of Vertex AI. Whether Google lets it, `check` tells.
        """

    async def removal_of(self, credential_id: str) -> Removal: ...

    async def remove(self, credential_id: str, *, revoke: bool = False) -> None: ...

    async def check(self, credential_id: str | None = None) -> tuple[CheckResult, ...]:
        """Asks Google with one credential, or with each."""

    async def pause(self) -> None:
        """Model requests are refused with 503 from now on; those that run may finish."""

    async def resume(self) -> None: ...

    async def line(self, model: str | None = None) -> Line:
        """The order of rotation now. None: of the model that was used last. Changes nothing."""

    async def keeping(self) -> Keeping: ...

    async def usage(self, query: UsageQuery) -> UsageReport: ...

    async def doctor(self) -> tuple[Finding, ...]: ...

    async def newer_version(self, repository: str) -> str | None:
        """Of the newest release, if it is newer than this Pollux. Nothing else asks GitHub.

        repository: OWNER/NAME.
        """

    async def rotate_token(self) -> str:
        """Makes a new bearer token, valid at once; returns where it is kept, not the token."""

    async def settings(self) -> tuple[SettingView, ...]: ...

    async def change_settings(self, changes: Mapping[str, str]) -> SettingsChange:
        """Writes settings.toml, and applies what works at run time. An empty value: default."""
