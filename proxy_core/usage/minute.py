"""The running minute: counts per model, credential and client, until the memory takes them.

On the way of every exchange, so it only adds numbers.
"""

import re
from collections.abc import Iterator

from proxy_core.events import ExchangeEnded, Tokens
from proxy_core.memory import UsageCounts

MODELS = 256
"Counted apart; further ones count as `other`."
CLIENTS = 64
"As with models."
ROWS = 512
"Of one minute; further ones are counted together for each credential."
OTHER = "other"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,99}")
"What a model or a client may be called; a name with spaces could be a text."
_NO_TOKENS = Tokens()


class Names:
    """Names that clients chose, as they may be kept: `other` beyond so many, or for a text."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known = {""}

    def kept(self, name: str) -> str:
        if name in self._known:
            return name
        if len(self._known) > self._most or not _NAME.fullmatch(name):
            return OTHER
        self._known.add(name)
        return name


class Minute:
    """Counts of one minute. Per process."""

    def __init__(self) -> None:
        self._models = Names(MODELS)
        self._clients = Names(CLIENTS)
        self._index = 0.0
        self._rows: dict[tuple[str, str, str], list[int]] = {}

    def covers(self, now: float) -> bool:
        return now // 60 == self._index

    def begin(self, now: float) -> None:
        self._index = now // 60

    def count(self, event: ExchangeEnded) -> None:
        # The attempt that served is the last one, as is the one whose failure was told.
        credential_id = event.attempts[-1].credential_id if event.attempts else ""
        key = (self._models.kept(event.model), credential_id, self._clients.kept(event.client))
        row = self._rows.get(key)
        if row is None:
            if len(self._rows) >= ROWS:
                key = (OTHER, credential_id, OTHER)
            row = self._rows.setdefault(key, [0, 0, 0, 0, 0, 0])
        tokens = event.tokens or _NO_TOKENS
        row[0] += 1
        row[1] += event.error is not None
        row[2] += tokens.prompt
        row[3] += tokens.cached
        row[4] += tokens.output
        row[5] += tokens.thoughts

    def take(self) -> Iterator[UsageCounts]:
        """What was counted; it begins anew."""
        rows, self._rows = self._rows, {}
        at = self._index * 60
        return (UsageCounts(at, *key, *counts) for key, counts in rows.items())
