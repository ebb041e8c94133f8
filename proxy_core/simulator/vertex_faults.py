"""What Vertex AI answers differently from the Gemini API, as named rows of data.

Source: Google's pages on Vertex AI's errors and quotas, November 2026. Not here: rows that both
services share (`fault_rows.py`), when a row applies.
"""

from __future__ import annotations

from collections.abc import Mapping

from proxy_core.simulator.faults import Fault
from proxy_core.simulator.refusals import RPC_TYPE, JsonObject

SERVICE = "aiplatform.googleapis.com"


def _info(reason: str, **metadata: str) -> JsonObject:
    return {
        "@type": f"{RPC_TYPE}ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
        "metadata": {"service": SERVICE, **metadata},
    }


_CONSUMER = {"consumer": "projects/{number}", "containerInfo": "{project}"}
_ACTIVATION = (
    "https://console.developers.google.com/apis/api/" + SERVICE + "/overview?project={number}"
)

VERTEX_FAULTS: Mapping[str, Fault] = {
    "vertex_capacity_429": Fault(
        429,
        "RESOURCE_EXHAUSTED",
        "Resource exhausted. Please try again later. Please refer to "
        "https://cloud.google.com/vertex-ai/generative-ai/docs/error-code-429 for more details.",
        "dynamic shared quota: no capacity of the model in the location",
    ),
    "vertex_quota_429": Fault(
        429,
        "RESOURCE_EXHAUSTED",
        "Quota exceeded for " + SERVICE + "/generate_content_requests_per_minute_per_project_per"
        "_base_model with base model: {model}.",
        "the project's own quota spent",
        (
            _info(
                "RATE_LIMIT_EXCEEDED",
                quota_metric=f"{SERVICE}/generate_content_requests_per_minute",
                quota_limit="GenerateContentRequestsPerMinutePerProjectPerBaseModel",
                quota_limit_value="{limit}",
                quota_location="global",
                **_CONSUMER,
            ),
        ),
    ),
    "publisher_model_not_found": Fault(
        404,
        "NOT_FOUND",
        "Publisher Model `projects/{project}/locations/{location}/publishers/google/models/{model}`"
        " was not found or your project does not have access to it. Please ensure you are using a "
        "valid model version.",
        "model not offered in the location, or to the project",
    ),
    "vertex_iam_denied": Fault(
        403,
        "PERMISSION_DENIED",
        "Permission 'aiplatform.endpoints.predict' denied on resource "
        "'//" + SERVICE + "/projects/{project}' (or it may not exist).",
        "no role that may use Vertex AI",
        (_info("IAM_PERMISSION_DENIED", permission="aiplatform.endpoints.predict"),),
    ),
    "vertex_disabled": Fault(
        403,
        "PERMISSION_DENIED",
        "Vertex AI API has not been used in project {project} before or it is disabled. Enable it "
        "by visiting " + _ACTIVATION + " then retry.",
        "API off in the project",
        (
            _info(
                "SERVICE_DISABLED",
                serviceTitle="Vertex AI API",
                activationUrl=_ACTIVATION,
                **_CONSUMER,
            ),
        ),
    ),
    "vertex_billing_disabled": Fault(
        403,
        "PERMISSION_DENIED",
        "This API method requires billing to be enabled. Please enable billing on project "
        "#{number}.",
        "billing off",
        (_info("BILLING_DISABLED", **_CONSUMER),),
    ),
    "vertex_key_unsupported": Fault(
        401,
        "UNAUTHENTICATED",
        "API keys are not supported by this API. Expected OAuth2 access token or other "
        "authentication credentials that assert a principal.",
        "an AI Studio key",
        (_info("CREDENTIALS_MISSING", method="PredictionService.GenerateContent"),),
    ),
    "vertex_org_policy": Fault(
        400,
        "FAILED_PRECONDITION",
        "Organization Policy constraint constraints/vertexai.allowedModels violated for "
        "projects/{project} attempting to use a disallowed Gen AI model {model}.",
        "organisation policy",
    ),
}
