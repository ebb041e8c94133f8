"""The state now, as frozen plain data with one rendering: terminal, admin API and window.

Slugs are snake_case, times epoch seconds. Not here: how it is gathered (`engine`).
"""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ModelView:
    """One model of one credential's project."""

    model: str
    state: str
    until: float | None
    used_minute: int
    limit_minute: int | None
    used_day: int
    limit_day: int | None


@dataclass(frozen=True, slots=True)
class CredentialView:
    """One credential, as a front end shows it."""

    id: str
    kind: str
    label: str
    project: str | None
    store: str
    enabled: bool
    state: str
    since: float
    until: float | None
    sentence: str
    next_step: str
    in_flight: int
    models: tuple[ModelView, ...] = ()
    service: str = "gemini"
    "`gemini` or `vertex`, which is billed."
    location: str | None = None
    "Of Vertex AI."


@dataclass(frozen=True, slots=True)
class Totals:
    """Since the start."""

    exchanges: int = 0
    failed: int = 0
    attempts: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    thought_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of a Pollux."""

    version: str
    state: str
    "`starting`, `serving`, `degraded` (no credential is usable), `paused`, `stopping`, `stopped`."
    url: str
    credentials: tuple[CredentialView, ...]
    totals: Totals

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
