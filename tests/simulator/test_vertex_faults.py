"""The failures of Vertex AI alone, as the product names them."""

import pytest

from proxy_core.gemini.faults import Cause, classify
from proxy_core.simulator import VERTEX_FAULTS

CAUSES = {
    "vertex_capacity_429": Cause.CAPACITY,
    "vertex_quota_429": Cause.MINUTE_QUOTA,
    "publisher_model_not_found": Cause.MODEL_UNAVAILABLE,
    "vertex_iam_denied": Cause.PROJECT_DENIED,
    "vertex_disabled": Cause.API_OFF,
    "vertex_billing_disabled": Cause.BILLING,
    "vertex_key_unsupported": Cause.REFUSED,
    "vertex_org_policy": Cause.MODEL_UNAVAILABLE,
}


def test_every_row_has_a_cause() -> None:
    assert CAUSES.keys() == VERTEX_FAULTS.keys()


@pytest.mark.parametrize("wrapped", [False, True], ids=["alone", "in an array"])
@pytest.mark.parametrize("name", CAUSES)
def test_a_row_is_known_by_its_cause(name: str, wrapped: bool) -> None:
    answer = VERTEX_FAULTS[name].answer(location="global")
    body = b"[" + answer.body + b"\n]" if wrapped else answer.body
    fault = classify(answer.status, answer.headers, body, with_api_key=True)
    assert fault.cause is CAUSES[name]


def test_a_quota_of_the_project_is_told_with_its_limit() -> None:
    answer = VERTEX_FAULTS["vertex_quota_429"].answer(limit=60)
    fault = classify(answer.status, answer.headers, answer.body, with_api_key=False)
    assert (fault.limit, fault.unit, fault.retry_after_s) == (60, "requests", None)
