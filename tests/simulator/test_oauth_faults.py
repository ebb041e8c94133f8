"""The token endpoint's refusals."""

import orjson
import pytest

from proxy_core.simulator import OAUTH_FAULTS

DOCUMENTED = {
    "invalid_grant", "admin_policy_enforced", "org_internal", "access_denied", "invalid_client",
    "deleted_client", "disabled_client", "unauthorized_client", "invalid_scope",
    "unsupported_grant_type", "rate_limit_exceeded", "internal_failure", "server_error",
    "temporarily_unavailable", "invalid_token",
}  # fmt: skip


def test_every_documented_error_code_has_a_row() -> None:
    known = {fault.error for fault in OAUTH_FAULTS.values()}
    assert not DOCUMENTED - known


@pytest.mark.parametrize("subtype", ["invalid_rapt", "rapt_required"])
def test_a_session_policy_is_told_by_its_subtype(subtype: str) -> None:
    body = orjson.loads(OAUTH_FAULTS[subtype].answer().body)
    assert (body["error"], body["error_subtype"]) == ("invalid_grant", subtype)
