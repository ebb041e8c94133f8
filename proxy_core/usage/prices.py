"""What tokens cost at Google's list price, from the table that `genai-prices` carries.

Never fetches a newer table: the library does that only where it is asked to. Blocks at first
use, for it loads the table; call it in a thread.
"""

from datetime import UTC, datetime

from proxy_core.memory import UsageCounts


def price_of(counts: UsageCounts) -> float | None:
    """US dollars at list price; None where the model has none.

    Some models cost more per token in long requests, so the price is that of the average
    exchange times their number, as it was at that time. Thoughts cost what output costs.
    """
    # At first use: the table takes megabytes.
    from genai_prices import Usage, calc_price  # noqa: PLC0415

    served = max(counts.exchanges - counts.failed, 1)
    average = Usage(
        input_tokens=counts.prompt_tokens / served,
        cache_read_tokens=min(counts.cached_tokens, counts.prompt_tokens) / served,
        output_tokens=(counts.output_tokens + counts.thought_tokens) / served,
    )
    try:
        price = calc_price(
            average,
            counts.model,
            provider_id="google",
            genai_request_timestamp=datetime.fromtimestamp(counts.at, UTC),
        )
    except LookupError:
        return None
    return float(price.total_price) * served
