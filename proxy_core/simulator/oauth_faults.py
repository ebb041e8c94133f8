"""Every refusal of Google's OAuth token endpoint, as named rows of data.

Source: RFC 6749 §5.2 and Google's "Using OAuth 2.0 to Access Google APIs". Not here: when a row
applies (`oauth_api.py` for what the simulator finds itself, scripts for the rest).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from proxy_core.simulator.refusals import Answer, JsonObject, Refusal, json_answer


@dataclass(frozen=True, slots=True)
class OAuthFault:
    """One row: `{"error", "error_description", "error_subtype"}` with its HTTP status."""

    http: int
    error: str
    description: str
    subtype: str | None = None

    def answer(self, **_values: object) -> Answer:
        body: JsonObject = {"error": self.error, "error_description": self.description}
        if self.subtype is not None:
            body["error_subtype"] = self.subtype
        return json_answer(self.http, body)

    def refusal(self) -> Refusal:
        return Refusal(self.answer())


OAUTH_FAULTS: Mapping[str, OAuthFault] = {
    "invalid_grant_revoked": OAuthFault(400, "invalid_grant", "Token has been expired or revoked."),
    "invalid_grant_bad_request": OAuthFault(400, "invalid_grant", "Bad Request"),
    "invalid_rapt": OAuthFault(400, "invalid_grant", "reauth related error", "invalid_rapt"),
    "rapt_required": OAuthFault(400, "invalid_grant", "reauth related error", "rapt_required"),
    "admin_policy_enforced": OAuthFault(
        400, "admin_policy_enforced", "Access to this app is blocked by your administrator."
    ),
    "org_internal": OAuthFault(
        400, "org_internal", "This client is restricted to users within its organization."
    ),
    "access_denied": OAuthFault(400, "access_denied", "The request was denied."),
    "invalid_client_unauthorized": OAuthFault(401, "invalid_client", "Unauthorized"),
    "invalid_client_not_found": OAuthFault(
        401, "invalid_client", "The OAuth client was not found."
    ),
    "deleted_client": OAuthFault(401, "deleted_client", "The OAuth client was deleted."),
    "disabled_client": OAuthFault(401, "disabled_client", "The OAuth client was disabled."),
    "unauthorized_client": OAuthFault(401, "unauthorized_client", "Unauthorized"),
    "invalid_scope": OAuthFault(
        400, "invalid_scope", "Some requested scopes were invalid or were not consented to."
    ),
    "unsupported_grant_type": OAuthFault(400, "unsupported_grant_type", "Invalid grant_type"),
    "invalid_request": OAuthFault(400, "invalid_request", "Missing required parameter"),
    "too_many_token_requests_429": OAuthFault(429, "rate_limit_exceeded", "Too many requests."),
    "token_rate_limit_403": OAuthFault(403, "rate_limit_exceeded", "Rate limit exceeded."),
    "token_internal_failure": OAuthFault(500, "internal_failure", "Internal failure"),
    "token_server_error": OAuthFault(500, "server_error", "Server error"),
    "token_temporarily_unavailable": OAuthFault(
        503, "temporarily_unavailable", "The service is temporarily unavailable."
    ),
    "invalid_token": OAuthFault(400, "invalid_token", "Token expired or revoked"),
}
