"""How a row becomes an answer."""

import orjson

from proxy_core.simulator import FAULTS


def test_a_row_takes_its_numbers_and_names_from_the_script() -> None:
    answer = FAULTS["per_minute_429"].answer(model="gemini-4-argon", retry_s=3.5, limit=9, tier="")
    details = {
        one["@type"].rpartition(".")[2]: one
        for one in orjson.loads(answer.body)["error"]["details"]
    }
    violation = details["QuotaFailure"]["violations"][0]
    assert details["RetryInfo"]["retryDelay"] == "3.5s"
    assert violation["quotaId"] == "GenerateRequestsPerMinutePerProjectPerModel"
    assert violation["quotaDimensions"] == {"location": "global", "model": "gemini-4-argon"}
    assert violation["quotaValue"] == "9"
    assert "Help" in details
