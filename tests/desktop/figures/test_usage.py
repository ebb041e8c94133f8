from desktop.figures.usage import SPANS, gather, group
from proxy_core.api import UsageRow

HOUR = SPANS["hour"]
NOW = 1_795_000_050.0
"Half a minute into a minute."


def row(minutes_ago: int, model: str = "flash", **more: object) -> UsageRow:
    fields: dict[str, object] = {
        "at": NOW - 30 - minutes_ago * 60,
        "model": model,
        "credential_id": "acc1",
        "client": "x",
        "exchanges": 2,
        "failed": 1,
        "prompt_tokens": 10,
        "cached_tokens": 5,
        "output_tokens": 3,
        "thought_tokens": 1,
        "price_usd": 0.5,
    }
    return UsageRow(**{**fields, **more})  # type: ignore[arg-type]  # the caller names fields


def test_spans_ask_for_as_many_periods_as_they_show() -> None:
    for span in SPANS.values():
        query = span.query(NOW, "model")
        assert query.since == span.begin(NOW)
        assert 0 < NOW - query.since <= span.period_s * span.count


def test_rows_are_summed_up_by_group_and_period() -> None:
    (only,) = group([row(0), row(0), row(1)], HOUR, NOW, "model")
    assert only.exchanges[-1] == 4
    assert only.exchanges[-2] == 2
    assert (only.total, only.failed, only.tokens, only.price_usd) == (6, 3, 42, 1.5)


def test_the_most_used_group_comes_first() -> None:
    groups = group([row(0, "pro"), row(0, "flash", exchanges=9)], HOUR, NOW, "model")
    assert [one.key for one in groups] == ["flash", "pro"]


def test_rows_outside_of_the_span_are_left_out() -> None:
    assert group([row(60), row(-1)], HOUR, NOW, "model") == []


def test_a_model_without_a_known_price_is_told() -> None:
    (only,) = group([row(0), row(0, price_usd=None)], HOUR, NOW, "credential")
    assert only.unpriced
    assert only.price_usd == 0.5


def test_many_groups_are_summed_up_in_the_last_one() -> None:
    rows = [row(0, f"m{at}", exchanges=10 - at) for at in range(5)]
    shown = gather(group(rows, HOUR, NOW, "model"), 3)
    assert [one.key for one in shown] == ["m0", "m1", None]
    assert shown[-1].total == 8 + 7 + 6
    assert sum(one.total for one in shown) == 40


def test_what_reached_no_credential_is_not_among_the_others() -> None:
    rows = [row(0, credential_id=f"acc{at}") for at in range(9)]
    shown = gather(
        group([row(0, credential_id="", exchanges=9), *rows], HOUR, NOW, "credential"), 3
    )
    assert [one.key for one in shown] == ["", "acc0", None]


def test_few_groups_stay_as_they_are() -> None:
    groups = group([row(0)], HOUR, NOW, "model")
    assert gather(groups, 3) == groups
