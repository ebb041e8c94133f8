"""What a row of the fault table is, and how it becomes an answer. The rows: `fault_rows.py`.

Strings of a row may hold the placeholders {model}, {project}, {number}, {metric}, {tier}, {limit},
{retry}.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from proxy_core.simulator.refusals import Answer, JsonObject, Refusal, envelope

_DEFAULTS = {
    "model": "gemini-3.8-flash",
    "project": "sim-project",
    "number": "100000000001",
    "metric": "generate_content_free_tier_requests",
    "tier": "-FreeTier",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One row: what Google sends, and the case it stands for."""

    http: int
    status: str
    message: str
    case: str
    details: tuple[JsonObject, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    retry_s: float | None = None
    limit: int = 20
    html: bool = False

    def answer(self, **values: object) -> Answer:
        """The row with its placeholders filled; unnamed ones get plausible values.

        values may also hold retry_s (seconds) and limit, which replace the row's own.
        """
        retry_s = values.pop("retry_s", self.retry_s)
        limit = values.pop("limit", self.limit)
        texts = {**_DEFAULTS, **{name: str(value) for name, value in values.items()}}
        texts |= {"retry": f"{retry_s}s", "limit": str(limit)}
        if self.html:
            return Answer(
                self.http, self.message.encode(), self.headers, "text/html; charset=UTF-8"
            )
        body = envelope(self.http, self.status, self.message, self.details)
        return Answer(self.http, orjson.dumps(_fill(body, texts)), self.headers)

    def refusal(self, **values: object) -> Refusal:
        return Refusal(self.answer(**values))


def _fill(value: Any, texts: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        for name, text in texts.items():
            value = value.replace("{" + name + "}", text)
        return value
    if isinstance(value, dict):
        return {key: _fill(item, texts) for key, item in value.items()}
    if isinstance(value, list):
        return [_fill(item, texts) for item in value]
    return value
