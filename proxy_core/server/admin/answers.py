"""What the admin API answers beside the contract's own views, and how failures look."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from proxy_core.commands import CheckResult, Finding, Refusal, RefusalCode, SettingView
from proxy_core.snapshot import CredentialView

STATUS: Mapping[RefusalCode, int] = {
    RefusalCode.NOT_FOUND: HTTPStatus.NOT_FOUND,
    RefusalCode.INVALID: HTTPStatus.BAD_REQUEST,
    RefusalCode.READ_ONLY: HTTPStatus.CONFLICT,
    RefusalCode.NO_CLIENT: HTTPStatus.CONFLICT,
    RefusalCode.WRONG_CLIENT: HTTPStatus.CONFLICT,
    RefusalCode.CONFLICT: HTTPStatus.CONFLICT,
    RefusalCode.SCOPE_MISSING: HTTPStatus.CONFLICT,
    RefusalCode.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    RefusalCode.STORE_FAILED: HTTPStatus.INTERNAL_SERVER_ERROR,
}


class Declined(Exception):
    """A request is not carried out; what to tell. Holds no secret."""

    def __init__(
        self,
        status: int,
        code: str,
        sentence: str,
        next_step: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.view = ErrorView(ErrorDetail(code, sentence, next_step))
        self.headers = headers or {}


def bad_request(sentence: str) -> Declined:
    return Declined(400, "bad_request", sentence)


def declined(refusal: Refusal) -> Declined:
    """A command's refusal as HTTP tells it."""
    return Declined(STATUS[refusal.code], refusal.code, refusal.sentence, refusal.next_step)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that is more than plain data with 200."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


# -- plain data; rendered field by field --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ErrorDetail:
    """What went wrong, for programs and for people."""

    code: str
    message: str
    next_step: str


@dataclass(frozen=True, slots=True)
class ErrorView:
    """The form of every failure."""

    error: ErrorDetail


@dataclass(frozen=True, slots=True)
class About:
    """What the page tells of this Pollux as a whole."""

    version: str
    notice: str
    "A warning that stays in sight, e.g. while GOOGLE_API_BASE_URL is set; mostly empty."
    gen_creds: bool
    "Whether it only makes credentials (`--gen-creds`)."
    kept_in: str
    "Where new credentials are kept, in words."


@dataclass(frozen=True, slots=True)
class CredentialList:
    """Every credential."""

    credentials: tuple[CredentialView, ...]


@dataclass(frozen=True, slots=True)
class CheckResults:
    """What Google said of each."""

    results: tuple[CheckResult, ...]


@dataclass(frozen=True, slots=True)
class Findings:
    """What the doctor found."""

    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class SettingList:
    """Every setting."""

    settings: tuple[SettingView, ...]


@dataclass(frozen=True, slots=True)
class KeptIn:
    """Where something is kept."""

    kept_in: str
    "Where the new bearer token is kept."
