"""What tokens cost at Google's list price, from the table that `genai-prices` carries.

Never fetches a newer table: the library does that only where it is asked to. Blocks at first
use, for it loads the table; call it in a thread.
"""

from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from proxy_core.memory import UsageCounts

LONG = 100_000
"Prompt tokens of a request up to which no model's price per token changes."
_DAY_S = 86_400


class _Rates(NamedTuple):
    """US dollars a token, of requests that are not long."""

    prompt: float
    cached: float
    output: float


def price_of(counts: UsageCounts) -> float | None:
    """US dollars at list price; None where the model has none.

    Some models cost more per token in long requests, so the price is that of the average
    exchange times their number, as it was on that day. Thoughts cost what output costs.
    """
    served = max(counts.exchanges - counts.failed, 1)
    cached = min(counts.cached_tokens, counts.prompt_tokens)
    output = counts.output_tokens + counts.thought_tokens
    day = int(counts.at // _DAY_S)
    if counts.prompt_tokens / served > LONG:
        average = (counts.prompt_tokens / served, cached / served, output / served)
        price = _price(counts.model, day, *average)
        return None if price is None else price * served
    if (rates := _rates(counts.model, day)) is None:
        return None
    fresh = counts.prompt_tokens - cached
    return fresh * rates.prompt + cached * rates.cached + output * rates.output


@lru_cache(maxsize=4_096)
def _rates(model: str, day: int) -> _Rates | None:
    """The library takes a quarter of a millisecond, too long for each row of a report."""
    prompt = _price(model, day, LONG, 0, 0)
    cached = _price(model, day, LONG, LONG, 0)
    output = _price(model, day, 0, 0, LONG)
    if prompt is None or cached is None or output is None:
        return None
    return _Rates(prompt / LONG, cached / LONG, output / LONG)


@lru_cache(maxsize=4_096)  # long requests of minutes that are over come again in each report
def _price(model: str, day: int, prompt: float, cached: float, output: float) -> float | None:
    """Of one request. cached: part of the prompt's tokens."""
    # At first use: the table takes megabytes.
    from genai_prices import Usage, calc_price  # noqa: PLC0415

    try:
        price = calc_price(
            Usage(input_tokens=prompt, cache_read_tokens=cached, output_tokens=output),
            model,
            provider_id="google",
            genai_request_timestamp=datetime.fromtimestamp(day * _DAY_S, UTC),
        )
    except LookupError:
        return None
    return float(price.total_price)
