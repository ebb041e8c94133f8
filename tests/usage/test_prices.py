"""List prices, from the table that came with the library."""

import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest
from genai_prices import Usage, calc_price
from genai_prices.data_snapshot import find_provider_by_id, get_snapshot
from genai_prices.types import TieredPrices

from proxy_core.memory import UsageCounts
from proxy_core.usage.prices import LONG, price_of
from tests.usage.ended import MINUTE

DAY = datetime.fromtimestamp(MINUTE // 86_400 * 86_400, UTC)
KINDS = ("pro", "flash")


def counts(model: str = "gemini-2.5-pro", exchanges: int = 1, **tokens: int) -> UsageCounts:
    return UsageCounts(
        MINUTE,
        model,
        "key",
        "curl",
        exchanges,
        tokens.get("failed", 0),
        tokens.get("prompt", 0),
        tokens.get("cached", 0),
        tokens.get("output", 0),
        tokens.get("thoughts", 0),
    )


def price(model: str = "gemini-2.5-pro", exchanges: int = 1, **tokens: int) -> float:
    found = price_of(counts(model, exchanges, **tokens))
    assert found is not None
    return found


def test_a_known_model_has_googles_list_price() -> None:
    # Source: Gemini API pricing, gemini-2.5-pro: $1.25 in, $10 out a million tokens.
    assert price(prompt=100_000) == pytest.approx(0.125)
    assert price(output=100_000) == pytest.approx(1.0)


def test_cached_tokens_cost_less_than_others() -> None:
    assert 0 < price(prompt=100_000, cached=100_000) < price(prompt=100_000) / 2


def test_thoughts_cost_what_output_costs() -> None:
    assert price(thoughts=1_000) == price(output=1_000)


def test_many_short_requests_are_not_priced_as_one_long_one() -> None:
    # Above 200,000 tokens of prompt the model costs twice as much a token.
    assert price(exchanges=10, prompt=1_000_000) == pytest.approx(1.25)
    assert price(exchanges=1, prompt=1_000_000) == pytest.approx(2.5)


def test_refused_requests_do_not_make_the_served_ones_look_short() -> None:
    assert price(exchanges=10, failed=9, prompt=1_000_000) == pytest.approx(2.5)


def test_an_unknown_model_has_no_price() -> None:
    assert price_of(counts("own-model", prompt=10)) is None
    assert price_of(counts("", prompt=10)) is None


def test_a_row_costs_what_the_library_says_of_its_average_request() -> None:
    for model in ("gemini-2.5-pro", "gemini-2.5-flash", "gemini-1.5-pro"):
        for exchanges, prompt, cached, output in ((3, 5_000, 800, 70), (2, 2 * LONG, 9, 40_000)):
            asked = Usage(
                input_tokens=prompt / exchanges,
                cache_read_tokens=cached / exchanges,
                output_tokens=output / exchanges,
            )
            said = calc_price(asked, model, provider_id="google", genai_request_timestamp=DAY)
            told = price(model, exchanges, prompt=prompt, cached=cached, output=output)
            assert told == pytest.approx(float(said.total_price) * exchanges)


def test_no_model_of_the_table_has_another_price_for_what_is_not_long() -> None:
    google = find_provider_by_id(get_snapshot().providers, "google")
    assert google is not None
    tiers = [
        tier.start
        for model in google.models
        for _, value in model.get_prices(DAY)._comparable_values().items()
        if isinstance(value, TieredPrices)
        for tier in value.tiers
    ]
    assert tiers
    assert min(tiers) >= LONG  # dearer above


def test_ten_thousand_rows_are_priced_in_a_moment() -> None:
    rows = [counts(f"gemini-2.5-{kind}", 3, prompt=n) for n in range(5_000) for kind in KINDS]
    price_of(rows[0])
    began = time.perf_counter()
    assert all(map(price_of, rows[2:]))
    assert time.perf_counter() - began < 0.5


def test_odd_counts_do_no_harm() -> None:
    assert price(prompt=1, cached=7) > 0
    assert price(exchanges=3, failed=3, prompt=3) > 0
    assert price() == 0


WATCHED = """
import sys
calls = []
sys.addaudithook(lambda name, _: calls.append(name) if name.startswith("socket.") else None)
from proxy_core.memory import UsageCounts
from proxy_core.usage.prices import LONG, price_of
early = {"genai_prices", "sqlite3"} & sys.modules.keys()
assert not early, early
calls.clear()
assert price_of(UsageCounts(1.795e9, "gemini-2.5-pro", "", "", 1, 0, 100, 0, 0, 0)) > 0
print([name for name in calls if name != "socket.__new__"])
"""


def test_pricing_asks_nobody_and_loads_its_table_at_first_use_only() -> None:
    command = [sys.executable, "-c", WATCHED]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
