"""A month of pretend use behind a demo that is watched, so that its charts have something to say.

Only in the demo's own folder, which goes with it.
"""

import math
import random
from collections.abc import Iterator, Sequence

from proxy_core.memory import UsageCounts

MODELS = ("gemini-3.8-flash", "gemini-3.6-flash", "gemini-3.5-flash-lite")
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def past(now: float, credential_ids: Sequence[str]) -> Iterator[UsageCounts]:
    """Counts up to the minute before `now`: by the minute for an hour, then ever more roughly."""
    dice = random.Random(7)  # noqa: S311 - for variety, and the same each time
    begin = now // _MINUTE * _MINUTE
    for minutes in range(1, 60):
        busy = 26 + 11 * math.sin(minutes / 7) + dice.uniform(-5, 5)
        yield from _at(begin - minutes * _MINUTE, max(busy, 0), credential_ids, dice)
    for hours in range(1, 24):
        busy = 60 + 40 * math.sin(hours / 4) + dice.uniform(-15, 15)
        yield from _at(begin - hours * _HOUR, max(busy, 0), credential_ids, dice)
    for days in range(1, 30):
        busy = 600 + 250 * math.sin(days / 3) + dice.uniform(-120, 120)
        yield from _at(begin - days * _DAY - _HOUR, busy, credential_ids, dice)


def _at(
    at: float, exchanges: float, credential_ids: Sequence[str], dice: random.Random
) -> Iterator[UsageCounts]:
    """One minute's counts, shared among models and credentials."""
    for place, credential_id in enumerate(credential_ids):
        model = MODELS[dice.randrange(len(MODELS))]
        count = round(exchanges / len(credential_ids) * (1.2 - 0.3 * place))
        if count <= 0:
            continue
        failed = int(dice.random() < 0.08)
        prompt = count * dice.randint(900, 6_000)
        cached = round(prompt * dice.uniform(0.1, 0.5))
        output = count * dice.randint(80, 400)
        yield UsageCounts(
            *(at, model, credential_id, "Continue/1.4.2"),
            *(count, min(failed, count), prompt, cached, output, output // 4),
        )
