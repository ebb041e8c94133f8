"""Random ids."""

import re

from proxy_core.server.ids import exchange_id, new_id


def test_ids_have_their_form_and_do_not_repeat() -> None:
    exchanges = {exchange_id() for _ in range(1_000)}
    calls = {new_id() for _ in range(1_000)}
    assert len(exchanges) == len(calls) == 1_000
    assert all(re.fullmatch(r"[0-9a-f]{32}", one) for one in exchanges)
    assert all(re.fullmatch(r"[0-9A-Za-z]{24}", one) for one in calls)
