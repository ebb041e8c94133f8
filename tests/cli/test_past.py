from proxy_core.cli.past import past

NOW = 1_795_000_030.0
IDS = ("accaaaaaaaaaa", "accbbbbbbbbbb")


def test_nothing_lies_in_the_future_and_all_within_a_month() -> None:
    rows = list(past(NOW, IDS))
    assert max(row.at for row in rows) <= NOW - 60
    assert min(row.at for row in rows) > NOW - 30 * 86_400
    assert all(row.at % 60 == 0 for row in rows)


def test_every_credential_has_its_part_and_no_count_is_impossible() -> None:
    rows = list(past(NOW, IDS))
    assert {row.credential_id for row in rows} == set(IDS)
    for row in rows:
        assert 0 <= row.failed <= row.exchanges
        assert 0 <= row.cached_tokens <= row.prompt_tokens


def test_without_credentials_there_is_no_past() -> None:
    assert list(past(NOW, ())) == []
